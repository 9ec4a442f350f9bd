"""Files that nobody's spreadsheet wrote: refused whole, before they cost anything."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from checkin_api.admin import people_file, people_xlsx
from checkin_api.admin.people_faults import FileMistake
from checkin_api.admin.people_file import read_file
from tests.checkin_api.admin.city_files import city, written
from tests.checkin_api.admin.typed_files import people, refusal

SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "city.xlsx"


def repacked(file: Path, change: Callable[[bytes], bytes]) -> Path:
    """The same workbook with another first sheet inside."""
    with zipfile.ZipFile(file) as packed:
        parts = {part: packed.read(part) for part in packed.namelist()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, change(content) if name == SHEET else content)
    return file


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
