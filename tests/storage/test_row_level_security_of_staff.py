"""Who sees accounts, sign-ins, factors, places and lessons; asked without any WHERE."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Column, Engine, insert, select, text
from sqlalchemy.exc import ProgrammingError

from storage.database import DOOR, Scope, ScopeKind, Sessions, transaction
from storage.local_stack import LocalStack
from storage.parts import Parts
from storage.records import PhotoLook, RecoveryCode, Role, SecondFactor, SignIn, StudyVersion
from tests.factories import Factory
from tests.servers import emptied, sessions_as
from tests.storage.people_rows import TABLES, PeopleRows

# Rows of one account each, and the column that names it.
SECRETS: dict[str, Column[UUID]] = {
    "recovery_codes": TABLES["recovery_codes"].c.officer_id,
    "second_factors": TABLES["second_factors"].c.officer_id,
    "sign_ins": TABLES["sign_ins"].c.officer_id,
}
REFUSED = r"permission denied|row-level security"
PLACES = ("districts", "offices", "rules")


@dataclass(frozen=True)
class Staff:
    """Accounts of two offices in two districts, each with a sign-in and a second factor."""

    ids: dict[str, UUID]

    def names(self, ids: set[UUID]) -> set[str]:
        """Say which accounts these are."""
        return {name for name, one in self.ids.items() if one in ids}


@pytest.fixture(scope="module")
def staff(parts: Parts, owner: Engine) -> Staff:
    """Accounts, laid once: these tests change nothing."""
    emptied(owner)
    factory, now = Factory(parts), datetime.now(UTC)
    north, south = factory.district(), factory.district()
    n1, s1 = factory.office(north), factory.office(south)
    ids = {
        "officer": factory.officer(n1, Role.OFFICER).id,
        "head": factory.officer(n1, Role.HEAD).id,
        "supervisor": factory.officer(None, Role.DISTRICT, north).id,
        "city": factory.officer(None, Role.CITY).id,
        "administrator": factory.officer(None, Role.ADMINISTRATOR).id,
        "editor": factory.officer(None, Role.EDITOR).id,
        "southern officer": factory.officer(s1, Role.OFFICER).id,
        "unposted": factory.account().id,
    }
    with factory.session() as session:
        for account in ids.values():
            secret = {"officer_id": account}
            session.add(
                SignIn(**secret, secret_sha256=uuid4().hex, started_at=now, last_seen_at=now)
            )
            session.add(RecoveryCode(**secret, code_sha256=uuid4().hex, made_at=now))
            session.add(PhotoLook(**secret, hour=now, checkin_id=uuid4()))
    with owner.begin() as connection:
        rows = PeopleRows(connection, ids["editor"], n1)
        rows.lay_library()
        rows.lay_library(published_at=None)
    return Staff(ids)


@pytest.fixture(scope="module")
def web(stack: LocalStack) -> Iterator[Sessions]:
    """The database as the web process signs in to it."""
    with sessions_as(stack, "web") as sessions:
        yield sessions


def accounts(sessions: Sessions, scope: Scope, staff: Staff, column: Column[UUID]) -> set[str]:
    """Read a table whole; gives whose rows came back."""
    with transaction(sessions, scope) as session:
        return staff.names(set(session.scalars(select(column))))


def of(staff: Staff, name: str) -> Scope:
    """The scope of an account."""
    return Scope(ScopeKind.OFFICER, staff.ids[name])


@pytest.mark.parametrize("table", SECRETS)
def test_sign_ins_and_factors_are_ones_own_or_of_whom_one_may_reset(
    web: Sessions, staff: Staff, table: str
) -> None:
    column, everybody = SECRETS[table], set(staff.ids)
    seen = {name: accounts(web, of(staff, name), staff, column) for name in staff.ids}
    assert seen == {
        "officer": {"officer"},
        "head": {"officer", "head"},
        "supervisor": {"officer", "head", "supervisor"},
        "city": {"city"},
        "administrator": everybody,
        "editor": {"editor"},
        "southern officer": {"southern officer"},
        "unposted": {"unposted"},
    }


def test_postings_are_known_in_the_own_district(web: Sessions, staff: Staff) -> None:
    column = TABLES["postings"].c.officer_id
    north, posted = {"officer", "head", "supervisor"}, set(staff.ids) - {"unposted"}
    seen = {name: accounts(web, of(staff, name), staff, column) for name in staff.ids}
    assert seen == {
        "officer": north,
        "head": north,
        "supervisor": north,
        "city": posted,
        "administrator": posted,
        "editor": {"editor"},
        "southern officer": {"southern officer"},
        "unposted": set(),
    }


def test_how_many_photos_somebody_saw_is_for_who_leads(web: Sessions, staff: Staff) -> None:
    column = TABLES["photo_looks"].c.officer_id
    assert accounts(web, of(staff, "head"), staff, column) == {"officer", "head"}
    assert accounts(web, of(staff, "administrator"), staff, column) == {"administrator"}


def test_names_of_accounts_are_known_to_all_staff_and_to_no_phone(
    web: Sessions, staff: Staff
) -> None:
    column = TABLES["officers"].c.id
    assert accounts(web, of(staff, "southern officer"), staff, column) == set(staff.ids)
    person = Scope(ScopeKind.OFFENDER, uuid4())
    for table in ("officers", "postings", "account_resets", *SECRETS):
        with transaction(web, person) as session:
            assert session.execute(select(TABLES[table])).all() == []


def test_nobody_reads_anything_of_staff_without_a_scope(web: Sessions, staff: Staff) -> None:
    assert staff
    for table in ("officers", "postings", "account_resets", *PLACES, *SECRETS):
        with web.begin() as session:
            assert session.execute(select(TABLES[table])).all() == []


def test_the_door_sees_who_signs_in_and_no_reset(web: Sessions, staff: Staff) -> None:
    for column in SECRETS.values():
        assert accounts(web, DOOR, staff, column) == set(staff.ids)
    with transaction(web, DOOR) as session:
        assert session.execute(select(TABLES["account_resets"])).all() == []


@pytest.mark.parametrize("process", ["verifier", "chores", "clock"])
def test_no_machine_reads_a_password_or_a_factor(stack: LocalStack, process: str) -> None:
    for table in ("officers", *SECRETS):
        with (
            sessions_as(stack, process) as sessions,
            pytest.raises(ProgrammingError) as refused,
            transaction(sessions, Scope(ScopeKind(process))) as session,
        ):
            session.execute(select(TABLES[table]))
        assert isinstance(refused.value.orig, InsufficientPrivilege)


def test_a_phone_reads_published_lessons_only(web: Sessions, staff: Staff) -> None:
    versions = select(StudyVersion.published_at.is_not(None))
    with transaction(web, Scope(ScopeKind.OFFENDER, uuid4())) as session:
        assert session.scalars(versions).all() == [True]
    with transaction(web, of(staff, "editor")) as session:
        assert sorted(session.scalars(versions)) == [False, True]


@pytest.mark.parametrize("name", ["head", "supervisor", "city", "editor"])
def test_places_and_accounts_are_made_by_administrators_only(
    web: Sessions, staff: Staff, name: str
) -> None:
    now = datetime.now(UTC)
    rows: dict[str, dict[str, Any]] = {
        "districts": {"code": "new", "name": "new"},
        "officers": {"login": "new", "name": "new", "created_at": now},
        "rules": {
            "name": "n",
            "value": 1,
            "valid_from": now,
            "set_by": "x",
            "reason": "r",
            "set_at": now,
        },
    }
    for table, row in rows.items():
        with (
            pytest.raises(ProgrammingError, match=REFUSED),
            transaction(web, of(staff, name)) as session,
        ):
            session.execute(insert(TABLES[table]).inline().values(row))


def test_an_officer_takes_no_factor_of_another_office_away(web: Sessions, staff: Staff) -> None:
    ends = text("UPDATE second_factors SET ended_at = now() RETURNING officer_id")
    with web() as session:
        for setting, value in (("scope", "officer"), ("subject", str(staff.ids["head"]))):
            session.execute(
                text("SELECT set_config(:name, :value, true)"),
                {"name": f"app.{setting}", "value": value},
            )
        assert staff.names(set(session.scalars(ends))) == {"officer", "head"}
        session.rollback()


def test_a_sign_in_of_somebody_else_is_not_laid(web: Sessions, staff: Staff) -> None:
    now = datetime.now(UTC) + timedelta(days=1)
    row = SecondFactor(officer_id=staff.ids["head"], sealed_secret="x", created_at=now)  # noqa: S106
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction(web, of(staff, "officer")) as session,
    ):
        session.add(row)
