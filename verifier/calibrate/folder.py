"""A folder of labelled photos: manifest.csv with identity, group, sex and file."""

import csv
from dataclasses import dataclass
from pathlib import Path

MANIFEST = "manifest.csv"
_COLUMNS = ("identity", "group", "sex", "file")


class FolderFaultyError(Exception):
    """A folder that cannot be measured: says which line is wrong and why."""


@dataclass(frozen=True)
class Listed:
    """One line of the manifest."""

    identity: str
    group: str
    sex: str
    path: Path


def listed(folder: Path) -> list[Listed]:
    """Lines of the manifest; further columns are ignored. Raises FolderFaultyError.

    A person has one group and one sex, and every file is there: a line skipped in silence would
    make figures about other people than the folder says.
    """
    manifest = folder / MANIFEST
    if not manifest.is_file():
        message = f"{manifest} is missing"
        raise FolderFaultyError(message)
    with manifest.open(encoding="utf-8-sig", newline="") as opened:
        reader = csv.DictReader(opened)
        missing = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            message = f"{manifest} has no column {', '.join(missing)}"
            raise FolderFaultyError(message)
        lines = [_line(folder, row, reader.line_num) for row in reader]
    if not lines:
        message = f"{manifest} names no photo"
        raise FolderFaultyError(message)
    _require_one_label_each(lines)
    return lines


def _line(folder: Path, row: dict[str, str | None], number: int) -> Listed:
    identity, group, sex, file = ((row[name] or "").strip() for name in _COLUMNS)
    if not (identity and group and sex and file):
        message = f"{MANIFEST}, line {number}: identity, group, sex and file are all needed"
        raise FolderFaultyError(message)
    path = folder / file
    if not path.is_file():
        message = f"{MANIFEST}, line {number}: {file} is missing"
        raise FolderFaultyError(message)
    return Listed(identity, group, sex, path)


def _require_one_label_each(lines: list[Listed]) -> None:
    labels: dict[str, tuple[str, str]] = {}
    for line in lines:
        if labels.setdefault(line.identity, (line.group, line.sex)) != (line.group, line.sex):
            message = f"{MANIFEST}: {line.identity} has two groups or two sexes"
            raise FolderFaultyError(message)
