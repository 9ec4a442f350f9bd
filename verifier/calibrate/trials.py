"""Trials: a probe against a draw of references, of the same person and of others. Pure NumPy."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from verifier.calibrate.people import Person, Sample, Seen
from verifier.faces.embedding import Vector
from verifier.verdicts.bands import DLIB_WEIGHT

Numbers = NDArray[np.float64]
Indices = NDArray[np.int64]
_MISSED = math.inf  # the distance of a photo on which no face was found


@dataclass(frozen=True)
class Plan:
    """Which trials are made.

    draws: how many draws of references a probe is compared with; people with fewer than
    `least_photos` photos give no trials but impostors' probes. A random choice of people is taken
    where everybody against everybody would be more than `most_impostors` trials.
    """

    references: int
    burst: bool = False
    draws: int = 20
    least_photos: int = 0
    seed: int = 2026
    most_impostors: int = 2_000_000


@dataclass(frozen=True, eq=False)
class Distances:
    """One number a trial and matcher: `plain` to plain SFace references, `sface` to mirrored.

    fused: what decides in the grey zone, of both models and with the probe's mirror image.
    """

    plain: Numbers
    sface: Numbers
    dlib: Numbers
    fused: Numbers

    def of(self, kept: NDArray[np.bool_]) -> "Distances":
        """Only some of the trials."""
        return Distances(self.plain[kept], self.sface[kept], self.dlib[kept], self.fused[kept])


@dataclass(frozen=True, eq=False)
class Genuine:
    """A person's probes against their own references; a probe's weights come to 1."""

    distances: Distances
    person: Indices
    weight: Numbers
    probes: int


@dataclass(frozen=True, eq=False)
class Impostor:
    """Probes of others, of the same group and sex, against a person's references."""

    distances: Distances
    probe_person: Indices
    person: Indices


def genuine(people: Sequence[Person], plan: Plan) -> Genuine:
    """Every photo against draws of the person's others; a face not found is a miss."""
    chance = np.random.default_rng([plan.seed, plan.references])
    parts: list[Distances] = []
    owners: list[int] = []
    weights: list[float] = []
    probes = 0
    for index, person in enumerate(people):
        for probe, sets in _own_draws(person, plan, chance):
            if not sets:
                continue
            parts.append(_of_probe(probe, sets, plan))
            owners += [index] * len(sets)
            weights += [1 / len(sets)] * len(sets)
            probes += 1
    return Genuine(_joined(parts), np.array(owners, dtype=np.int64), np.array(weights), probes)


def impostor(people: Sequence[Person], plan: Plan) -> Impostor:
    """Draws of a person's references against every photo of comparable others."""
    chance = np.random.default_rng([plan.seed, plan.references, 1])
    chosen = _chosen(people, plan, chance)
    targets = [i for i in chosen if len(people[i].enrolled) >= max(plan.references, 1)]
    targets = [i for i in targets if len(people[i].samples) >= plan.least_photos]
    parts: list[Distances] = []
    owners: list[Indices] = []
    strangers: list[Indices] = []
    probes_of = {i: people[i].enrolled for i in chosen}
    draws = _draws_within(plan, len(targets) * sum(map(len, probes_of.values())))
    for target in targets:
        others = [i for i in chosen if i != target and _comparable(people[i], people[target])]
        probes = [sample for i in others for sample in probes_of[i]]
        if not probes:
            continue
        who = np.repeat(others, [len(probes_of[i]) for i in others]).astype(np.int64)
        for drawn in drawn_sets(people[target].enrolled, plan.references, draws, chance):
            parts.append(_matrix([_seen(sample) for sample in probes], drawn, plan))
            strangers.append(who)
            owners.append(np.full(len(who), target, dtype=np.int64))
    return Impostor(_joined(parts), _end_to_end(strangers), _end_to_end(owners))


def drawn_sets(
    samples: Sequence[Sample], size: int, most: int, chance: np.random.Generator
) -> list[tuple[Sample, ...]]:
    """Different choices of `size` samples, all of them where there are no more than `most`."""
    possible = math.comb(len(samples), size)
    if possible <= most:
        return list(combinations(samples, size))
    drawn: set[tuple[int, ...]] = set()
    while len(drawn) < most:
        drawn.add(tuple(sorted(chance.choice(len(samples), size, replace=False).tolist())))
    return [tuple(samples[i] for i in choice) for choice in sorted(drawn)]


