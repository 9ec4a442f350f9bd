"""A threshold set as `python -m verifier.calibrate --json` proposed it is laid in, for two people.

The code's own set is laid in beside it, so that there is a way back by the same two people.
"""

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from checkin_api.admin.acts import Act, Change, Done, Kind, wait_for_turn
from checkin_api.admin.faults import Mistake, RefusedCommandError, refuse
from storage import audit
from storage.records import ThresholdSetRow
from verifier.verdicts import bands
from verifier.verdicts.bands import Limits, LimitsError
from verifier.verdicts.quality import QualityLimitsError, limits_from_row, limits_to_row

NAME = re.compile(r"[a-z0-9][a-z0-9.-]{2,62}")
GATE_RATES = frozenset({"photos", "sent_back"})
LARGEST_FILE = 16 * 1024 * 1024
RATES = ("references", "genuine", "impostor", "fmr", "fnmr", "without_a_vote")


@dataclass(frozen=True)
class NewSet:
    """What is laid in: the limits, the gate's where they were measured, and on what."""

    name: str
    limits: tuple[Limits, ...]
    gate: dict[str, Any] | None
    measured: dict[str, Any]
    reason: str


def read_proposal(file: Path, name: str, reason: str) -> NewSet:
    """Read what calibrate wrote; raises RefusedCommandError where it proposes nothing."""
    if not NAME.fullmatch(name):
        raise refuse(Mistake.THRESHOLDS_NAME)
    try:
        proposal = _proposal(file)
        proposed = [one for one in proposal["limits"] if "refused" not in one]
        limits = bands.limits_of([_without_rates(one) for one in proposed])
        rates = [{word: one[word] for word in RATES} for one in proposed]
        gate = _gate(name, proposal.get("gate"))
    except (LimitsError, QualityLimitsError, KeyError, TypeError, ValueError) as fault:
        raise _no_proposal(file, fault) from fault
    measured = {"target_fmr": proposal["target_fmr"], "limits": rates}
    return NewSet(name, limits, gate, measured, reason)


def lay_in(act: Act, wanted: NewSet) -> list[Done]:
    """Lay a set in; the same again changes nothing. Raises RefusedCommandError for another one."""
    wait_for_turn(act)
    own = NewSet(bands.DEFAULT.name, bands.DEFAULT.limits, None, {}, "built in")
    return [_laid(act, one) for one in ((wanted,) if wanted.name == own.name else (wanted, own))]


def _laid(act: Act, wanted: NewSet) -> Done:
    limits = _rows(wanted.limits)
    held = act.session.get(ThresholdSetRow, wanted.name)
    meant = (limits, wanted.gate)
    if held is not None:
        meant = (held.limits, held.quality)
    elif wanted.name == bands.DEFAULT.name:
        meant = (_rows(bands.DEFAULT.limits), None)
    if meant != (limits, wanted.gate):
        raise refuse(Mistake.THRESHOLDS_DIFFER, key=wanted.name)
    if held is not None:
        return Done(Kind.THRESHOLDS, wanted.name, Change.UNCHANGED)
    act.session.add(
        ThresholdSetRow(
            name=wanted.name,
            limits=limits,
            quality=wanted.gate,
            measured=wanted.measured,
            laid_by=act.session.info["scope"].actor,
            laid_at=act.now,
            reason=wanted.reason,
        )
    )
    act.session.flush()
    audit.record(act.session, "thresholds_laid", act.now, subject=wanted.name)
    return Done(Kind.THRESHOLDS, wanted.name, Change.ADDED)


def _rows(limits: tuple[Limits, ...]) -> list[dict[str, Any]]:
    return [asdict(one) for one in limits]


def _proposal(file: Path) -> dict[str, Any]:
    with file.open(encoding="utf-8") as opened:
        found = json.loads(opened.read(LARGEST_FILE), parse_constant=_no_number)["proposal"]
    if not 0 < found["target_fmr"] < 1:
        msg = "target_fmr"
        raise ValueError(msg)
    return dict(found)


def _gate(name: str, proposed: dict[str, Any] | None) -> dict[str, Any] | None:
    """Give the gate's limits; none where the file is from before there were any, or refuses."""
    if proposed is None or "refused" in proposed:
        return None
    kept = {word: value for word, value in proposed.items() if word not in GATE_RATES}
    return limits_to_row(limits_from_row(name, kept))


def _without_rates(one: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in one.items() if name in Limits.__dataclass_fields__}


def _no_number(text: str) -> float:
    raise ValueError(text)


def _no_proposal(file: Path, fault: Exception) -> RefusedCommandError:
    return refuse(Mistake.THRESHOLDS_FILE, file=file, why=fault)
