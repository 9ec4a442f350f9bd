"""A rule changes from an instant on, with a reason, and never what was."""

import pytest
from sqlalchemy import select

from storage.records import RuleRow
from tests.checkin_api.admin.conftest import Ran, Terminal
from verifier.rules.in_force import in_force
from verifier.verdicts.flags import Flag


def set_rule(terminal: Terminal, name: str, value: str, *more: str, since: str = "now") -> Ran:
    return terminal.run("set-rule", name, value, "--from", since, "--reason", "a test", *more)


def values(terminal: Terminal) -> list[object]:
    with terminal.rows() as session:
        return list(session.scalars(select(RuleRow.value).order_by(RuleRow.number)))


def test_a_rule_is_in_force_from_now_on(terminal: Terminal) -> None:
    ran = set_rule(terminal, "flag_kinds", '{"possible_replay": "note"}')
    assert ran.status == 0, ran.err
    with terminal.rows() as session:
        rules = in_force(session, None, terminal.factory.parts.now())
    assert rules.flag_kinds[Flag.POSSIBLE_REPLAY] == "note"


def test_the_same_value_again_adds_nothing(terminal: Terminal) -> None:
    for _ in range(2):
        assert set_rule(terminal, "max_retakes", "5").status == 0
    assert values(terminal) == [5]


def test_an_earlier_value_stays_on_record(terminal: Terminal) -> None:
    for value in ("5", "4", "5"):
        set_rule(terminal, "max_retakes", value)
    assert values(terminal) == [5, 4, 5]


def test_a_district_may_differ_from_the_city(terminal: Terminal) -> None:
    terminal.run("add-district", "D1", "云阳县")
    set_rule(terminal, "max_retakes", "5")
    set_rule(terminal, "max_retakes", "1", "--district", "D1")
    with terminal.rows() as session:
        district = session.scalars(
            select(RuleRow.district_id).where(RuleRow.district_id.is_not(None))
        ).one()
        now = terminal.factory.parts.now()
        found = [in_force(session, one, now).max_retakes for one in (None, district)]
    assert found == [5, 1]


@pytest.mark.parametrize(
    ("name", "value", "since", "said"),
    [
        ("max_retake", "5", "now", "rule max_retake: there is no such rule."),
        ("max_retakes", '"5"', "now", "rule max_retakes: a whole number is needed"),
        ("max_retakes", "many", "now", "The value is no JSON."),
        ("outage_share", "NaN", "now", "The value is no JSON."),
        ("default_due", '"21:30"', "now", "default_opens, default_due, default_grace_ends do not"),
        ("max_retakes", "5", "2020-01-01T00:00:00+08:00", "A rule cannot change what was"),
        ("max_retakes", "5", "2099-01-01T00:00:00", "The instant has to be `now`"),
        ("max_retakes", "5", "soon", "The instant has to be `now`"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(
    terminal: Terminal, name: str, value: str, since: str, said: str
) -> None:
    ran = set_rule(terminal, name, value, since=since)
    assert ran.status == 1
    assert ran.err.startswith(said)
    assert values(terminal) == []


def test_a_later_instant_is_kept_as_it_is_given(terminal: Terminal) -> None:
    set_rule(terminal, "max_retakes", "5", since="2099-01-01T00:00:00+08:00")
    with terminal.rows() as session:
        row = session.scalars(select(RuleRow)).one()
        assert row.valid_from.isoformat() == "2098-12-31T16:00:00+00:00"
        assert (row.set_by, row.reason) == ("command:wang", "a test")
        assert in_force(session, None, terminal.factory.parts.now()).max_retakes == 3
