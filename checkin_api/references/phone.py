"""What a person sends and reads of the own enrolled photos; only an officer approves any."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from checkin_api.access.callers import OffenderCaller
from checkin_api.references.collecting import Giver, collect
from checkin_api.uploads import Part
from mobile_contract.checkins import ReasonTold
from mobile_contract.codes import NoticeKind, ToldReason
from mobile_contract.enrolment import (
    EnrolmentState,
    EnrolmentTold,
    ExemptionTold,
    PhotoSentTold,
    PhotoState,
)
from mobile_contract.messages import Language, message
from storage.database import transaction
from storage.parts import Parts
from storage.records import (
    OPEN_SETS,
    Media,
    Notice,
    Offender,
    ReferencePhoto,
    ReferencePhotoState,
    ReferenceSet,
    ReferenceSetState,
    ReferenceSource,
)
from verifier.local_time import local_date
from verifier.verdicts.face import TOLD_BY_REASON
from verifier.verdicts.quality import reasons_from_row

TOLD = {
    ReferencePhotoState.EXAMINING: PhotoState.EXAMINING,
    ReferencePhotoState.USABLE: PhotoState.USABLE,
}


def send_photo(parts: Parts, caller: OffenderCaller, photo: Part) -> EnrolmentTold:
    """Take one photo into the person's own set; the same again changes nothing.

    Raises RefusedError, as `collect` does.
    """
    collect(parts, Giver(caller.scope, ReferenceSource.PHONE), caller.offender_id, [photo])
    return own_enrolment(parts, caller)


def own_enrolment(parts: Parts, caller: OffenderCaller) -> EnrolmentTold:
    """Say what is in force and what waits; of photos, only of those that the person sent."""
    with transaction(parts.sessions, caller.scope) as session:
        rows = session.scalars(
            select(ReferenceSet).where(
                ReferenceSet.offender_id == caller.offender_id,
                ReferenceSet.state.in_((*OPEN_SETS, ReferenceSetState.APPROVED)),
            )
        ).all()
        in_force = next((one for one in rows if one.state is ReferenceSetState.APPROVED), None)
        waits = next((one for one in rows if one.state in OPEN_SETS), None)
        return EnrolmentTold(
            enrolled_since=in_force.state_since if in_force else None,
            state=EnrolmentState(waits.state) if waits else EnrolmentState.NONE,
            photos=_photos(session, waits) if waits else (),
            renewal_proposed=_renewal_proposed(session, caller, in_force),
            exempt=_exempt(session, caller, parts),
        )


def _renewal_proposed(
    session: Session, caller: OffenderCaller, in_force: ReferenceSet | None
) -> bool:
    """Tell whether the person was told since these photos are in force."""
    if in_force is None:
        return False
    told = select(Notice.id).where(
        Notice.offender_id == caller.offender_id,
        Notice.kind == NoticeKind.REFERENCES_RENEWAL,
        Notice.at >= in_force.state_since,
    )
    return session.scalar(told.limit(1)) is not None


def _photos(session: Session, row: ReferenceSet) -> tuple[PhotoSentTold, ...]:
    found = session.execute(
        select(ReferencePhoto, Media.sha256)
        .join(Media, Media.id == ReferencePhoto.media_id)
        .where(ReferencePhoto.set_id == row.id)
        .order_by(ReferencePhoto.added_at, ReferencePhoto.id)
    )
    return tuple(_photo(photo, sha256) for photo, sha256 in found)


def _photo(row: ReferencePhoto, sha256: str) -> PhotoSentTold:
    state = TOLD.get(row.state, PhotoState.RETAKE)
    codes = _codes(row) if state is PhotoState.RETAKE else ()
    return PhotoSentTold(sha256=sha256, state=state, reasons=tuple(map(_reason, codes)))


def _codes(row: ReferencePhoto) -> tuple[ToldReason, ...]:
    """Give what a better photo would cure; a photo that nobody could read was measured nowhere."""
    kept = reasons_from_row((row.quality or {}).get("reasons"))
    if row.state is ReferencePhotoState.LEFT_OUT:
        return ()  # by somebody who may want another; nothing measured speaks against it
    return tuple(TOLD_BY_REASON[one] for one in kept) or (ToldReason.UNREADABLE,)


def _reason(code: ToldReason) -> ReasonTold:
    words = {one: message(f"reason.{code}", one) for one in Language}
    return ReasonTold(code=code, text_zh=words[Language.ZH], text_en=words[Language.EN])


def _exempt(session: Session, caller: OffenderCaller, parts: Parts) -> ExemptionTold | None:
    person = session.get_one(Offender, caller.offender_id)
    today, begins = local_date(parts.now()), person.face_exempt_from
    if begins is None or (person.face_exempt_to or today) < today:
        return None
    return ExemptionTold(starts_on=begins, ends_on=person.face_exempt_to)
