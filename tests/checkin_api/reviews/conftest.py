"""Servers without running processes, and an office with people in it."""

import pytest

from storage.records import Role
from tests.checkin_api.reviews.office import Office
from tests.factories import Factory
from tests.quiet_stack import owner, parts, stack

__all__ = ["owner", "parts", "stack"]


@pytest.fixture
def office(factory: Factory) -> Office:
    """An office with people in it."""
    district = factory.district()
    place = factory.office(district)
    person = factory.offender(place)
    factory.fence(person.id)
    return Office(
        factory,
        first=factory.officer(place),
        second=factory.officer(place),
        third=factory.officer(place),
        head=factory.officer(place, Role.HEAD),
        district=factory.officer(None, Role.DISTRICT, district),
        person=person,
        window=factory.window(person.id),
    )
