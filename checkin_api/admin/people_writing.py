"""Tables as a .csv or .xlsx that a spreadsheet opens without running anything of it."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from checkin_api.admin.faults import refuse
from checkin_api.admin.people_cells import quoted
from checkin_api.admin.people_faults import FileMistake
from storage.private_files import create_private

Written = str | float | date | time | None
AS_TEXT = "@"  # Excel's format that keeps the zeros at the beginning of a code
LAST_CHECKED_ROW = 100_000
WIDTH, WIDE = 18, 60


@dataclass(frozen=True)
class OutTable:
    """One table to write: its title, headings, rows, and the words that a column may have."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Written]]
    needed: frozenset[int] = frozenset()
    choices: dict[int, Sequence[str]] = field(default_factory=dict)
    is_prose: bool = False


def write_tables(file: Path, tables: Sequence[OutTable]) -> bytes:
    """Write a file that was not there, for its owner only; gives what was written.

    A .csv holds the one table it is given. Raises RefusedCommandError, OSError.
    """
    suffix = file.suffix.lower()
    if suffix not in {".csv", ".xlsx"}:
        raise refuse(FileMistake.SUFFIX)
    content = _as_csv(*tables) if suffix == ".csv" else _as_xlsx(tables)
    try:
        create_private(file, content)
    except FileExistsError as fault:
        raise refuse(FileMistake.THERE, file=file) from fault
    return content


def _as_csv(table: OutTable) -> bytes:
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(table.headings)
    writer.writerows([_safe(value) for value in row] for row in table.rows)
    return written.getvalue().encode("utf-8-sig")  # with its mark, or Excel takes it for GBK


def _as_xlsx(tables: Sequence[OutTable]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for table in tables:
        _fill(book.create_sheet(table.title), table)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _fill(sheet: Worksheet, table: OutTable) -> None:
    sheet.append(list(table.headings))
    for row in table.rows:
        sheet.append([_safe(value) for value in row])
    for at in range(len(table.headings)):
        column = sheet.column_dimensions[get_column_letter(at + 1)]
        column.number_format = AS_TEXT
        column.width = WIDE if table.is_prose and at == len(table.headings) - 1 else WIDTH
        heading = sheet.cell(1, at + 1)
        heading.font = Font(bold=at in table.needed)
        heading.alignment = Alignment(wrap_text=True, vertical="top")
    for at, words in table.choices.items():
        letter = get_column_letter(at + 1)
        allowed = DataValidation("list", formula1=f'"{",".join(words)}"', allow_blank=True)
        allowed.add(f"{letter}2:{letter}{LAST_CHECKED_ROW}")
        sheet.add_data_validation(allowed)
    sheet.freeze_panes = "A2"


def _safe(value: Written) -> str | float | None:
    match value:
        case str():
            return quoted(value)
        case date():
            return value.isoformat()
        case time():
            return value.isoformat("minutes")
        case _:
            return value
