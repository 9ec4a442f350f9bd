"""`python -m tests.accuracy FOLDER`: dlib, SFace and ours, by group, against same-sex strangers."""

import argparse
import hashlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from storage.local_stack.places import Places, cache_folder
from tests.accuracy.goals import Goal, goals
from verifier.calibrate import photos, report
from verifier.calibrate.folder import MANIFEST, FolderFaultyError, listed
from verifier.calibrate.matchers import DLIB_USUAL, SFACE_USUAL
from verifier.calibrate.people import Person, by_person
from verifier.calibrate.rows import Measured, rows_of, trials_of
from verifier.calibrate.trials import Plan
from verifier.faces import model_files, models
from verifier.verdicts import bands

LEAST_PHOTOS = 4
DRAWS = 20
REFERENCES = (1, 3)


def main(arguments: Sequence[str]) -> int:
    """Print the table; 1 where a goal is missed, 0 where met or where there is no folder."""
    parser = argparse.ArgumentParser(prog="python -m tests.accuracy")
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args(arguments).folder
    if not (folder / MANIFEST).is_file():
        _say(f"SKIPPED accuracy: there is no {folder / MANIFEST} (name another: FACES=folder)")
        return 0
    try:
        people = _people(folder)
    except FolderFaultyError as faulty:
        _say(f"accuracy: {faulty}")
        return 1
    measured = [row for plan in _plans() for row in rows_of(trials_of(people, plan), bands.DEFAULT)]
    _say_all(_described(people))
    _say_all(report.table(measured))
    return _judged(goals([one.row for one in measured]), measured)


def _people(folder: Path) -> list[Person]:
    models_folder = Places.read(os.environ).models
    model_files.fetch(models_folder, None, lambda _line: None)
    loaded = models.load(models_folder)
    # Vectors are kept between runs: looking at 475 photos takes two minutes, comparing ten seconds.
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
    path = cache_folder(os.environ, Path.home()) / f"accuracy-{name}.npz"
    lines = listed(folder)
    cache = photos.read_cache(path, loaded)
    album = photos.album(lines, loaded, cache, _say)
    path.parent.mkdir(parents=True, exist_ok=True)
    photos.write_cache(path, cache)
    _say(f"the quality gate would have sent back {album.stopped_by_gate} of {len(lines)} photos")
    return by_person(album.samples)


def _plans() -> list[Plan]:
    return [Plan(one, draws=DRAWS, least_photos=LEAST_PHOTOS) for one in REFERENCES]


def _described(people: Sequence[Person]) -> list[str]:
    able = [person for person in people if len(person.samples) >= LEAST_PHOTOS]
    probes = sum(len(person.samples) for person in able)
    return [
        *report.about_people(people),
        f"Genuine: {probes} probes, every photo of the {len(able)} people with {LEAST_PHOTOS} or",
        f"more, against up to {DRAWS} different seeded draws of their others; the draws of one",
        "probe count as one. Impostors: every photo of others of one sex and group. Before the",
        "quality gate; a face not found is a miss.",
        f"shipped: dlib at {DLIB_USUAL}, SFace at {SFACE_USUAL}, ours (default) with the threshold",
        f"set {bands.DEFAULT.name}. *: fewer than ten strangers passed, too few to tell a rate.",
    ]


def _judged(found: Sequence[Goal], measured: Sequence[Measured]) -> int:
    if not found:
        _say("no goal can be judged: nobody has enough photos, or nobody has a comparable other")
        return 1
    for goal in found:
        word = "met   " if goal.met else "MISSED"
        doubt = "" if goal.enough else "  (fewer than 10,000 impostor trials: little is proved)"
        _say(f"{word} {goal.promise}: {goal.measured:.3%}, at most {goal.most:.1%}{doubt}")
    _say(f"{len(measured)} rows")
    return 0 if all(goal.met for goal in found) else 1


def _say_all(lines: Sequence[str]) -> None:
    for line in lines:
        _say(line)


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a command line


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
