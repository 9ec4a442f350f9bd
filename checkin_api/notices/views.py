"""The phones' routes for notices."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select

from checkin_api.access.callers import OffenderCaller
from checkin_api.access.permissions import Action
from checkin_api.extensions import parts
from checkin_api.refusals import RefusedError
from checkin_api.routes import Answer, Routes, Takes
from mobile_contract.codes import NoticeKind, ProblemCode
from mobile_contract.messages import Language, message
from mobile_contract.notices import NoticeList, NoticesSince, NoticeTold
from storage.database import transaction
from storage.records import Notice

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
MOST_AT_ONCE = 200

routes = Routes()


@routes.add(
    "GET",
    "/v1/notices",
    Action.READ_OWN,
    takes=Takes(query=NoticesSince),
    answers={200: NoticeList},
)
def since(caller: OffenderCaller, query: NoticesSince) -> Answer:
    """Read what the person was told since an instant, oldest first."""
    with transaction(parts().sessions, caller.scope) as session:
        rows = session.scalars(
            select(Notice)
            .where(Notice.offender_id == caller.offender_id, Notice.at > (query.since or BEGINNING))
            .order_by(Notice.at, Notice.id)
            .limit(MOST_AT_ONCE)
        ).all()
    return Answer(NoticeList(notices=tuple(_told(row) for row in rows)))


@routes.add(
    "PUT",
    "/v1/notices/<uuid:notice_id>/seen",
    Action.READ_OWN,
    answers={204: None},
    problems=(ProblemCode.NOT_FOUND,),
)
def seen(caller: OffenderCaller, notice_id: UUID) -> Answer:
    """Say that the person saw a notice; the first time counts."""
    with transaction(parts().sessions, caller.scope) as session:
        row = session.get(Notice, notice_id, with_for_update=True)
        if row is None or row.offender_id != caller.offender_id:
            raise RefusedError(ProblemCode.NOT_FOUND)
        row.seen_at = row.seen_at or parts().now()
    return Answer(None, 204)


def _told(row: Notice) -> NoticeTold:
    return NoticeTold(
        id=row.id,
        kind=NoticeKind(row.kind),
        at=row.at,
        text_zh=_text(row, Language.ZH),
        text_en=_text(row, Language.EN),
        checkin_id=row.checkin_id,
        window_id=row.window_id,
        seen_at=row.seen_at,
    )


def _text(row: Notice, language: Language) -> str:
    """Gives the words of a notice; a day that there is none of is "until further notice"."""
    no_end = message("no_last_day", language)
    facts = {name: no_end if fact is None else fact for name, fact in row.facts.items()}
    return message(f"notice.{row.kind}", language, **facts)
