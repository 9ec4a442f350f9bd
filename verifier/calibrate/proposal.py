"""A threshold set for a target, from the trials; or why there is none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from verifier.calibrate import rates
from verifier.calibrate.matchers import BEHIND, in_order
from verifier.calibrate.rows import Trials
from verifier.calibrate.trials import Distances, Numbers
from verifier.verdicts.bands import Limits

LEAST_IMPOSTOR = 3_000
LEAST_GENUINE = 300

# SFace alone says match only where it lets a tenth of the target pass, and no match only behind
# all but one in 200 of the honest photos: between, the second opinion is worth its time.
_SURE_SHARE = 0.1
_LEFT_BEHIND = 0.005
_LEAST_GAP = 0.05


@dataclass(frozen=True)
class Size:
    """How many trials there were."""

    genuine: int
    impostor: int

    @property
    def is_enough(self) -> bool:
        """Whether so many say anything about one false match in a thousand."""
        return self.genuine >= LEAST_GENUINE and self.impostor >= LEAST_IMPOSTOR


@dataclass(frozen=True)
class Refusal:
    """Too few trials: what there was and what it takes."""

    references: int
    size: Size

    def __str__(self) -> str:
        """Say why in one sentence."""
        return (
            f"no limits for {self.references} reference(s): {self.size.genuine} genuine and"
            f" {self.size.impostor} impostor trials; {LEAST_GENUINE} and {LEAST_IMPOSTOR} needed"
        )


@dataclass(frozen=True)
class Proposed:
    """Limits for one number of references, and their rates by group on these same trials."""

    limits: Limits
    size: Size
    fmr: Mapping[str, float]
    fnmr: Mapping[str, float]
    without_a_vote: tuple[str, ...]  # groups with too few trials of their own


@dataclass(frozen=True, eq=False)
class _Group:
    genuine: Distances
    weight: Numbers
    impostor: Distances

    @property
    def size(self) -> Size:
        return Size(len(self.genuine.sface), len(self.impostor.sface))


def propose(trials: Trials, target: float) -> Proposed | Refusal:
    """Limits with which no group that has enough trials exceeds the target; one set for all.

    The strictest group decides, because a set never varies with group, sex or age.
    """
    size = Size(len(trials.genuine.person), len(trials.impostor.person))
    if not size.is_enough:
        return Refusal(trials.plan.references, size)
    groups = _groups(trials)
    voting = {name: one for name, one in groups.items() if one.size.is_enough} or groups
    limits = _limits(list(voting.values()), trials.plan.references, target)
    return Proposed(
        limits=limits,
        size=size,
        fmr={name: _fmr(one, limits) for name, one in groups.items()},
        fnmr={name: _fnmr(one, limits) for name, one in groups.items()},
        without_a_vote=tuple(name for name in groups if name not in voting),
    )


def _groups(trials: Trials) -> dict[str, _Group]:
    names = np.array([person.group for person in trials.people])
    return {
        str(name): _Group(
            trials.genuine.distances.of(names[trials.genuine.person] == name),
            trials.genuine.weight[names[trials.genuine.person] == name],
            trials.impostor.distances.of(names[trials.impostor.person] == name),
        )
        for name in np.unique(names)
    }


def _limits(voting: Sequence[_Group], references: int, target: float) -> Limits:
    # Distances are 0 to 2: a group without impostors bounds nothing.
    sface_match = min(
        rates.threshold_at(one.impostor.sface, target * _SURE_SHARE)
        for one in voting
        if len(one.impostor.sface)
    )
    sface_no_match = max(sface_match + _LEAST_GAP, *(_behind(one.genuine.sface) for one in voting))
    draft = Limits(references, sface_match, sface_no_match, 0.0, 0.0)
    fused_match = min(
        rates.threshold_at(in_order(one.impostor.sface, one.impostor.fused, draft), target)
        for one in voting
        if len(one.impostor.sface)
    )
    fused_match = min(fused_match, _end_of_grey(voting, draft))
    behind = (_behind(one.genuine.fused) for one in voting)
    fused_no_match = max(fused_match + _LEAST_GAP, *behind)
    return Limits(
        references,
        sface_match=_down(sface_match),
        sface_no_match=_down(sface_no_match),
        fused_match=_down(fused_match),
        fused_no_match=_down(fused_no_match),
    )


def _end_of_grey(voting: Sequence[_Group], draft: Limits) -> float:
    """The last fused distance there is: where no stranger comes near, the target bounds nothing."""
    sides = [side for one in voting for side in (one.genuine, one.impostor)]
    order = np.concatenate([in_order(side.sface, side.fused, draft) for side in sides])
    return float(np.max(order[order < BEHIND], initial=draft.sface_no_match))


def _behind(distances: Numbers) -> float:
    """The distance behind which a small share of the faces that were found lies."""
    found = distances[np.isfinite(distances)]
    return float(np.quantile(found, 1 - _LEFT_BEHIND)) if len(found) else 0.0


def _down(limit: float) -> float:
    """Three digits, never looser than measured."""
    return float(np.floor(limit * 1000) / 1000)


def _fmr(group: _Group, limits: Limits) -> float:
    order = in_order(group.impostor.sface, group.impostor.fused, limits)
    return rates.fmr(order, limits.fused_match)


def _fnmr(group: _Group, limits: Limits) -> float:
    order = in_order(group.genuine.sface, group.genuine.fused, limits)
    return rates.fnmr(order, group.weight, limits.fused_match)
