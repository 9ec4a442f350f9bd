"""What somebody can hold to the camera who has one picture, or a short film, of a person."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mobile_contract.movement_codes import Prompt
from tests.movements import MOVES, Pixels, Puppet, jpeg

Taken = list[tuple[int, bytes]]  # prompt, frame
EVERY = tuple(Prompt)
FRAMES_A_PROMPT = 2
# A hand tilts a print by so much; beyond, the face is hardly found.
TILTS = {
    Prompt.TURN_LEFT: (0.0, 35.0),
    Prompt.TURN_RIGHT: (0.0, -35.0),
    Prompt.LOOK_UP: (-35.0, 0.0),
    Prompt.BLINK: (35.0, 0.0),
}


@dataclass(frozen=True)
class Attempt:
    """One way to answer one prompt, and the frames of it: rest, the try, rest."""

    prompt: Prompt
    frames: Taken


def held_still(pixels: Pixels, prompt: Prompt) -> Attempt:
    """The picture in a hand that is not quite steady."""
    return _attempt(prompt, pixels, _tilted(pixels, 2.0, 2.0))


def moved_along(pixels: Pixels, prompt: Prompt) -> Attempt:
    """The picture turned, tilted or brought closer as the prompt says of a head."""
    if prompt is Prompt.COME_CLOSER:
        return _attempt(prompt, pixels, _closer(pixels, 1.5))
    return _attempt(prompt, pixels, _tilted(pixels, *TILTS[prompt]))


def moved_by_program(puppet: Puppet, prompt: Prompt) -> Attempt:
    """One picture that a program bends into the movement."""
    return _attempt(prompt, puppet.pixels, MOVES[prompt](puppet))


def from_film(film: Sequence[Pixels], prompt: Prompt, moment: int, rest: int) -> Attempt:
    """Frames of a film: the moment asked for at its prompt, the frames around `rest` elsewhere."""
    others = [film[rest + number] for number in range(FRAMES_A_PROMPT * 3)]
    return _attempt(prompt, others[0], film[moment], others)


def _attempt(
    prompt: Prompt, rest: Pixels, tried: Pixels, others: Sequence[Pixels] | None = None
) -> Attempt:
    resting = list(others or [rest] * (FRAMES_A_PROMPT * 3))
    pictures = [(0, tried), (0, rest)]
    pictures += [(1 + at // FRAMES_A_PROMPT, one) for at, one in enumerate(resting)]
    return Attempt(prompt, [(at, jpeg(_noisy(one, n))) for n, (at, one) in enumerate(pictures)])


def _noisy(pixels: Pixels, seed: int) -> Pixels:
    noise = np.random.default_rng(seed).normal(0, 2, pixels.shape)
    return np.asarray(np.clip(pixels + noise, 0, 255), dtype=np.uint8)


def _closer(pixels: Pixels, factor: float) -> Pixels:
    height, width = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), 0.0, factor)
    return np.asarray(cv2.warpAffine(pixels, matrix, (width, height)), dtype=np.uint8)


def _tilted(pixels: Pixels, pitch: float, yaw: float) -> Pixels:
    """The picture as a flat thing turned in space, seen by a camera 1.2 of its length away."""
    height, width = pixels.shape[:2]
    distance = 1.2 * max(height, width)
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], dtype=np.float64)
    turned = (corners - (width / 2, height / 2)) @ _turn(pitch, yaw)[:, :2].T
    seen = turned[:, :2] * (distance / (turned[:, 2] + distance))[:, None]
    seen += (width / 2, height / 2)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), seen.astype(np.float32))
    edge = cv2.BORDER_REPLICATE
    warped = cv2.warpPerspective(pixels, matrix, (width, height), borderMode=edge)
    return np.asarray(warped, dtype=np.uint8)


def _turn(pitch: float, yaw: float) -> NDArray[np.float64]:
    p, y = np.radians(pitch), np.radians(yaw)
    about_x = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    turned: NDArray[np.float64] = about_x @ about_y
    return turned