def _own_draws(
    person: Person, plan: Plan, chance: np.random.Generator
) -> Iterator[tuple[Sample, list[tuple[Sample, ...]]]]:
    if len(person.samples) < plan.least_photos:
        return
    for probe in person.samples:
        others = [one for one in person.enrolled if one is not probe and _apart(one, probe)]
        yield probe, drawn_sets(others, plan.references, plan.draws, chance)


def _apart(one: Sample, other: Sample) -> bool:
    return one.sitting is None or one.sitting != other.sitting


def _comparable(one: Person, other: Person) -> bool:
    return (one.group, one.sex) == (other.group, other.sex)


def _chosen(people: Sequence[Person], plan: Plan, chance: np.random.Generator) -> list[int]:
    photos = sum(len(person.enrolled) for person in people) / max(len(people), 1)
    most = max(2, int(math.sqrt(plan.most_impostors / max(photos, 1))))
    if len(people) <= most:
        return list(range(len(people)))
    return sorted(chance.choice(len(people), most, replace=False).tolist())


def _draws_within(plan: Plan, pairs: int) -> int:
    return max(1, min(plan.draws, plan.most_impostors // max(pairs, 1)))


def _seen(sample: Sample) -> Seen:
    if sample.seen is None:
        message = f"no face was found on a photo of {sample.identity}"
        raise ValueError(message)
    return sample.seen


def _of_probe(probe: Sample, sets: Sequence[tuple[Sample, ...]], plan: Plan) -> Distances:
    if probe.seen is None:
        missed = np.full(len(sets), _MISSED)
        return Distances(missed, missed, missed, missed)
    return _joined([_matrix([probe.seen], drawn, plan) for drawn in sets])


def _matrix(probes: Sequence[Seen], drawn: tuple[Sample, ...], plan: Plan) -> Distances:
    """Distances of several probes to the mean of one draw, as matching.mean_of makes it."""
    references = [_seen(sample) for sample in drawn]
    faces = np.stack([_as_probe(probe, plan) for probe in probes]).astype(np.float64)
    plain = _mean_direction(np.stack([one.probe for one in references]))
    mirrored = _mean_direction(np.stack([one.mirrored for one in references]))
    mean = np.stack([one.dlib for one in references]).mean(axis=0, dtype=np.float64)
    both = np.stack([_with_mirror(probe, plan) for probe in probes])
    return Distances(
        plain=1.0 - faces @ plain,
        sface=1.0 - faces @ mirrored,
        dlib=_lengths([probe.dlib for probe in probes], mean),
        fused=1.0
        - both @ mirrored
        + DLIB_WEIGHT * _lengths([probe.second for probe in probes], mean),
    )


def _lengths(descriptors: Sequence[Vector], mean: Numbers) -> Numbers:
    apart = np.stack(descriptors).astype(np.float64) - mean
    return np.asarray(np.linalg.norm(apart, axis=1), dtype=np.float64)


def _with_mirror(probe: Seen, plan: Plan) -> Numbers:
    """The probe, or its burst, averaged with the mirror image's vector, as bursts.scores_of does.

    That vector is the other one of two of length 1 whose mean points along `mirrored`.
    """
    one, middle = probe.probe.astype(np.float64), probe.mirrored.astype(np.float64)
    mirror = 2 * float(middle @ one) * middle - one
    both = _as_probe(probe, plan) + mirror
    return np.asarray(both / np.linalg.norm(both), dtype=np.float64)


def _as_probe(probe: Seen, plan: Plan) -> NDArray[np.float32]:
    return probe.burst if plan.burst and probe.burst is not None else probe.probe


def _mean_direction(vectors: NDArray[np.float32]) -> Numbers:
    mean: Numbers = vectors.mean(axis=0, dtype=np.float64)
    return np.asarray(mean / np.linalg.norm(mean), dtype=np.float64)


def _joined(parts: Sequence[Distances]) -> Distances:
    if not parts:
        empty = np.zeros(0)
        return Distances(empty, empty, empty, empty)
    return Distances(
        np.concatenate([part.plain for part in parts]),
        np.concatenate([part.sface for part in parts]),
        np.concatenate([part.dlib for part in parts]),
        np.concatenate([part.fused for part in parts]),
    )


def _end_to_end(parts: Sequence[Indices]) -> Indices:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
