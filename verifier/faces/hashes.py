"""Whether two photos are one picture, sent again: perceptual hashes, compared exactly.

Each hash is the signs of the lowest frequencies (DCT) against their median: of the whole picture,
16 x 16, and of the face as SFace sees it, 12 x 12. A mirror image only turns the sign of every
other column, so both hashes of it come for nothing. The eyes are found a pixel or two elsewhere
in a picture that was made smaller or cut: a face is therefore tried at 27 places and sizes.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from storage.records.replays import TwinKind
from verifier.faces.images import Pixels

# Bits that may differ, of 255 and of 143. Measured on 475 public photos of 106 people
# (docs/face-verification.md): two photos of one person, taken within seconds, from 44 and from 18
# bits on, of other people from 68 and from 26 on. Four bits of the face are left between, because
# a hit asks an honest person for an explanation, and who sends the picture uncut is found by that.
FRAME_LIMIT = 30
FACE_LIMIT = 14

_FRAME_SIDE, _FRAME_WAVES = 64, 16
_CHIP_SIDE, _FACE_SIDE, _FACE_WAVES = 112, 98, 12
_SAMPLES = 64
_SHIFTS = (0.0, -3.4, 3.4)  # pixels of the chip; the first is the middle
_ZOOMS = (1.0, 0.95, 1.05)
# Below this there is no picture: two photos of a covered lens are not one photo sent twice.
_FLAT = 8.0  # grey levels, standard deviation

Bits = NDArray[np.uint8]
Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class PhotoHashes:
    """What is kept of a photo: 32 bytes of the picture, 18 of its face; None where there is none.

    No face can be made from them, and nobody recognised on another photo.
    """

    frame: bytes | None
    face: bytes | None


@dataclass(frozen=True, eq=False)
class Hashed:
    """A photo to be compared: what is kept of it, and how it may look in an earlier one."""

    kept: PhotoHashes
    frames: Bits | None  # the picture, its mirror image
    faces: Bits | None  # the face and its mirror image, in turn


@dataclass(frozen=True)
class Stored:
    """What is kept of many earlier photos, strung together: 32 bytes a picture, 18 a face."""

    frames: bytes
    faces: bytes

    @classmethod
    def of(cls, photos: Iterable[PhotoHashes]) -> "Stored":
        """Strings together what is kept of each."""
        kept = list(photos)
        return cls(
            b"".join(one.frame for one in kept if one.frame is not None),
            b"".join(one.face for one in kept if one.face is not None),
        )

    def __add__(self, other: "Stored") -> "Stored":
        """Strings more to it."""
        return Stored(self.frames + other.frames, self.faces + other.faces)


@dataclass(frozen=True)
class Near:
    """What is kept of the earlier photo that is the same picture, and how many bits differ."""

    kept: bytes
    kind: TwinKind
    bits: int


def hashed(picture: Pixels, chip: Pixels | None) -> Hashed:
    """The hashes of an upright picture and of its largest face, if it has one."""
    frames = _of_frame(picture)
    faces = None if chip is None else _of_face(chip)
    kept = PhotoHashes(*(None if one is None else one[0].tobytes() for one in (frames, faces)))
    return Hashed(kept, frames, faces)


def nearest(photo: Hashed, earlier: Stored) -> Near | None:
    """The earlier photo that differs least, within the limits; the whole picture goes first."""
    return _nearest(
        photo.frames,
        earlier.frames,
        FRAME_LIMIT,
        (TwinKind.SAME_PICTURE, TwinKind.MIRRORED_PICTURE),
    ) or _nearest(
        photo.faces, earlier.faces, FACE_LIMIT, (TwinKind.SAME_FACE, TwinKind.MIRRORED_FACE)
    )


def _nearest(
    tries: Bits | None, earlier: bytes, limit: int, kinds: tuple[TwinKind, TwinKind]
) -> Near | None:
    if tries is None or not earlier:
        return None
    length = tries.shape[1]
    stored = _in_words(np.frombuffer(earlier, np.uint8).reshape(-1, length))
    differing = np.zeros((len(tries), stored.shape[1]), dtype=np.uint16)
    for one, other in zip(_in_words(tries), stored, strict=True):
        differing += np.bitwise_count(one[:, None] ^ other)
    which, row = np.unravel_index(int(differing.argmin()), differing.shape)
    bits = int(differing[which, row])
    if bits > limit:
        return None
    kept = earlier[int(row) * length : (int(row) + 1) * length]
    return Near(kept, kinds[int(which) % 2], bits)


def _in_words(bits: Bits) -> NDArray[np.uint64]:
    """The same bits, eight bytes in one number, each photo in a column."""
    whole = np.zeros((len(bits), -(-bits.shape[1] // 8) * 8), dtype=np.uint8)
    whole[:, : bits.shape[1]] = bits
    return np.ascontiguousarray(whole.view(np.uint64).T)


def _of_frame(picture: Pixels) -> Bits | None:
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    small = cv2.resize(grey, (_FRAME_SIDE, _FRAME_SIDE), interpolation=cv2.INTER_AREA)
    if float(small.std()) < _FLAT:
        return None
    return _signs((_FRAME @ small.astype(np.float32) @ _FRAME.T)[None])


def _of_face(chip: Pixels) -> Bits | None:
    grey = cv2.cvtColor(chip, cv2.COLOR_BGR2GRAY)
    if float(grey.std()) < _FLAT:
        return None
    values = grey.astype(np.float32)
    waves = [
        rows @ across.T
        for zoom in _ZOOMS
        for rows in [down @ values for down in _FACE[zoom]]
        for across in _FACE[zoom]
    ]
    return _signs(np.array(waves))


def _signs(waves: Matrix) -> Bits:
    """Packed bits of each and then of its mirror image: which frequencies are above the median.

    The first, the light, is left out.
    """
    both = np.stack([waves, waves * _mirrored(waves.shape[-1])], axis=1)
    flat = both.reshape(2 * len(waves), -1)[:, 1:]
    above = flat > np.median(flat, axis=1, keepdims=True)
    return np.packbits(above, axis=1)


def _mirrored(waves: int) -> Matrix:
    return np.where(np.arange(waves) % 2, -1.0, 1.0).astype(np.float32)


def _waves_of(size: int, begin: float, end: float, waves: int) -> Matrix:
    """The lowest waves of the samples between two edges of a line of pixels, as a matrix."""
    width = max(1.0, (end - begin) / _SAMPLES)
    centres = begin + (np.arange(_SAMPLES) + 0.5) * (end - begin) / _SAMPLES - 0.5
    weights = np.maximum(0.0, 1 - np.abs(np.arange(size)[None, :] - centres[:, None]) / width)
    weights /= weights.sum(axis=1, keepdims=True)
    angles = np.outer(np.arange(waves), 2 * np.arange(_SAMPLES) + 1)
    return np.asarray(np.cos(np.pi * angles / (2 * _SAMPLES)) @ weights, dtype=np.float32)


def _face_waves(zoom: float, shift: float) -> Matrix:
    middle, half = _CHIP_SIDE / 2 + shift, _FACE_SIDE * zoom / 2
    return _waves_of(_CHIP_SIDE, middle - half, middle + half, _FACE_WAVES)


_FRAME = _waves_of(_FRAME_SIDE, 0.0, _FRAME_SIDE, _FRAME_WAVES)
_FACE = {zoom: [_face_waves(zoom, shift) for shift in _SHIFTS] for zoom in _ZOOMS}
