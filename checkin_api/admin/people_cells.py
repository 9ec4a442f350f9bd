"""One cell of a file: from what somebody typed to what it means, or why it means nothing."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time
from enum import Enum
from math import isfinite
from typing import Any

from checkin_api.admin.faults import Words
from checkin_api.admin.people_columns import WORDS, Column, Reading, codes_by_word, plain
from checkin_api.admin.people_faults import FileMistake

LONGEST_CELL = 500
FIRST_YEAR, LAST_YEAR = 1900, 2199  # else somebody slipped
# What a spreadsheet takes for a formula at the beginning of a cell, the wide forms too.
FORMULA_BEGINS = "=+\\-@\t\r\n＝＋－＠"
QUOTABLE = re.compile(f"'*[{FORMULA_BEGINS}]")
QUOTED = re.compile(f"'+[{FORMULA_BEGINS}]")
INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060"
DAY = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?|(\d{4})(\d\d)(\d\d)")
TIME_OF_DAY = re.compile(r"(\d{1,2}):(\d\d)(?::00)?")
DECIMAL = re.compile(r"[+-]?\d{1,12}(\.\d{1,20})?([eE]-?\d{1,3})?")
BETWEEN_CODES = re.compile(r"[;,、\s]+")


class Unusable(Enum):
    """A cell that holds no value of its own."""

    FORMULA = "formula"
    ERROR = "error"


class CellError(Exception):
    """A cell that cannot be read; says why and how to cure it."""

    def __init__(self, mistake: FileMistake, **facts: Any) -> None:
        super().__init__(mistake)
        self.mistake, self.facts = mistake, facts


def quoted(text: str) -> str:
    """Give a text as it goes into a file, so that no spreadsheet takes it for a formula."""
    return f"'{text}" if QUOTABLE.match(text) else text


def unquoted(text: str) -> str:
    """Give back what `quoted` was given."""
    return text[1:] if QUOTED.match(text) else text


def is_empty(written: object) -> bool:
    """Tell whether somebody left a cell out."""
    return written is None or (isinstance(written, str) and not trimmed(written))


def read_cell(column: Column, written: object) -> Any:
    """Give what a cell means, None for an empty one; raises CellError."""
    if is_empty(written):
        return None
    if written is Unusable.FORMULA or (isinstance(written, str) and written.startswith("=")):
        raise CellError(FileMistake.FORMULA)
    if written is Unusable.ERROR or isinstance(written, bool):
        raise CellError(FileMistake.ERROR)
    if isinstance(written, str) and len(written) > LONGEST_CELL:
        raise CellError(FileMistake.LONG, limit=LONGEST_CELL)
    return READERS[column.reading](column, written)


def trimmed(text: str) -> str:
    """Give a text without the spaces and invisible characters around it."""
    return text.strip().strip(INVISIBLE).strip()


def _text(written: object) -> str:
    # A number has lost the zeros that it began with, and nobody sees it.
    if not isinstance(written, str):
        raise CellError(FileMistake.NUMBER)
    return trimmed(unquoted(trimmed(written)))


def _narrow(written: str) -> str:
    return unicodedata.normalize("NFKC", trimmed(unquoted(trimmed(written)))).strip()


def _name(_column: Column, written: object) -> str:
    return _text(written)  # the characters of a name are its owner's: nothing is normalised


def _code(_column: Column, written: object) -> str:
    return _narrow(_text(written))


def _codes(_column: Column, written: object) -> tuple[str, ...]:
    found = BETWEEN_CODES.split(_narrow(_text(written)))
    return tuple(dict.fromkeys(code for code in found if code))


def _word(column: Column, written: object) -> str:
    known = codes_by_word(column.field)
    code = known.get(plain(trimmed(written))) if isinstance(written, str) else None
    if code is None:
        words = WORDS[column.field]
        names = Words(tuple(words.values())) if all(words.values()) else ", ".join(words)
        raise CellError(FileMistake.WORD, names=names)
    return code


def _date(_column: Column, written: object) -> date:
    if isinstance(written, datetime) and written.time() == time():
        return _in_our_time(written.date())
    found = DAY.fullmatch(_narrow(written)) if isinstance(written, str) else None
    if found is None:
        raise CellError(FileMistake.DATE)
    try:
        day = date(*(int(part) for part in found.groups() if part))
    except ValueError as fault:
        raise CellError(FileMistake.DATE) from fault
    return _in_our_time(day)


def _in_our_time(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise CellError(FileMistake.DATE)
    return day


def _time(_column: Column, written: object) -> time:
    if isinstance(written, time) and not (written.second or written.microsecond):
        return written
    found = TIME_OF_DAY.fullmatch(_narrow(written)) if isinstance(written, str) else None
    if found is None:
        raise CellError(FileMistake.TIME)
    try:
        return time(int(found[1]), int(found[2]))
    except ValueError as fault:
        raise CellError(FileMistake.TIME) from fault


def _decimal(_column: Column, written: object) -> float:
    if isinstance(written, int | float) and isfinite(written):
        return float(written)
    if isinstance(written, str) and DECIMAL.fullmatch(_narrow(written)):
        return float(_narrow(written))
    raise CellError(FileMistake.DECIMAL)


READERS: dict[Reading, Callable[[Column, object], Any]] = {
    Reading.NAME: _name,
    Reading.CODE: _code,
    Reading.CODES: _codes,
    Reading.WORD: _word,
    Reading.DATE: _date,
    Reading.TIME: _time,
    Reading.DECIMAL: _decimal,
}
