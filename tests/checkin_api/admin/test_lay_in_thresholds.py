"""What calibrate proposed is laid in under a name that keeps its meaning."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from storage.records import RuleRow, ThresholdSetRow
from tests.checkin_api.admin.conftest import Ran, Terminal
from verifier.verdicts.bands import DEFAULT, Limits

LIMITS = Limits(1, 0.41, 0.74, 0.71, 0.97)
RATES = {
    "genuine": 412,
    "impostor": 98_765,
    "fmr": {"east_asian": 0.001},
    "fnmr": {"east_asian": 0.07},
    "without_a_vote": [],
}
REFUSED = {"references": 2, "refused": "too few", "genuine": 3, "impostor": 4}


def written(folder: Path, *limits: dict[str, Any]) -> Path:
    """What `calibrate --json` writes."""
    file = folder / "measured.json"
    whole = {"rows": [], "proposal": {"target_fmr": 0.001, "limits": list(limits)}}
    file.write_text(json.dumps(whole), encoding="utf-8")
    return file


def lay_in(terminal: Terminal, file: Path, name: str = "people-of-2027") -> Ran:
    """Run the command."""
    return terminal.run("lay-in-thresholds", file, name, "--reason", "measured", "--json")


def test_a_proposal_is_laid_in_beside_the_own_set(terminal: Terminal, tmp_path: Path) -> None:
    file = written(tmp_path, asdict(LIMITS) | RATES, REFUSED)
    done = lay_in(terminal, file).done
    assert [(one["key"], one["change"]) for one in done] == [
        ("people-of-2027", "added"),
        (DEFAULT.name, "added"),
    ]
    with terminal.rows() as session:
        row = session.get_one(ThresholdSetRow, "people-of-2027")
        assert row.limits == [asdict(LIMITS)]
        assert row.measured["limits"][0]["impostor"] == 98_765
        assert row.laid_by == "command:wang"
        assert session.scalars(select(RuleRow)).all() == []  # nothing is in force by it


def test_the_same_again_changes_nothing_and_other_limits_are_refused(
    terminal: Terminal, tmp_path: Path
) -> None:
    file = written(tmp_path, asdict(LIMITS) | RATES)
    lay_in(terminal, file)
    assert [one["change"] for one in lay_in(terminal, file).done] == ["unchanged", "unchanged"]
    other = written(tmp_path, asdict(LIMITS) | RATES | {"sface_match": 0.42})
    ran = lay_in(terminal, other)
    assert (ran.status, "never changes" in ran.err) == (1, True)
    assert lay_in(terminal, other, DEFAULT.name).status == 1


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        "[]",
        '{"proposal": null}',
        '{"proposal": {"target_fmr": 0.001, "limits": []}}',
        '{"proposal": {"target_fmr": 0.001, "limits": [{"references": 1}]}}',
        json.dumps({"proposal": {"target_fmr": 0.001, "limits": [REFUSED]}}),
        json.dumps({"proposal": {"target_fmr": 2, "limits": [asdict(LIMITS) | RATES]}}),
        json.dumps({"proposal": {"target_fmr": 0.001, "limits": [asdict(LIMITS)]}}),
        json.dumps(
            {"proposal": {"target_fmr": 0.001, "limits": [asdict(LIMITS) | {"fused_match": 9}]}}
        ),
    ],
)
def test_what_proposes_no_limits_is_refused(
    terminal: Terminal, tmp_path: Path, content: str
) -> None:
    file = tmp_path / "measured.json"
    file.write_text(content, encoding="utf-8")
    ran = lay_in(terminal, file)
    assert ran.status == 1
    assert "proposes no limits" in ran.err
    with terminal.rows() as session:
        assert session.scalars(select(ThresholdSetRow)).all() == []


def test_a_name_has_few_characters(terminal: Terminal, tmp_path: Path) -> None:
    ran = lay_in(terminal, written(tmp_path, asdict(LIMITS) | RATES), "Our People")
    assert (ran.status, "small letters" in ran.err) == (1, True)


def test_no_command_puts_a_set_in_force(terminal: Terminal, tmp_path: Path) -> None:
    lay_in(terminal, written(tmp_path, asdict(LIMITS) | RATES))
    ran = terminal.run(
        "set-rule", "threshold_set", '"people-of-2027"', "--from", "now", "--reason", "alone"
    )
    assert (ran.status, "two people" in ran.err) == (1, True)
