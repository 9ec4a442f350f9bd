"""What nobody writes: rows of people out of reach, acts in another's name, the trail itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Connection, Engine, insert, select, text, update
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from storage import audit
from storage.database import DOOR, Scope, ScopeKind, Sessions, transaction
from storage.local_stack import LocalStack
from storage.parts import Parts
from storage.records import Posting, Role
from tests.factories import Factory
from tests.servers import emptied, sessions_as
from tests.storage.people_rows import OF_PEOPLE, TABLES
from tests.storage.people_world import Caller, PeopleWorld, laid_world

REFUSED = r"permission denied|row-level security"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def world(parts: Parts, owner: Engine) -> Iterator[PeopleWorld]:
    """People and accounts, laid once: whatever these tests write is taken back."""
    emptied(owner)
    with laid_world(Factory(parts), owner, datetime.now(UTC)) as laid:
        yield laid


@pytest.fixture(scope="module")
def web(stack: LocalStack) -> Iterator[Sessions]:
    """The database as the web process signs in to it."""
    with sessions_as(stack, "web") as sessions:
        yield sessions


@contextmanager
def trying(sessions: Sessions, scope: Scope) -> Iterator[Session]:
    """A transaction that is always taken back."""
    with transaction(sessions, scope) as session:
        yield session
        session.rollback()


def rows_of(connection: Connection, world: PeopleWorld, person: str) -> dict[str, dict[str, Any]]:
    """Read a person's row of every table, as the owner."""
    found = {}
    for name, key in world.rows.whose:
        if world.rows.whose[name, key] == person:
            columns = zip(TABLES[name].primary_key, key, strict=True)
            wanted = select(TABLES[name]).where(*(column == value for column, value in columns))
            found[name] = dict(connection.execute(wanted).mappings().one())
    return found


def changed(sessions: Sessions, scope: Scope, world: PeopleWorld, name: str) -> set[str]:
    """Change every row of a table that can be changed; gives whose rows those were."""
    table = TABLES[name]
    column = next(iter(table.columns))
    try:
        with trying(sessions, scope) as session:
            keys = session.execute(
                update(table).values({column: column}).returning(*table.primary_key)
            ).all()
    except ProgrammingError as fault:
        if isinstance(fault.orig, InsufficientPrivilege):
            return set()
        raise
    whose = (world.rows.whose.get((name, tuple(key))) for key in keys)
    return {one for one in whose if one}


def officer(caller: Caller) -> Scope:
    """The scope of an account."""
    return Scope(ScopeKind.OFFICER, caller.id)


def test_an_update_of_everything_changes_only_whom_one_works_with(
    web: Sessions, world: PeopleWorld
) -> None:
    for name, caller in world.callers.items():
        for table in OF_PEOPLE:
            found = changed(web, officer(caller), world, table)
            # Who leads ends recusals and namings of the young, and gives them to other offices.
            allowed = caller.works_with | caller.leads
            assert (name, table, found - allowed) == (name, table, set())
    head = officer(world.callers["head"])
    assert changed(web, head, world, "checkins") == {"n1"}
    assert changed(web, head, world, "named_officers") == {"n1", "n1-young"}


def test_who_only_looks_changes_nothing(web: Sessions, world: PeopleWorld) -> None:
    for name in ("procurator", "city with a case", "editor", "administrator", "unposted"):
        scope = officer(world.callers[name])
        assert {table for table in OF_PEOPLE if changed(web, scope, world, table)} == set()


def test_a_person_changes_nothing_of_anybody_else(web: Sessions, world: PeopleWorld) -> None:
    scope = Scope(ScopeKind.OFFENDER, world.rows.ids["n1"])
    found = {table: changed(web, scope, world, table) for table in OF_PEOPLE}
    assert set().union(*found.values()) == {"n1"}
    assert not found["offenders"] | found["devices"] | found["supervision_periods"]


@pytest.mark.parametrize("name", ["officer", "head", "procurator", "administrator", "a person"])
def test_no_row_is_written_about_somebody_out_of_reach(
    web: Sessions, owner: Engine, world: PeopleWorld, name: str
) -> None:
    scope = (
        Scope(ScopeKind.OFFENDER, world.rows.ids["n1"])
        if name == "a person"
        else officer(world.callers[name])
    )
    with owner.connect() as connection:
        rows = rows_of(connection, world, "s1")
    assert set(rows) == set(OF_PEOPLE)
    for table, row in rows.items():
        # An entry of the trail is refused for its actor; what it is about is not asked (below).
        with pytest.raises(ProgrammingError, match=REFUSED), trying(web, scope) as session:
            session.execute(insert(TABLES[table]).inline().values(row))


