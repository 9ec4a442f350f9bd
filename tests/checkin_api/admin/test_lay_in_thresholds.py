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
from verifier.verdicts.quality import DEFAULT_LIMITS, limits_to_row

LIMITS = Limits(1, 0.41, 0.74, 0.71, 0.97)
RATES = {
    "genuine": 412,
    "impostor": 98_765,
    "fmr": {"east_asian": 0.001},
    "fnmr": {"east_asian": 0.07},
    "without_a_vote": [],
}
GATE = limits_to_row(DEFAULT_LIMITS) | {"most_yaw": 0.5}
MEASURED_GATE = GATE | {"photos": 400, "sent_back": {"east_asian": 0.1}}
REFUSED = {"references": 2, "refused": "too few", "genuine": 3, "impostor": 4}


def written(folder: Path, *limits: dict[str, Any], gate: dict[str, Any] | None = None) -> Path:
    """What `calibrate --json` writes."""
    file = folder / "measured.json"
    proposal = {"target_fmr": 0.001, "limits": list(limits)}
    if gate is not None:
        proposal["gate"] = gate
    whole = {"rows": [], "proposal": proposal}
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


def test_the_gate_is_laid_in_with_the_set_and_belongs_to_it(
    terminal: Terminal, tmp_path: Path
) -> None:
    lay_in(terminal, written(tmp_path, asdict(LIMITS) | RATES, gate=MEASURED_GATE))
    with terminal.rows() as session:
        assert session.get_one(ThresholdSetRow, "people-of-2027").quality == GATE
        assert session.get_one(ThresholdSetRow, DEFAULT.name).quality is None
    other = written(tmp_path, asdict(LIMITS) | RATES, gate=MEASURED_GATE | {"most_yaw": 0.6})
    assert (lay_in(terminal, other).status, lay_in(terminal, other, "another").status) == (1, 0)


def test_the_built_in_name_takes_no_other_gate(terminal: Terminal, tmp_path: Path) -> None:
    own = [asdict(one) | RATES for one in DEFAULT.limits]
    ran = lay_in(terminal, written(tmp_path, *own, gate=MEASURED_GATE), DEFAULT.name)
    assert (ran.status, "never changes" in ran.err) == (1, True)
    assert lay_in(terminal, written(tmp_path, *own), DEFAULT.name).status == 0


def test_a_set_is_laid_in_where_too_few_photos_told_of_the_gate(
    terminal: Terminal, tmp_path: Path
) -> None:
    refused = {"refused": "too few", "photos": 12}
    assert lay_in(terminal, written(tmp_path, asdict(LIMITS) | RATES, gate=refused)).status == 0
    with terminal.rows() as session:
        assert session.get_one(ThresholdSetRow, "people-of-2027").quality is None


def test_a_gate_that_makes_no_sense_is_refused(terminal: Terminal, tmp_path: Path) -> None:
    gate = MEASURED_GATE | {"least_face_px": 0}
    ran = lay_in(terminal, written(tmp_path, asdict(LIMITS) | RATES, gate=gate))
    assert (ran.status, "least_face_px" in ran.err) == (1, True)


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
