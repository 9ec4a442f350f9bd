"""How much an ordinary check-in asks of PostgreSQL: fifty statements cost as much as a face."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, event

from mobile_contract.codes import CheckInState
from tests.factories import Factory
from tests.verifier.jobs.draining import checkin, drain, ordinary
from tests.waiting_work import WaitingWork
from verifier.jobs.workplace import Workplace

# On the day they were counted, with the claim that finds nothing more; one is asked of every
# tenth check-in only, whether somebody looks like its person.
MOST_ALONE, MOST_TOGETHER = 57, 88


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
    assert 0 < said_of(1, factory, waiting, workplace, said) <= MOST_ALONE, "\n".join(said)


def test_eight_together_say_hardly_more_than_one(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, said: list[str]
) -> None:
    assert 0 < said_of(8, factory, waiting, workplace, said) <= MOST_TOGETHER, "\n".join(said)


def said_of(
    count: int, factory: Factory, waiting: WaitingWork, workplace: Workplace, said: list[str]
) -> int:
    """How many statements so many check-ins take that are all confirmed."""
    sent = [ordinary(factory, waiting, seed) for seed in range(count)]
    said.clear()  # the factory may share the engine
    drain(workplace)
    taken = len(said)
    assert {checkin(factory, one).state for one in sent} == {CheckInState.CONFIRMED}
    return taken
