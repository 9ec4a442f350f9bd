"""Work rows: add, claim, finish, give up. PostgreSQL is the truth, the bell only wakes.

Its clock alone says what is due and whose lease is over: no process's own wrong one can strand work
or take it from somebody. Each function runs in a short transaction, whose beginning is "now".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import (
    and_,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from storage.records import Queue, Work, WorkKind
from storage.work_statements import A_LEASE, CLAIM, COUNT, HELD

LEASE = A_LEASE
MOST_ATTEMPTS = 3
# Where even giving up fails, somebody has to mend something; until then it is tried now and then.
PAUSE_WHEN_EXHAUSTED = timedelta(minutes=1)
# A bell rings when work is added; work that waits longer than this was not heard of.
UNHEARD_AFTER = timedelta(seconds=5)
QUEUE_OF = {
    WorkKind.VERIFY_CHECKIN: Queue.FACES,
    WorkKind.EMBED_REFERENCE: Queue.FACES,
    WorkKind.RE_EMBED_REFERENCE: Queue.FACES,
    WorkKind.SEARCH_LOOK_ALIKE: Queue.FACES,
    WorkKind.RENDER_MEDIA: Queue.FACES,
    WorkKind.RECONSIDER_CHECKIN: Queue.CHORES,
    WorkKind.COMPARE_MEDIA: Queue.CHORES,
}


class SupersededError(Exception):
    """The lease was lost: somebody else has this work now, and nothing may be written."""


@dataclass(frozen=True)
class Subject:
    """What work is about: a row's id, and the person it belongs to, if any."""

    id: UUID
    offender_id: UUID | None = None


@dataclass(frozen=True)
class Claim:
    """One piece of work, ours until the lease ends."""

    number: int
    kind: WorkKind
    subject: Subject
    attempt: int  # 1 for the first
    lease_token: UUID


def add(
    session: Session,
    kind: WorkKind,
    subject: Subject,
    now: datetime,
    *,
    not_before: datetime | None = None,
) -> Queue:
    """Promise work in the caller's transaction; returns the queue to ring after the commit.

    Due at once, by the database's clock, or at an instant that does not depend on who asks.
    """
    queue = QUEUE_OF[kind]
    session.add(
        Work(
            queue=queue,
            kind=kind,
            offender_id=subject.offender_id,
            subject_id=subject.id,
            added_at=now,
            not_before=not_before or func.now(),
        )
    )
    return queue


def claim(session: Session, queue: Queue) -> Claim | None:
    """Take the oldest waiting row, or None; a row whose lease ran out is taken again.

    An attempt is counted only when the last holder died while it was examining: the fault of a
    server, a stop or a lost worker before that costs a check-in nothing.
    """
    kinds = [kind for kind, of in QUEUE_OF.items() if of is queue]
    return next(iter(_claimed(session, queue, kinds, 1)), None)


def claim_more(session: Session, like: Claim, most: int) -> list[Claim]:
    """Take the oldest waiting rows of the same kind, as `claim` does."""
    return _claimed(session, QUEUE_OF[like.kind], [like.kind], most)


def waiting(session: Session, like: Claim, most: int) -> int:
    """Count the rows of the same kind that `claim_more` could take, no further than `most`."""
    asked = {"of_queue": QUEUE_OF[like.kind], "of_kinds": [like.kind], "most": most}
    return session.execute(COUNT, asked).scalar_one()


def _claimed(session: Session, queue: Queue, kinds: Sequence[WorkKind], most: int) -> list[Claim]:
    token = uuid4()
    asked = {"of_queue": queue, "of_kinds": list(kinds), "token": token, "most": most}
    rows = session.execute(CLAIM, asked).all()
    return [
        Claim(number, kind, Subject(subject_id, offender_id), attempts + 1, token)
        for number, kind, subject_id, offender_id, attempts, _ in sorted(
            rows, key=lambda row: (row.not_before, row.number)
        )
    ]


def mark_examining(session: Session, claim: Claim) -> None:
    """Say that from here on a death counts as an attempt; raises SupersededError."""
    _change(session, claim, examining=True, lease_until=func.now() + LEASE)


def mark_all_examining(session: Session, claims: Sequence[Claim]) -> list[Claim]:
    """Say the same of several rows; returns those that are still ours."""
    return _change_all(session, claims, examining=True, lease_until=func.now() + LEASE)


def renew(session: Session, claim: Claim) -> None:
    """Begin a new lease on work that takes longer; raises SupersededError."""
    if not renew_all(session, [claim]):
        raise SupersededError


def renew_all(session: Session, claims: Sequence[Claim]) -> list[Claim]:
    """Begin a new lease on several rows; returns those that are still ours."""
    return _change_all(session, claims, lease_until=func.now() + LEASE)


def finish(session: Session, claim: Claim, now: datetime) -> None:
    """Close the work in the transaction that holds its result; raises SupersededError."""
    if not finish_all(session, [claim], now):
        raise SupersededError


def finish_all(session: Session, claims: Sequence[Claim], now: datetime) -> list[Claim]:
    """Close several; returns those that are still ours: of the others nothing may be written."""
    return _change_all(
        session, claims, done_at=now, examining=False, lease_token=None, lease_until=None
    )


def fail_attempt(session: Session, claim: Claim, error: str) -> None:
    """Count an attempt that failed on the subject itself and let it be tried again at once.

    One beyond the last is the failure to give up, and waits: else a worker would do nothing else.
    """
    pause = PAUSE_WHEN_EXHAUSTED if exhausted(claim) else timedelta(0)
    _change(
        session,
        claim,
        attempts=claim.attempt,
        last_error=error,
        examining=False,
        lease_token=None,
        lease_until=None,
        not_before=func.now() + pause,
    )


def hand_back(session: Session, claim: Claim, error: str, pause: timedelta) -> None:
    """Return work that a fault of our servers or a stop interrupted: no attempt is used up."""
    _change(
        session,
        claim,
        last_error=error,
        examining=False,
        lease_token=None,
        lease_until=None,
        not_before=func.now() + pause,
    )


def give_up(session: Session, claim: Claim, error: str, now: datetime) -> None:
    """End work that no machine will do; the caller hands its subject to a person."""
    _change(session, claim, gave_up_at=now, last_error=error, lease_token=None, lease_until=None)


def exhausted(claim: Claim) -> bool:
    """Say whether all attempts were used up before this claim."""
    return claim.attempt > MOST_ATTEMPTS


def unheard(session: Session) -> frozenset[Queue]:
    """Name the queues in which work waits that no bell brought to a worker, or was lost by one."""
    return frozenset(
        session.scalars(
            select(Work.queue)
            .where(
                Work.done_at.is_(None),
                Work.gave_up_at.is_(None),
                or_(
                    and_(Work.lease_until.is_(None), Work.not_before <= func.now() - UNHEARD_AFTER),
                    Work.lease_until < func.now(),
                ),
            )
            .distinct()
        )
    )


def _change(session: Session, claim: Claim, **values: object) -> None:
    if not _change_all(session, [claim], **values):
        raise SupersededError


def _change_all(session: Session, claims: Sequence[Claim], **values: object) -> list[Claim]:
    """Change the rows that are still ours, and return their claims."""
    if not claims:
        return []
    changed = session.scalars(
        update(Work)
        .where(Work.number == HELD.c.number, Work.lease_token == HELD.c.token)
        .values(**values)
        .returning(Work.number)
        .execution_options(synchronize_session=False),
        {
            "numbers": [claim.number for claim in claims],
            "tokens": [claim.lease_token for claim in claims],
        },
    )
    ours = set(changed)
    return [claim for claim in claims if claim.number in ours]
