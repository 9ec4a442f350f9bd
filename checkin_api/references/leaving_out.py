"""Leaving one photo out of a set that nobody has approved yet."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import offender_in_reach
from checkin_api.access.permissions import Action
from checkin_api.references.locking import let_go, locked_set
from checkin_api.refusals import RefusedError, at
from mobile_contract.codes import ProblemCode
from storage import audit, work
from storage.database import transaction
from storage.parts import Parts
from storage.records import (
    ReferencePhoto,
    ReferencePhotoState,
    ReferenceSet,
    ReferenceSetState,
    WorkKind,
)


@dataclass(frozen=True)
class PhotoNamed:
    """One photo of one set of a person."""

    offender_id: UUID
    set_id: UUID
    photo_id: UUID


def leave_out(parts: Parts, caller: OfficerCaller, named: PhotoNamed) -> None:
    """Take a photo out of a set that is being collected; it is to be erased, the others stay.

    Whether the others agree is asked of the worker anew. Leaving out twice changes nothing. Raises
    RefusedError: not_found, not_open while the photo is examined or once the set is approved.
    """
    now = parts.now()
    with transaction(parts.sessions, caller.scope) as session:
        offender_in_reach(session, caller, named.offender_id, Action.APPROVE_PHOTOS)
        owner = locked_set(session, named.offender_id, named.set_id)
        photo = _photo(session, owner, named.photo_id)
        if photo.state is ReferencePhotoState.LEFT_OUT:
            return
        if owner.state is not ReferenceSetState.COLLECTING:
            raise RefusedError(ProblemCode.NOT_OPEN)
        if photo.state is ReferencePhotoState.EXAMINING:
            raise RefusedError(ProblemCode.NOT_OPEN, at("/photos", "examining"))
        photo.state = ReferencePhotoState.LEFT_OUT
        owner.pairs = None
        let_go(session, select(ReferencePhoto.media_id).where(ReferencePhoto.id == photo.id), now)
        whole = work.Subject(owner.id, owner.offender_id)
        queue = work.add(session, WorkKind.SEARCH_LOOK_ALIKE, whole, now)
        audit.record(
            session, "reference_left_out", now, offender_id=owner.offender_id, subject=photo.id
        )
    parts.bell.ring(queue)


def _photo(session: Session, owner: ReferenceSet, photo_id: UUID) -> ReferencePhoto:
    photo = session.get(ReferencePhoto, photo_id, with_for_update=True)
    if photo is None or photo.set_id != owner.id:
        raise RefusedError(ProblemCode.NOT_FOUND)
    return photo
