"""An administrator lays out a city: whole or not at all, and the same again changes nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from checkin_api.access.secret_texts import hashed
from storage.records import (
    AuditEntry,
    District,
    Offender,
    Office,
    Officer,
    Posting,
    ReportingPlan,
    Role,
    SupervisionPeriod,
)
from tests.checkin_api.admin.conftest import Terminal
from verifier.local_time import local_date

CITY = """\
districts:
  - {code: 0501, name: 云阳县}
  - {code: 0502, name: 巫山县}
offices:
  - {code: no, name: 双江司法所, district: 0501}
officers:
  - {login: li, name: 李, role: officer, office: no}
  - {login: zhao, name: 赵, role: district, district: 0501}
  - {login: sun, name: 孙, role: editor}
offenders:
  - {number: CQ000001, name: 甲, office: no, starts: 2026-01-05}
  - {number: CQ000002, name: 乙, office: no, plan: none}
"""
TABLES = (District, Office, Officer, Offender, SupervisionPeriod, ReportingPlan, AuditEntry)


@pytest.fixture
def city(tmp_path: Path) -> Path:
    file = tmp_path / "city.yaml"
    file.write_text(CITY, encoding="utf-8")
    return file


def counts(terminal: Terminal) -> list[int]:
    with terminal.rows() as session:
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES]


def test_one_file_lays_districts_offices_accounts_and_people(
    terminal: Terminal, city: Path
) -> None:
    done = terminal.run("lay-out", city, "--json").done
    assert {one["change"] for one in done} == {"added"}
    assert counts(terminal) == [2, 1, 3, 2, 2, 1, 11]


def test_codes_are_read_as_they_are_written(terminal: Terminal, city: Path) -> None:
    terminal.run("lay-out", city)
    with terminal.rows() as session:
        assert session.scalars(select(District.code).order_by(District.code)).all() == [
            "0501",
            "0502",
        ]
        assert session.scalars(select(Office.code)).all() == ["no"]


def test_the_same_file_again_changes_nothing(terminal: Terminal, city: Path) -> None:
    first = terminal.run("lay-out", city, "--json").done
    before = counts(terminal)
    again = terminal.run("lay-out", city, "--json").done
    assert {one["change"] for one in again} == {"unchanged"}
    assert [one["id"] for one in again] == [one["id"] for one in first]
    assert [one["setup_code"] for one in again] == [None] * len(again)
    assert counts(terminal) == before


def test_two_runs_at_once_lay_everything_once(terminal: Terminal, city: Path) -> None:
    with ThreadPoolExecutor(2) as both:
        ran = list(both.map(lambda _: terminal.run("lay-out", city, "--json"), range(2)))
    assert [one.status for one in ran] == [0, 0]
    assert counts(terminal) == [2, 1, 3, 2, 2, 1, 11]


def test_a_mistake_anywhere_leaves_nothing_of_the_file(terminal: Terminal, city: Path) -> None:
    text = CITY.replace("office: no, plan: none", "office: nowhere")
    city.write_text(
        text.replace("district: 0501}\n  - {login: sun", "district: 0509}\n  - {login: sun")
    )
    ran = terminal.run("lay-out", city)
    assert ran.status == 1
    assert "officers[2]: There is no district 0509." in ran.err
    assert "offenders[2]: There is no justice office nowhere." in ran.err
    assert counts(terminal) == [0] * len(TABLES)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (
            CITY.replace("role: officer,", "role: boss,"),
            "officers[1].role: This is none of the words",
        ),
        (CITY.replace("plan: none", "plann: none"), "offenders[2].plann: This name is not known"),
        (CITY.replace("name: 甲, ", ""), "offenders[1].name: This has to be given."),
        (CITY.replace("role: editor", "role: head"), "officers[3]: A social worker, officer or"),
        (CITY.replace("starts: 2026-01-05", "starts: yesterday"), "offenders[1].starts: "),
        ("districts: [", "line 1: this is not readable as YAML"),
    ],
)
def test_a_mistake_is_named_with_its_place(
    terminal: Terminal, city: Path, wrong: str, said: str
) -> None:
    city.write_text(wrong, encoding="utf-8")
    ran = terminal.run("lay-out", city)
    assert ran.status == 1
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert counts(terminal) == [0] * len(TABLES)


def test_what_is_there_is_never_changed(terminal: Terminal, city: Path) -> None:
    terminal.run("lay-out", city)
    city.write_text(CITY.replace("巫山县", "巫溪县"), encoding="utf-8")
    ran = terminal.run("lay-out", city)
    assert ran.status == 1
    assert "districts[2]: 0502 is there already and differs" in ran.err
    with terminal.rows() as session:
        assert (
            session.scalars(select(District.name).where(District.code == "0502")).one() == "巫山县"
        )


def test_an_account_gets_a_set_up_code_that_only_its_hash_remembers(terminal: Terminal) -> None:
    terminal.run("add-district", "D1", "云阳县")
    terminal.run("add-office", "O1", "双江司法所", "--district", "D1")
    (done,) = terminal.run(
        "add-officer", "li", "李", "--role", "officer", "--office", "O1", "--json"
    ).done
    with terminal.rows() as session:
        officer = session.scalars(select(Officer)).one()
        assert officer.setup_code_sha256 == hashed(done["setup_code"])
        assert officer.setup_expires_at == officer.created_at + timedelta(days=7)
        assert officer.password_hash is None
        posting = session.scalars(select(Posting)).one()
        assert (posting.role, posting.confirmed_at) == (Role.OFFICER, None)


def test_a_person_gets_a_supervision_period_and_the_default_plan(terminal: Terminal) -> None:
    terminal.run("add-district", "D1", "云阳县")
    terminal.run("add-office", "O1", "双江司法所", "--district", "D1")
    terminal.run("add-offender", "CQ1", "甲", "--office", "O1", "--starts", "2026-01-05")
    today = local_date(terminal.factory.parts.now())
    with terminal.rows() as session:
        assert session.scalars(select(SupervisionPeriod.starts_on)).one() == date(2026, 1, 5)
        plan = session.scalars(select(ReportingPlan)).one()
    assert (plan.opens, plan.due, plan.grace_ends) == (time(8), time(20), time(21))
    assert plan.starts_on == today + timedelta(days=1)
    assert plan.created_by == "command:wang"


def test_a_person_of_a_district_gets_the_times_of_its_rules(terminal: Terminal) -> None:
    terminal.run("add-district", "D1", "云阳县")
    terminal.run("add-office", "O1", "双江司法所", "--district", "D1")
    late = ("--from", "now", "--reason", "farm work", "--district", "D1")
    assert terminal.run("set-rule", "default_opens", '"06:30"', *late).status == 0
    terminal.run("add-offender", "CQ1", "甲", "--office", "O1", "--plan-starts", "2027-01-01")
    with terminal.rows() as session:
        plan = session.scalars(select(ReportingPlan)).one()
    assert (plan.opens, plan.starts_on) == (time(6, 30), date(2027, 1, 1))


def test_the_record_says_who_added_what(terminal: Terminal) -> None:
    (done,) = terminal.run("add-district", "D1", "云阳县", "--json").done
    with terminal.rows() as session:
        entry = session.scalars(select(AuditEntry)).one()
    assert (entry.actor, entry.action) == ("command:wang", "district_added")
    assert entry.subject == done["id"]


def test_an_office_of_no_district_is_refused_in_both_languages(terminal: Terminal) -> None:
    english = terminal.run("add-office", "O1", "双江司法所", "--district", "D9")
    chinese = terminal.run("add-office", "O1", "双江司法所", "--district", "D9", LANG="zh_CN.UTF-8")
    assert (english.status, chinese.status) == (1, 1)
    assert english.err == "There is no district D9.\nNothing was changed.\n"
    assert chinese.err == "没有区县 D9。\n未作任何改动。\n"


def test_an_account_in_the_wrong_place_is_refused(terminal: Terminal) -> None:
    ran = terminal.run("add-officer", "li", "李", "--role", "officer")
    assert ran.status == 1
    assert ran.err.startswith("A social worker, officer or head belongs to one office")


def test_people_read_a_table_with_the_codes(terminal: Terminal, city: Path) -> None:
    ran = terminal.run("lay-out", city)
    assert ran.status == 0
    assert "Set-up code" in ran.out
    assert "shown this once and run out on" in ran.out


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"DATABASE_URL": ""}, "DATABASE_URL is not set"),
        (
            {"DATABASE_URL": "postgresql+psycopg://x:y@127.0.0.1:1/x"},
            "The database does not answer",
        ),
    ],
)
def test_a_missing_database_is_said_plainly(
    terminal: Terminal, settings: dict[str, str], said: str
) -> None:
    ran = terminal.run("add-district", "D1", "云阳县", **settings)
    assert ran.status == 1
    assert ran.err.startswith(said)
    assert "Traceback" not in ran.err


def test_another_processs_login_may_not_make_accounts(
    terminal: Terminal, verifier_url: str
) -> None:
    ran = terminal.run("add-officer", "li", "李", "--role", "editor", DATABASE_URL=verifier_url)
    assert ran.status == 1
    assert ran.err.startswith("The database did not accept this (InsufficientPrivilege)")


AN_ID_CARD = "11010519491231002X"  # the example of GB 11643


def test_no_command_takes_the_number_of_an_id_card(terminal: Terminal, city: Path) -> None:
    terminal.run("lay-out", city)
    before = counts(terminal)
    ran = terminal.run("add-offender", AN_ID_CARD, "甲", "--office", "no")
    assert ran.status != 0
    assert "number of an ID card" in ran.err
    city.write_text(CITY.replace("CQ000001", AN_ID_CARD), encoding="utf-8")
    assert terminal.run("lay-out", city).status != 0
    assert counts(terminal) == before
