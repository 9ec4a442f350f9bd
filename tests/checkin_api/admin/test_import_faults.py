"""What stands against a file: every fault at once, with row, column and cure."""

from pathlib import Path

import pytest

from checkin_api.admin.acts import Kind
from tests.checkin_api.admin.city_files import Rows, city, written
from tests.checkin_api.admin.conftest import Terminal
from tests.checkin_api.admin.test_import_people import counts, imports

HEADINGS = "类别,编号,姓名,司法所代码,矫正开始,矫正结束,报告计划,签到开始,纬度,坐标系,账号,角色"
WRONG_CHARACTERS = "此处只能用字母、数字和连字符，最多 32 个；账号用小写字母，可含点号。"


def table(file: Path, *lines: str) -> Path:
    file.write_text("\n".join((HEADINGS, *lines)), encoding="utf-8")
    return file


def test_all_faults_are_told_at_once_with_row_column_and_cure(
    terminal: Terminal, administrator: str, tmp_path: Path
) -> None:
    imports(terminal, administrator, written(tmp_path / "city.csv", city(people=1, officers=1)))
    before = counts(terminal)
    file = table(
        tmp_path / "more.csv",
        "矫正对象,000000,别人,00000,,,,,,,,",
        "矫正对象,000001,乙,00009,2026-13-01,,,,,,,",
        "矫正对象,000002,,00000,2026-01-05,2026-01-04,不设,08:00,29.5,WGS84,,",
        "矫正对象,11010519491231002X,丁,00000,2026-01-05,2026-01-04,不设,08:00,29.5,,,",
        "对象,000004,戊,00000,,,,,,,,",
        "工作人员,,己,,,,,,,,Ji,所长",
        "工作人员,,庚,00001,,,,,,,li0,所长",
    )
    ran = imports(terminal, administrator, file, "--language", "zh")
    assert ran.status == 1
    assert [told(line) for line in ran.err.splitlines()] == [
        ("第 2 行“姓名”列（C2）", "000000 在系统中是另一个名称。"),
        ("第 3 行“矫正开始”列（E3）", "不是日期。"),
        ("第 4 行“姓名”列（C4）", "此项必须填写。"),
        ("第 4 行“坐标系”列（J4）", "不能用这个词。"),
        ("第 5 行“编号”列（B5）", "这像是身份证号。"),
        ("第 5 行“矫正结束”列（F5）", "矫正结束早于矫正开始。"),
        ("第 5 行“报告计划”列（G5）", "报告计划为“不设”时，请清空三个时间。"),
        ("第 5 行“纬度”列（I5）", "纬度、经度、坐标系、半径应都填写或都留空。"),
        ("第 6 行“类别”列（A6）", "没有这种类别。"),
        (
            "第 7 行“账号”列（K7）",
            "此处只能用字母、数字和连字符，最多 32 个；账号用小写字母，可含点号。",
        ),
        ("第 8 行“姓名”列（C8）", "li0 在系统中是另一个名称。"),
        ("", "未作任何改动。"),
    ]
    assert counts(terminal) == before


def told(line: str) -> tuple[str, str]:
    """The place and the first sentence of one line of the report."""
    place, _, words = line.rpartition(": ")
    return place.removeprefix("《more.csv》"), f"{words.partition('。')[0]}。"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"office": "00001"}, "000000 belongs to the office 00000 in the system. An import is no"),
        ({"name": "别人"}, "000000 has another name in the system."),
    ],
)
def test_who_is_there_is_neither_moved_nor_renamed(
    terminal: Terminal, administrator: str, tmp_path: Path, change: dict[str, str], said: str
) -> None:
    rows = city(people=1)
    imports(terminal, administrator, written(tmp_path / "city.csv", rows))
    rows[Kind.PERSON][0] |= change
    ran = imports(terminal, administrator, written(tmp_path / "other.csv", rows))
    assert ran.status == 1
    assert said in ran.err


def test_duties_that_differ_stay_as_they_are_and_are_told(
    terminal: Terminal, administrator: str, tmp_path: Path
) -> None:
    rows = city(people=2)
    imports(terminal, administrator, written(tmp_path / "city.csv", rows))
    before = counts(terminal)
    rows[Kind.PERSON][0] |= {"ends": "2026-12-31", "plan": "none"}
    rows[Kind.PERSON][1] |= {"radius_m": 70.0}
    file = written(tmp_path / "other.csv", rows)
    ran = imports(terminal, administrator, file)
    assert ran.status == 0, ran.err
    kept = [line.partition(":")[0] for line in ran.out.splitlines() if "stays as it is" in line]
    assert [place.partition("column ")[2] for place in kept] == [
        "矫正结束 (J7)",
        "报告计划 (L7)",
        "纬度 (P8)",
    ]
    assert counts(terminal) == before


def test_what_a_file_says_twice_is_refused(
    terminal: Terminal, administrator: str, tmp_path: Path
) -> None:
    rows = city(people=1, officers=1)
    rows[Kind.PERSON] *= 2
    rows[Kind.OFFICER].append(rows[Kind.OFFICER][0] | {"name": "另一人", "role": "head"})
    ran = imports(terminal, administrator, written(tmp_path / "city.xlsx", rows))
    assert "矫正对象, row 3, column 编号 (A3): 000000 is in row 2 already." in ran.err
    assert "工作人员, row 3, column 姓名 (B3): li0 has another name in row 2." in ran.err


def test_an_account_that_is_there_gets_no_posting_and_one_that_ended_no_life(
    terminal: Terminal, administrator: str, tmp_path: Path
) -> None:
    rows = city(officers=2)
    imports(terminal, administrator, written(tmp_path / "city.csv", rows))
    terminal.run("disable-officer", "li1")
    rows[Kind.OFFICER][0] |= {"office": "00000;00001"}
    ran = imports(terminal, administrator, written(tmp_path / "other.csv", rows))
    assert "The account li0 is there without this posting." in ran.err
    assert "The account li1 has ended." in ran.err


def test_a_refused_office_makes_no_faults_of_its_people(
    terminal: Terminal, administrator: str, tmp_path: Path
) -> None:
    rows: Rows = city(people=3, offices=1, officers=0)
    rows[Kind.OFFICE][0]["name"] = ""
    ran = imports(terminal, administrator, written(tmp_path / "city.csv", rows))
    assert len(ran.err.splitlines()) == 2, ran.err


def test_of_many_faults_the_first_are_shown_and_all_are_counted(
    terminal: Terminal, administrator: str, tmp_path: Path
) -> None:
    rows = city(people=300, officers=0)
    for row in rows[Kind.PERSON]:
        row["office"] = "none"
    ran = imports(terminal, administrator, written(tmp_path / "city.csv", rows))
    assert len(ran.err.splitlines()) == 202
    assert "100 more are not listed; 300 in all." in ran.err
