"""What calibrate says: the figures as text for people, and as JSON for programs."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from verifier.calibrate.gate import SENT_BACK, GateProposed, GateRefusal
from verifier.calibrate.people import Person
from verifier.calibrate.proposal import Proposed, Refusal
from verifier.calibrate.rows import ALL, Measured, Point
from verifier.verdicts.bands import ThresholdSet
from verifier.verdicts.quality import limits_to_row

Gate = GateProposed | GateRefusal
Proposals = Sequence[Proposed | Refusal]
_KEY = ("point", "matcher", "group", "sex", "references", "probes")
_LEAST_PASSING = 10  # fewer false matches than this are no measure of their rate


def as_json(measured: Iterable[Measured], proposals: Proposals, gate: Gate, target: float) -> str:
    """The rows, the intervals that they have no column for, and the proposal."""
    kept = list(measured)
    whole = {
        "rows": [asdict(one.row) for one in kept],
        "intervals": [_intervals(one) for one in kept],
        "proposal": {
            "target_fmr": target,
            "limits": [_proposal(one) for one in proposals],
            "gate": _gate(gate),
        },
    }
    return json.dumps(whole, indent=1) + "\n"


def about_people(people: Sequence[Person]) -> list[str]:
    """How many people and photos there are, by group and sex."""
    lines = [f"{'group':<14}{'sex':<9}{'people':>7}{'photos':>8}{'no face':>9}"]
    for group, sex in sorted({(person.group, person.sex) for person in people}):
        here = [person for person in people if (person.group, person.sex) == (group, sex)]
        photos = sum(len(person.samples) for person in here)
        faceless = photos - sum(len(person.usable) for person in here)
        lines.append(f"{group:<14}{sex:<9}{len(here):>7}{photos:>8}{faceless:>9}")
    return lines


def table(measured: Iterable[Measured]) -> list[str]:
    """A line a row, both sexes together; a star where too few strangers pass to tell a rate."""
    head = (
        f"{'matcher':<9}{'group':<14}{'refs':>4} {'probes':<7}{'point':<8}{'threshold':>9}"
        f"{'FMR':>9} {'[95 %]':<17}{'FNMR':>8} {'[95 %]':<17}{'FTA':>7}"
        f" {'genuine':>8}{'impostor':>10}"
    )
    return [head, *(_line(one) for one in measured if one.row.sex == ALL)]


def proposal(proposals: Proposals, target: float, name: str) -> list[str]:
    """The proposed limits as code, with sizes and rates, or why there are none."""
    lines = [f"Proposed for FMR {target:.3%} in every group:"]
    proposed = [one for one in proposals if isinstance(one, Proposed)]
    lines += [f"  {one}" for one in proposals if isinstance(one, Refusal)]
    if not proposed:
        return [*lines, "  no threshold set is proposed."]
    kept = ThresholdSet(name, tuple(one.limits for one in proposed))
    lines.append(f"  ThresholdSet(name={kept.name!r}, limits=(")
    lines += [f"    {limits!r}," for limits in kept.limits]
    lines.append("  ))")
    for one in proposed:
        lines.append(
            f"  {one.limits.references} reference(s), {one.size.genuine} genuine and"
            f" {one.size.impostor} impostor trials:"
        )
        lines += [
            f"    {group}: FMR {one.fmr[group]:.3%}, FNMR {one.fnmr[group]:.2%}"
            + (" (too few trials: had no vote)" if group in one.without_a_vote else "")
            for group in one.fmr
        ]
    lines.append("  The rates are of the very people it was made on: on others they are worse.")
    return lines


def gate(found: Gate) -> list[str]:
    """The proposed limits of the quality gate with what they send back, or why there are none."""
    lines = [f"Proposed for the gate, each limit sending back {SENT_BACK:.0%} at most:"]
    if isinstance(found, GateRefusal):
        return [*lines, f"  {found}"]
    lines += [f"  {name}: {value}" for name, value in limits_to_row(found.limits).items()]
    return lines + [
        f"    {group}: {share:.1%} of the photos with one face sent back,"
        f" {found.sent_back_now[group]:.1%} by the built-in limits"
        for group, share in found.sent_back.items()
    ]


def _gate(found: Gate) -> dict[str, Any]:
    if isinstance(found, GateRefusal):
        return {"refused": str(found), "photos": found.photos}
    rates = {"photos": found.photos, "sent_back": dict(found.sent_back)}
    return limits_to_row(found.limits) | rates


def _line(one: Measured) -> str:
    row = one.row
    few = "*" if row.point is not Point.SHIPPED and row.fmr * row.impostor < _LEAST_PASSING else " "
    return (
        f"{row.matcher:<9}{row.group:<14}{row.references:>4} {row.probes:<7}{row.point:<8}"
        f"{row.threshold:>9.3f}{row.fmr:>8.3%}{few} "
        f"{_span(one.fmr_interval.low, one.fmr_interval.high, 2):<17}"
        f"{row.fnmr:>8.2%} {_span(row.fnmr_low, row.fnmr_high, 1):<17}{row.fta:>7.2%}"
        f" {row.genuine:>8}{row.impostor:>10}"
    )


def _span(low: float, high: float, digits: int) -> str:
    return f"[{low:.{digits}%}, {high:.{digits}%}]"


def _intervals(one: Measured) -> dict[str, Any]:
    row = asdict(one.row)
    return {name: row[name] for name in _KEY} | {
        "fmr_low": one.fmr_interval.low,
        "fmr_high": one.fmr_interval.high,
        "fta_low": one.fta_interval.low,
        "fta_high": one.fta_interval.high,
    }


def _proposal(one: Proposed | Refusal) -> dict[str, Any]:
    if isinstance(one, Refusal):
        return {"references": one.references, "refused": str(one)} | asdict(one.size)
    return asdict(one.limits) | {
        "genuine": one.size.genuine,
        "impostor": one.size.impostor,
        "fmr": dict(one.fmr),
        "fnmr": dict(one.fnmr),
        "without_a_vote": list(one.without_a_vote),
    }
