"""What a command says in the end: a table for people, JSON for scripts, sentences for mistakes."""

import json
from collections.abc import Sequence
from typing import TextIO

from rich.console import Console
from rich.table import Table

from checkin_api.admin.acts import Done
from checkin_api.admin.faults import Cell, Fault, Words
from mobile_contract.messages import Language, message
from mobile_contract.shapes import instant_text
from verifier.local_time import SHANGHAI


def show_json(done: Sequence[Done], to: TextIO) -> None:
    """Write what was done as one JSON document."""
    rows = [
        {
            "kind": one.kind,
            "key": one.key,
            "change": one.change,
            "id": one.id,
            "setup_code": one.setup_code,
            "setup_expires_at": one.setup_expires_at and instant_text(one.setup_expires_at),
        }
        for one in done
    ]
    to.write(json.dumps({"done": rows}, ensure_ascii=False, indent=2) + "\n")


def show_table(done: Sequence[Done], language: Language, to: TextIO) -> None:
    """Write what was done as a table; set-up codes appear here and never again."""
    expiry = max((one.setup_expires_at for one in done if one.setup_expires_at), default=None)
    table = Table()
    for heading in ("kind", "key", "change", *(("setup_code",) if expiry else ())):
        table.add_column(message(f"admin.column.{heading}", language), overflow="fold")
    for one in done:
        codes = (one.setup_code or "",) if expiry else ()
        table.add_row(
            message(f"admin.kind.{one.kind}", language),
            one.key,
            message(f"admin.change.{one.change}", language),
            *codes,
        )
    console = Console(file=to, markup=False, highlight=False)
    console.print(table)
    if expiry:
        until = f"{expiry.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        console.print(message("admin.codes_once", language, until=until))


def show_faults(faults: Sequence[Fault], language: Language, to: TextIO) -> None:
    """Write each mistake as a sentence, with its place where there is one."""
    for fault in faults:
        place = cell_in_words(fault.cell, language) if fault.cell else fault.place
        to.write(f"{place}: " if place else "")
        facts = {name: _fact_in_words(fact, language) for name, fact in fault.facts.items()}
        to.write(message(fault.mistake, language, **facts) + "\n")
    to.write(message("admin.nothing_done", language) + "\n")


def cell_in_words(cell: Cell, language: Language) -> str:
    """Say where in a table something is."""
    if cell.letter:
        address = f"{cell.letter}{cell.row}"
        facts = {"sheet": cell.sheet, "row": cell.row, "heading": cell.heading, "cell": address}
        return message("import.place", language, **facts)
    code = "import.place_row" if cell.row else "import.place_sheet"
    return message(code, language, sheet=cell.sheet, row=cell.row)


def _fact_in_words(fact: object, language: Language) -> object:
    if not isinstance(fact, Words):
        return fact
    between = "、" if language is Language.ZH else ", "
    return between.join(message(code, language) for code in fact.codes)
