"""The other enrolled person whom a photo resembles: an office, and who with authority over both."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import in_reach
from checkin_api.access.permissions import Action
from checkin_api.reviews.sheet import OtherSeen, PersonSeen
from storage.records import CheckIn, Likeness, LikenessPerson, Offender, Office


def other_seen(session: Session, caller: OfficerCaller, checkin: CheckIn) -> OtherSeen | None:
    """Give the last that was found, if any."""
    found = session.execute(
        select(Likeness.id, Office.name)
        .join(Office, Office.id == Likeness.office_id)
        .where(Likeness.offender_id == checkin.offender_id, Likeness.checkin_id == checkin.id)
        .order_by(Likeness.found_at.desc())
        .limit(1)
    ).first()
    if found is None:
        return None
    person = session.execute(
        select(Offender.id, Offender.name, Offender.number, Office.name)
        .join(LikenessPerson, LikenessPerson.other_id == Offender.id)
        .join(Office, Office.id == Offender.office_id)
        .where(LikenessPerson.likeness_id == found.id, in_reach(caller, Action.SEE_PHOTO))
    ).first()
    return OtherSeen(found.name, None if person is None else PersonSeen(*person))
