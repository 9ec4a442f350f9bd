"""The files of a module: which there are, what they are, and what their texts refer to."""

import hashlib
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pydantic import TypeAdapter, ValidationError

from checkin_api.content_tool.faults import Fault, Mistake, ModuleFaultsError
from mobile_contract.content import FileOffered
from mobile_contract.study import LARGEST_FILE, FilePath, StudyType

DESCRIPTIONS = frozenset({"module.yaml", "quiz.yaml"})
TYPES: dict[str, StudyType] = {
    ".md": "text/markdown",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".pdf": "application/pdf",
}
# What file managers and office programs leave behind.
LEFT_BEHIND = re.compile(r"(\.|~\$).*|.*~|thumbs\.db|desktop\.ini", re.IGNORECASE)
REFERENCE = re.compile(
    r"(?P<picture>!?)\[[^\]]*\]\(\s*(?:<(?P<bracketed>[^>]+)>|(?P<plain>[^)\s]+))"
)
FENCES = ("```", "~~~")


@dataclass(frozen=True)
class MediaFile:
    """One file: as it is offered, and where it lies here."""

    offered: FileOffered
    here: Path


def find_files(folder: Path) -> list[MediaFile]:
    """Find a module's files in order of their paths; raises ModuleFaultsError."""
    paths = sorted(_paths(folder))
    faults = [fault for path in paths for fault in _faults_of_file(folder, path)]
    if not faults and not any(path.endswith(".md") for path in paths):
        faults = [Fault(Mistake.NO_TEXT, folder.name)]
    faults = faults or [
        fault for path in paths if path.endswith(".md") for fault in _faults_of_text(folder, path)
    ]
    faults += _faults_of_case(paths)
    if faults:
        raise ModuleFaultsError(faults)
    return [_media_file(folder, path) for path in paths]


def _paths(folder: Path) -> Iterator[str]:
    for here in folder.rglob("*"):
        path = here.relative_to(folder)
        left_behind = any(LEFT_BEHIND.fullmatch(name) for name in path.parts)
        if not left_behind and not here.is_dir() and path.as_posix() not in DESCRIPTIONS:
            yield path.as_posix()


def _faults_of_file(folder: Path, path: str) -> Iterator[Fault]:
    here = folder / path
    # Behind a link may lie anything on this machine, and it would go to every phone.
    if not here.resolve().is_relative_to(folder.resolve()) or not here.is_file():
        yield Fault(Mistake.FILE_LINK, path)
        return
    if not _is_file_path(path):
        yield Fault(Mistake.FILE_NAME, path)
    if here.suffix.lower() not in TYPES:
        yield Fault(Mistake.FILE_TYPE, path, None, {"known": " ".join(TYPES)})
    length = here.stat().st_size
    if length == 0:
        yield Fault(Mistake.FILE_EMPTY, path)
    if length > LARGEST_FILE:
        yield Fault(Mistake.FILE_TOO_LARGE, path, None, {"most": LARGEST_FILE // 1024**2})


def _is_file_path(path: str) -> bool:
    try:
        TypeAdapter(FilePath).validate_python(path)
    except ValidationError:
        return False
    return True


def _faults_of_case(paths: list[str]) -> Iterator[Fault]:
    known: set[str] = set()
    for path in paths:
        if path.lower() in known:
            yield Fault(Mistake.TWICE, path, None, {"name": path})
        known.add(path.lower())


def _faults_of_text(folder: Path, path: str) -> Iterator[Fault]:
    """Find references that a phone without a connection could not follow."""
    try:
        text = (folder / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        yield Fault(Mistake.NOT_UTF8, path)
        return
    for line, reference in _references(text):
        fault = _faulty(folder, path, reference)
        if fault is not None:
            yield Fault(fault, path, line, {"name": _target(reference)})


def _references(text: str) -> Iterator[tuple[int, re.Match[str]]]:
    in_code = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith(FENCES):
            in_code = not in_code
        elif not in_code:
            yield from ((number, reference) for reference in REFERENCE.finditer(line))


def _target(reference: re.Match[str]) -> str:
    return reference["bracketed"] or reference["plain"]


def _faulty(folder: Path, path: str, reference: re.Match[str]) -> Mistake | None:
    target = urlsplit(_target(reference))
    if target.scheme or target.netloc:
        return Mistake.ON_THE_NET if reference["picture"] else None
    if not target.path:
        return None
    wanted = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(target.path)))
    inside = not wanted.startswith(("../", "/")) and (folder / wanted).is_file()
    return None if inside else Mistake.NOT_IN_FOLDER


def _media_file(folder: Path, path: str) -> MediaFile:
    here = folder / path
    with here.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    offered = FileOffered(
        path=path,
        sha256=sha256,
        length=here.stat().st_size,
        content_type=TYPES[here.suffix.lower()],
    )
    return MediaFile(offered, here)
