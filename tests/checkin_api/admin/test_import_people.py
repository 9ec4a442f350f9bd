"""A city from one file: whole or not at all, the same again changes nothing, nobody is ended."""

import csv
import json
import re
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from checkin_api.access.secret_texts import hashed
from checkin_api.admin.acts import Kind
from storage.records import (
    AuditEntry,
    District,
    Fence,
    Offender,
    Office,
    Officer,
    Posting,
    ReportingPlan,
    Role,
    SupervisionPeriod,
)
from tests.checkin_api.admin.city_files import city, written
from tests.checkin_api.admin.conftest import Ran, Terminal
from verifier.local_time import local_date

TABLES = (District, Office, Officer, Posting, Offender, SupervisionPeriod, ReportingPlan, Fence)


def counts(terminal: Terminal) -> list[int]:
    with terminal.rows() as session:
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES]


def imports(terminal: Terminal, administrator: str, file: Path, *words: object) -> Ran:
    codes = file.with_name(f"codes-{time.monotonic_ns()}.csv")
    named = () if "--codes" in words else ("--codes", codes)
    return terminal.run("import-people", file, "--as", administrator, *named, *words)


def report(ran: Ran) -> dict[str, Any]:
    assert ran.status == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_a_file_lays_places_accounts_and_people(
    terminal: Terminal, administrator: str, tmp_path: Path, suffix: str
) -> None:
    file = written(tmp_path / f"city{suffix}", city(people=4))
    told = report(imports(terminal, administrator, file, "--json"))
    assert told["added"] == {"district": 1, "office": 2, "officer": 2, "person": 4}
    assert counts(terminal) == [1, 2, 3, 3, 4, 4, 4, 2]
    with terminal.rows() as session:
        assert session.scalars(select(Offender.number).order_by("number")).first() == "000000"
        period = session.scalars(select(SupervisionPeriod.starts_on)).first()
        plan = session.scalars(select(ReportingPlan)).first()
    assert period == date(2026, 1, 5)
    assert plan is not None
    assert plan.starts_on == local_date(terminal.factory.parts.now()) + timedelta(days=1)
    assert plan.created_by == f"command:{administrator}"


def test_an_account_waits_for_its_owner_and_for_somebody_to_confirm_it(
    terminal: Terminal, administrator: str, tmp_path: Path
) -> None:
    rows = city(officers=0)
    rows[Kind.OFFICER] = [
        {"login": "wu", "name": "吴", "role": "officer", "office": "00000；00001"},
        {"login": "wu", "name": "吴", "role": "duty", "district": "0000"},
        {"login": "xu", "name": "徐", "role": "administrator"},
    ]
    codes = tmp_path / "codes.csv"
    file = written(tmp_path / "city.csv", rows)
    ran = imports(terminal, administrator, file, "--codes", codes)
    assert ran.status == 0, ran.err
    assert codes.stat().st_mode & 0o077 == 0
    (_, wu, xu) = csv.reader(codes.read_text(encoding="utf-8-sig").splitlines())
    assert wu[2] not in ran.out + ran.err
    with terminal.rows() as session:
        account = session.scalars(select(Officer).where(Officer.login == "wu")).one()
        posts = session.scalars(select(Posting).where(Posting.officer_id == account.id)).all()
        made = session.scalars(
            select(Posting).where(Posting.role == Role.ADMINISTRATOR).order_by(Posting.created_at)
        ).all()
    assert (account.setup_code_sha256, account.password_hash) == (hashed(wu[2]), None)
    assert sorted(post.role for post in posts) == ["duty", "officer", "officer"]
    assert {post.confirmed_at for post in posts} == {None}
    assert xu[0] == "xu"
    assert [post.confirmed_at is None for post in made] == [False, True], "no file makes one"


def test_codes_of_new_accounts_need_a_file_that_is_not_there(
    terminal: Terminal, administrator: str, tmp_path: Path
) -> None:
    file = written(tmp_path / "city.csv", city())
    without = terminal.run("import-people", file, "--as", administrator)
    (tmp_path / "there.csv").write_text("mine")
    over = imports(terminal, administrator, file, "--codes", tmp_path / "there.csv")
    assert (without.status, over.status) == (1, 1)
    assert "There are 2 new accounts. Say with --codes FILE" in without.err
    assert "is there already and is not overwritten" in over.err
    assert (tmp_path / "there.csv").read_text() == "mine"
    assert counts(terminal)[0] == 0


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_the_same_file_again_changes_nothing(
    terminal: Terminal, administrator: str, tmp_path: Path, suffix: str
) -> None:
    file = written(tmp_path / f"city{suffix}", city(people=4))
    imports(terminal, administrator, file)
    before = counts(terminal)
    told = report(terminal.run("import-people", file, "--as", administrator, "--json"))
    assert sum(told["added"].values()) == 0
    assert told["unchanged"] == {"district": 1, "office": 2, "officer": 2, "person": 4}
    assert told["kept"] == []
    assert counts(terminal) == before


