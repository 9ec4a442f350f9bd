"""Up to which distance a search names somebody else, so that it seldom names the wrong person.

FPIR: the share of searches that name anybody although the person searched for is not among those
enrolled. A search compares with everybody at once, so its limit depends on how many they are: no
more than `people` times the share of single strangers who come as near. Pure NumPy.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from verifier.calibrate.people import Person, Seen

Numbers = NDArray[np.float64]

TARGET = 0.001  # docs/rules.md 1: searches that name the wrong person
LEAST_PEOPLE, LEAST_PAIRS = 30, 3_000
# Counted where at least so many strangers would lie within the limit, else carried on from those
# nearest: of the nearest share, by the generalised Pareto distribution of what exceeds a level.
_COUNTED = 10
_NEAREST_SHARE = 0.01
_DRAWS = 200
_UNSURE_SHARE = 0.05  # one of twenty draws of other people would give a stricter limit
_SEED = 2026


@dataclass(frozen=True, eq=False)
class Strangers:
    """Distances of photos to the references of other people, and whose photo each is."""

    distances: Numbers
    person: NDArray[np.int64]
    people: int


@dataclass(frozen=True)
class Limit:
    """What came out: the limit, for how many people, and on what it rests."""

    distance: float
    enrolled: int
    people: int
    pairs: int
    counted: bool  # False: carried on beyond what was measured
    nearest: float  # the smallest distance of two different people that was seen


@dataclass(frozen=True)
class TooFew:
    """Why nothing can be said."""

    people: int
    pairs: int

    def __str__(self) -> str:
        """Say so in one sentence."""
        return (
            f"no limit: {self.people} people and {self.pairs} pairs of strangers;"
            f" {LEAST_PEOPLE} and {LEAST_PAIRS} needed"
        )


def strangers_of(people: Sequence[Person]) -> Strangers:
    """Everybody's photos against the mean of everybody else's references, all at once."""
    enrolled = [one for one in people if one.enrolled]
    means = np.stack([_mean(one) for one in enrolled]) if enrolled else np.zeros((0, 128))
    distances, owners = [], []
    for index, person in enumerate(enrolled):
        others = np.delete(means, index, axis=0)
        for seen in _seen(person):
            distances.append(1.0 - others @ seen.probe.astype(np.float64))
            owners.append(np.full(len(others), index))
    joined = np.concatenate(distances) if distances else np.zeros(0)
    who = np.concatenate(owners) if owners else np.zeros(0)
    return Strangers(joined, who.astype(np.int64), len(enrolled))


def limit_for(strangers: Strangers, enrolled: int, target: float = TARGET) -> Limit | TooFew:
    """The limit for a number of people enrolled, by the stricter of twenty draws of people."""
    pairs = len(strangers.distances)
    if strangers.people < LEAST_PEOPLE or pairs < LEAST_PAIRS:
        return TooFew(strangers.people, pairs)
    share = target / enrolled
    found = np.array([_at(drawn, share) for drawn in _drawn(strangers)])
    distance = float(np.quantile(found, _UNSURE_SHARE))
    return Limit(
        distance=max(0.0, float(np.floor(distance * 1000) / 1000)),
        enrolled=enrolled,
        people=strangers.people,
        pairs=pairs,
        counted=share * pairs >= _COUNTED,
        nearest=float(strangers.distances.min()),
    )


def _drawn(strangers: Strangers) -> Iterator[Numbers]:
    """Draws people with replacement: photos of one person are not independent of one another."""
    chance = np.random.default_rng(_SEED)
    of_person = [strangers.distances[strangers.person == one] for one in range(strangers.people)]
    for _ in range(_DRAWS):
        chosen = chance.integers(0, strangers.people, strangers.people)
        yield np.concatenate([of_person[one] for one in chosen])


def _at(distances: Numbers, share: float) -> float:
    """The distance within which this share of strangers lies."""
    if share * len(distances) >= _COUNTED:
        return float(np.quantile(distances, share))
    level = float(np.quantile(distances, _NEAREST_SHARE))
    beyond = level - distances[distances < level]
    if len(beyond) < _COUNTED:
        return float(distances.min())
    return level - _exceeded_by(beyond, share / _NEAREST_SHARE)


def _exceeded_by(beyond: Numbers, share: float) -> float:
    """By how much a share of the excesses exceeds: generalised Pareto, fitted by its moments."""
    mean, variance = float(beyond.mean()), float(beyond.var())
    if variance == 0:
        return mean
    shape = 0.5 * (1 - mean**2 / variance)
    scale = 0.5 * mean * (mean**2 / variance + 1)
    if abs(shape) < 1e-6:  # noqa: PLR2004 - the exponential between both signs
        return float(scale * -np.log(share))
    return float(scale / shape * (share**-shape - 1))


def _mean(person: Person) -> Numbers:
    vectors = [one.seen.mirrored for one in person.enrolled if one.seen is not None]
    mean = np.mean(vectors, axis=0, dtype=np.float64)
    return np.asarray(mean / np.linalg.norm(mean), dtype=np.float64)


def _seen(person: Person) -> Iterator[Seen]:
    return (one.seen for one in person.usable if one.seen is not None)
