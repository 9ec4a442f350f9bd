"""`python -m tests.presentation FOLDER`: stills and a clip through the code of the challenge.

Prints for each kind of attempt how many of each prompt were taken as done, and what poses and
blinks of live faces measure. Nothing is judged: the table goes to docs/face-verification.md.
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np

from mobile_contract.movement_codes import Prompt
from storage.local_stack.places import Places
from tests.movements import Pixels, jpeg, puppet_of
from tests.presentation.attacks import (
    EVERY,
    Attempt,
    from_film,
    held_still,
    moved_along,
    moved_by_program,
)
from verifier.faces import model_files, models
from verifier.faces.models import Models
from verifier.faces.movement import measure_frame
from verifier.verdicts.sweeps import FrameNumbers, MovementAnswer, judge

FAKES, LIVE = ("*_F[0-9].*", "*_fake_*"), ("*_T[0-9].*", "*_true_*")
POSES = ("pose_*", "react_*")
CLIP = "dinoman_blink.mp4"
ENLARGED = 3  # the clip has 96 x 128 pixels
SIDE = 640
FOLDER = "presentation"
Tried = Callable[[Pixels, Prompt], Attempt]


def main(arguments: Sequence[str]) -> int:
    """Print the tables; skipped by name where the folder has no such pictures."""
    parser = argparse.ArgumentParser(prog="python -m tests.presentation")
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args(arguments).folder / FOLDER
    if not (folder / CLIP).is_file():
        _say(f"SKIPPED presentation: there is no {folder / CLIP} (name another: FACES=folder)")
        return 0
    place = Places.read(os.environ).models
    model_files.fetch(place, None, lambda _line: None)
    loaded = models.load(place)
    fakes, live = _pictures(folder, FAKES), _pictures(folder, LIVE)
    _say("taken as done / not done / cannot tell, of each picture and prompt")
    _say("".join(f"{name:>16}" for name in ("", *EVERY)))
    _row("prints, still", loaded, _tries(fakes, held_still))
    _row("prints, moved", loaded, _tries(fakes, moved_along))
    _row("live still, moved", loaded, _tries(live, moved_along))
    _row("bent by program", loaded, _bent(live, loaded))
    _film(folder / CLIP, loaded)
    _say("numbers of single pictures: yaw, lift, size, eyes")
    for path in _paths(folder, POSES):
        _say(f"  {path.name:28} {_numbers(measure_frame(jpeg(_read(path)), 0, loaded))}")
    return 0


def _tries(pictures: Sequence[Pixels], tried: Tried) -> list[Attempt]:
    return [tried(one, prompt) for one in pictures for prompt in EVERY]


def _bent(pictures: Sequence[Pixels], loaded: Models) -> list[Attempt]:
    puppets = [puppet_of(jpeg(one, 95), loaded) for one in pictures]
    return [moved_by_program(one, prompt) for one in puppets for prompt in EVERY]


def _row(name: str, loaded: Models, attempts: Iterable[Attempt]) -> None:
    counts = {prompt: Counter[MovementAnswer]() for prompt in EVERY}
    for one in attempts:
        counts[one.prompt][_answer(one, loaded)] += 1
    cells = ("/".join(str(counts[prompt][one]) for one in MovementAnswer) for prompt in EVERY)
    _say(f"{name:>16}" + "".join(f"{cell:>16}" for cell in cells))


def _answer(attempt: Attempt, loaded: Models) -> MovementAnswer:
    """What is said of the one prompt that was tried; the others of the burst are at rest."""
    frames = [measure_frame(photo, prompt, loaded) for prompt, photo in attempt.frames]
    others = [one for one in EVERY if one is not attempt.prompt][:3]
    return judge([attempt.prompt, *others], frames)[0].answer


def _film(path: Path, loaded: Models) -> None:
    """Each frame of the clip as the one that answers "blink", the rest of it as the others."""
    film = _frames(path)
    rest = FrameNumbers(1)
    numbers = [measure_frame(jpeg(one), 0, loaded) for one in film]
    found = Counter[MovementAnswer]()
    done = []
    for moment in range(len(film)):
        others = [numbers[at] for at in np.linspace(20, 34, 7, dtype=int)]
        burst = [numbers[moment], *(_as_other(one, rest) for one in others)]
        answer = judge([Prompt.BLINK, *EVERY[:3]], burst)[0].answer
        found[answer] += 1
        done += [moment] if answer is MovementAnswer.DONE else []
    told = ", ".join(f"{found[one]} {one}" for one in MovementAnswer)
    _say(f"clip of two blinks, {len(film)} frames, each as the answer to blink: {told}")
    _say(f"  done: frames {done}")
    for prompt in (Prompt.TURN_LEFT, Prompt.TURN_RIGHT, Prompt.LOOK_UP, Prompt.COME_CLOSER):
        attempts = [from_film(film, prompt, at, 20) for at in range(0, len(film), 5)]
        answers = Counter(_answer(one, loaded) for one in attempts)
        _say(
            f"  the same clip for {prompt}: {answers[MovementAnswer.DONE]} of {len(attempts)} done"
        )


def _as_other(one: FrameNumbers, rest: FrameNumbers) -> FrameNumbers:
    return FrameNumbers(rest.prompt, one.yaw, one.lift, one.size, one.aspect, one.eyes, one.skin,
                        one.edges)  # fmt: skip


def _numbers(one: FrameNumbers) -> str:
    values = (one.yaw, one.lift, one.size, one.eyes)
    shown = ("-" if value is None else f"{value:.2f}" for value in values)
    return one.fault or "  ".join(shown)


def _frames(path: Path) -> list[Pixels]:
    clip = cv2.VideoCapture(str(path))
    found: list[Pixels] = []
    while True:
        read, frame = clip.read()
        if not read:
            return found
        size = (frame.shape[1] * ENLARGED, frame.shape[0] * ENLARGED)
        found.append(np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_CUBIC), np.uint8))


def _pictures(folder: Path, patterns: Sequence[str]) -> list[Pixels]:
    return [_read(path) for path in _paths(folder, patterns)]


def _paths(folder: Path, patterns: Sequence[str]) -> list[Path]:
    return sorted(path for pattern in patterns for path in folder.glob(pattern))


def _read(path: Path) -> Pixels:
    decoded = cv2.imread(str(path))
    assert decoded is not None
    scale = min(SIDE / max(decoded.shape[:2]), 1.0)
    smaller = cv2.resize(decoded, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(smaller, dtype=np.uint8)


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a command line


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
