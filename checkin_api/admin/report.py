"""What a command says in the end: a table for people, JSON for scripts, sentences for mistakes."""

import json
from collections.abc import Sequence
from typing import TextIO

from rich.console import Console
from rich.table import Table

from checkin_api.admin.acts import Done
from checkin_api.admin.faults import Fault
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
        place = f"{fault.place}: " if fault.place else ""
        to.write(f"{place}{message(fault.mistake, language, **fault.facts)}\n")
    to.write(message("admin.nothing_done", language) + "\n")
