"""A .csv as a grid of cells: which encoding it is in, and its rows."""

import csv
import io
from dataclasses import dataclass

from checkin_api.admin.faults import refuse
from checkin_api.admin.people_cells import is_empty
from checkin_api.admin.people_faults import FileMistake
from checkin_api.admin.people_grid import Grid, GridRow

EXCEL_BEGINS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
UTF_16_BEGINS = (b"\xff\xfe", b"\xfe\xff")
# Of a text in GB18030 hardly a character is UTF-8; of a damaged UTF-8 nearly all are.
MOSTLY = 0.5


@dataclass(frozen=True)
class DecodedText:
    """The text of a file, and whether its encoding had to be guessed."""

    text: str
    guessed: bool


def decode(content: bytes) -> DecodedText:
    """Read UTF-8, else GB18030, as Excel saves in China; raises RefusedCommandError.

    A file that is UTF-8 but for a few bytes is damaged and is refused: GB18030 takes nearly
    anything, and would make other names of it. Headings that no reader knows stop the rest.
    """
    if content.startswith(EXCEL_BEGINS):
        raise refuse(FileMistake.NOT_CSV)
    if content.startswith(UTF_16_BEGINS) or b"\x00" in content:
        raise refuse(FileMistake.ZEROS)
    try:
        return DecodedText(content.decode("utf-8-sig"), guessed=False)
    except UnicodeDecodeError as fault:
        row = content.count(b"\n", 0, fault.start) + 1
        if _is_mostly_utf8(content):
            raise refuse(FileMistake.ENCODING, row=row) from fault
    try:
        return DecodedText(content.decode("gb18030"), guessed=True)
    except UnicodeDecodeError as fault:
        row = content.count(b"\n", 0, fault.start) + 1
        raise refuse(FileMistake.ENCODING, row=row) from fault


def _is_mostly_utf8(content: bytes) -> bool:
    text = content.decode("utf-8", errors="replace")
    strange = text.count("\ufffd")
    foreign = sum(character > "\x7f" for character in text)
    return strange < MOSTLY * foreign


def grid_of(text: str, title: str, most_rows: int) -> Grid:
    """Give the rows that are not empty, numbered as a spreadsheet does; raises RefusedCommandError.

    A line end within quotes begins no row.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[GridRow] = []
    number = 0
    try:
        for number, row in enumerate(reader, 1):
            if not all(map(is_empty, row)):
                rows.append((number, list(row)))
            if len(rows) > most_rows:
                raise refuse(FileMistake.ROWS, limit=most_rows)
    except csv.Error as fault:
        raise refuse(FileMistake.CSV, row=number + 1) from fault
    return Grid(title, rows)