def test_a_row_in_reach_is_not_given_to_somebody_out_of_reach(
    web: Sessions, world: PeopleWorld
) -> None:
    scope = officer(world.callers["officer"])
    away = {"offender_id": world.rows.ids["s1"]}
    for table in ("items", "fences", "reference_sets", "devices"):
        gives = update(TABLES[table]).values(away)
        with pytest.raises(ProgrammingError, match=REFUSED), trying(web, scope) as session:
            session.execute(gives)


@pytest.mark.parametrize("name", ["office_id", "adult_on", "number"])
def test_no_mistake_of_the_web_moves_a_person_or_makes_one_of_age(
    web: Sessions, world: PeopleWorld, name: str
) -> None:
    away = {"office_id": world.offices["s1"], "adult_on": NOW.date(), "number": "another"}
    change = update(TABLES["offenders"]).where(TABLES["offenders"].c.id == world.rows.ids["n1"])
    scope = officer(world.callers["officer"])
    with pytest.raises(ProgrammingError, match=REFUSED), trying(web, scope) as session:
        session.execute(change.values({name: away[name]}))


def test_what_one_officer_may_another_office_may_not_though_both_write(
    web: Sessions, world: PeopleWorld
) -> None:
    note = {
        "offender_id": world.rows.ids["n1"],
        "officer_id": world.callers["officer"].id,
        "words": "a call",
        "written_at": NOW,
    }
    with trying(web, officer(world.callers["officer"])) as session:
        session.execute(insert(TABLES["person_notes"]).values(note))
    other = officer(world.caller("officer of the south", (Role.OFFICER, "s1"), sees="s1"))
    with pytest.raises(ProgrammingError, match=REFUSED), trying(web, other) as session:
        session.execute(insert(TABLES["person_notes"]).values(note))


def test_nobody_confirms_the_own_posting(web: Sessions, world: PeopleWorld) -> None:
    caller = world.caller("new administrator", (Role.ADMINISTRATOR, ""))
    posting = world.factory.posting(
        caller.id, Role.DISTRICT, district=world.districts["N"], confirmed=False
    )
    own = update(Posting).where(Posting.id == posting)
    other = world.callers["administrator"]
    confirmed = {"confirmed_at": NOW, "confirmed_by": f"officer:{caller.id}"}
    for confirmer in (caller, other):
        tried = trying(web, officer(confirmer))
        with pytest.raises(ProgrammingError, match=REFUSED), tried as session:
            session.execute(own.values(confirmed))


def test_the_trail_is_written_in_the_own_name_only(web: Sessions, world: PeopleWorld) -> None:
    caller, other = world.callers["officer"], world.callers["head"]
    with trying(web, officer(caller)) as session:
        audit.record(session, "tried", NOW)
    for scope in (officer(other), DOOR, Scope(ScopeKind.COMMAND, "wang")):
        with trying(web, officer(caller)) as session:
            session.info["scope"] = scope
            with pytest.raises(ProgrammingError, match=REFUSED):
                audit.record(session, "tried", NOW)


def test_only_a_procurators_looks_are_hidden(web: Sessions, world: PeopleWorld) -> None:
    def hides(caller: UUID) -> Scope:
        return Scope(ScopeKind.OFFICER, caller, inspects=True)

    with trying(web, hides(world.callers["procurator"].id)) as session:
        audit.record(session, "tried", NOW)
    tried = trying(web, hides(world.callers["head"].id))
    with pytest.raises(ProgrammingError, match=REFUSED), tried as session:
        audit.record(session, "tried", NOW)


def test_what_a_procurator_looked_at_is_seen_by_procurators_only(
    web: Sessions, world: PeopleWorld
) -> None:
    inspector = world.callers["procurator"]
    with transaction(web, Scope(ScopeKind.OFFICER, inspector.id, inspects=True)) as session:
        audit.record(session, "looked", NOW, offender_id=world.rows.ids["n2"])
        audit.record(session, "looked", NOW)
    looked = text("SELECT count(*) FROM audit_entries WHERE action = 'looked'")
    seen = {}
    for name, caller in world.callers.items():
        with transaction(web, officer(caller)) as session:
            seen[name] = session.scalar(looked)
    assert {name: number for name, number in seen.items() if number} == {
        "procurator": 2,
        "recused procurator": 2,
    }


@pytest.mark.parametrize("act", ["UPDATE audit_entries SET at = at", "DELETE FROM audit_entries"])
def test_not_even_the_owner_changes_the_trail_by_mistake(owner: Engine, act: str) -> None:
    with owner.connect() as connection, pytest.raises(ProgrammingError, match="only grows"):
        connection.execute(text(act))
