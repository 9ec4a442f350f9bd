"""`python -m verifier.calibrate FOLDER | --enrolled`: error rates, pictures, proposed limits."""

import argparse
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from storage.database import DatabaseUnavailableError, close_sessions, open_sessions
from storage.local_stack.places import Places
from storage.settings import DatabaseSettings, SettingMissingError
from verifier.calibrate import photos, pictures, report
from verifier.calibrate.enrolled import BIAS, enrolled_samples
from verifier.calibrate.folder import FolderFaultyError, listed
from verifier.calibrate.gate import Measure, propose_gate
from verifier.calibrate.matchers import Matcher
from verifier.calibrate.people import Person, Sample, by_person
from verifier.calibrate.photos import Album
from verifier.calibrate.proposal import propose
from verifier.calibrate.rows import Measured, Trials, rows_of, trials_of
from verifier.calibrate.trials import Plan
from verifier.faces import models
from verifier.faces.model_files import ModelsMissing
from verifier.faces.models import Models
from verifier.verdicts import bands
from verifier.verdicts.bands import ThresholdSet
from verifier.verdicts.threshold_sets import UnknownThresholdSetError

# Rows and limits are for so many references; a number between shares the limits of the one below.
REFERENCES = (1, 2, 3, 5)
_DRAWN = 3
_LEAST_TARGET, _MOST_TARGET = 1e-5, 0.1
_NOTHING_TO_MEASURE = (
    FolderFaultyError,
    ModelsMissing,
    SettingMissingError,
    DatabaseUnavailableError,
    UnknownThresholdSetError,
)

BURST = (
    "burst: the mean vector of the photo and two frames derived from it (turned, scaled, lit and",
    "compressed otherwise): no further photos, which would promise another day's light; a real",
    "burst gains at least as much against blur and closed eyes, and nothing against another year.",
)


# Of what a deployment kept, the second opinion alone tells nothing: it was asked of few.
_OF_ENROLLED = (Matcher.SFACE, Matcher.DEFAULT)


@dataclass(frozen=True)
class _Found:
    """What is measured: photos as vectors, by the limits in use, as these matchers see them."""

    samples: Sequence[Sample]
    measures: Sequence[Measure]
    thresholds: ThresholdSet = bands.DEFAULT
    matchers: Sequence[Matcher] = tuple(Matcher)


@dataclass(frozen=True)
class _Asked:
    folder: Path | None
    out: Path | None
    pictures: Path
    cache: Path | None
    target: float


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Measure, and say what came out; 1 where something needed is missing or wrong."""
    asked = _parsed(arguments)
    try:
        loaded = models.load(Places.read(environ).models)
        found = _found(asked, loaded, environ)
    except _NOTHING_TO_MEASURE as why:
        _say(f"calibrate: {why or type(why).__name__}", sys.stderr)
        return 1
    people = by_person(found.samples)
    for line in report.about_people(people):
        _say(line)
    _measure(people, found, asked)
    return 0


def _found(asked: _Asked, loaded: Models, environ: Mapping[str, str]) -> _Found:
    if asked.folder is not None:
        album = _photographed(asked, asked.folder, loaded)
        return _Found(album.samples, album.measures)
    sessions = open_sessions(DatabaseSettings.read(environ))
    enrolled = enrolled_samples(sessions, loaded, datetime.now(UTC))
    close_sessions(sessions)
    for line in (*BIAS, str(enrolled)):
        _say(line)
    return _Found(enrolled.samples, enrolled.measures, enrolled.thresholds, _OF_ENROLLED)


def _photographed(asked: _Asked, folder: Path, loaded: Models) -> Album:
    lines = listed(folder)
    cache = photos.read_cache(asked.cache, loaded)
    album = photos.album(lines, loaded, cache, lambda line: _say(line, sys.stderr))
    if asked.cache is not None:
        photos.write_cache(asked.cache, cache)
    _say(
        "Measured before the quality gate, on the largest face of each photo; the gate (too small,"
        f" several faces) would have sent back {album.stopped_by_gate} of {len(lines)} photos."
    )
    for line in BURST:
        _say(line)
    return album


def _measure(people: Sequence[Person], found: _Found, asked: _Asked) -> None:
    single = [trials_of(people, Plan(references)) for references in REFERENCES]
    measured = _rows(single, found)
    if asked.folder is not None:
        # A burst is a probe of its own: the references, and so the draws, are the same.
        bursts = (trials_of(people, Plan(one, burst=True)) for one in REFERENCES)
        measured += _rows(bursts, found)
    proposals = [propose(one, asked.target) for one in single]
    for line in report.table(measured):
        _say(line)
    name = found.thresholds.name
    _say(f"Shipped: threshold set {name}; dlib and SFace at their usual thresholds.")
    gate = propose_gate(found.measures, "calibrated")
    for line in (*report.proposal(proposals, asked.target, "calibrated"), *report.gate(gate)):
        _say(line)
    if asked.out is not None:
        whole = report.as_json(measured, proposals, gate, asked.target)
        asked.out.write_text(whole, encoding="utf-8")
        _say(f"written: {asked.out}")
    _draw(single, found, asked.pictures)


def _rows(several: Iterable[Trials], found: _Found) -> list[Measured]:
    return [row for trials in several for row in rows_of(trials, found.thresholds, found.matchers)]


def _draw(several: Sequence[Trials], found: _Found, stem: Path) -> None:
    """Draw for three references, or for the most that anybody has."""
    drawable = [one for one in several if len(one.genuine.person) and len(one.impostor.person)]
    if not drawable:
        return
    chosen = [one for one in drawable if one.plan.references <= _DRAWN][-1]
    for path in pictures.draw(chosen, found.thresholds, stem):
        _say(f"written: {path}")


def _parsed(arguments: Sequence[str]) -> _Asked:
    parser = argparse.ArgumentParser(prog="python -m verifier.calibrate", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="with manifest.csv")
    parser.add_argument("--enrolled", action="store_true", help="the deployment's own references")
    parser.add_argument("--json", type=Path, dest="out", help="write the rows to this file")
    parser.add_argument("--pictures", type=Path, help="beginning of the pictures' names")
    parser.add_argument("--cache", type=Path, help="file that keeps the vectors of the photos")
    parser.add_argument("--target-fmr", type=float, default=0.001, help="share of strangers")
    asked = parser.parse_args(arguments)
    if asked.enrolled == (asked.folder is not None):
        parser.error("name a folder, or say --enrolled")
    if not _LEAST_TARGET <= asked.target_fmr <= _MOST_TARGET:
        parser.error(f"--target-fmr is a share from {_LEAST_TARGET} to {_MOST_TARGET}")
    stem = asked.out.with_suffix("") if asked.out else Path("calibration")
    return _Asked(asked.folder, asked.out, asked.pictures or stem, asked.cache, asked.target_fmr)


def _say(line: str, where: TextIO | None = None) -> None:
    print(line, file=where, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
