"""No login of a process, in no scope, turns a check-in against somebody without two officers."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, insert, select, text, update
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from mobile_contract.codes import CheckInState, ObjectionState, WindowOutcome
from storage.database import Scope, ScopeKind, Sessions, transaction
from storage.local_stack import LocalStack
from storage.parts import Parts
from storage.records import CheckIn, Excusal, Objection, Review, Role, Window
from tests.factories import Factory
from tests.servers import emptied, sessions_as
from tests.storage.people_world import PeopleWorld, laid_world

REFUSED = r"permission denied|row-level security|two officers|was not confirmed|found this window"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
MACHINES = {
    "verifier": ScopeKind.VERIFIER,
    "chores": ScopeKind.CHORES,
    "clock": ScopeKind.CLOCK,
}
AGAINST: tuple[Mapping[str, Any], ...] = (
    {"state": CheckInState.NOT_CONFIRMED},
    {"place_accepted": False},
)


@pytest.fixture
def world(parts: Parts, owner: Engine) -> Iterator[PeopleWorld]:
    """People and accounts; the adult of office n1 has a check-in that waits for officers."""
    emptied(owner)
    with laid_world(Factory(parts), owner, datetime.now(UTC)) as laid:
        laid.caller("another officer", (Role.OFFICER, "n1"), sees="n1")
        with laid.factory.session() as session:
            session.execute(text("DELETE FROM reviews"))
            session.execute(text("DELETE FROM objections"))
            session.execute(update(CheckIn).values(state=CheckInState.IN_REVIEW))
            session.execute(update(Window).values(checkin_id=None))
        yield laid


@pytest.fixture
def web(stack: LocalStack) -> Iterator[Sessions]:
    """The database as the web process signs in to it."""
    with sessions_as(stack, "web") as sessions:
        yield sessions


@pytest.fixture(params=sorted(MACHINES))
def machine(request: pytest.FixtureRequest, stack: LocalStack) -> Iterator[tuple[Sessions, Scope]]:
    """The database as a machine signs in to it, in its scope."""
    with sessions_as(stack, request.param) as sessions:
        yield sessions, Scope(MACHINES[request.param])


def scope_of(world: PeopleWorld, name: str) -> Scope:
    """The scope of an account."""
    return Scope(ScopeKind.OFFICER, world.callers[name].id)


def key_of(world: PeopleWorld) -> dict[str, UUID]:
    """Names the check-in, as the rows that hang on it do."""
    whose = world.rows.whose.items()
    key = next(key for (name, key), person in whose if (name, person) == ("checkins", "n1"))
    return {"offender_id": key[0], "checkin_id": key[1]}


def answer(session: Session, world: PeopleWorld, name: str, **said: Any) -> None:
    """Write an account's answer."""
    row = {
        "officer_id": world.callers[name].id,
        "officer_role": "officer",
        "reason": "looked",
        "answered_at": NOW,
        **key_of(world),
        **said,
    }
    session.execute(insert(Review).inline().values(row))


