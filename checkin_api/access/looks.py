"""Who looks on from outside leaves a trace: each page that a procurator or the city opens."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import in_reach
from checkin_api.access.permissions import PERMISSIONS, Action, Who, allowed
from storage import audit
from storage.database import transaction
from storage.parts import Parts
from storage.records import Offender, Office, Role, Window

FROM_OUTSIDE = frozenset({Role.PROCURATOR, Role.CITY})
# What these two may read at all. Photos leave an entry of their own, in checkin_api/media.py.
LOGGED = frozenset(
    action
    for action, entry in PERMISSIONS.items()
    if Who.PROCURATOR in entry or action is Action.SEE_FIGURES
) - {Action.SEE_PHOTO}


def log_look(
    parts: Parts, caller: OfficerCaller, action: Action, page: str, path: Mapping[str, Any]
) -> None:
    """Write down that somebody from outside opens a page, before it is shown.

    A page of a person is logged under that person; one out of reach is not shown, and not logged.
    """
    if action not in LOGGED or not _could_be_from_outside(caller, action):
        return
    with transaction(parts.sessions, caller.scope) as session:
        names_person = "offender_id" in path or "window_id" in path
        offender = _person(session, caller, action, path) if names_person else None
        if names_person and offender is None:
            return
        if offender is None and not _only_from_outside(caller, action):
            return
        if offender is not None and not _looks_in(session, caller, offender):
            return
        subject = path.get("checkin_id") or path.get("window_id")
        offender_id = None if offender is None else offender.id
        audit.record(
            session, "looked", parts.now(), offender_id=offender_id, subject=subject, page=page
        )


def log_found(parts: Parts, caller: OfficerCaller, offender_id: UUID, page: str) -> None:
    """Write down that a page without a person's id in its address showed somebody from outside."""
    log_look(parts, caller, Action.SEE_PERSON, page, {"offender_id": offender_id})


def _could_be_from_outside(caller: OfficerCaller, action: Action) -> bool:
    return any(
        post.role in FROM_OUTSIDE and allowed(Who(post.role.value), action) for post in caller.posts
    )


def _only_from_outside(caller: OfficerCaller, action: Action) -> bool:
    return all(
        post.role in FROM_OUTSIDE
        for post in caller.posts
        if allowed(Who(post.role.value), action) is not None
    )


def _person(
    session: Session, caller: OfficerCaller, action: Action, path: Mapping[str, Any]
) -> Offender | None:
    wanted = select(Offender).where(in_reach(caller, action))
    if "offender_id" in path:
        wanted = wanted.where(Offender.id == path["offender_id"])
    else:
        of_window = select(Window.offender_id).where(Window.id == path["window_id"])
        wanted = wanted.where(Offender.id.in_(of_window))
    return session.scalars(wanted).first()


def _looks_in(session: Session, caller: OfficerCaller, offender: Offender) -> bool:
    """Tell whether nothing but an outside role lets the caller see this person."""
    district_id = session.get_one(Office, offender.office_id).district_id
    return FROM_OUTSIDE.issuperset(caller.roles_over(offender.office_id, district_id))
