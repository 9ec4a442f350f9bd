"""The phones' route for what the person reads of themselves."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from checkin_api.access.callers import OffenderCaller
from checkin_api.access.permissions import Action
from checkin_api.extensions import parts
from checkin_api.routes import Answer, Routes
from mobile_contract.codes import DeviceState
from mobile_contract.me import Me, OfficeTold, PauseTold, PlanTold, SupervisionTold, ThisDevice
from mobile_contract.messages import Language, message
from storage.database import transaction
from storage.records import (
    Device,
    Offender,
    Office,
    ReferenceSet,
    ReferenceSetState,
    ReportingPlan,
)
from verifier.attendance.supervision import supervision_of
from verifier.challenges import is_exempt
from verifier.local_time import local_date

routes = Routes()


@routes.add("GET", "/v1/me", Action.READ_OWN, answers={200: Me})
def me(caller: OffenderCaller) -> Answer:
    """Read who the server takes the phone's owner for, and what is due."""
    with transaction(parts().sessions, caller.scope) as session:
        return Answer(_me(session, caller))


def _me(session: Session, caller: OffenderCaller) -> Me:
    offender = session.get_one(Offender, caller.offender_id)
    office = session.get_one(Office, offender.office_id)
    device = session.get_one(Device, caller.device_id)
    return Me(
        id=offender.id,
        number=offender.number,
        name=offender.name,
        office=OfficeTold(name=office.name),
        device=ThisDevice(
            id=device.id,
            state=DeviceState(device.state),
            registered_at=device.activated_at or device.created_at,
        ),
        enrolled=_enrolled(session, offender),
        supervision=_supervision(session, offender),
        plan=_plan(session, offender),
        notice_version=device.notice_version,
    )


def _enrolled(session: Session, offender: Offender) -> bool:
    approved = select(ReferenceSet.id).where(
        ReferenceSet.offender_id == offender.id, ReferenceSet.state == ReferenceSetState.APPROVED
    )
    return session.scalar(approved) is not None


def _supervision(session: Session, offender: Offender) -> SupervisionTold | None:
    today = local_date(parts().now())
    supervision = supervision_of(session, [offender.id])[offender.id]
    period, state = supervision.period(today), supervision.state(today)
    if period is None or state is None:
        return None
    pause = supervision.next_pause(today)
    return SupervisionTold(
        starts_on=period.first,
        ends_on=period.last,
        state=state,
        text_zh=message(f"supervision.{state}", Language.ZH),
        text_en=message(f"supervision.{state}", Language.EN),
        pause=None if pause is None else PauseTold(starts_on=pause.first, ends_on=pause.last),
    )


def _plan(session: Session, offender: Offender) -> PlanTold | None:
    row = session.scalars(
        select(ReportingPlan).where(
            ReportingPlan.offender_id == offender.id, ReportingPlan.ended_on.is_(None)
        )
    ).first()
    if row is None:
        return None
    exempt = is_exempt(offender, local_date(parts().now()))
    return PlanTold(
        opens=row.opens,
        due=row.due,
        grace_ends=row.grace_ends,
        movement=row.movement and not exempt,
    )
