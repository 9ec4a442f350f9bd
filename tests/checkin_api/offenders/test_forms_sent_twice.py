"""A fence and a plan are set once, however many officers send the form at one time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import time

import pytest
from sqlalchemy import select

from checkin_api.access.callers import OfficerCaller
from checkin_api.offenders.service import FenceWanted, PlanWanted, set_fence, set_plan
from mobile_contract.codes import Datum
from storage.parts import Parts
from storage.records import Fence, Offender, ReportingPlan
from tests.checkin_api.arranged import caller_of
from tests.factories import Factory

AT_ONCE = 6


@pytest.fixture
def person(factory: Factory) -> Offender:
    return factory.offender()


@pytest.fixture
def officer(factory: Factory, person: Offender) -> OfficerCaller:
    return caller_of(factory, factory.officer(person.office_id))


def all_at_once(act: Callable[[int], None]) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(act, range(AT_ONCE)))


def test_fences_sent_at_once_follow_one_another(
    parts: Parts, factory: Factory, person: Offender, officer: OfficerCaller
) -> None:
    def send(number: int) -> None:
        wanted = FenceWanted(person.id, 29.5, 106.5, Datum.WGS84, 500.0 + number)
        set_fence(parts, officer, wanted)

    all_at_once(send)
    with factory.session() as session:
        ends = session.scalars(select(Fence.ended_at)).all()
    assert (len(ends), ends.count(None)) == (AT_ONCE, 1)


def test_one_plan_sent_twice_at_once_is_one_plan(
    parts: Parts, factory: Factory, person: Offender, officer: OfficerCaller
) -> None:
    wanted = PlanWanted(person.id, time(8), time(20), time(21))
    all_at_once(lambda _: set_plan(parts, officer, wanted))
    with factory.session() as session:
        assert len(session.scalars(select(ReportingPlan)).all()) == 1
