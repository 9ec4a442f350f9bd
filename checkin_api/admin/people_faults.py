"""Everything that can stand against a file of people, and the list of it all."""

from enum import StrEnum
from typing import Any

from checkin_api.admin.faults import Cell, Fault, RefusedCommandError

MOST_SHOWN, MOST_KEPT = 200, 2000  # more than one corrects in one go


class FileMistake(StrEnum):
    """What can be wrong with a file; each is the code of its text, which says the cure."""

    AS = "import.file.as"
    NOT_ADMINISTRATOR = "import.file.not_administrator"
    SUFFIX = "import.file.suffix"
    LARGE = "import.file.large"
    ROWS = "import.file.rows"
    NOT_XLSX = "import.file.not_xlsx"
    NOT_CSV = "import.file.not_csv"
    DAMAGED = "import.file.damaged"
    UNPACKED = "import.file.unpacked"
    ENCODING = "import.file.encoding"
    ZEROS = "import.file.zeros"
    CSV = "import.file.csv"
    SHEET = "import.file.sheet"
    SHEET_TWICE = "import.file.sheet_twice"
    EMPTY = "import.file.empty"
    KIND = "import.file.kind"
    HEADING_UNKNOWN = "import.file.heading_unknown"
    HEADING_TWICE = "import.file.heading_twice"
    HEADING_MISSING = "import.file.heading_missing"
    NO_HEADING = "import.file.no_heading"
    NOT_HERE = "import.file.not_here"
    LONG = "import.file.long"
    FORMULA = "import.file.formula"
    ERROR = "import.file.error"
    NUMBER = "import.file.number"
    DATE = "import.file.date"
    TIME = "import.file.time"
    DECIMAL = "import.file.decimal"
    WORD = "import.file.word"
    ID_CARD = "import.file.id_card"
    ENDS = "import.file.ends"
    TIMES = "import.file.times"
    NO_PLAN = "import.file.no_plan"
    FENCE = "import.file.fence"
    POSITION = "import.file.position"
    RADIUS = "import.file.radius"
    TWICE = "import.file.twice"
    NAMES_DIFFER = "import.file.names_differ"
    NAME = "import.file.name"
    MOVED = "import.file.moved"
    OFFICE_MOVED = "import.file.office_moved"
    POSTED = "import.file.posted"
    ACCOUNT_ENDED = "import.file.account_ended"
    CODES_WANTED = "import.file.codes_wanted"
    THERE = "import.file.there"
    MORE = "import.file.more"


class Faults:
    """All faults of a file; many are kept, all are counted."""

    def __init__(self) -> None:
        self._kept: list[Fault] = []
        self.total = 0

    def add(self, mistake: StrEnum, cell: Cell | None = None, **facts: Any) -> None:
        """Note one fault and go on."""
        self.total += 1
        if len(self._kept) < MOST_KEPT:
            self._kept.append(Fault(mistake, facts, cell=cell))

    def require_none(self) -> None:
        """Raise RefusedCommandError with everything noted so far, in the order of the file."""
        if not self.total:
            return
        sheets = list(dict.fromkeys(fault.cell.sheet for fault in self._kept if fault.cell))
        shown = sorted(self._kept, key=lambda fault: _order(fault, sheets))[:MOST_SHOWN]
        if self.total > len(shown):
            facts = {"count": self.total - len(shown), "total": self.total}
            shown.append(Fault(FileMistake.MORE, facts))
        raise RefusedCommandError(*shown)


def _order(fault: Fault, sheets: list[str]) -> tuple[int, int, int, str]:
    cell = fault.cell
    if cell is None:
        return (-1, 0, 0, "")
    return (sheets.index(cell.sheet), cell.row, len(cell.letter), cell.letter)
