"""Files that nobody's spreadsheet wrote, and those that somebody's did: read soundly or refused."""

import io
import zipfile
from collections.abc import Callable
from datetime import datetime, time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from checkin_api.admin import people_file, people_xlsx
from checkin_api.admin.acts import Kind
from checkin_api.admin.export_people import template_tables
from checkin_api.admin.faults import Fault, RefusedCommandError
from checkin_api.admin.people_cells import trimmed
from checkin_api.admin.people_faults import FileMistake
from checkin_api.admin.people_file import PeopleFile, read_file
from checkin_api.admin.people_rows import PersonRow, entry_of
from checkin_api.admin.people_writing import write_tables
from mobile_contract.messages import Language
from tests.checkin_api.admin.city_files import city, written

HEADINGS = ["编号", "姓名", "司法所代码", "矫正开始", "签到开始", "签到截止", "宽限截止", "纬度"]
EXCEL_DAY = datetime(2026, 1, 5)  # noqa: DTZ001 - Excel has no zones
SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "city.xlsx"


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


def repacked(file: Path, change: Callable[[bytes], bytes]) -> Path:
    """The same workbook with another first sheet inside."""
    with zipfile.ZipFile(file) as packed:
        parts = {part: packed.read(part) for part in packed.namelist()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, change(content) if name == SHEET else content)
    return file


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


@pytest.mark.parametrize(("name", "other"), [("a.csv", "b.xlsx"), ("a.xlsx", "b.csv")])
def test_a_file_under_the_others_name_is_told_so(tmp_path: Path, name: str, other: str) -> None:
    file = written(tmp_path / name, city()).rename(tmp_path / other)
    expected = FileMistake.NOT_XLSX if other.endswith("xlsx") else FileMistake.NOT_CSV
    assert refusal(file) is expected


def test_a_file_in_the_encoding_of_excel_in_china_is_read_and_told(tmp_path: Path) -> None:
    file = written(tmp_path / "city.csv", city())
    file.write_bytes(file.read_text(encoding="utf-8-sig").encode("gb18030"))
    read = read_file(file)
    assert read.guessed
    assert read.rows[-1].values["name"] == "甲2"


@pytest.mark.parametrize(
    ("spoil", "mistake"),
    [
        (lambda whole: whole[:-200] + b"\xff" + whole[-200:], FileMistake.ENCODING),
        (lambda whole: whole.decode("utf-8-sig").encode("utf-16"), FileMistake.ZEROS),
        (lambda whole: whole + b"\x00", FileMistake.ZEROS),
        (lambda whole: whole + b'"open', FileMistake.CSV),
        (lambda whole: whole + b"x" * 40 * 1024 * 1024, FileMistake.LARGE),
        (lambda _: b"\xd0\xcf\x11\xe0" + b"x" * 100, FileMistake.NOT_CSV),
        (lambda _: b"", FileMistake.EMPTY),
    ],
)
def test_a_csv_that_cannot_be_read_is_refused_whole(
    tmp_path: Path, spoil: Callable[[bytes], bytes], mistake: FileMistake
) -> None:
    file = written(tmp_path / "city.csv", city())
    file.write_bytes(spoil(file.read_bytes()))
    assert refusal(file) is mistake


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_workbook_is_refused(file: Path, share: float) -> None:
    whole = people(file, ["1", "甲", "O1"]).read_bytes()
    file.write_bytes(whole[: int(len(whole) * share)])
    assert refusal(file) is FileMistake.DAMAGED


def test_a_workbook_that_unpacks_to_gigabytes_is_refused_before_it_is_parsed(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people_xlsx, "MOST_UNPACKED", 20_000_000)
    bomb = repacked(people(file), lambda sheet: sheet + b" " * 20_000_000)
    assert bomb.stat().st_size < 100_000
    monkeypatch.setattr(people_xlsx, "load_workbook", None)
    assert refusal(bomb) is FileMistake.UNPACKED


def test_a_workbook_that_is_smaller_inside_than_it_says_is_refused(file: Path) -> None:
    content = repacked(people(file), lambda sheet: sheet + b" " * 10_000_000).read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        size = packed.getinfo(SHEET).file_size
    file.write_bytes(content.replace(size.to_bytes(4, "little"), (5).to_bytes(4, "little")))
    assert refusal(file) is FileMistake.DAMAGED


def test_an_entity_in_the_xml_is_refused(file: Path) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "ha">]>'
    at = b"<worksheet"
    repacked(people(file, ["1", "甲", "O1"]), lambda sheet: sheet.replace(at, bomb + at))
    assert refusal(file) is FileMistake.DAMAGED


def test_rows_end_somewhere(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people_file, "MOST_ROWS", 5)
    assert (
        refusal(people(file, *[list[object]((str(at), "甲", "O1")) for at in range(9)]))
        is FileMistake.ROWS
    )
    lines = "\n".join(["类别,编号"] + ["矫正对象,1"] * 9)
    csv = file.with_suffix(".csv")
    csv.write_text(lines, encoding="utf-8")
    assert refusal(csv) is FileMistake.ROWS


def test_a_row_far_below_ends_the_reading(file: Path) -> None:
    repacked(
        people(file, ["1", "甲", "O1"]),
        lambda sheet: sheet.replace(b"</sheetData>", b'<row r="999999999"/></sheetData>'),
    )
    assert refusal(file) is FileMistake.ROWS


def test_the_empty_file_says_what_goes_where(file: Path) -> None:
    write_tables(file, template_tables(file, Language.ZH))
    book = load_workbook(file)
    assert book.sheetnames == ["区县", "司法所", "工作人员", "矫正对象", "填写说明"]
    assert book["矫正对象"].column_dimensions["A"].number_format == "@"
    assert refusal(file) is FileMistake.EMPTY


LINE = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=40)
NAMES = st.one_of(LINE, st.text("=+-@'\"＝,;\t 甲", min_size=1, max_size=6)).filter(trimmed)
DEGREES = st.floats(-80, 80, allow_nan=False)


@settings(max_examples=25, deadline=None)
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
    said = {field: row.values[field] for field in ("name", "latitude", "longitude")}
    assert said == {"name": trimmed(name), "latitude": latitude, "longitude": longitude}
