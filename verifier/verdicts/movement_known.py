"""What is known around the movement challenge of a check-in: asked, exempt, and the last one."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from mobile_contract.codes import Channel
from mobile_contract.movement_codes import NoMovementReason
from storage.records import CheckIn, EvidenceRow, Offender, RaisedFlag, Window
from verifier.challenges import is_asked, is_exempt
from verifier.local_time import local_date
from verifier.verdicts.flags import Flag, Note
from verifier.verdicts.movement import MovementEvidence
from verifier.verdicts.sweeps import MovementAnswer

LOOKS_BACK = 7  # check-ins; beyond, "running" means nothing any more
NOT_DONE_CODES = (Flag.MOVEMENT_NOT_DONE.value, Note.MOVEMENT_ONCE_NOT_DONE.value)


def movement_evidence(
    session: Session, checkin: CheckIn, window: Window | None
) -> MovementEvidence:
    """Returns everything that a decision depends on; whether it was asked comes first."""
    is_phones = checkin.channel is Channel.PHONE
    if not is_phones or not is_asked(session, checkin.offender_id, window):
        return MovementEvidence()
    reason = checkin.body.get("no_movement_reason")
    return MovementEvidence(
        asked=True,
        exempt=is_exempt(
            session.get_one(Offender, checkin.offender_id), local_date(checkin.received_at)
        ),
        answer=_answer(session, checkin),
        offline=checkin.captured_offline,
        reason=NoMovementReason(reason) if reason else None,
        not_done_before=_last_told_was_not_done(session, checkin),
    )


def _answer(session: Session, checkin: CheckIn) -> MovementAnswer | None:
    kept = session.scalars(
        select(EvidenceRow.movement)
        .where(
            EvidenceRow.offender_id == checkin.offender_id,
            EvidenceRow.checkin_id == checkin.id,
        )
        .order_by(EvidenceRow.attempt.desc())
        .limit(1)
    ).first()
    if kept is not None:
        return MovementAnswer(kept["answer"])
    # Sent and not looked at: a fault of ours, which is held against nobody.
    return MovementAnswer.UNKNOWN if checkin.body.get("movement") else None


def _last_told_was_not_done(session: Session, checkin: CheckIn) -> bool:
    """Tells whether the last check-in of which it could be told was not done; unknown ones pass."""
    raised = exists().where(
        RaisedFlag.offender_id == CheckIn.offender_id,
        RaisedFlag.checkin_id == CheckIn.id,
        RaisedFlag.code.in_(NOT_DONE_CODES),
    )
    done = exists().where(
        EvidenceRow.offender_id == CheckIn.offender_id,
        EvidenceRow.checkin_id == CheckIn.id,
        EvidenceRow.movement["answer"].astext == MovementAnswer.DONE.value,
    )
    earlier = session.execute(
        select(raised, done)
        .where(
            CheckIn.offender_id == checkin.offender_id,
            CheckIn.channel == Channel.PHONE,
            CheckIn.id != checkin.id,
            CheckIn.received_at < checkin.received_at,
        )
        .order_by(CheckIn.received_at.desc())
        .limit(LOOKS_BACK)
    )
    told = [not_done for not_done, was_done in earlier if not_done or was_done]
    return bool(told) and told[0]
