"""A file of a city's people, read whole: which rows it has, and what cannot be read of it."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from checkin_api.admin.acts import Kind
from checkin_api.admin.faults import Cell, refuse
from checkin_api.admin.people_columns import kinds_by_word, plain
from checkin_api.admin.people_csv import decode, grid_of
from checkin_api.admin.people_faults import Faults, FileMistake
from checkin_api.admin.people_grid import Grid
from checkin_api.admin.people_table import KIND_WORDS, Row, rows_under_headings
from checkin_api.admin.people_xlsx import grids_of
from mobile_contract.messages import Language, message

MIB = 1024 * 1024
MOST_BYTES = 32 * MIB  # 17,000 people are 1 MiB
MOST_ROWS = 100_000


@dataclass(frozen=True)
class PeopleFile:
    """The rows of a file in its order, and the faults found so far."""

    rows: list[Row]
    faults: Faults
    sha256: str
    guessed: bool = False


def read_file(file: Path) -> PeopleFile:
    """Read a .csv or .xlsx; raises RefusedCommandError where it cannot be read at all, OSError."""
    if file.suffix.lower() not in {".csv", ".xlsx"}:
        raise refuse(FileMistake.SUFFIX)
    with file.open("rb") as opened:
        content = opened.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise refuse(FileMistake.LARGE, limit=MOST_BYTES // MIB)
    faults = Faults()
    guessed = False
    if file.suffix.lower() == ".csv":
        decoded = decode(content)
        guessed = decoded.guessed
        grid = grid_of(decoded.text, file.name, MOST_ROWS)
        rows = list(rows_under_headings(grid, None, faults))
    else:
        rows = _rows_of_sheets(grids_of(content, MOST_ROWS), faults)
    if not rows and not faults.total:
        raise refuse(FileMistake.EMPTY)
    return PeopleFile(rows, faults, hashlib.sha256(content).hexdigest(), guessed)


def _rows_of_sheets(grids: Iterable[Grid], faults: Faults) -> list[Row]:
    rows: list[Row] = []
    seen: set[Kind] = set()
    for grid in grids:
        kind = kinds_by_word().get(plain(grid.title))
        if not grid.rows or plain(grid.title) in _help_titles():
            continue
        if kind is None:
            faults.add(FileMistake.SHEET, Cell(grid.title), names=KIND_WORDS)
        elif kind in seen:
            faults.add(FileMistake.SHEET_TWICE, Cell(grid.title))
        else:
            seen.add(kind)
            rows += rows_under_headings(grid, kind, faults)
    return rows


def _help_titles() -> set[str]:
    return {plain(message("import.sheet_of_help", language)) for language in Language}
