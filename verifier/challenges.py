"""Movement challenges (动作核验): drawn, issued, and used by one check-in each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    SQLColumnExpression,
    Uuid,
    delete,
    false,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Session

from mobile_contract.movement_codes import Prompt
from storage.records import Challenge, Offender, ReportingPlan

PROMPTS = 4
NONCE_BITS = 128
OPEN_WITHIN = timedelta(seconds=60)
AHEAD_FOR = timedelta(days=7)
MOST_AHEAD = 5
# A day has a few check-ins, each with some retakes, and people begin again.
MOST_AN_HOUR = 60
AN_HOUR = timedelta(hours=1)
# Longer than any check-in may take to arrive: 7 days ahead, then 72 hours after a grace.
FORGOTTEN_AFTER = timedelta(days=30)
MOST_AT_ONCE = 1000


class TooManyChallengesError(Exception):
    """More were asked for in an hour than anybody answers."""


@dataclass(frozen=True)
class PhoneClock:
    """What the asking phone said of its monotonic clock; both None where it did not."""

    monotonic_ms: int | None
    boot_id: str | None


def draw(chance: Random) -> tuple[Prompt, ...]:
    """Returns the prompts of one challenge: four of all, in random order."""
    return tuple(chance.sample(list(Prompt), PROMPTS))


def issue(
    session: Session, offender_id: UUID, clock: PhoneClock, chance: Random, now: datetime
) -> Challenge:
    """Adds a challenge to be opened at once; raises TooManyChallengesError."""
    _take_turns(session, offender_id)
    _require_room(session, offender_id, now)
    made = _made(offender_id, clock, chance, now)
    session.add(made)
    return made


def issue_ahead(
    session: Session, offender_id: UUID, clock: PhoneClock, chance: Random, now: datetime
) -> Sequence[Challenge]:
    """Tops up the challenges for places without a signal; gives all that can still be opened.

    Those of an answer that was lost come again, so that nobody ever has more than MOST_AHEAD.
    """
    _take_turns(session, offender_id)
    standing = session.scalars(
        select(Challenge)
        .where(
            Challenge.offender_id == offender_id,
            Challenge.ahead,
            Challenge.used_by.is_(None),
            Challenge.open_until > now,
        )
        .order_by(Challenge.issued_at, Challenge.id)
    ).all()
    fresh = [
        _made(offender_id, clock, chance, now, AHEAD_FOR) for _ in range(MOST_AHEAD - len(standing))
    ]
    if fresh:
        _require_room(session, offender_id, now)
    session.add_all(fresh)
    return [*standing, *fresh]


def use(
    session: Session, offender_id: UUID, challenge_id: UUID, checkin_id: UUID, now: datetime
) -> bool:
    """Lets a check-in use a challenge; False where another one did, or it is not the person's.

    The statement decides between any number that try at once: the row is changed by the first.
    """
    used = session.execute(
        update(Challenge)
        .where(
            Challenge.id == challenge_id,
            Challenge.offender_id == offender_id,
            Challenge.used_by.is_(None),
        )
        .values(used_at=now, used_by=checkin_id)
    )
    return cast("CursorResult[tuple[()]]", used).rowcount == 1


def is_asked(session: Session, offender_id: UUID) -> bool:
    """Tells whether a check-in is to answer a challenge, by the plan that holds now."""
    return bool(session.scalar(select(asked_now(literal(offender_id, Uuid())))))


def asked_now(person: SQLColumnExpression[UUID]) -> ColumnElement[bool]:
    """Gives whether a person's plan of now asks for movement, as an expression of PostgreSQL."""
    return _asked(ReportingPlan.offender_id == person, ReportingPlan.ended_on.is_(None))


def asked_by_plan(plan: SQLColumnExpression[UUID | None]) -> ColumnElement[bool]:
    """Gives the same of the plan with this id, whether it holds still or not."""
    return _asked(ReportingPlan.id == plan)


def _asked(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    asked = select(ReportingPlan.movement).where(*which).scalar_subquery()
    return func.coalesce(asked, false())


def is_exempt(person: Offender, day: date) -> bool:
    """Tells whether a person is exempt from movement on a day."""
    begins, ends = person.movement_exempt_from, person.movement_exempt_to
    return begins is not None and begins <= day and (ends is None or day <= ends)


def forget_unused(session: Session, now: datetime) -> int:
    """Deletes challenges that nobody used and nobody can use any more, at most MOST_AT_ONCE."""
    old = (
        select(Challenge.id)
        .where(Challenge.used_by.is_(None), Challenge.issued_at < now - FORGOTTEN_AFTER)
        .limit(MOST_AT_ONCE)
    )
    gone = session.execute(
        delete(Challenge).where(Challenge.id.in_(old), Challenge.used_by.is_(None))
    )
    return cast("CursorResult[tuple[()]]", gone).rowcount


def _made(
    offender_id: UUID,
    clock: PhoneClock,
    chance: Random,
    now: datetime,
    ahead_for: timedelta | None = None,
) -> Challenge:
    return Challenge(
        id=UUID(int=chance.getrandbits(NONCE_BITS)),
        offender_id=offender_id,
        prompts=[str(prompt) for prompt in draw(chance)],
        ahead=ahead_for is not None,
        issued_at=now,
        open_until=now + (ahead_for or OPEN_WITHIN),
        asked_monotonic_ms=clock.monotonic_ms,
        asked_boot_id=clock.boot_id,
    )


def _take_turns(session: Session, offender_id: UUID) -> None:
    name = f"challenges of {offender_id}"
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


def _require_room(session: Session, offender_id: UUID, now: datetime) -> None:
    lately = session.scalar(
        select(func.count())
        .select_from(Challenge)
        .where(Challenge.offender_id == offender_id, Challenge.issued_at > now - AN_HOUR)
    )
    if (lately or 0) >= MOST_AN_HOUR:
        raise TooManyChallengesError
