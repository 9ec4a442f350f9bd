"""What people type into a file is read as they mean it, or named with its place."""

from datetime import datetime, time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from checkin_api.admin.acts import Kind
from checkin_api.admin.export_people import template_tables
from checkin_api.admin.people_cells import trimmed
from checkin_api.admin.people_faults import FileMistake
from checkin_api.admin.people_file import read_file
from checkin_api.admin.people_writing import write_tables
from mobile_contract.messages import Language
from tests.checkin_api.admin.city_files import city, written
from tests.checkin_api.admin.typed_files import entry, faults, people, refusal

EXCEL_DAY = datetime(2026, 1, 5)  # noqa: DTZ001 - Excel has no zones


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "city.xlsx"


def test_what_people_type_is_read_as_they_mean_it(file: Path) -> None:
    typed = [
        "　０００１ ",
        " 欧阳　娜 ",
        "O－1",
        EXCEL_DAY,
        "8:00",
        time(20),
        "２１：３０",
    ]
    found = entry(people(file, typed, [None, "  "]))
    assert (found.number, found.name, found.office) == ("0001", "欧阳　娜", "O-1")
    assert str(found.starts) == "2026-01-05"
    assert (found.opens, found.due, found.grace_ends) == (time(8), time(20), time(21, 30))


@pytest.mark.parametrize(
    "day",
    ["2026-01-05", "2026/1/5", "2026.01.05", "2026年1月5日", "20260105", "２０２６-０１-０５"],
)
def test_a_day_is_read_as_it_is_written_here(file: Path, day: str) -> None:
    assert str(entry(people(file, ["1", "甲", "O1", day])).starts) == "2026-01-05"


@pytest.mark.parametrize(
    ("row", "mistake", "place"),
    [
        ([1, "甲", "O1"], FileMistake.NUMBER, "A2"),
        (["=1+1", "甲", "O1"], FileMistake.FORMULA, "A2"),
        (["1", "甲", "O1", 46027], FileMistake.DATE, "D2"),
        (["1", "甲", "O1", "05/01/2026"], FileMistake.DATE, "D2"),
        (["1", "甲", "O1", "0026-01-05"], FileMistake.DATE, "D2"),
        (["1", "甲" * 501, "O1"], FileMistake.LONG, "B2"),
        (["1", True, "O1"], FileMistake.ERROR, "B2"),
        (["1", "甲", "O1", None, "25:00"], FileMistake.TIME, "E2"),
        (["1", "甲", "O1", *[None] * 4, "29,5"], FileMistake.DECIMAL, "H2"),
        (["1", "甲", "O1", *[None] * 6, "?"], FileMistake.NO_HEADING, "J2"),
    ],
)
def test_a_cell_that_means_nothing_is_named(
    file: Path, row: list[object], mistake: FileMistake, place: str
) -> None:
    (fault,) = faults(read_file(people(file, row)))
    assert fault.cell is not None
    assert (fault.mistake, f"{fault.cell.letter}{fault.cell.row}") == (mistake, place)


def test_headings_are_known_there_once_and_complete(file: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "people"
    sheet.append(["number", "编号", "身份证号"])
    sheet.append(["1"])
    book.save(file)
    assert [fault.mistake for fault in faults(read_file(file))] == [
        FileMistake.HEADING_MISSING,
        FileMistake.HEADING_MISSING,
        FileMistake.HEADING_TWICE,
        FileMistake.HEADING_UNKNOWN,
    ]


def test_a_sheet_of_another_name_is_refused_and_an_empty_one_is_none(file: Path) -> None:
    (fault,) = faults(read_file(people(file, title="Sheet1")))
    assert fault.mistake is FileMistake.SHEET
    assert refusal(people(file)) is FileMistake.EMPTY


def test_the_empty_file_says_what_goes_where(file: Path) -> None:
    write_tables(file, template_tables(file, Language.ZH))
    book = load_workbook(file)
    assert book.sheetnames == ["区县", "司法所", "工作人员", "矫正对象", "填写说明"]
    assert book["矫正对象"].column_dimensions["A"].number_format == "@"
    assert refusal(file) is FileMistake.EMPTY


LINE = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=40)
NAMES = st.one_of(LINE, st.text("=+-@'\"＝,;\t 甲", min_size=1, max_size=6)).filter(trimmed)
DEGREES = st.floats(-80, 80, allow_nan=False)


@settings(max_examples=12)
@given(
    name=NAMES,
    latitude=DEGREES,
    longitude=DEGREES,
    suffix=st.sampled_from([".csv", ".xlsx"]),
)
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    latitude: float,
    longitude: float,
    suffix: str,
) -> None:
    rows = city(people=2, officers=0)
    rows[Kind.PERSON][1] |= {"name": name, "latitude": latitude, "longitude": longitude}
    file = written(tmp_path_factory.getbasetemp() / f"city{suffix}", rows)
    (*_, row) = read_file(file).rows
    assert row.values["name"] == trimmed(name)
    place = row.values["latitude"], row.values["longitude"]
    assert place == pytest.approx((latitude, longitude), rel=1e-12, abs=0)
