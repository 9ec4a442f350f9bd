"""Reads about supervision: of a person by all who see the case, of transfers by who leads."""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session, aliased

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import not_recused, offender_in_reach
from checkin_api.access.permissions import Action
from checkin_api.supervision.limits import has_ended, last_confirmed_day, leads
from checkin_api.supervision.sheet import (
    OfficeChoice,
    PauseSeen,
    PeriodSeen,
    SupervisionSheet,
    TransferList,
    TransferSeen,
)
from storage.database import transaction
from storage.parts import Parts
from storage.records import (
    District,
    Office,
    Officer,
    SupervisionPause,
    SupervisionPeriod,
    Transfer,
    TransferState,
)
from verifier.attendance.supervision import supervision_of
from verifier.local_time import local_date

MOST_LISTED = 200
OFFICER = "officer:"


def read_supervision(parts: Parts, caller: OfficerCaller, offender_id: UUID) -> SupervisionSheet:
    """Give everything about one person's supervision; raises RefusedError(not_found)."""
    today = local_date(parts.now())
    with transaction(parts.sessions, caller.scope) as session:
        person = offender_in_reach(session, caller, offender_id, Action.SEE_PERSON)
        periods, pauses = _periods(session, offender_id), _pauses(session, offender_id)
        names = _names(
            session, [*(one.ended_by for one in periods), *(one.created_by for one in pauses)]
        )
        latest = periods[0] if periods else None
        return SupervisionSheet(
            id=person.id,
            number=person.number,
            name=person.name,
            office=session.get_one(Office, person.office_id).name,
            state=supervision_of(session, [offender_id])[offender_id].state(today),
            is_open=latest is not None and not has_ended(latest, today),
            can_end=latest is not None and latest.end_reason is None,
            periods=tuple(_period_seen(one, names) for one in periods),
            pauses=tuple(_pause_seen(one, latest, names, today) for one in pauses),
            asked_office=_asked_office(session, offender_id),
            last_confirmed=last_confirmed_day(session, offender_id),
            offices=_offices_but(session, person.office_id),
        )


def read_transfers(parts: Parts, caller: OfficerCaller) -> TransferList:
    """Give the transfers to and from the offices that the caller leads, the latest first."""
    with transaction(parts.sessions, caller.scope) as session:
        known = not_recused(caller, Transfer.offender_id)
        to_here = and_(leads(caller, Transfer.to_office_id), known)
        asked = Transfer.state == TransferState.ASKED
        here = Transfer.state.in_((TransferState.TAKEN, TransferState.REFUSED))
        return TransferList(
            incoming=_transfers(session, to_here, asked),
            decided=_transfers(session, to_here, here),
            outgoing=_transfers(session, leads(caller, Transfer.from_office_id), known),
        )


def _periods(session: Session, offender_id: UUID) -> list[SupervisionPeriod]:
    rows = session.scalars(
        select(SupervisionPeriod)
        .where(SupervisionPeriod.offender_id == offender_id)
        .order_by(SupervisionPeriod.starts_on.desc(), SupervisionPeriod.created_at.desc())
    )
    return list(rows)


def _pauses(session: Session, offender_id: UUID) -> list[SupervisionPause]:
    rows = session.scalars(
        select(SupervisionPause)
        .where(SupervisionPause.offender_id == offender_id)
        .order_by(SupervisionPause.starts_on.desc(), SupervisionPause.created_at.desc())
    )
    return list(rows)


def _names(session: Session, actors: Iterable[str | None]) -> dict[str, str]:
    """Give the names of the accounts among those who acted."""
    ids = {one.removeprefix(OFFICER) for one in actors if one and one.startswith(OFFICER)}
    rows = session.execute(
        select(Officer.id, Officer.name).where(Officer.id.in_([UUID(one) for one in ids]))
    )
    return {f"{OFFICER}{officer}": name for officer, name in rows}


def _period_seen(row: SupervisionPeriod, names: Mapping[str, str]) -> PeriodSeen:
    return PeriodSeen(
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        reason=row.end_reason,
        words=row.end_words,
        decided_by=names.get(row.ended_by or "", row.ended_by),
        decided_at=row.end_decided_at,
    )


def _pause_seen(
    row: SupervisionPause, latest: SupervisionPeriod | None, names: Mapping[str, str], today: date
) -> PauseSeen:
    of_now = latest is not None and row.period_id == latest.id and not has_ended(latest, today)
    standing = of_now and row.called_off_at is None
    return PauseSeen(
        id=row.id,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        reason=row.reason,
        words=row.words,
        decided_by=names.get(row.created_by, row.created_by),
        called_off=row.called_off_at is not None,
        can_end=standing and (row.ends_on is None or row.ends_on >= today),
        can_be_called_off=standing and row.starts_on > today,
    )


def _asked_office(session: Session, offender_id: UUID) -> str | None:
    return session.scalar(
        select(Office.name)
        .join(Transfer, Transfer.to_office_id == Office.id)
        .where(Transfer.offender_id == offender_id, Transfer.state == TransferState.ASKED)
    )


def _offices_but(session: Session, own: UUID) -> dict[str, tuple[OfficeChoice, ...]]:
    rows = session.execute(
        select(District.name, Office.id, Office.name)
        .join(Office, Office.district_id == District.id)
        .where(Office.id != own)
        .order_by(District.code, Office.code)
    ).all()
    return {
        district: tuple(OfficeChoice(office, name) for _, office, name in found)
        for district, found in groupby(rows, key=lambda row: row[0])
    }


def _transfers(session: Session, *conditions: ColumnElement[bool]) -> tuple[TransferSeen, ...]:
    sending, receiving = aliased(Office), aliased(Office)
    rows = session.execute(
        select(Transfer, sending.name, receiving.name)
        .join(sending, sending.id == Transfer.from_office_id)
        .join(receiving, receiving.id == Transfer.to_office_id)
        .where(*conditions)
        .order_by(Transfer.asked_at.desc(), Transfer.id)
        .limit(MOST_LISTED)
    )
    return tuple(
        TransferSeen(
            id=row.id,
            number=row.number,
            name=row.name,
            from_office=from_office,
            to_office=to_office,
            reason=row.reason,
            state=row.state,
            asked_at=row.asked_at,
            decided_at=row.decided_at,
            answer=row.answer,
        )
        for row, from_office, to_office in rows
    )
