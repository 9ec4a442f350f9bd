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
    """A row of work and the lease on it."""

    number: int
    kind: WorkKind
    lease_token: UUID


def note_claims(folder: str) -> None:
    """Let this process write down what it claims, a moment before the claim is committed."""
    claim = work.claim

    def claim_and_note(session: Session, queue: Queue) -> work.Claim | None:
        claimed = claim(session, queue)
        file = _file(Path(folder), os.getpid())
        if claimed is None:
            file.unlink(missing_ok=True)
        else:
            file.write_text(json.dumps([claimed.number, claimed.kind, str(claimed.lease_token)]))
        return claimed

    work.claim = claim_and_note


def holding(folder: Path, pid: int) -> Holding | None:
    """Read what a process claimed last; None where it claimed nothing, or is just writing."""
    try:
        number, kind, token = json.loads(_file(folder, pid).read_text())
    except (FileNotFoundError, ValueError):
        return None
    return Holding(number, WorkKind(kind), UUID(token))


def _file(folder: Path, pid: int) -> Path:
    return folder / f"holds-{pid}"