def turn_against(session: Session, world: PeopleWorld, change: Mapping[str, Any]) -> int:
    """Write what goes against the person; gives how many rows that changed."""
    key = key_of(world)
    done = session.execute(
        update(CheckIn)
        .where(CheckIn.offender_id == key["offender_id"], CheckIn.id == key["checkin_id"])
        .values(change)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def two_refuse(web: Sessions, world: PeopleWorld) -> None:
    """Two officers answer that it was not the person, and that the place is not accepted."""
    for name in ("officer", "another officer"):
        with transaction(web, scope_of(world, name)) as session:
            answer(session, world, name, identity="no", place_accepted=False)


@contextmanager
def refused(sessions: Sessions, scope: Scope) -> Iterator[Session]:
    """A transaction in which the database has to refuse what is tried."""
    with (
        pytest.raises(ProgrammingError, match=REFUSED),
        transaction(sessions, scope) as session,
    ):
        yield session


@pytest.mark.parametrize("change", AGAINST)
def test_two_officers_who_agree_turn_a_check_in(
    web: Sessions, world: PeopleWorld, change: Mapping[str, Any]
) -> None:
    two_refuse(web, world)
    with transaction(web, scope_of(world, "another officer")) as session:
        assert turn_against(session, world, change) == 1


@pytest.mark.parametrize("change", AGAINST)
def test_one_officer_does_not(web: Sessions, world: PeopleWorld, change: Mapping[str, Any]) -> None:
    with refused(web, scope_of(world, "officer")) as session:
        answer(session, world, "officer", identity="no", place_accepted=False)
        turn_against(session, world, change)


def test_one_officer_does_not_answer_in_another_name(web: Sessions, world: PeopleWorld) -> None:
    with refused(web, scope_of(world, "officer")) as session:
        answer(session, world, "another officer", identity="no")


@pytest.mark.parametrize("name", ["social worker", "procurator", "recused officer"])
def test_nobody_answers_who_does_not_decide_about_the_person(
    web: Sessions, world: PeopleWorld, name: str
) -> None:
    with refused(web, scope_of(world, name)) as session:
        answer(session, world, name, identity="no")


def test_two_who_disagree_do_not(web: Sessions, world: PeopleWorld) -> None:
    with transaction(web, scope_of(world, "officer")) as session:
        answer(session, world, "officer", identity="no", place_accepted=True)
    with refused(web, scope_of(world, "another officer")) as session:
        answer(session, world, "another officer", identity="yes", place_accepted=False)
        turn_against(session, world, AGAINST[0])


@pytest.mark.parametrize("change", AGAINST)
def test_no_machine_does_though_two_officers_said_no(
    web: Sessions,
    machine: tuple[Sessions, Scope],
    world: PeopleWorld,
    change: Mapping[str, Any],
) -> None:
    two_refuse(web, world)
    with refused(*machine) as session:
        turn_against(session, world, change)


def test_a_machine_that_calls_itself_an_officer_finds_nothing(
    machine: tuple[Sessions, Scope], world: PeopleWorld
) -> None:
    with transaction(machine[0], scope_of(world, "officer")) as session:
        assert turn_against(session, world, AGAINST[0]) == 0


def test_no_machine_answers(machine: tuple[Sessions, Scope], world: PeopleWorld) -> None:
    with refused(*machine) as session:
        answer(session, world, "officer", identity="no")


@pytest.mark.parametrize("change", AGAINST)
def test_nothing_arrives_already_turned(
    web: Sessions, world: PeopleWorld, change: Mapping[str, Any]
) -> None:
    """The scope in which check-ins arrive is no way round."""
    held = select(CheckIn.__table__).where(CheckIn.id == key_of(world)["checkin_id"])
    with world.factory.session() as session:
        row = dict(session.execute(held).mappings().one())
    another = row | {"id": uuid4()}
    person = Scope(ScopeKind.OFFENDER, world.rows.ids["n1"])
    with transaction(web, person) as session:
        session.execute(insert(CheckIn).inline().values(another))
    with refused(web, person) as session:
        session.execute(insert(CheckIn).inline().values(another | {"id": uuid4()} | dict(change)))


@pytest.mark.parametrize("change", AGAINST)
def test_an_administrators_commands_do_not(
    stack: LocalStack, world: PeopleWorld, change: Mapping[str, Any]
) -> None:
    with (
        sessions_as(stack, "command") as sessions,
        refused(sessions, Scope(ScopeKind.COMMAND, "wang")) as session,
    ):
        turn_against(session, world, change)


def test_not_even_the_owner_does_by_mistake(
    owner: Engine, web: Sessions, world: PeopleWorld
) -> None:
    two_refuse(web, world)
    with owner.connect() as connection, pytest.raises(ProgrammingError, match=REFUSED):
        connection.execute(text("UPDATE checkins SET state = 'not_confirmed'"))
    with owner.connect() as connection, pytest.raises(ProgrammingError, match="only grows"):
        connection.execute(text("UPDATE reviews SET identity = 'no'"))


def test_two_answers_from_before_do_not_decide_an_objection(
    web: Sessions, world: PeopleWorld
) -> None:
    two_refuse(web, world)
    made = Objection(
        offender_id=key_of(world)["offender_id"],
        checkin_id=key_of(world)["checkin_id"],
        words="it was me",
        state=ObjectionState.OPEN,
        made_at=NOW,
        due_at=NOW,
    )
    world.add(made)
    with refused(web, scope_of(world, "another officer")) as session:
        turn_against(session, world, AGAINST[0])
    with transaction(web, scope_of(world, "head")) as session:
        answer(session, world, "head", identity="no", objection_id=made.id)
        assert turn_against(session, world, AGAINST[0]) == 1


@pytest.mark.parametrize("outcome", [WindowOutcome.NOT_CONFIRMED, WindowOutcome.MISSED_CONFIRMED])
def test_no_machine_finds_against_a_window(
    machine: tuple[Sessions, Scope], world: PeopleWorld, outcome: WindowOutcome
) -> None:
    with refused(*machine) as session:
        session.execute(
            update(Window).where(Window.offender_id == world.rows.ids["n1"]).values(outcome=outcome)
        )


def test_nobody_finds_a_window_missed_in_another_name(web: Sessions, world: PeopleWorld) -> None:
    other = world.callers["another officer"].id
    with refused(web, scope_of(world, "officer")) as session:
        session.execute(
            update(Excusal).values(outcome=WindowOutcome.MISSED_CONFIRMED, decided_by=other)
        )
