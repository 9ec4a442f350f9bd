"""The earlier photo that is the same as that of a check-in, as far as its reader may see it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import in_reach
from checkin_api.access.permissions import Action
from checkin_api.reviews.photos_seen import picture_of
from checkin_api.reviews.sheet import PersonSeen, TwinSeen, TwinWhose
from storage.records import CheckIn, Offender, Office, PhotoHash, ReplayTwin


def twin_seen(session: Session, caller: OfficerCaller, checkin: CheckIn) -> TwinSeen | None:
    """Give the twin; of somebody out of the caller's reach only that there is one."""
    found = session.get(ReplayTwin, (checkin.offender_id, checkin.id))
    if found is None:
        return None
    if found.twin_id is None:
        return TwinSeen(found.kind, TwinWhose.FORGOTTEN)
    earlier = session.get(PhotoHash, found.twin_id)  # row-level security: None out of reach
    person = _person(session, caller, earlier)
    if earlier is None or person is None:
        return TwinSeen(found.kind, TwinWhose.OUT_OF_REACH)
    own = person.id == checkin.offender_id
    return TwinSeen(
        found.kind,
        _whose(earlier, own=own),
        earlier.seen_at,
        None if own else person,
        earlier.checkin_id,
        picture_of(session, earlier.media_id),
    )


def _whose(earlier: PhotoHash, *, own: bool) -> TwinWhose:
    if not own:
        return TwinWhose.ANOTHER
    return TwinWhose.OWN_REFERENCE if earlier.checkin_id is None else TwinWhose.OWN_CHECKIN


def _person(
    session: Session, caller: OfficerCaller, earlier: PhotoHash | None
) -> PersonSeen | None:
    if earlier is None:
        return None
    row = session.execute(
        select(Offender.id, Offender.name, Offender.number, Office.name)
        .join(Office, Office.id == Offender.office_id)
        .where(Offender.id == earlier.offender_id, in_reach(caller, Action.SEE_PHOTO))
    ).first()
    return None if row is None else PersonSeen(*row)
