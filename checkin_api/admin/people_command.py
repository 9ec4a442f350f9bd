"""`import-people` and `export-people` at the terminal: who acts, how far it is, what it says."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO, TypeVar

from rich.console import Console
from rich.progress import track
from rich.table import Table
from sqlalchemy import text

from checkin_api.access.secret_texts import new_code
from checkin_api.admin.acts import Act
from checkin_api.admin.export_people import template_tables
from checkin_api.admin.faults import Cell, refuse
from checkin_api.admin.import_people import CodesFile, Imported, export_people, import_people
from checkin_api.admin.people_columns import KINDS
from checkin_api.admin.people_faults import FileMistake
from checkin_api.admin.people_file import read_file
from checkin_api.admin.people_table import Row
from checkin_api.admin.people_writing import write_tables
from checkin_api.admin.report import cell_in_words
from mobile_contract.messages import Language, message
from storage.database import Scope, ScopeKind, close_sessions, open_sessions, transaction
from storage.settings import DatabaseSettings
from verifier.local_time import SHANGHAI

COMMANDS = ("import-people", "export-people")
MOST_KEPT_SHOWN = 50
# A city is few statements of many rows. On a machine that is busy with a morning's check-ins they
# take longer than the minute that any statement of a request may: measured, at twelve times as many
# processes as cores, the import was refused as "the database does not answer".
LONGEST_STATEMENT = "30min"
Result = TypeVar("Result")


@dataclass(frozen=True)
class Told:
    """What a command says in the end: to a script, and to a person."""

    facts: Mapping[str, Any]
    lines: Sequence[str]
    table: Table | None = None
    status: int = 0  # 1: something was done, and something was refused


def run(asked: argparse.Namespace, environ: Mapping[str, str], language: Language) -> Told:
    """Carry one of the two out; raises RefusedCommandError, and what the database raises."""
    if asked.command == "export-people":
        return _export(asked, environ, language)
    if asked.template is not None:
        write_tables(asked.template, template_tables(asked.template, language))
        file = str(asked.template)
        return Told({"file": file}, [message("import.template", language, file=file)])
    return _import(asked, environ, language)


def show(told: Told, to: TextIO, *, as_json: bool) -> None:
    """Write what was done."""
    if as_json:
        to.write(json.dumps(told.facts, ensure_ascii=False, indent=2) + "\n")
        return
    console = Console(file=to, markup=False, highlight=False)
    if told.table is not None:
        console.print(told.table)
    for line in told.lines:
        console.print(line, soft_wrap=True)


def _import(asked: argparse.Namespace, environ: Mapping[str, str], language: Language) -> Told:
    _require_new(asked.codes)
    file = read_file(asked.file)
    codes = CodesFile(asked.codes, language)

    def watched(step: str, rows: Sequence[Row]) -> Iterable[Row]:
        console = Console(file=sys.stderr)
        hidden = not sys.stderr.isatty()
        words = message(step, language)
        return track(rows, words, console=console, disable=hidden, transient=True)

    done = _whole(asked, environ, lambda act: import_people(act, file, codes, watched), asked.codes)
    return _import_told(done, asked.codes, language)


def _export(asked: argparse.Namespace, environ: Mapping[str, str], language: Language) -> Told:
    _require_new(asked.file)
    rows = _whole(asked, environ, lambda act: export_people(act, asked.file, language), asked.file)
    said = message("import.exported", language, rows=rows, file=asked.file)
    return Told({"file": str(asked.file), "rows": rows}, [said])


def _require_new(file: Path | None) -> None:
    if file is not None and file.exists():
        raise refuse(FileMistake.THERE, file=file)


def _whole(
    asked: argparse.Namespace,
    environ: Mapping[str, str],
    command: Callable[[Act], Result],
    written: Path | None,
) -> Result:
    """Run a command in its one transaction; without the commit what it wrote is gone too."""
    if not asked.acting:
        raise refuse(FileMistake.AS)
    sessions = open_sessions(DatabaseSettings.read(environ))
    scope = Scope(ScopeKind.COMMAND, asked.acting)
    wrote = False
    try:
        with transaction(sessions, scope) as session:
            session.execute(text(f"SET LOCAL statement_timeout = '{LONGEST_STATEMENT}'"))
            done = command(Act(session, datetime.now(UTC), new_code))
            wrote = True
    except BaseException:
        if wrote and written is not None:
            written.unlink(missing_ok=True)
        raise
    finally:
        close_sessions(sessions)
    return done


def _import_told(done: Imported, codes: Path | None, language: Language) -> Told:
    table = Table()
    for heading in ("kind", "added", "unchanged"):
        table.add_column(message(f"import.column.{heading}", language))
    for kind in KINDS:
        counts = (str(done.added.get(kind, 0)), str(done.unchanged.get(kind, 0)))
        table.add_row(message(f"import.sheet.{kind}", language), *counts)
    return Told(_facts(done), _lines(done, codes, language), table)


def _facts(done: Imported) -> dict[str, Any]:
    return {
        "rows": done.rows,
        "sha256": done.sha256,
        "added": {str(kind): done.added.get(kind, 0) for kind in KINDS},
        "unchanged": {str(kind): done.unchanged.get(kind, 0) for kind in KINDS},
        "kept": [[cell.sheet, cell.row, cell.heading] for cell in done.kept],
        "encoding_guessed": done.guessed,
        "setup_codes": done.codes,
    }


def _lines(done: Imported, codes: Path | None, language: Language) -> list[str]:
    lines = [message("import.guessed", language)] if done.guessed else []
    lines += [_kept(cell, language) for cell in done.kept[:MOST_KEPT_SHOWN]]
    if len(done.kept) > MOST_KEPT_SHOWN:
        unseen = len(done.kept) - MOST_KEPT_SHOWN
        lines.append(message("import.notes_more", language, count=unseen))
    if done.codes:
        until = f"{done.codes_run_out.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        facts = {"count": done.codes, "file": codes, "until": until}
        lines.append(message("import.codes", language, **facts))
    return [*lines, message("import.done", language, rows=done.rows, sha256=done.sha256)]


def _kept(cell: Cell, language: Language) -> str:
    return message("import.keeps", language, place=cell_in_words(cell, language))
