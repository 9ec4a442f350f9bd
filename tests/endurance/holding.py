"""What a worker's fork holds at this moment, told to whoever wants to stop it at the worst one."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from storage import work
from storage.records import Queue, WorkKind


@dataclass(frozen=True)
class Holding:
    """A row of work and the lease on it, and whether the models look at it now."""

    number: int
    kind: WorkKind
    lease_token: UUID
    looking: bool


def note_claims(folder: str) -> None:
    """Let this process write down what it claims, a moment before the claim is committed."""
    claim_it, mark_it = work.claim, work.mark_examining

    def claim_and_note(session: Session, queue: Queue) -> work.Claim | None:
        claimed = claim_it(session, queue)
        _note(Path(folder), claimed, looking=False)
        return claimed

    def mark_and_note(session: Session, claim: work.Claim) -> None:
        mark_it(session, claim)
        _note(Path(folder), claim, looking=True)

    work.claim, work.mark_examining = claim_and_note, mark_and_note


def _note(folder: Path, claimed: work.Claim | None, *, looking: bool) -> None:
    file = _file(folder, os.getpid())
    if claimed is None:
        file.unlink(missing_ok=True)
    else:
        said = [claimed.number, claimed.kind, str(claimed.lease_token), looking]
        file.write_text(json.dumps(said))


def holding(folder: Path, pid: int) -> Holding | None:
    """Read what a process claimed last; None where it claimed nothing, or is just writing."""
    try:
        number, kind, token, looking = json.loads(_file(folder, pid).read_text())
    except (FileNotFoundError, ValueError):
        return None
    return Holding(number, WorkKind(kind), UUID(token), looking)


def _file(folder: Path, pid: int) -> Path:
    return folder / f"holds-{pid}"
