"""Safeguards taken away on purpose: with one of them gone, `make faults` must end red."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import event, update
from sqlalchemy.orm import Session, sessionmaker

from storage import work
from storage.database import transaction
from storage.records import Queue, Work, WorkKind

LATE_BY_S = 1.0
LATE = "late-"


class Safeguard(StrEnum):
    """What can be taken away."""

    OUTBOX = "outbox"  # work is written in the transaction that makes it necessary
    GUARD = "guard"  # who lost the lease writes nothing


def take_away(name: str, folder: str) -> None:
    """Take one safeguard away in this process; an empty name takes none."""
    if name == Safeguard.OUTBOX:
        _no_outbox(Path(folder))
    elif name == Safeguard.GUARD:
        _no_guard()


def somebody_new_is_late(folder: Path) -> Callable[[], bool]:
    """Give a look for check-ins that are committed while their work is not, other than before."""
    known: set[Path] = set()

    def look() -> bool:
        late = set(folder.glob(f"{LATE}*")) - known
        known.update(late)
        return bool(late)

    return look


def _no_outbox(folder: Path) -> None:
    """Write the work a moment after the commit, in a transaction of its own."""
    in_time: Callable[..., Queue] = work.add

    def too_late(
        session: Session,
        kind: WorkKind,
        subject: work.Subject,
        now: datetime,
        *,
        not_before: datetime | None = None,
    ) -> Queue:
        sessions, scope = sessionmaker(session.get_bind()), session.info["scope"]

        def afterwards(_session: Session) -> None:
            if kind is WorkKind.VERIFY_CHECKIN:
                (folder / f"{LATE}{subject.id}").touch()
                time.sleep(LATE_BY_S)
            with transaction(sessions, scope) as another:
                in_time(another, kind, subject, now, not_before=not_before)

        event.listen(session, "after_commit", afterwards, once=True)
        return work.QUEUE_OF[kind]

    work.add = too_late


def _no_guard() -> None:
    """Change rows of work whoever holds them now."""

    def whoever_holds_them(
        session: Session, claims: Sequence[work.Claim], **values: object
    ) -> list[work.Claim]:
        numbers = [claim.number for claim in claims]
        session.execute(update(Work).where(Work.number.in_(numbers)).values(**values))
        return list(claims)

    work._change_all = whoever_holds_them  # noqa: SLF001 - the safeguard itself is what is taken away
