"""Servers without running processes: these tests are the process themselves."""

import pytest

from tests.checkin_api.arranged import caller_of
from tests.checkin_api.references.enroller import Enroller
from tests.factories import Factory
from tests.quiet_stack import owner, parts, stack

__all__ = ["owner", "parts", "stack"]


@pytest.fixture
def enroller(factory: Factory) -> Enroller:
    """An officer who enrols one person."""
    person = factory.offender()
    return Enroller(factory, caller_of(factory, factory.officer(person.office_id)), person)
