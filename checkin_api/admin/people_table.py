"""A grid under its headings: which kind each row is of, and which field each cell fills."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from checkin_api.admin.acts import Kind
from checkin_api.admin.faults import Cell, Words
from checkin_api.admin.people_cells import CellError, is_empty, read_cell
from checkin_api.admin.people_columns import (
    COLUMNS,
    KIND_COLUMN,
    KINDS,
    Column,
    all_fields,
    column_of,
    fields_by_heading,
    kinds_by_word,
    plain,
)
from checkin_api.admin.people_faults import Faults, FileMistake
from checkin_api.admin.people_grid import Grid, letter_of

KIND_WORDS = Words(tuple(f"import.sheet.{kind}" for kind in KINDS))
Headings = dict[int, tuple[str, str]]  # position -> field, as written


@dataclass(frozen=True)
class Row:
    """One row: what its cells say, which of them say nothing, and where they stand."""

    kind: Kind
    sheet: str
    number: int
    values: Mapping[str, Any]
    unread: frozenset[str]  # fields whose cells were refused already
    columns: Mapping[str, tuple[str, str]]  # field -> letter, heading

    def cell(self, field: str = "") -> Cell:
        """Say where a field of this row stands; without one, where the row does."""
        letter, heading = self.columns.get(field, ("", ""))
        return Cell(self.sheet, self.number, letter, heading)


def rows_under_headings(grid: Grid, kind: Kind | None, faults: Faults) -> Iterator[Row]:
    """Give the rows below the headings; a table without one kind names each row's."""
    if not grid.rows:
        return
    number, written = grid.rows[0]
    headings = _headings(Grid(grid.title, [(number, written)]), kind, faults)
    if headings is None:
        return
    for below, cells in grid.rows[1:]:
        row = _row(grid.title, (below, cells), headings, kind, faults)
        if row is not None:
            yield row


def _headings(grid: Grid, kind: Kind | None, faults: Faults) -> Headings | None:
    """Read the first row; None where a column is unknown, missing or there twice."""
    number, written = grid.rows[0]
    wanted = _wanted(kind)
    found: Headings = {}
    before = faults.total
    for at, heading in enumerate(written):
        if is_empty(heading):
            continue
        shown = str(heading).strip()
        field = fields_by_heading().get(plain(shown))
        cell = Cell(grid.title, number, letter_of(at), shown[:40])
        if field not in wanted:
            names = Words(tuple(wanted.values()))
            faults.add(FileMistake.HEADING_UNKNOWN, cell, heading=shown[:40], names=names)
        elif field in {one for one, _ in found.values()}:
            faults.add(FileMistake.HEADING_TWICE, cell)
        else:
            found[at] = (field or "", shown)
    for field in sorted(_needed(kind) - {one for one, _ in found.values()}):
        heading_words = Words((wanted[field],))
        faults.add(FileMistake.HEADING_MISSING, Cell(grid.title, number), heading=heading_words)
    return found if faults.total == before else None


def _columns(headings: Headings) -> dict[str, tuple[str, str]]:
    return {field: (letter_of(at), heading) for at, (field, heading) in headings.items()}


def _wanted(kind: Kind | None) -> dict[str, str]:
    """Give the fields that a table may have, with the codes of their headings."""
    if kind is not None:
        return {column.field: column.words for column in COLUMNS[kind]}
    own = {field: f"import.heading.{field}" for field in (KIND_COLUMN, *all_fields())}
    return own | {"name": "import.heading.any_name"}


def _needed(kind: Kind | None) -> set[str]:
    if kind is None:
        return {KIND_COLUMN}
    return {column.field for column in COLUMNS[kind] if column.required}


def _row(
    sheet: str, row: tuple[int, list[object]], headings: Headings, kind: Kind | None, faults: Faults
) -> Row | None:
    number, cells = row
    columns = _columns(headings)
    for at, written in enumerate(cells):
        if at not in headings and not is_empty(written):
            faults.add(FileMistake.NO_HEADING, Cell(sheet, number, letter_of(at)))
    given = {headings[at][0]: cells[at] for at in headings if at < len(cells)}
    if kind is None:
        word = given.pop(KIND_COLUMN, None)
        kind = kinds_by_word().get(plain(str(word)))
        if kind is None:
            cell = Cell(sheet, number, *columns[KIND_COLUMN])
            faults.add(FileMistake.KIND, cell, names=KIND_WORDS)
            return None
    place = Row(kind, sheet, number, {}, frozenset(), columns)
    values, unread = _values(place, given, faults)
    return Row(kind, sheet, number, values, frozenset(unread), columns)


def _values(
    place: Row, given: dict[str, object], faults: Faults
) -> tuple[dict[str, Any], set[str]]:
    values: dict[str, Any] = {}
    unread: set[str] = set()
    for field, written in given.items():
        try:
            value = _value(column_of(place.kind, field), written)
        except CellError as fault:
            faults.add(fault.mistake, place.cell(field), **fault.facts)
            unread.add(field)
        else:
            if value is not None:
                values[field] = value
    return values, unread


def _value(column: Column | None, written: object) -> Any:
    if column is not None:
        return read_cell(column, written)
    if is_empty(written):
        return None
    raise CellError(FileMistake.NOT_HERE)
