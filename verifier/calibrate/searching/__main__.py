"""`python -m verifier.calibrate.searching FOLDER | --enrolled [--people N]`: the search's limit.

Prints a value for the rule `search_limit`, which an administrator puts in force; nothing is
written. Without it no face is searched among the enrolled.
"""

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from storage.database import DatabaseUnavailableError, close_sessions, open_sessions
from storage.local_stack.places import Places
from storage.settings import DatabaseSettings, SettingMissingError
from verifier.calibrate import photos
from verifier.calibrate.enrolled import enrolled_samples
from verifier.calibrate.folder import FolderFaultyError, listed
from verifier.calibrate.identification import TARGET, Limit, TooFew, limit_for, strangers_of
from verifier.calibrate.people import Sample, by_person
from verifier.faces import models
from verifier.faces.model_files import SFACE, ModelsMissing
from verifier.faces.models import Models

_NOTHING_TO_MEASURE = (
    FolderFaultyError,
    ModelsMissing,
    SettingMissingError,
    DatabaseUnavailableError,
)
_HEADROOM = 1.2  # people come faster than limits are measured


@dataclass(frozen=True)
class _Asked:
    folder: Path | None
    cache: Path | None
    people: int | None
    out: Path | None


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Measure; 1 where something needed is missing, or there is too little to measure."""
    asked = _parsed(arguments)
    try:
        loaded = models.load(Places.read(environ).models)
        samples = _samples(asked, loaded, environ)
    except _NOTHING_TO_MEASURE as why:
        _say(f"calibrate: {why or type(why).__name__}", sys.stderr)
        return 1
    strangers = strangers_of(by_person(samples))
    people = asked.people or max(2, round(strangers.people * _HEADROOM))
    limit = limit_for(strangers, people)
    if isinstance(limit, TooFew):
        _say(str(limit), sys.stderr)
        return 1
    value = {
        "distance": limit.distance,
        "people": limit.enrolled,
        "model": loaded.sha256[SFACE.name],
    }
    for line in _told(limit, value):
        _say(line)
    if asked.out is not None:
        asked.out.write_text(json.dumps(value) + "\n", encoding="utf-8")
    return 0


def _samples(asked: _Asked, loaded: Models, environ: Mapping[str, str]) -> Sequence[Sample]:
    if asked.folder is None:
        sessions = open_sessions(DatabaseSettings.read(environ))
        samples = enrolled_samples(sessions, loaded, datetime.now(UTC)).samples
        close_sessions(sessions)
        return samples
    cache = photos.read_cache(asked.cache, loaded)
    found = photos.album(listed(asked.folder), loaded, cache, lambda line: _say(line, sys.stderr))
    if asked.cache is not None:
        photos.write_cache(asked.cache, cache)
    return found.samples


def _told(limit: Limit, value: Mapping[str, object]) -> list[str]:
    how = "counted" if limit.counted else "carried on beyond what was seen (generalised Pareto)"
    return [
        f"{limit.people} people, {limit.pairs} pairs of a photo and a stranger's references;"
        f" the nearest strangers are {limit.nearest:.3f} apart.",
        f"At most {TARGET:.1%} of searches among {limit.enrolled} people name a wrong person up to"
        f" a distance of {limit.distance:.3f} ({how}; the stricter of twenty draws of people).",
        "Strangers are of both sexes here; relatives are nearer than strangers. To put it in"
        " force, as an administrator with a reason:",
        f"  python -m checkin_api.admin set-rule search_limit '{json.dumps(value)}' ...",
    ]


def _parsed(arguments: Sequence[str]) -> _Asked:
    parser = argparse.ArgumentParser(prog="python -m verifier.calibrate.searching")
    parser.add_argument("folder", type=Path, nargs="?", help="with manifest.csv")
    parser.add_argument("--enrolled", action="store_true", help="the deployment's own references")
    parser.add_argument("--people", type=int, help="how many are searched; default: a fifth more")
    parser.add_argument("--cache", type=Path, help="file that keeps the vectors of the photos")
    parser.add_argument("--json", type=Path, dest="out", help="write the value to this file")
    asked = parser.parse_args(arguments)
    if asked.enrolled == (asked.folder is not None):
        parser.error("name a folder, or say --enrolled")
    if asked.people is not None and asked.people <= 1:
        parser.error("--people is how many are enrolled where a face is searched")
    return _Asked(asked.folder, asked.cache, asked.people, asked.out)


def _say(line: str, where: TextIO | None = None) -> None:
    print(line, file=where, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
