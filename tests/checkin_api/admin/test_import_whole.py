"""An import as one transaction: a fixed number of statements, and nothing of it before its end."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from checkin_api.access.secret_texts import new_code
from checkin_api.admin.acts import Act, Kind
from checkin_api.admin.import_people import CodesFile, import_people
from checkin_api.admin.people_file import read_file
from mobile_contract.messages import Language
from storage.database import Scope, ScopeKind, close_sessions, open_sessions, transaction
from storage.settings import DatabaseSettings
from tests.checkin_api.admin.city_files import city, written
from tests.checkin_api.admin.conftest import Terminal
from tests.checkin_api.admin.test_import_people import counts, imports
from tests.servers import ROOT
from tests.stage import eventually

# Refuses rows from whoever would be cut off after a minute.
SLOW = """
    CREATE FUNCTION require_patience() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF current_setting('statement_timeout')::interval <= interval '1 minute' THEN
            RAISE EXCEPTION 'cut off too early';
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER patient BEFORE INSERT ON offenders
    FOR EACH STATEMENT EXECUTE FUNCTION require_patience()
"""


def statements_of(terminal: Terminal, administrator: str, file: Path, codes: Path) -> int:
    """Carry an import out in this process; says how many statements it took."""
    seen: list[str] = []
    sessions = open_sessions(DatabaseSettings.read(terminal.settings))
    engine = sessions.kw["bind"]
    event.listen(engine, "before_cursor_execute", lambda *told: seen.append(told[2]))
    try:
        with transaction(sessions, Scope(ScopeKind.COMMAND, administrator)) as session:
            act = Act(session, terminal.factory.parts.now(), new_code)
            where = CodesFile(codes, Language.ZH)
            import_people(act, read_file(file), where, lambda _step, rows: rows)
    finally:
        close_sessions(sessions)
    return len(seen)


def test_more_rows_take_no_more_statements(
    terminal: Terminal, administrator: str, tmp_path: Path
) -> None:
    few, many = city(2, 2, 1, 2), city(400, 40, 1, 60)
    for name, rows in (("few", few), ("many", many)):
        for row in rows[Kind.OFFICER]:
            row["login"] += name
        for row in rows[Kind.PERSON]:
            row["number"] += f"-{name}"
    taken = [
        statements_of(terminal, administrator, written(tmp_path / f"{name}.csv", rows), codes)
        for name, rows, codes in (
            ("few", few, tmp_path / "codes1.csv"),
            ("many", many, tmp_path / "codes2.csv"),
        )
    ]
    assert taken[1] <= taken[0]
    assert counts(terminal)[4] == 402


def test_killed_before_its_end_it_leaves_nothing(
    terminal: Terminal, administrator: str, tmp_path: Path
) -> None:
    before = counts(terminal)
    file = written(tmp_path / "city.csv", city(people=500))
    words = ("import-people", file, "--as", administrator, "--codes", tmp_path / "codes.csv")
    with terminal.rows() as blocking:
        # Held by a reader, the last table of the import makes it wait in the middle.
        blocking.execute(text("LOCK TABLE fences IN SHARE MODE"))
        running = subprocess.Popen(
            [sys.executable, "-m", "checkin_api.admin", *map(str, words)],
            cwd=ROOT,
            env=terminal.settings,
            stderr=subprocess.DEVNULL,
        )
        eventually(lambda: _waits_in_the_middle(blocking), within_s=60)
        os.kill(running.pid, signal.SIGKILL)
        running.wait(10)
    assert counts(terminal) == before
    assert imports(terminal, administrator, file).status == 0


def _waits_in_the_middle(session: Session) -> bool:
    waiting = text(
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'fences'::regclass"
    )
    return bool(session.execute(waiting).scalar_one())


def test_its_statements_may_take_longer_than_those_of_a_request(
    terminal: Terminal, administrator: str, owner: Engine, tmp_path: Path
) -> None:
    file = written(tmp_path / "city.csv", city(people=3))
    with owner.begin() as connection:
        connection.execute(text(SLOW))
    try:
        ran = terminal.run(
            "import-people", file, "--as", administrator, "--codes", tmp_path / "codes.csv"
        )
    finally:
        with owner.begin() as connection:
            connection.execute(text("DROP FUNCTION require_patience() CASCADE"))
    assert ran.status == 0, ran.err
