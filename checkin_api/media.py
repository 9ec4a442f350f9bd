"""The only way a photo goes out: renditions of people in reach, each look at one logged."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import offender_in_reach
from checkin_api.access.permissions import Action
from checkin_api.access.photo_looks import count_look
from checkin_api.refusals import RefusedError
from mobile_contract.codes import ProblemCode
from storage import audit
from storage.database import transaction
from storage.parts import Parts
from storage.records import Media, MediaKind, MediaState
from storage.stored_media import stored_object


@dataclass(frozen=True)
class PhotoSeen:
    """The bytes of one rendition, whose hash was right."""

    data: bytes = field(repr=False)
    content_type: str


def see_photo(parts: Parts, caller: OfficerCaller, media_id: UUID) -> PhotoSeen:
    """Give a rendition; raises RefusedError(not_found) for originals and people out of reach.

    Raises what MediaStore.fetch raises. What the phone sent itself never goes out: it carries
    metadata, and bytes after its end that nobody has looked at.
    """
    now = parts.now()
    original = aliased(Media)
    with transaction(parts.sessions, caller.scope) as session:
        found = session.execute(
            select(Media, original.offender_id, original.checkin_id)
            .join(original, original.id == Media.original_id)
            .where(
                Media.id == media_id,
                Media.kind == MediaKind.RENDITION,
                Media.state == MediaState.STORED,
            )
        ).first()
        rendition, offender_id, checkin_id = found or (None, None, None)
        if rendition is None or offender_id is None:
            raise RefusedError(ProblemCode.NOT_FOUND)
        offender_in_reach(session, caller, offender_id, Action.SEE_PHOTO)
        audit.record(session, "photo_seen", now, offender_id=offender_id, subject=media_id)
        if checkin_id is not None and not caller.scope.inspects:
            count_look(session, caller, checkin_id, now)
        stored, kind = stored_object(rendition), rendition.content_type
    return PhotoSeen(parts.media.fetch(stored), kind)
