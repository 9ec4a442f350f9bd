"""A threshold set never changes, and no login puts one in force without two people."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, insert, text, update
from sqlalchemy.exc import DBAPIError, ProgrammingError

from storage.database import Scope, ScopeKind, Sessions, transaction
from storage.local_stack import LocalStack
from storage.records import Role, RuleRow, ThresholdActivation, ThresholdSetRow
from tests.factories import Factory
from tests.servers import sessions_as

REFUSED = r"permission denied|row-level security|two people|answered once|only grows|two_people"
NAME = "people-of-2027"
MACHINES = ("verifier", "chores", "clock", "command")


class Decided:
    """A set that was laid in, two accounts that may decide, and what each tries."""

    def __init__(self, factory: Factory, web: Sessions) -> None:
        self.web = web
        self.first = factory.officer(None, Role.CITY).id
        self.second = factory.officer(None, Role.ADMINISTRATOR).id
        self.stranger = factory.officer(None, Role.DISTRICT, factory.district()).id
        now = datetime.now(UTC)
        row = {"limits": [], "measured": {}, "laid_at": now, "reason": "measured"}
        with factory.session() as session:
            session.add(ThresholdSetRow(name=NAME, laid_by="command:wang", **row))

    def ask(self, account: UUID, **values: Any) -> UUID:
        """Ask for the set."""
        row = {"id": uuid4(), "set_name": NAME, "reason": "measured", "asked_by": account}
        row |= {"asked_at": datetime.now(UTC), **values}
        with transaction(self.web, Scope(ScopeKind.OFFICER, account)) as session:
            session.execute(insert(ThresholdActivation).inline().values(row))
        return UUID(str(row["id"]))

    def change(self, account: UUID, asked: UUID, **values: Any) -> int:
        """Change a wish; gives how many rows that changed."""
        with transaction(self.web, Scope(ScopeKind.OFFICER, account)) as session:
            change = update(ThresholdActivation).where(ThresholdActivation.id == asked)
            done = session.execute(change.values(values))
        return int(done.rowcount)  # type: ignore[attr-defined]

    def confirm(self, account: UUID, asked: UUID) -> datetime:
        """Confirm a wish."""
        now = datetime.now(UTC)
        assert self.change(account, asked, confirmed_by=account, confirmed_at=now) == 1
        return now


def rule(valid_from: datetime, set_by: str, **values: Any) -> dict[str, Any]:
    """The rule that puts the set in force."""
    row = {"name": "threshold_set", "value": NAME, "valid_from": valid_from, "set_by": set_by}
    return row | {"reason": "x", "set_at": valid_from} | values


@pytest.fixture
def web(stack: LocalStack) -> Iterator[Sessions]:
    """The database as the web process signs in to it."""
    with sessions_as(stack, "web") as sessions:
        yield sessions


@pytest.fixture
def decided(factory: Factory, web: Sessions) -> Decided:
    """A set that was laid in, and accounts."""
    return Decided(factory, web)


def test_two_people_put_a_set_in_force(decided: Decided) -> None:
    at = decided.confirm(decided.second, decided.ask(decided.first))
    with transaction(decided.web, Scope(ScopeKind.OFFICER, decided.second)) as session:
        session.execute(insert(RuleRow).inline().values(rule(at, f"officer:{decided.second}")))


def test_one_does_not(decided: Decided) -> None:
    asked = decided.ask(decided.first)
    with pytest.raises(DBAPIError, match=REFUSED):
        decided.confirm(decided.first, asked)
    with pytest.raises(ProgrammingError, match=REFUSED):
        decided.change(
            decided.first, asked, confirmed_by=decided.second, confirmed_at=datetime.now(UTC)
        )
    with pytest.raises(DBAPIError, match="open_key"):
        decided.ask(decided.second)  # it waits for an answer already
    with pytest.raises(ProgrammingError, match=REFUSED):
        decided.ask(decided.first, asked_by=decided.second)


def test_nothing_arrives_confirmed_and_no_answer_changes(decided: Decided) -> None:
    now = datetime.now(UTC)
    with pytest.raises(ProgrammingError, match=REFUSED):
        decided.ask(decided.first, confirmed_by=decided.second, confirmed_at=now)
    asked = decided.ask(decided.first)
    decided.confirm(decided.second, asked)
    with pytest.raises(ProgrammingError, match=REFUSED):
        decided.change(decided.second, asked, asked_by=decided.stranger)


def test_nobody_confirms_for_a_time_that_has_passed(decided: Decided) -> None:
    asked, earlier = decided.ask(decided.first), datetime.now(UTC) - timedelta(days=1)
    with pytest.raises(ProgrammingError, match=REFUSED):
        decided.change(decided.second, asked, confirmed_by=decided.second, confirmed_at=earlier)


def test_who_decides_about_people_decides_nothing_about_limits(decided: Decided) -> None:
    with pytest.raises(ProgrammingError, match=REFUSED):
        decided.ask(decided.stranger)
    asked = decided.ask(decided.first)
    assert decided.change(decided.stranger, asked, declined_by=decided.stranger) == 0


@pytest.mark.parametrize("name", ["first", "second"])
def test_no_rule_names_a_set_that_only_one_wants(decided: Decided, name: str) -> None:
    decided.ask(decided.first)
    account = getattr(decided, name)
    new = rule(datetime.now(UTC), f"officer:{account}")
    with (
        pytest.raises(ProgrammingError, match=REFUSED),
        transaction(decided.web, Scope(ScopeKind.OFFICER, account)) as session,
    ):
        session.execute(insert(RuleRow).inline().values(new))


def test_no_rule_puts_a_set_in_force_for_the_past_or_one_district(
    decided: Decided, factory: Factory
) -> None:
    at = decided.confirm(decided.second, decided.ask(decided.first))
    who = f"officer:{decided.second}"
    for new in (
        rule(at - timedelta(days=1), who),
        rule(at, who, district_id=factory.district()),
        rule(at, who, value="another-set"),
        rule(at, who, name="max_retakes", value=0),
    ):
        with (
            pytest.raises(ProgrammingError, match=REFUSED),
            transaction(decided.web, Scope(ScopeKind.OFFICER, decided.second)) as session,
        ):
            session.execute(insert(RuleRow).inline().values(new))


@pytest.mark.parametrize("name", MACHINES)
def test_no_machine_and_no_command_does(stack: LocalStack, decided: Decided, name: str) -> None:
    scope = Scope(ScopeKind(name), "wang" if name == "command" else None)
    tried = (
        insert(RuleRow).inline().values(rule(datetime.now(UTC), scope.actor)),
        insert(ThresholdActivation)
        .inline()
        .values(set_name=NAME, reason="x", asked_by=decided.first, asked_at=datetime.now(UTC)),
        update(ThresholdActivation).values(reason="x"),
        update(ThresholdSetRow).values(limits=[]),
    )
    decided.ask(decided.first)
    with sessions_as(stack, name) as sessions:
        for statement in tried:
            with (
                pytest.raises(ProgrammingError, match=REFUSED),
                transaction(sessions, scope) as session,
            ):
                session.execute(statement)


@pytest.mark.parametrize(
    "act", ["UPDATE threshold_sets SET limits = '[]'", "DELETE FROM threshold_sets"]
)
def test_not_even_the_owner_changes_a_set_by_mistake(owner: Engine, act: str) -> None:
    with owner.connect() as connection, pytest.raises(ProgrammingError, match="only grows"):
        connection.execute(text(act))
