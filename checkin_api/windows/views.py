"""The phones' route for windows."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from checkin_api.access.callers import OffenderCaller
from checkin_api.access.permissions import Action
from checkin_api.extensions import parts
from checkin_api.routes import Answer, Routes, Takes
from mobile_contract.codes import WindowOutcome
from mobile_contract.messages import Language, message
from mobile_contract.windows import WindowList, WindowsBetween, WindowTold
from storage.database import transaction
from storage.records import Offender, ReportingPlan, Window
from verifier.challenges import is_exempt
from verifier.local_time import local_date

LOOKS_BACK = timedelta(days=31)
LOOKS_AHEAD = timedelta(days=8)
MOST_AT_ONCE = 500

routes = Routes()


@routes.add(
    "GET",
    "/v1/windows",
    Action.READ_OWN,
    takes=Takes(query=WindowsBetween),
    answers={200: WindowList},
)
def between(caller: OffenderCaller, query: WindowsBetween) -> Answer:
    """Read when the person is due and what became of each window, oldest first."""
    now = parts().now()
    start, end = query.start or now - LOOKS_BACK, query.end or now + LOOKS_AHEAD
    with transaction(parts().sessions, caller.scope) as session:
        rows = session.execute(
            select(Window, ReportingPlan.movement)
            .outerjoin(ReportingPlan, _plan_of(caller.offender_id))
            .where(
                Window.offender_id == caller.offender_id,
                Window.opens_at <= end,
                Window.grace_ends_at >= start,
            )
            .order_by(Window.opens_at, Window.id)
            .limit(MOST_AT_ONCE)
        ).all()
        person = session.get_one(Offender, caller.offender_id)
    return Answer(
        WindowList(
            windows=tuple(
                _told(row, movement=bool(asked) and not is_exempt(person, local_date(row.opens_at)))
                for row, asked in rows
            )
        )
    )


def _plan_of(offender_id: UUID) -> ColumnElement[bool]:
    """Give the condition on a window's plan; one that was ordered follows the plan of now."""
    current = and_(
        Window.plan_id.is_(None),
        ReportingPlan.offender_id == offender_id,
        ReportingPlan.ended_on.is_(None),
    )
    return or_(ReportingPlan.id == Window.plan_id, current)


def _told(row: Window, *, movement: bool) -> WindowTold:
    return WindowTold(
        id=row.id,
        opens_at=row.opens_at,
        due_at=row.due_at,
        grace_ends_at=row.grace_ends_at,
        upload_until=row.upload_until,
        outcome=WindowOutcome(row.outcome),
        text_zh=message(f"window.{row.outcome}", Language.ZH),
        text_en=message(f"window.{row.outcome}", Language.EN),
        checkin_id=row.checkin_id,
        movement=movement,
    )
