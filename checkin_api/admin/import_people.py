"""A city's places, accounts and people from one file: all of it or nothing.

Nobody who is missing from a file is ended by it, and nothing that is there is changed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from checkin_api.access.new_accounts import SETUP_CODE_LIFE
from checkin_api.access.officers import posting_in_force
from checkin_api.admin.acts import Act, Kind, wait_for_turn
from checkin_api.admin.export_people import city_tables, rows_of
from checkin_api.admin.faults import Cell, refuse
from checkin_api.admin.people_changes import Changes, Comparison
from checkin_api.admin.people_faults import FileMistake
from checkin_api.admin.people_file import PeopleFile
from checkin_api.admin.people_held import read_held
from checkin_api.admin.people_laid import Laying, NewCode
from checkin_api.admin.people_table import Row
from checkin_api.admin.people_writing import OutTable, write_tables
from mobile_contract.messages import Language, message
from storage import audit
from storage.records import Officer, Posting, Role
from verifier.local_time import SHANGHAI

Watched = Callable[[str, Sequence[Row]], Iterable[Row]]  # shows how far it is


@dataclass(frozen=True)
class CodesFile:
    """Where the set-up codes of new accounts go, if a file has any."""

    file: Path | None
    language: Language


@dataclass(frozen=True)
class Imported:
    """What an import did; `kept` are cells that differ from what the system holds."""

    rows: int
    sha256: str
    added: Mapping[Kind, int]
    unchanged: Mapping[Kind, int]
    kept: Sequence[Cell]
    guessed: bool
    codes: int
    codes_run_out: datetime


def import_people(act: Act, file: PeopleFile, codes: CodesFile, watched: Watched) -> Imported:
    """Lay what a file has and the system has not; raises RefusedCommandError with every fault."""
    wait_for_turn(act)
    require_administrator(act)
    held = read_held(act.session)
    comparison = Comparison(held, file.rows, file.faults)
    changes = comparison.run(watched("import.checking", file.rows))
    if changes.accounts and codes.file is None and not file.faults.total:
        raise refuse(FileMistake.CODES_WANTED, count=len(changes.accounts))
    file.faults.require_none()
    new_codes = Laying(act, held).lay(changes)
    _record(act, file, changes)
    if codes.file is not None and new_codes:
        _write_codes(act, codes.file, new_codes, codes.language)
    return Imported(
        rows=len(file.rows),
        sha256=file.sha256,
        added=changes.added,
        unchanged=changes.unchanged,
        kept=changes.kept,
        guessed=file.guessed,
        codes=len(new_codes),
        codes_run_out=act.now + SETUP_CODE_LIFE,
    )


def export_people(act: Act, file: Path, language: Language) -> int:
    """Write everything that a file can say to one that was not there; gives its rows."""
    wait_for_turn(act)
    require_administrator(act)
    rows = rows_of(read_held(act.session))
    write_tables(file, city_tables(file, rows, language))
    counts = {str(kind): len(of_kind) for kind, of_kind in rows.items()}
    audit.record(act.session, "people_exported", act.now, rows=counts)
    return sum(counts.values())


def require_administrator(act: Act) -> None:
    """Raise RefusedCommandError unless who acts is an account posted as administrator today."""
    login = str(act.session.info["scope"].subject)
    found = act.session.scalars(
        select(Officer.id)
        .join(Posting, Posting.officer_id == Officer.id)
        .where(
            Officer.login == login,
            Officer.disabled_at.is_(None),
            Posting.role == Role.ADMINISTRATOR,
            posting_in_force(act.now),
        )
    ).first()
    if found is None:
        raise refuse(FileMistake.NOT_ADMINISTRATOR, key=login)


def _record(act: Act, file: PeopleFile, changes: Changes) -> None:
    audit.record(
        act.session,
        "people_imported",
        act.now,
        subject=file.sha256,
        rows=len(file.rows),
        added={str(kind): count for kind, count in changes.added.items()},
        unchanged={str(kind): count for kind, count in changes.unchanged.items()},
    )


def _write_codes(act: Act, file: Path, codes: Sequence[NewCode], language: Language) -> None:
    expires = f"{(act.now + SETUP_CODE_LIFE).astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    headings = ("login", "name", "setup_code", "setup_expires_at")
    table = OutTable(
        title=message("import.heading.setup_code", language),
        headings=[message(f"import.heading.{heading}", language) for heading in headings],
        rows=[(one.login, one.name, one.code, expires) for one in codes],
    )
    write_tables(file, [table])
