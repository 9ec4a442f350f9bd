"""The table of error rates: a row for each point, matcher, group, sex and number of references."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from verifier.calibrate import matchers, rates
from verifier.calibrate.matchers import Matcher
from verifier.calibrate.people import Person
from verifier.calibrate.rates import Interval, Scored
from verifier.calibrate.trials import Distances, Genuine, Impostor, Numbers, Plan, genuine, impostor
from verifier.verdicts.bands import ThresholdSet

ALL = "all"


class Point(StrEnum):
    """Where on the curve: at 1 % and 0.1 % of false matches, and at the threshold in use."""

    FMR_1 = "fmr_1"
    FMR_01 = "fmr_01"
    SHIPPED = "shipped"


_TARGETS = {Point.FMR_1: 0.01, Point.FMR_01: 0.001}


class Probes(StrEnum):
    """One photo, or the mean of several frames of it."""

    SINGLE = "single"
    BURST = "burst"


@dataclass(frozen=True)
class Cell:
    """The people a row is about."""

    group: str = ALL
    sex: str = ALL

    def has(self, person: Person) -> bool:
        """Whether a person's references belong here."""
        return self.group in {ALL, person.group} and self.sex in {ALL, person.sex}


@dataclass(frozen=True)
class Row:
    """Error rates of one matcher at one threshold; shares, not percent."""

    point: Point
    matcher: Matcher
    group: str
    sex: str
    references: int
    probes: Probes
    threshold: float
    fmr: float
    fnmr: float
    fnmr_low: float
    fnmr_high: float
    fta: float
    genuine: int
    impostor: int


@dataclass(frozen=True)
class Measured:
    """A row, and the intervals that it has no column for."""

    row: Row
    fmr_interval: Interval
    fta_interval: Interval


@dataclass(frozen=True, eq=False)
class Trials:
    """Everything that was compared for one number of references and one kind of probe."""

    people: Sequence[Person]
    plan: Plan
    genuine: Genuine
    impostor: Impostor

    @property
    def probes(self) -> Probes:
        """The kind of probe."""
        return Probes.BURST if self.plan.burst else Probes.SINGLE


def trials_of(people: Sequence[Person], plan: Plan) -> Trials:
    """Make all the comparisons of a plan."""
    return Trials(people, plan, genuine(people, plan), impostor(people, plan))


def cells_of(people: Sequence[Person]) -> list[Cell]:
    """Every group and sex there is, each also together with the others."""
    groups = [*sorted({person.group for person in people}), ALL]
    sexes = [*sorted({person.sex for person in people}), ALL]
    return [Cell(group, sex) for group in groups for sex in sexes]


def scored(trials: Trials, matcher: Matcher, cell: Cell, thresholds: ThresholdSet) -> Scored:
    """The trials of some people as a matcher's numbers."""
    limits = thresholds.limits_for(trials.plan.references)
    here = _inside(trials.people, cell)
    own, other = here[trials.genuine.person], here[trials.impostor.person]

    def judged(distances: Distances, kept: NDArray[np.bool_]) -> Numbers:
        return matchers.scores(matcher, distances.of(kept), limits)

    return Scored(
        genuine=judged(trials.genuine.distances, own),
        weight=trials.genuine.weight[own],
        person=trials.genuine.person[own],
        impostor=judged(trials.impostor.distances, other),
        probe_person=trials.impostor.probe_person[other],
        target_person=trials.impostor.person[other],
        people=len(trials.people),
    )


def rows_of(
    trials: Trials, thresholds: ThresholdSet, matchers_of: Sequence[Matcher] = tuple(Matcher)
) -> Iterator[Measured]:
    """Every row that these trials support; a cell without any trial has none."""
    counts = rates.resampled(len(trials.people), trials.plan.seed)
    for cell in cells_of(trials.people):
        for matcher in matchers_of:
            compared = scored(trials, matcher, cell, thresholds)
            if len(compared.genuine) and len(compared.impostor):
                shipped = matchers.shipped(matcher, thresholds, trials.plan.references)
                yield from (
                    _measured(trials, _Judged(compared, cell, matcher, shipped), point, counts)
                    for point in Point
                )


@dataclass(frozen=True, eq=False)
class _Judged:
    scored: Scored
    cell: Cell
    matcher: Matcher
    shipped: float


def _measured(trials: Trials, judged: _Judged, point: Point, counts: Numbers) -> Measured:
    compared = judged.scored
    target = _TARGETS.get(point)
    if target is None:
        threshold = judged.shipped
        interval = rates.fnmr_interval(compared, threshold, counts)
    else:
        threshold = rates.threshold_at(compared.impostor, target)
        interval = rates.fnmr_interval_at(compared, target, counts)
    photos, faceless = _acquired(trials.people, judged.cell)
    row = Row(
        point=point,
        matcher=judged.matcher,
        group=judged.cell.group,
        sex=judged.cell.sex,
        references=trials.plan.references,
        probes=trials.probes,
        threshold=threshold,
        fmr=rates.fmr(compared.impostor, threshold),
        fnmr=rates.fnmr(compared.genuine, compared.weight, threshold),
        fnmr_low=interval.low,
        fnmr_high=interval.high,
        fta=float(faceless.sum() / photos.sum()),
        genuine=len(compared.genuine),
        impostor=len(compared.impostor),
    )
    return Measured(
        row,
        rates.fmr_interval(compared, threshold, counts),
        rates.share_interval(faceless, photos, counts),
    )


def _acquired(people: Sequence[Person], cell: Cell) -> tuple[Numbers, Numbers]:
    """Photos of each person of a cell, and how many of them showed no face."""
    photos = np.array([len(one.samples) * cell.has(one) for one in people], dtype=np.float64)
    usable = np.array([len(one.usable) * cell.has(one) for one in people], dtype=np.float64)
    return photos, photos - usable


def _inside(people: Sequence[Person], cell: Cell) -> NDArray[np.bool_]:
    return np.array([cell.has(person) for person in people], dtype=np.bool_)
