"""What ends when check-ins are confirmed: their waiting, and that of the ones they retook."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ARRAY, Uuid, all_, any_, bindparam, exists, select
from sqlalchemy.orm import Session

from mobile_contract.codes import Channel, CheckInState, NoticeKind
from storage.records import CheckIn, FlagKind, RaisedFlag
from verifier.items import Matter, settle_matters
from verifier.notices import tell

_RETAKEN = (
    select(CheckIn)
    .where(
        CheckIn.window_id == any_(bindparam("windows", type_=ARRAY(Uuid()))),
        CheckIn.id != all_(bindparam("confirmed", type_=ARRAY(Uuid()))),
        CheckIn.state == CheckInState.IN_REVIEW,
        CheckIn.retake_until.is_not(None),
        ~exists().where(
            RaisedFlag.offender_id == CheckIn.offender_id,
            RaisedFlag.checkin_id == CheckIn.id,
            RaisedFlag.kind == FlagKind.FLAG,
        ),
    )
    .order_by(CheckIn.id)
    .with_for_update(key_share=True)
)


def matter_of(checkin: CheckIn) -> Matter:
    """Returns a check-in as what waits for an officer."""
    return Matter(checkin.offender_id, checkin_id=checkin.id)


def close(session: Session, confirmed: Sequence[CheckIn], now: datetime) -> None:
    """Ends what waited for these check-ins, and for the ones they retook."""
    settle_matters(session, [matter_of(checkin) for checkin in confirmed], now)
    for checkin in confirmed:
        if checkin.channel is not Channel.PHONE:
            tell(session, matter_of(checkin), NoticeKind.CHECKIN_RECORDED, now)
    supersede_retaken(session, confirmed, now)


def supersede_retaken(session: Session, confirmed: Sequence[CheckIn], now: datetime) -> None:
    """Closes the windows' check-ins that only waited for a retake, now that one is confirmed."""
    windows = [one.window_id for one in confirmed if one.window_id is not None]
    if not windows:
        return
    these = {"windows": windows, "confirmed": [one.id for one in confirmed]}
    waiting = session.scalars(_RETAKEN, these).all()
    for checkin in waiting:
        checkin.move(CheckInState.SUPERSEDED, now)
    settle_matters(session, [matter_of(checkin) for checkin in waiting], now)
