"""Reads all that an officer sees of one check-in, and nothing that would unblind an answer."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import in_reach, offender_in_reach, role_over
from checkin_api.access.permissions import Action
from checkin_api.refusals import RefusedError
from checkin_api.reviews.evidence_seen import (
    clocks_seen,
    face_seen,
    flags_seen,
    place_seen,
    window_seen,
)
from checkin_api.reviews.movement_seen import movement_shown
from checkin_api.reviews.other_seen import other_seen
from checkin_api.reviews.photos_seen import checkin_photos, reference_photos
from checkin_api.reviews.sheet import Asked, ObjectionSeen, PersonSeen, ReviewSeen, Sheet
from checkin_api.reviews.twin_seen import twin_seen
from mobile_contract.codes import ProblemCode
from storage.records import (
    CheckIn,
    ItemEntry,
    Objection,
    Offender,
    Office,
    Officer,
    ReceiptRow,
    Review,
    Role,
    Window,
)
from verifier.items import Matter, level_of
from verifier.missing_files import missing_names
from verifier.verdicts.review_cases import case_of
from verifier.verdicts.reviews import Case, may_answer, standing


def read_sheet(
    session: Session, caller: OfficerCaller, offender_id: UUID, checkin_id: UUID, now: datetime
) -> Sheet:
    """Give one check-in; raises RefusedError(not_found)."""
    offender = offender_in_reach(session, caller, offender_id, Action.SEE_PERSON)
    checkin = _checkin(session, offender_id, checkin_id)
    window = session.get(Window, checkin.window_id) if checkin.window_id else None
    case = case_of(session, checkin)
    mine = any(one.officer_id == caller.officer_id for one in case.answers)
    return Sheet(
        id=checkin.id,
        person=_person(session, offender),
        channel=checkin.channel,
        state=checkin.state,
        state_since=checkin.state_since,
        place_accepted=checkin.place_accepted,
        due_at=_due_at(session, checkin),
        no_selfie_reason=checkin.no_selfie_reason,
        retake_until=checkin.retake_until,
        recorded_by=_officer_name(session, checkin.recorded_by),
        words=str(checkin.body.get("words", "")),
        photos=checkin_photos(session, checkin),
        movement=movement_shown(session, checkin),
        missing=missing_names(session, checkin),
        references=reference_photos(session, offender_id),
        twin=twin_seen(session, caller, checkin),
        other=other_seen(session, caller, checkin),
        flags=flags_seen(session, checkin),
        face=face_seen(session, checkin),
        place=place_seen(session, checkin, now),
        clocks=clocks_seen(checkin),
        window=window_seen(window),
        receipts=_receipts(session, checkin),
        device=checkin.body.get("device", {}),
        answers=tuple(checkin.body.get("answers", [])),
        reviews=_reviews(session, checkin) if _reads(session, caller, offender, case) else (),
        objection=_objection(session, checkin),
        asked=_asked(session, caller, checkin, case),
        waits_for=standing(case).turn if mine else None,
    )


def _reads(session: Session, caller: OfficerCaller, offender: Offender, case: Case) -> bool:
    """Tell who reads the answers: who has given one, everybody once none is awaited, inspectors."""
    mine = any(one.officer_id == caller.officer_id for one in case.answers)
    if mine or not standing(case).is_open:
        return True
    return role_over(session, caller, offender) is Role.PROCURATOR


def _checkin(session: Session, offender_id: UUID, checkin_id: UUID) -> CheckIn:
    found = session.get(CheckIn, (offender_id, checkin_id))
    if found is None:
        raise RefusedError(ProblemCode.NOT_FOUND)
    return found


def answering_role(
    session: Session, caller: OfficerCaller, checkin: CheckIn, case: Case
) -> Role | None:
    """Give the weightiest role in which the caller may answer now; None where in none.

    Who is an officer here and on duty for the district answers as whichever is awaited.
    """
    reached = select(Offender.office_id, Office.district_id).where(
        Offender.id == checkin.offender_id,
        Office.id == Offender.office_id,
        in_reach(caller, Action.REVIEW),
    )
    place = session.execute(reached).first()
    level = level_of(session, Matter(checkin.offender_id, checkin_id=checkin.id))
    roles = () if place is None else caller.roles_over(*place)
    return next((one for one in roles if may_answer(case, caller.officer_id, one, level)), None)


def _asked(session: Session, caller: OfficerCaller, checkin: CheckIn, case: Case) -> Asked:
    if answering_role(session, caller, checkin, case) is None:
        return Asked()
    stands = standing(case)
    return Asked(stands.asks_identity, stands.asks_place, yes_or_no=case.objection_open)


def _person(session: Session, offender: Offender) -> PersonSeen:
    office = session.get_one(Office, offender.office_id)
    return PersonSeen(offender.id, offender.name, offender.number, office.name)


def _officer_name(session: Session, officer_id: UUID | None) -> str | None:
    return None if officer_id is None else session.get_one(Officer, officer_id).name


def _due_at(session: Session, checkin: CheckIn) -> datetime | None:
    return session.scalar(
        select(func.min(ItemEntry.due_at)).where(
            ItemEntry.offender_id == checkin.offender_id,
            ItemEntry.checkin_id == checkin.id,
            ItemEntry.settled_at.is_(None),
        )
    )


def _receipts(session: Session, checkin: CheckIn) -> tuple[str, ...]:
    return tuple(
        session.scalars(
            select(ReceiptRow.short_code)
            .where(
                ReceiptRow.offender_id == checkin.offender_id, ReceiptRow.checkin_id == checkin.id
            )
            .order_by(ReceiptRow.server_time)
        )
    )


def _reviews(session: Session, checkin: CheckIn) -> tuple[ReviewSeen, ...]:
    rows = session.execute(
        select(Review, Officer.name)
        .join(Officer, Officer.id == Review.officer_id)
        .where(Review.offender_id == checkin.offender_id, Review.checkin_id == checkin.id)
        .order_by(Review.answered_at)
    )
    return tuple(
        ReviewSeen(
            officer=name,
            role=Role(row.officer_role),
            identity=row.identity,
            place_accepted=row.place_accepted,
            reason=row.reason,
            answered_at=row.answered_at,
            on_objection=row.objection_id is not None,
        )
        for row, name in rows
    )


def _objection(session: Session, checkin: CheckIn) -> ObjectionSeen | None:
    row = session.scalars(
        select(Objection)
        .where(Objection.offender_id == checkin.offender_id, Objection.checkin_id == checkin.id)
        .order_by(Objection.made_at.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return ObjectionSeen(row.words, row.made_at, row.due_at, str(row.state), row.answer)
