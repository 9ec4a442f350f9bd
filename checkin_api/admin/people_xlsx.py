"""An .xlsx as grids of cells; looked at as a zip before anything unpacks it."""

import io
import warnings
import zipfile
import zlib
from typing import Any, cast
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet.worksheet import Worksheet

from checkin_api.admin.faults import refuse
from checkin_api.admin.people_cells import Unusable, is_empty
from checkin_api.admin.people_faults import FileMistake
from checkin_api.admin.people_grid import Grid, GridRow

ZIP_BEGINS = b"PK\x03\x04"
MIB = 1024 * 1024
MOST_PARTS = 500
MOST_UNPACKED = 128 * MIB  # a city of 17,000 unpacks to 12
MOST_TAGS = 12_000_000  # each costs the parser about 100 bytes until its sheet is read
WIDEST = 64  # columns
LAST_ROW = 1_048_576  # of Excel
CHUNK = MIB
# What the libraries raise for files that no spreadsheet wrote; an entity in the XML, which
# openpyxl has refused by defusedxml, is a ValueError.
STRANGE = (
    zipfile.BadZipFile, zlib.error, InvalidFileException, ParseError, KeyError, IndexError,
    ValueError, TypeError, AttributeError, EOFError, OverflowError, RuntimeError,
)  # fmt: skip


def grids_of(content: bytes, most_rows: int) -> list[Grid]:
    """Give each sheet with the rows that are not empty; raises RefusedCommandError."""
    if not content.startswith(ZIP_BEGINS):
        raise refuse(FileMistake.NOT_XLSX)
    try:
        _require_bounds(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about what Excel can do and openpyxl cannot
            return _read(content, most_rows)
    except STRANGE as fault:
        raise refuse(FileMistake.DAMAGED) from fault


def _read(content: bytes, most_rows: int) -> list[Grid]:
    book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    found = []
    for sheet in book.worksheets:
        if not isinstance(sheet, ReadOnlyWorksheet):
            continue
        sheet.reset_dimensions()  # what a file says of its own size is not believed
        rows = _rows(sheet, most_rows)
        most_rows -= len(rows)
        found.append(Grid(sheet.title, rows))
    return found


def _require_bounds(content: bytes) -> None:
    """Unpack every part in pieces and count, before a parser keeps any of it."""
    unpacked = tags = 0
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = packed.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise refuse(FileMistake.UNPACKED)
        for part in parts:
            with packed.open(part) as opened:
                while piece := opened.read(CHUNK):
                    unpacked += len(piece)
                    tags += piece.count(b"<")
                    if unpacked > MOST_UNPACKED or tags > MOST_TAGS:
                        raise refuse(FileMistake.UNPACKED)


def _rows(sheet: ReadOnlyWorksheet, most_rows: int) -> list[GridRow]:
    rows: list[GridRow] = []
    for number, cells in enumerate(cast("Worksheet", sheet).iter_rows(max_col=WIDEST), 1):
        if number > LAST_ROW or len(rows) > most_rows:
            raise refuse(FileMistake.ROWS, limit=most_rows)
        written = [_written(cell) for cell in cells]
        if not all(map(is_empty, written)):
            rows.append((number, written))
    return rows


def _written(cell: Any) -> object:
    match cell.data_type:
        case "f":
            return Unusable.FORMULA
        case "e":
            return Unusable.ERROR
        case _:
            return cell.value
