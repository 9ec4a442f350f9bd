"""`re-embed` at the terminal: begins a change of the face model, or goes on, and watches."""

import argparse
import hashlib
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from rich.console import Console
from rich.progress import Progress as Bar

from checkin_api.admin.faults import Mistake, refuse
from checkin_api.admin.people_command import Told
from mobile_contract.messages import Language, message
from storage import model_changes
from storage.database import Scope, ScopeKind, close_sessions, database_time, transaction
from storage.model_changes import OtherChangeError, Progress
from storage.parts import Parts, open_parts
from storage.records import Queue
from storage.settings import StorageSettings

COMMAND = "re-embed"
LOOK_EVERY_S = 0.5


def run(asked: argparse.Namespace, environ: Mapping[str, str], language: Language) -> Told:
    """Promise every enrolled photo to the workers, and watch until each has its vectors.

    Stopped while it watches, the work goes on; called again, it watches on. Raises
    RefusedCommandError while another change is under way.
    """
    if not asked.acting:
        raise refuse(Mistake.ACTING)
    with asked.model.open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    parts = open_parts(StorageSettings.read(environ))
    scope = Scope(ScopeKind.COMMAND, asked.acting)
    try:
        change = _begin(parts, scope, sha256)
        parts.bell.ring(Queue.FACES)
        far = _look(parts, scope, change) if asked.begin else _watch(parts, scope, change, language)
    finally:
        close_sessions(parts.sessions)
    return _told(far, asked.model, sha256, language)


def _begin(parts: Parts, scope: Scope, sha256: str) -> UUID:
    try:
        with transaction(parts.sessions, scope) as session:
            now = database_time(session)
            return model_changes.begin(session, sha256, str(scope.subject), now)
    except OtherChangeError as fault:
        raise refuse(Mistake.OTHER_CHANGE) from fault


def _look(parts: Parts, scope: Scope, change: UUID) -> Progress:
    with transaction(parts.sessions, scope) as session:
        return model_changes.progress(session, change)


def _watch(parts: Parts, scope: Scope, change: UUID, language: Language) -> Progress:
    """Show how far it is, from the database alone, until it is finished."""
    console = Console(file=sys.stderr)
    with Bar(console=console, disable=not sys.stderr.isatty(), transient=True) as bar:
        far = _look(parts, scope, change)
        task = bar.add_task(message("admin.re_embed.progress", language), total=far.photos)
        while not far.finished:
            bar.update(task, completed=far.concluded)
            time.sleep(LOOK_EVERY_S)
            far = _look(parts, scope, change)
    return far


def _told(far: Progress, model: Path, sha256: str, language: Language) -> Told:
    code = "finished" if far.finished else "under_way"
    facts = {"photos": far.photos, "concluded": far.concluded, "given_up": far.given_up}
    words = message(f"admin.re_embed.{code}", language, model=model, **facts)
    return Told({**facts, "finished": far.finished, "sha256": sha256}, [words])
