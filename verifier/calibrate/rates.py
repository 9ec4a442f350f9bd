"""Error rates at a threshold, thresholds for a rate, and intervals over people. Pure NumPy."""

from dataclasses import dataclass

import numpy as np

from verifier.calibrate.trials import Indices, Numbers

REPLICATES = 400
_CONFIDENCE = 0.95
# Resampled people move the threshold; ten times the target leaves room for it.
_TAIL = 10
_LEAST_TAIL = 200


@dataclass(frozen=True)
class Interval:
    """A 95 % interval."""

    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Scored:
    """Trials as one number each, with whose they are; people are numbered 0 to `people` - 1."""

    genuine: Numbers
    weight: Numbers
    person: Indices
    impostor: Numbers
    probe_person: Indices
    target_person: Indices
    people: int


def threshold_at(impostor: Numbers, target: float) -> float:
    """The largest threshold that lets no more than a share `target` of impostors pass."""
    if len(impostor) == 0:
        return 0.0
    ordered = np.sort(impostor)
    first_too_many = min(int(np.floor(target * len(ordered) + 1e-9)), len(ordered) - 1)
    return float(np.nextafter(ordered[first_too_many], -np.inf))


def fmr(impostor: Numbers, threshold: float) -> float:
    """The share of impostor trials that pass; 0 where there are none."""
    return float(np.mean(impostor <= threshold)) if len(impostor) else 0.0


def fnmr(genuine: Numbers, weight: Numbers, threshold: float) -> float:
    """The share of genuine trials that do not pass, by weight; 0 where there are none."""
    total = float(weight.sum())
    return float(weight[genuine > threshold].sum()) / total if total else 0.0


def resampled(people: int, seed: int, replicates: int = REPLICATES) -> Numbers:
    """How often each person is drawn in each replicate of the bootstrap: replicates x people."""
    chance = np.random.default_rng([seed, people])
    shares = np.full(max(people, 1), 1 / max(people, 1))
    return chance.multinomial(max(people, 1), shares, size=replicates).astype(np.float64)


def share_interval(hits: Numbers, totals: Numbers, counts: Numbers) -> Interval:
    """Interval of sum(hits) / sum(totals), both one number a person, over resampled people.

    Where nothing was seen the bootstrap would say "surely nothing"; then the upper end is what
    so many people can rule out (the rule of three), as if a person's trials all went one way.
    """
    drawn_totals = counts @ totals
    kept = drawn_totals > 0
    if not kept.any():
        return Interval(0.0, 1.0)
    if not hits.any():
        return Interval(0.0, _ruled_out(int((totals > 0).sum())))
    return _between((counts @ hits)[kept] / drawn_totals[kept])


def fnmr_interval(scored: Scored, threshold: float, counts: Numbers) -> Interval:
    """Interval of FNMR at a threshold that was fixed beforehand."""
    missed = scored.weight * (scored.genuine > threshold)
    return share_interval(_per_person(scored, missed), _per_person(scored, scored.weight), counts)


def fnmr_interval_at(scored: Scored, target: float, counts: Numbers) -> Interval:
    """Interval of FNMR at FMR `target`: each replicate finds its own threshold, too."""
    thresholds = _thresholds(scored, target, counts)
    weights = counts[:, scored.person] * scored.weight
    totals = weights.sum(axis=1)
    missed = (weights * (scored.genuine > thresholds[:, None])).sum(axis=1)
    kept = totals > 0
    if not kept.any():
        return Interval(0.0, 1.0)
    if not missed[kept].any():
        return Interval(0.0, _ruled_out(len(np.unique(scored.person))))
    return _between(missed[kept] / totals[kept])


def fmr_interval(scored: Scored, threshold: float, counts: Numbers) -> Interval:
    """Interval of FMR at a fixed threshold; a pair counts as often as both of its people."""
    passed = scored.impostor <= threshold
    totals = _pair_totals(scored, counts)
    kept = totals > 0
    if not kept.any():
        return Interval(0.0, 1.0)
    if not passed.any():
        people = np.unique(np.concatenate([scored.probe_person, scored.target_person]))
        # Pairs of n people are no n * n independent ones; n / 2 pairs share nobody.
        return Interval(0.0, _ruled_out(max(len(people) // 2, 1)))
    weights = counts[:, scored.probe_person[passed]] * counts[:, scored.target_person[passed]]
    return _between(weights.sum(axis=1)[kept] / totals[kept])


def _thresholds(scored: Scored, target: float, counts: Numbers) -> Numbers:
    """Each replicate's threshold for FMR `target`, from the nearest impostors only."""
    if len(scored.impostor) == 0:
        return np.zeros(len(counts))
    tail = min(len(scored.impostor), max(_LEAST_TAIL, int(_TAIL * target * len(scored.impostor))))
    nearest = np.argsort(scored.impostor, kind="stable")[:tail]
    weights = counts[:, scored.probe_person[nearest]] * counts[:, scored.target_person[nearest]]
    allowed = target * _pair_totals(scored, counts)
    passing = (np.cumsum(weights, axis=1) <= allowed[:, None] + 1e-9).sum(axis=1)
    first_too_many = scored.impostor[nearest][np.minimum(passing, tail - 1)]
    return np.asarray(np.nextafter(first_too_many, -np.inf))


def _pair_totals(scored: Scored, counts: Numbers) -> Numbers:
    pairs = np.zeros((scored.people, scored.people))
    np.add.at(pairs, (scored.probe_person, scored.target_person), 1.0)
    return np.asarray(((counts @ pairs) * counts).sum(axis=1))


def _per_person(scored: Scored, values: Numbers) -> Numbers:
    sums = np.bincount(scored.person, weights=values, minlength=scored.people)
    return np.asarray(sums, dtype=np.float64)


def _between(values: Numbers) -> Interval:
    tail = (1 - _CONFIDENCE) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return Interval(float(low), float(high))


def _ruled_out(people: int) -> float:
    return float(1 - (1 - _CONFIDENCE) ** (1 / max(people, 1)))
