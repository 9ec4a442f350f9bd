"""Workbooks as somebody types them, and what reading says of them."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from checkin_api.admin.faults import Fault, RefusedCommandError
from checkin_api.admin.people_faults import FileMistake
from checkin_api.admin.people_file import PeopleFile, read_file
from checkin_api.admin.people_rows import PersonRow, entry_of

HEADINGS = ["编号", "姓名", "司法所代码", "矫正开始", "签到开始", "签到截止", "宽限截止", "纬度"]


def people(file: Path, *rows: list[object], title: str = "矫正对象") -> Path:
    """An .xlsx as somebody types it."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    sheet.append(HEADINGS)
    for row in rows:
        sheet.append(row)
    book.save(file)
    return file


def faults(read: PeopleFile) -> list[Fault]:
    """Everything that stands against a file, its rows included."""
    for row in read.rows:
        entry_of(row, read.faults)
    with pytest.raises(RefusedCommandError) as refused:
        read.faults.require_none()
    return list(refused.value.faults)


def refusal(file: Path) -> FileMistake:
    with pytest.raises(RefusedCommandError) as refused:
        read_file(file)
    (fault,) = refused.value.faults
    assert isinstance(fault.mistake, FileMistake)
    return fault.mistake


def entry(file: Path) -> PersonRow:
    read = read_file(file)
    (row,) = read.rows
    found = entry_of(row, read.faults)
    read.faults.require_none()
    assert isinstance(found, PersonRow)
    return found