def test_who_is_missing_from_a_file_is_not_ended_by_it(
    terminal: Terminal, administrator: str, tmp_path: Path
) -> None:
    imports(terminal, administrator, written(tmp_path / "all.csv", city(people=5)))
    told = report(
        imports(terminal, administrator, written(tmp_path / "two.csv", city(2)), "--json")
    )
    assert told["unchanged"]["person"] == 2
    with terminal.rows() as session:
        assert session.scalars(select(SupervisionPeriod.ends_on)).all() == [None] * 5
        assert session.scalars(select(ReportingPlan.ended_on)).all() == [None] * 5


def test_an_export_has_the_shape_that_an_import_reads(
    terminal: Terminal, administrator: str, tmp_path: Path
) -> None:
    rows = city(people=3)
    rows[Kind.PERSON][0] |= {"name": "=HYPERLINK(1)", "adult_on": "2030-05-01"}
    rows[Kind.PERSON][1] |= {"name": "'+86", "ends": "2027-01-01", "plan": "none"}
    rows[Kind.PERSON][2] |= {"opens": "22:00", "due": "02:00", "grace_ends": "03:30"}
    imports(terminal, administrator, written(tmp_path / "in.csv", rows))
    before = counts(terminal)
    for name in ("out.xlsx", "out.csv"):
        out = tmp_path / name
        ran = terminal.run("export-people", out, "--as", administrator, "--language", "zh")
        assert ran.status == 0, ran.err
        assert out.stat().st_mode & 0o077 == 0
        told = report(terminal.run("import-people", out, "--as", administrator, "--json"))
        assert (sum(told["added"].values()), told["kept"]) == (0, [])
    assert counts(terminal) == before
    with terminal.rows() as session:
        names = session.scalars(select(Offender.name).order_by(Offender.number)).all()
    assert names == ["=HYPERLINK(1)", "'+86", "甲2"]
    cells = (tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line for line in cells if re.search(r"(^|,)\"?[=+@-]", line)] == []


def test_nobody_but_a_named_administrator_imports_or_exports(
    terminal: Terminal, administrator: str, tmp_path: Path
) -> None:
    file = written(tmp_path / "city.csv", city(officers=0))
    head = terminal.factory.officer(terminal.factory.office(), Role.HEAD).login
    waiting = terminal.factory.officer(role=Role.EDITOR)
    terminal.factory.posting(waiting.id, Role.ADMINISTRATOR, confirmed=False)
    before = counts(terminal)
    for who in (head, waiting.login, "nobody"):
        for command in (("import-people", file), ("export-people", tmp_path / "out.csv")):
            ran = terminal.run(*command, "--as", who)
            assert ran.status == 1
            assert f"{who} is no enabled account of an administrator" in ran.err
    terminal.run("disable-officer", administrator)
    assert imports(terminal, administrator, file).status == 1
    assert counts(terminal) == before
    assert not (tmp_path / "out.csv").exists()


def test_the_record_keeps_who_what_and_how_much_and_no_name(
    terminal: Terminal, administrator: str, tmp_path: Path
) -> None:
    file = written(tmp_path / "city.csv", city(people=2))
    told = report(imports(terminal, administrator, file, "--json"))
    terminal.run("export-people", tmp_path / "out.csv", "--as", administrator)
    with terminal.rows() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.number)).all()
        person = session.scalars(select(Offender.id)).first()
    (imported,) = [entry for entry in entries if entry.action == "people_imported"]
    (exported,) = [entry for entry in entries if entry.action == "people_exported"]
    assert (imported.actor, imported.subject) == (f"command:{administrator}", told["sha256"])
    assert imported.detail["added"]["person"] == 2
    assert exported.detail["rows"]["person"] == 2
    assert (person, "person_added") in {(entry.offender_id, entry.action) for entry in entries}
    assert "甲" not in json.dumps([entry.detail for entry in entries], ensure_ascii=False)
