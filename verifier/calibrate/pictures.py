"""The DET curve and the distribution of scores, drawn from numbers only: no faces."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from verifier.calibrate import matchers, rates
from verifier.calibrate.drawing import Canvas, Line, Words
from verifier.calibrate.matchers import Matcher
from verifier.calibrate.rates import Scored
from verifier.calibrate.rows import Cell, Trials, scored
from verifier.calibrate.trials import Numbers
from verifier.verdicts.bands import ThresholdSet

_WIDTH, _HEIGHT = 760, 520
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 20, 40, 60
_COLOURS = ("#b3402a", "#1f5fa8", "#2d7d46", "#8a5a00", "#6b3fa0", "#555555")
_GRID = "#dddddd"
_RATES = (0.0001, 0.001, 0.01, 0.1, 1.0)
_STEPS = 120
_BINS = 60
# Where the order of our matcher ends: what SFace alone refuses lies behind, out of the picture.
_FARTHEST = 1.5


@dataclass(frozen=True)
class _Group:
    name: str
    colour: str
    scored: Scored


def draw(trials: Trials, thresholds: ThresholdSet, stem: Path) -> list[Path]:
    """Write STEM-det and STEM-scores, each as SVG and PNG; gives the four paths."""
    stem.parent.mkdir(parents=True, exist_ok=True)
    return [
        *_det(trials, thresholds).save(stem.with_name(f"{stem.name}-det")),
        *_distribution(trials, thresholds).save(stem.with_name(f"{stem.name}-scores")),
    ]


def _det(trials: Trials, thresholds: ThresholdSet) -> Canvas:
    canvas = Canvas(_WIDTH, _HEIGHT, _title("False matches against misses", trials))
    _grid_of_rates(canvas)
    for matcher in Matcher:
        for group in _groups(trials, matcher, thresholds):
            line = [_at(_rate_share(x), _rate_share(y)) for x, y in _curve(group.scored)]
            width = 3 if matcher is Matcher.DEFAULT else 1
            canvas.lines.append(Line(line, group.colour, width, dashed=matcher is Matcher.DLIB))
    groups = _groups(trials, Matcher.DEFAULT, thresholds)
    _legend(canvas, [(group.name, group.colour) for group in groups])
    canvas.words.append(Words("thick: ours, thin: SFace, dashed: dlib", _at(0.62, 0.79)))
    return canvas


def _distribution(trials: Trials, thresholds: ThresholdSet) -> Canvas:
    canvas = Canvas(_WIDTH, _HEIGHT, _title("Distances (ours)", trials))
    _frame(canvas, "distance: smaller is more alike", "share of trials (impostors dashed)")
    for tick in np.arange(0, _FARTHEST + 0.01, 0.25):
        x, y = _at(float(tick) / _FARTHEST, 0)
        canvas.lines.append(Line([(x, y), (x, y + 5)]))
        canvas.words.append(Words(f"{tick:.2f}", (x, y + 20), centred=True))
    groups = _groups(trials, Matcher.DEFAULT, thresholds)
    for group in groups:
        compared = group.scored
        genuine = _shares(compared.genuine, compared.weight)
        impostor = _shares(compared.impostor, np.ones(len(compared.impostor)))
        canvas.lines.append(Line(_outline(genuine), group.colour, 2))
        canvas.lines.append(Line(_outline(impostor), group.colour, 2, dashed=True))
    _mark_threshold(canvas, matchers.shipped(Matcher.DEFAULT, thresholds, trials.plan.references))
    _legend(canvas, [(group.name, group.colour) for group in groups])
    return canvas


def _groups(trials: Trials, matcher: Matcher, thresholds: ThresholdSet) -> list[_Group]:
    names = sorted({person.group for person in trials.people})
    found = [
        _Group(name, _COLOURS[i % len(_COLOURS)], scored(trials, matcher, Cell(name), thresholds))
        for i, name in enumerate(names)
    ]
    return [one for one in found if len(one.scored.genuine) and len(one.scored.impostor)]


def _curve(compared: Scored) -> list[tuple[float, float]]:
    """FMR and FNMR at thresholds all along both distributions."""
    both = np.concatenate([compared.genuine[np.isfinite(compared.genuine)], compared.impostor])
    nearest = np.sort(compared.impostor)[: _STEPS * 5]
    thresholds = np.unique(np.concatenate([np.quantile(both, np.linspace(0, 1, _STEPS)), nearest]))
    return [
        (
            rates.fmr(compared.impostor, float(t)),
            rates.fnmr(compared.genuine, compared.weight, float(t)),
        )
        for t in thresholds
    ]


def _grid_of_rates(canvas: Canvas) -> None:
    _frame(canvas, "false match rate (strangers accepted)", "miss rate (honest people)")
    for rate in _RATES:
        share = _rate_share(rate)
        canvas.lines.append(Line([_at(share, 0), _at(share, 1)], _GRID))
        canvas.lines.append(Line([_at(0, share), _at(1, share)], _GRID))
        x, y = _at(share, 0)
        canvas.words.append(Words(f"{rate:.2%}", (x, y + 20), centred=True))
        canvas.words.append(Words(f"{rate:.2%}", (6, _at(0, share)[1] + 4)))


def _frame(canvas: Canvas, across: str, up: str) -> None:
    corners = [_at(0, 0), _at(1, 0), _at(1, 1), _at(0, 1), _at(0, 0)]
    canvas.lines.append(Line(corners))
    canvas.words.append(Words(canvas.title, (_LEFT, 24)))
    canvas.words.append(Words(across, (_at(0.5, 0)[0], _HEIGHT - 14), centred=True))
    canvas.words.append(Words(up, _at(0.02, 0.95)))


def _legend(canvas: Canvas, entries: Sequence[tuple[str, str]]) -> None:
    for number, (name, colour) in enumerate(entries):
        x, y = _at(0.62, 0.95 - 0.05 * number)
        canvas.lines.append(Line([(x, y - 4), (x + 24, y - 4)], colour, 3))
        canvas.words.append(Words(name, (x + 32, y)))


def _mark_threshold(canvas: Canvas, threshold: float) -> None:
    share = threshold / _FARTHEST
    canvas.lines.append(Line([_at(share, 0), _at(share, 0.75)]))
    canvas.words.append(Words(f"match up to {threshold:.2f}", _at(share + 0.01, 0.72)))


def _shares(distances: Numbers, weights: Numbers) -> Numbers:
    counts, _ = np.histogram(distances, bins=_BINS, range=(0, _FARTHEST), weights=weights)
    return np.asarray(counts / weights.sum(), dtype=np.float64)


def _outline(shares: Numbers) -> list[tuple[float, float]]:
    # Twelve bins hold most of a distribution: a third of everything in one bin fills the height.
    highest = 0.34
    return [
        _at((number + 0.5) / _BINS, min(float(share) / highest, 1.0))
        for number, share in enumerate(shares)
    ]


def _rate_share(rate: float) -> float:
    """Where a rate lies on a logarithmic axis; below the smallest it lies on the edge."""
    return float(1 + np.log10(max(rate, _RATES[0])) / -np.log10(_RATES[0]))


def _at(across: float, up: float) -> tuple[float, float]:
    """Pixels of a share of the width and of the height; the origin is below left."""
    wide, high = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    return _LEFT + across * wide, _HEIGHT - _BOTTOM - up * high


def _title(what: str, trials: Trials) -> str:
    plan = trials.plan
    return (
        f"{what}: {plan.references} reference(s), {trials.probes} probes,"
        f" {len(trials.genuine.person)} genuine and {len(trials.impostor.person)} impostor trials"
    )
