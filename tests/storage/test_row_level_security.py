"""What each database role and scope sees of each table, asked without any WHERE."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import ProgrammingError

from storage.database import DOOR, Scope, ScopeKind, Sessions, transaction
from storage.local_stack import LocalStack
from storage.parts import Parts
from tests.factories import Factory
from tests.servers import emptied, sessions_as
from tests.storage.people_rows import OF_PEOPLE, OF_STAFF, TABLES
from tests.storage.people_world import EVERYBODY, Caller, PeopleWorld, laid_world

# Tables without policies, and why nobody can be hurt by a row of them.
OF_NOBODY = UUID("00000000-0000-7000-8000-000000000001")
ABOUT_NOBODY = {
    "heartbeats": "names of our processes and when each was last alive",
    "seen_proofs": "hashes of proofs for ten minutes, without an owner",
}
# What a person reads of the own case. What machines found, notes and the trail are for officers.
FOR_THE_PERSON = {
    "challenges",
    "checkins",
    "completions",
    "devices",
    "excusals",
    "item_entries",
    "items",
    "media",
    "notices",
    "objections",
    "offenders",
    "person_requests",
    "receipts",
    "reference_sets",
    "reporting_plans",
    "reviews",
    "supervision_pauses",
    "supervision_periods",
    "windows",
    "work",
}
AT_THE_DOOR = {"activation_codes", "attestations", "devices"}
NOBODY: frozenset[str] = frozenset()
Seen = dict[str, frozenset[str]]


@pytest.fixture(scope="module")
def world(parts: Parts, owner: Engine) -> Iterator[PeopleWorld]:
    """People and accounts, laid once: these tests change nothing."""
    emptied(owner)
    with laid_world(Factory(parts), owner, datetime.now(UTC)) as laid:
        yield laid


@pytest.fixture(scope="module")
def web(stack: LocalStack) -> Iterator[Sessions]:
    """The database as the web process signs in to it."""
    with sessions_as(stack, "web") as sessions:
        yield sessions


def seen_by(sessions: Sessions, scope: Scope | None, world: PeopleWorld) -> Seen:
    """Read every table about people whole; gives whose rows came back, by table."""
    return {name: _whose(sessions, scope, world, name) for name in OF_PEOPLE}


def _whose(
    sessions: Sessions, scope: Scope | None, world: PeopleWorld, name: str
) -> frozenset[str]:
    table = TABLES[name]
    try:
        if scope is None:
            with sessions.begin() as session:
                rows = session.execute(select(*table.primary_key)).all()
        else:
            with transaction(sessions, scope) as session:
                rows = session.execute(select(*table.primary_key)).all()
    except ProgrammingError as fault:
        if isinstance(fault.orig, InsufficientPrivilege):
            return NOBODY
        raise
    keys = [(name, tuple(row)) for row in rows]
    return frozenset(world.rows.whose[key] for key in keys if key in world.rows.whose)


def expected(caller: Caller) -> Seen:
    """Say whose rows an account must see, by table."""
    known = caller.sees | caller.leads
    special = {
        "activation_codes": caller.works_with,
        "audit_entries": caller.audits,
        "case_openings": NOBODY,  # those of somebody else
        "enrolment_changes": NOBODY,
        "checkin_vectors": NOBODY,
        "inspection_opinions": known if caller.leads or caller.audits else NOBODY,
        "named_officers": known,
        "offenders": known,
        "recusals": known,
        "reference_vectors": NOBODY,
        "transfers": known,
    }
    return {name: special.get(name, caller.sees) for name in OF_PEOPLE}


def test_every_table_has_policies_or_a_reason_to_have_none(owner: Engine) -> None:
    assert set(OF_PEOPLE) | OF_STAFF | set(ABOUT_NOBODY) == set(TABLES)
    with owner.connect() as connection:
        guarded = connection.scalars(
            text(
                "SELECT relname FROM pg_class WHERE relrowsecurity"
                " AND EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid)"
            )
        )
        assert set(guarded) == set(TABLES) - set(ABOUT_NOBODY)


def test_no_policy_misleads_the_planner(owner: Engine) -> None:
    """A scope that is compared outside of its subquery (migration 0035)."""
    with owner.connect() as connection:
        policies = connection.execute(
            text(
                "SELECT tablename, policyname FROM pg_policies"
                " WHERE concat(qual, with_check) LIKE '%AS app_scope)%'"
            )
        )
        assert policies.all() == []


def test_every_account_sees_its_people_and_nobody_else(web: Sessions, world: PeopleWorld) -> None:
    for name, caller in world.callers.items():
        found = seen_by(web, Scope(ScopeKind.OFFICER, caller.id), world)
        assert {name: found} == {name: expected(caller)}


def test_some_account_sees_each_person(world: PeopleWorld) -> None:
    assert {"n1", "n1-young", "n2", "n2-young", "s1", "s2"} == set().union(
        *(caller.sees for caller in world.callers.values())
    )


def test_a_person_sees_the_own_rows_and_nobody_elses(web: Sessions, world: PeopleWorld) -> None:
    for name in ("n1", "n1-young"):
        found = seen_by(web, Scope(ScopeKind.OFFENDER, world.rows.ids[name]), world)
        own = frozenset({name})
        assert found == {one: own if one in FOR_THE_PERSON else NOBODY for one in OF_PEOPLE}


def test_the_door_sees_phones_and_codes_and_no_person(web: Sessions, world: PeopleWorld) -> None:
    found = seen_by(web, DOOR, world)
    assert found == {one: EVERYBODY if one in AT_THE_DOOR else NOBODY for one in OF_PEOPLE}


def test_the_door_is_told_one_person_for_one_whole_number(
    web: Sessions, world: PeopleWorld
) -> None:
    asked = text("SELECT app_person_by_number(:number)")
    with world.factory.session() as session:
        person = world.rows.ids["s1"]
        table = TABLES["offenders"]
        number = session.scalar(select(table.c.number).where(table.c.id == person))
    with transaction(web, DOOR) as session:
        assert session.scalar(asked, {"number": number}) == person
        assert session.scalar(asked, {"number": "%"}) is None
    for kind in (ScopeKind.OFFICER, ScopeKind.OFFENDER):
        with transaction(web, Scope(kind, uuid4())) as session:
            assert session.scalar(asked, {"number": number}) is None


@pytest.mark.parametrize(
    "scope",
    [
        None,
        Scope(ScopeKind.COMMAND, "somebody"),
        Scope(ScopeKind.VERIFIER),
        Scope(ScopeKind.CLOCK),
        Scope(ScopeKind.OFFICER),
        Scope(ScopeKind.OFFICER, OF_NOBODY),
        Scope(ScopeKind.OFFENDER),
        Scope(ScopeKind.OFFENDER, OF_NOBODY),
    ],
    ids=str,
)
def test_without_a_known_caller_the_web_sees_nothing(
    web: Sessions, world: PeopleWorld, scope: Scope | None
) -> None:
    assert seen_by(web, scope, world) == dict.fromkeys(OF_PEOPLE, NOBODY)


def test_a_connection_that_served_somebody_shows_the_next_nothing(
    web: Sessions, world: PeopleWorld
) -> None:
    caller = world.callers["supervisor"]
    with web() as session:
        connection = session.connection()
        connection.execute(text("SELECT set_config('app.scope', 'officer', true)"))
        connection.execute(
            text("SELECT set_config('app.subject', :who, true)"), {"who": str(caller.id)}
        )
        people = text("SELECT count(*) FROM offenders")
        assert connection.scalar(people) > 0
        session.commit()
        assert session.connection().scalar(people) == 0


@pytest.mark.parametrize("name", ["verifier", "chores", "clock", "command"])
def test_a_process_sees_what_it_works_on_in_its_own_scope_only(
    stack: LocalStack, world: PeopleWorld, name: str
) -> None:
    with sessions_as(stack, name) as sessions:
        own = seen_by(sessions, Scope(ScopeKind(name)), world)
        assert set(own.values()) == {EVERYBODY, NOBODY}
        officer = Scope(ScopeKind.OFFICER, world.callers["procurator"].id)
        for scope in (None, officer, DOOR):
            assert seen_by(sessions, scope, world) == dict.fromkeys(OF_PEOPLE, NOBODY)


def test_a_command_reads_the_register_and_who_is_enrolled_and_no_case(
    stack: LocalStack, world: PeopleWorld
) -> None:
    people = "offenders supervision_pauses supervision_periods reporting_plans fences work media"
    enrolled = "reference_sets reference_photos reference_vectors named_officers recusals"
    register = {*people.split(), *enrolled.split()}
    with sessions_as(stack, "command") as sessions:
        found = seen_by(sessions, Scope(ScopeKind.COMMAND, "wang"), world)
    assert {name for name, whose in found.items() if whose} == register


def test_nobody_but_the_verifier_reads_vectors(stack: LocalStack) -> None:
    for name in ("web", "chores", "clock", "command"):
        asked = sessions_as(stack, name)
        with asked as sessions, pytest.raises(ProgrammingError, match="denied"), sessions() as one:
            one.execute(text("SELECT * FROM reference_vectors"))
