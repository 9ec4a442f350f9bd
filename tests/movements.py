"""Frames of movements that nobody made: one photo, moved by a program.

No film of the people on the test photos is at hand, so their photos are bent: the middle of a
face is pushed aside, lids are painted, the picture is enlarged. This is also what a program of a
cheat does, and it passes: docs/face-verification.md says so.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from mobile_contract.movement_codes import Prompt
from verifier.faces import detection
from verifier.faces.models import Models

SIDE = 640
MOST_BYTES = 60 * 1024
Pixels = NDArray[np.uint8]
_Points = NDArray[np.float64]  # right eye, left eye, nose, both corners of the mouth


@dataclass(frozen=True, eq=False)
class Puppet:
    """A photo and the five points of its face."""

    pixels: Pixels
    points: _Points

    @property
    def apart(self) -> float:
        """Distance of the eyes in pixels."""
        return float(np.linalg.norm(self.points[1] - self.points[0]))

    def pushed(self, dx: float, dy: float) -> Pixels:
        """The photo with the middle of the face pushed, in distances of the eyes."""
        height, width = self.pixels.shape[:2]
        across, down = np.meshgrid(np.arange(width), np.arange(height))
        middle, apart = self.points.mean(axis=0), self.apart
        edge = ((across - middle[0]) / apart) ** 2 + ((down - middle[1]) / (1.4 * apart)) ** 2
        near = np.clip(1 - edge, 0, None)
        return _remapped(self.pixels, across - near * dx * apart, down - near * dy * apart)

    def closed(self) -> Pixels:
        """The photo with lids painted over the eyes."""
        painted = self.pixels.copy()
        for eye in self.points[:2]:
            _close(painted, eye, self.apart)
        return painted

    def closer(self, factor: float) -> Pixels:
        """The photo enlarged around the face, in a frame of the same size."""
        height, width = self.pixels.shape[:2]
        middle = self.points.mean(axis=0)
        across, down = np.meshgrid(np.arange(width), np.arange(height))
        return _remapped(
            self.pixels,
            middle[0] + (across - middle[0]) / factor,
            middle[1] + (down - middle[1]) / factor,
        )


MOVES: Mapping[Prompt, Callable[[Puppet], Pixels]] = MappingProxyType(
    {
        Prompt.TURN_LEFT: lambda puppet: puppet.pushed(0.65, 0.0),
        Prompt.TURN_RIGHT: lambda puppet: puppet.pushed(-0.65, -0.1),
        Prompt.LOOK_UP: lambda puppet: puppet.pushed(0.0, -1.0),
        Prompt.BLINK: Puppet.closed,
        Prompt.COME_CLOSER: lambda puppet: puppet.closer(1.5),
    }
)


def puppet_of(photo: bytes, models: Models) -> Puppet:
    """Take a photo of one person up, at a size of frames, with room around the face."""
    decoded = cv2.imdecode(np.frombuffer(photo, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    scale = SIDE / max(decoded.shape[:2])
    pixels = np.asarray(
        cv2.resize(decoded, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
    )
    faces = detection.find(pixels, models)
    return Puppet(pixels, faces.all[0].row[4:14].reshape(5, 2).astype(np.float64))


def moved_as(prompts: Sequence[Prompt], puppet: Puppet) -> list[tuple[int, bytes]]:
    """Three frames a prompt: at rest, moved, at rest; each with the number of its prompt."""
    frames = []
    for at, prompt in enumerate(prompts):
        for number, pixels in enumerate((puppet.pixels, MOVES[prompt](puppet), puppet.pixels)):
            frames.append((at, jpeg(_retaken(pixels, 10 * at + number))))
    return frames


def still(puppet: Puppet, prompts: int = 4) -> list[tuple[int, bytes]]:
    """As many frames of somebody who does nothing."""
    return [(at // 3, jpeg(_retaken(puppet.pixels, at))) for at in range(3 * prompts)]


def jpeg(pixels: Pixels, quality: int = 85) -> bytes:
    """A JPEG of at most 60 KB."""
    written, coded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert written
    return coded.tobytes() if len(coded) <= MOST_BYTES else jpeg(pixels, quality - 10)


def _retaken(pixels: Pixels, seed: int) -> Pixels:
    """The same again with a camera's noise, so that no two frames are the same bytes."""
    noise = np.random.default_rng(seed).normal(0, 2, pixels.shape)
    return np.asarray(np.clip(pixels + noise, 0, 255), dtype=np.uint8)


def _remapped(pixels: Pixels, across: NDArray[np.float64], down: NDArray[np.float64]) -> Pixels:
    moved = cv2.remap(
        pixels,
        across.astype(np.float32),
        down.astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT,
    )
    return np.asarray(moved, dtype=np.uint8)


def _close(pixels: Pixels, eye: NDArray[np.float64], apart: float) -> None:
    """Paint skin over an eye and a line of lashes under it."""
    x, y = (round(float(value)) for value in eye)
    wide, high = round(0.30 * apart), round(0.17 * apart)
    cheek = pixels[y + 2 * high : y + 3 * high, x - wide // 2 : x + wide // 2]
    skin = tuple(int(value) for value in cheek.reshape(-1, 3).mean(axis=0))
    lid = pixels.copy()
    cv2.ellipse(lid, (x, y), (wide, high), 0, 0, 360, skin, -1)
    dark = tuple(value // 3 for value in skin)
    cv2.ellipse(lid, (x, y), (wide, high // 2), 0, 20, 160, dark, max(2, high // 4))
    soft = cv2.GaussianBlur(lid, (0, 0), max(1.0, apart / 60))
    pixels[y - 2 * high : y + 2 * high, x - 2 * wide : x + 2 * wide] = soft[
        y - 2 * high : y + 2 * high, x - 2 * wide : x + 2 * wide
    ]
