"""How much an ordinary check-in asks of PostgreSQL: fifty statements cost as much as a face."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event

from mobile_contract.codes import CheckInState
from tests.factories import Factory
from tests.photos import photos
from tests.verifier.jobs.draining import checkin, drain, own_selfie
from tests.waiting_work import WaitingWork
from verifier.jobs.workplace import Workplace

MOST = 53  # 52 on the day it was counted, with the claim that finds nothing more


@pytest.fixture
def said(workplace: Workplace) -> Iterator[list[str]]:
    """What the worker says to PostgreSQL."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    engine: Engine = workplace.parts.sessions.kw["bind"]
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def test_a_confirmed_check_in_says_no_more_than_it_did(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, said: list[str]
) -> None:
    person = factory.offender().id
    factory.fence(person)
    factory.enrolment(person, photos().obama)
    window = factory.window(person, open_for=timedelta(hours=1))
    sent = waiting.checkin(person, own_selfie(), window)
    said.clear()  # the factory may share the engine
    drain(workplace)
    statements = list(said)
    assert checkin(factory, sent).state is CheckInState.CONFIRMED
    assert 0 < len(statements) <= MOST, "\n".join(statements)
