"""Reads one month of check-ins for the report, of the people in the caller's reach."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    SQLColumnExpression,
    Subquery,
    and_,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import in_reach
from checkin_api.access.permissions import Action
from checkin_api.reports.monthly import Confirmation, Looked
from mobile_contract.codes import Channel, CheckInState
from storage.records import (
    CheckIn,
    EvidenceRow,
    FlagKind,
    IdentityAnswer,
    Offender,
    Office,
    Officer,
    RaisedFlag,
    Review,
    Role,
)
from verifier.local_time import local_instant
from verifier.verdicts.evidence import FaceVerdict

Key = tuple[UUID, UUID]


@dataclass(frozen=True)
class Month:
    """A calendar month in Chongqing."""

    year: int
    number: int

    @property
    def begins(self) -> datetime:
        """Give its first instant."""
        return local_instant(date(self.year, self.number, 1), time())

    @property
    def ends(self) -> datetime:
        """Give the first instant of the next one."""
        return self.moved(1).begins

    def moved(self, months: int) -> "Month":
        """Give a later or earlier month."""
        year, index = divmod(self.year * 12 + self.number - 1 + months, 12)
        return Month(year, index + 1)

    def __str__(self) -> str:
        """Write it as an address has it."""
        return f"{self.year:04}-{self.number:02}"


@dataclass(frozen=True)
class Received:
    """All check-ins by phone of the month."""

    checkins: int
    people: int
    by_machine_alone: int  # confirmed, and nobody answered


def received(session: Session, caller: OfficerCaller, month: Month) -> Received:
    """Count what was received."""
    alone = and_(CheckIn.state == CheckInState.CONFIRMED, ~_is_answered())
    row = session.execute(
        select(
            func.count(),
            func.count(func.distinct(CheckIn.offender_id)),
            func.count().filter(alone),
        )
        .select_from(CheckIn)
        .join(Offender, Offender.id == CheckIn.offender_id)
        .where(_in(caller, month))
    ).one()
    return Received(*row)


def looked(session: Session, caller: OfficerCaller, month: Month) -> list[Looked]:
    """Give the check-ins of the month that were flagged or answered."""
    wanted = _wanted(caller, month)
    rows = session.execute(
        select(CheckIn, Offender.number, Offender.name, Office.name.label("office"))
        .join(wanted, _of(wanted, CheckIn.offender_id, CheckIn.id))
        .join(Offender, Offender.id == CheckIn.offender_id)
        .join(Office, Office.id == Offender.office_id)
        .order_by(CheckIn.received_at, CheckIn.id)
    ).all()
    faces, flags = _faces(session, wanted), _flags(session, wanted)
    confirmations = _confirmations(session, wanted)
    return [_looked(row, faces, flags, confirmations) for row in rows]


def _wanted(caller: OfficerCaller, month: Month) -> Subquery:
    """Give the keys of these check-ins, for every query that reads about them."""
    flagged = (
        select(RaisedFlag.code)
        .where(
            RaisedFlag.offender_id == CheckIn.offender_id,
            RaisedFlag.checkin_id == CheckIn.id,
            RaisedFlag.kind == FlagKind.FLAG,
        )
        .exists()
    )
    return (
        select(CheckIn.offender_id, CheckIn.id)
        .join(Offender, Offender.id == CheckIn.offender_id)
        .where(_in(caller, month), or_(flagged, _is_answered()))
        .subquery()
    )


def _of(
    wanted: Subquery, offender_id: SQLColumnExpression[UUID], checkin_id: SQLColumnExpression[UUID]
) -> ColumnElement[bool]:
    return and_(wanted.c.offender_id == offender_id, wanted.c.id == checkin_id)


def _in(caller: OfficerCaller, month: Month) -> ColumnElement[bool]:
    return and_(
        in_reach(caller, Action.SEE_REPORTS),
        CheckIn.channel == Channel.PHONE,
        CheckIn.received_at >= month.begins,
        CheckIn.received_at < month.ends,
    )


def _is_answered() -> ColumnElement[bool]:
    return (
        select(Review.id)
        .where(Review.offender_id == CheckIn.offender_id, Review.checkin_id == CheckIn.id)
        .exists()
    )


def _looked(
    row: Row[CheckIn, str, str, str],
    faces: dict[Key, tuple[str, int]],
    flags: dict[Key, set[str]],
    confirmations: dict[Key, Confirmation],
) -> Looked:
    checkin = row.CheckIn
    key = checkin.offender_id, checkin.id
    face, references = faces.get(key, (str(FaceVerdict.NONE), 0))
    return Looked(
        offender_id=checkin.offender_id,
        number=row.number,
        name=row.name,
        office=row.office,
        checkin_id=checkin.id,
        received_at=checkin.received_at,
        state=checkin.state,
        face=face,
        references=references,
        phone=str(checkin.body.get("device", {}).get("model", "")),
        flags=frozenset(flags[key]),
        confirmation=confirmations.get(key),
    )


def _faces(session: Session, wanted: Subquery) -> dict[Key, tuple[str, int]]:
    """Give the verdict of the last attempt, and how many photos it compared with."""
    rows = session.scalars(
        select(EvidenceRow)
        .join(wanted, _of(wanted, EvidenceRow.offender_id, EvidenceRow.checkin_id))
        .order_by(EvidenceRow.attempt)
    )
    return {
        (row.offender_id, row.checkin_id): (row.face_verdict, int(row.face.get("references", 0)))
        for row in rows
    }


def _flags(session: Session, wanted: Subquery) -> dict[Key, set[str]]:
    found: dict[Key, set[str]] = defaultdict(set)
    rows = session.scalars(
        select(RaisedFlag)
        .join(wanted, _of(wanted, RaisedFlag.offender_id, RaisedFlag.checkin_id))
        .where(RaisedFlag.kind == FlagKind.FLAG)
    )
    for row in rows:
        found[row.offender_id, row.checkin_id].add(row.code)
    return found


def _confirmations(session: Session, wanted: Subquery) -> dict[Key, Confirmation]:
    """Give the last answer that said yes, by check-in."""
    rows = session.execute(
        select(Review, Officer.name)
        .join(wanted, _of(wanted, Review.offender_id, Review.checkin_id))
        .join(Officer, Officer.id == Review.officer_id)
        .where(Review.identity == IdentityAnswer.YES)
        .order_by(Review.answered_at, Review.id)
    )
    return {
        (row.Review.offender_id, row.Review.checkin_id): Confirmation(
            row.Review.id, row.name, by_head=row.Review.officer_role == Role.HEAD
        )
        for row in rows
    }
