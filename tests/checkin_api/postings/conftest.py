"""The console of a small city, on servers without running processes."""

import pytest

from tests.checkin_api.console.conftest import Desk, app, desk, nobody
from tests.checkin_api.postings.city import City
from tests.factories import Factory
from tests.quiet_stack import owner, parts, stack

__all__ = ["app", "desk", "nobody", "owner", "parts", "stack"]


@pytest.fixture
def city(factory: Factory, desk: Desk) -> City:
    """Two districts, three offices, nobody posted yet."""
    district, other = factory.district(), factory.district()
    offices = [factory.office(one) for one in (district, district, other)]
    return City(factory, desk, district, offices[0], offices[1], other, offices[2])
