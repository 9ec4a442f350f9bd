"""Whose enrolled photos should be taken anew: old ones, and those that raised false alarms."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, func, or_, select
from sqlalchemy.orm import Session

from mobile_contract.codes import CheckInState, NoticeKind
from storage import audit
from storage.records import (
    OPEN_SETS,
    CheckIn,
    FlagKind,
    IdentityAnswer,
    Notice,
    Offender,
    Office,
    RaisedFlag,
    ReferenceSet,
    ReferenceSetState,
    Review,
    SupervisionPeriod,
)
from verifier.local_time import local_date
from verifier.notices import tell_of_act
from verifier.rules.in_force import in_force
from verifier.rules.rules import Rules
from verifier.verdicts.flags import Flag

MOST_AT_ONCE = 200
OF_THE_FACE = (str(Flag.FACE_NO_MATCH), str(Flag.FACE_UNSURE))


class RenewalReason(StrEnum):
    """Why photos should be renewed."""

    AGE = "age"
    FALSE_ALARMS = "false_alarms"


@dataclass(frozen=True)
class Renewal:
    """One person whose approved set should be renewed, and why."""

    offender_id: UUID
    since: datetime
    why: tuple[RenewalReason, ...]


def due_for_renewal(session: Session, now: datetime, *only: ColumnElement[bool]) -> list[Renewal]:
    """Returns whom new photos are proposed to, the longest enrolled first; nobody who sent some."""
    rows = session.execute(_enrolled(now).where(*only)).all()
    districts = {row.district_id for row in rows}
    rules = {one: in_force(session, one, now) for one in districts}
    return list(_judged(rows, rules, now))


def propose_renewals(session: Session, now: datetime) -> int:
    """Tells each of them once for a set; joins the caller's transaction, returns how many."""
    told = (
        select(Notice.id)
        .where(
            Notice.offender_id == ReferenceSet.offender_id,
            Notice.kind == NoticeKind.REFERENCES_RENEWAL,
            Notice.at >= ReferenceSet.state_since,
        )
        .exists()
    )
    due = due_for_renewal(session, now, ~told)[:MOST_AT_ONCE]
    for one in due:
        tell_of_act(session, one.offender_id, NoticeKind.REFERENCES_RENEWAL, now)
        why = [str(reason) for reason in one.why]
        audit.record(session, "renewal_proposed", now, offender_id=one.offender_id, why=why)
    return len(due)


_Enrolled = Select[UUID, UUID, datetime, int]


def _enrolled(now: datetime) -> _Enrolled:
    waits = (
        select(ReferenceSet.id)
        .where(ReferenceSet.offender_id == Offender.id, ReferenceSet.state.in_(OPEN_SETS))
        .correlate(Offender)
        .exists()
    )
    today = local_date(now)
    supervised = (
        select(SupervisionPeriod.id)
        .where(
            SupervisionPeriod.offender_id == Offender.id,
            SupervisionPeriod.starts_on <= today,
            or_(SupervisionPeriod.ends_on.is_(None), SupervisionPeriod.ends_on >= today),
        )
        .exists()
    )
    return (
        select(
            ReferenceSet.offender_id,
            Office.district_id,
            ReferenceSet.state_since,
            _false_alarms().label("alarms"),
        )
        .join(Offender, Offender.id == ReferenceSet.offender_id)
        .join(Office, Office.id == Offender.office_id)
        .where(ReferenceSet.state == ReferenceSetState.APPROVED, supervised, ~waits)
        .order_by(ReferenceSet.state_since)
    )


def _false_alarms() -> ScalarSelect[int]:
    """Counts check-ins since the set, flagged for the face, that officers found the person's."""
    flagged = (
        select(RaisedFlag.checkin_id)
        .where(
            RaisedFlag.offender_id == CheckIn.offender_id,
            RaisedFlag.checkin_id == CheckIn.id,
            RaisedFlag.code.in_(OF_THE_FACE),
            RaisedFlag.kind == FlagKind.FLAG,
        )
        .exists()
    )
    answered = (
        select(Review.id)
        .where(
            Review.offender_id == CheckIn.offender_id,
            Review.checkin_id == CheckIn.id,
            Review.identity == IdentityAnswer.YES,
        )
        .exists()
    )
    return (
        select(func.count())
        .select_from(CheckIn)
        .where(
            CheckIn.offender_id == ReferenceSet.offender_id,
            CheckIn.received_at >= ReferenceSet.state_since,
            CheckIn.state == CheckInState.CONFIRMED,
            flagged,
            answered,
        )
        .correlate(ReferenceSet)
        .scalar_subquery()
    )


def _judged(
    rows: Sequence[Row[UUID, UUID, datetime, int]], rules: dict[UUID, Rules], now: datetime
) -> Iterable[Renewal]:
    for offender_id, district_id, since, alarms in rows:
        limits = rules[district_id]
        found = {
            RenewalReason.AGE: now - since >= timedelta(days=limits.renewal_days),
            RenewalReason.FALSE_ALARMS: alarms >= limits.renewal_false_alarms,
        }
        why = tuple(reason for reason in RenewalReason if found[reason])
        if why:
            yield Renewal(offender_id, since, why)
