"""Check-ins and photos as machines leave them: laid by the code that leaves them so."""

import hashlib
from datetime import timedelta
from io import BytesIO
from uuid import UUID

import uuid_utils
from PIL import Image, ImageDraw

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.officers import officer_caller
from mobile_contract.codes import Channel, CheckInState, Datum, NoPlaceReason
from storage.media import MediaKey
from storage.records import (
    ApprovalBasis,
    CheckIn,
    EvidenceRow,
    Media,
    MediaKind,
    Officer,
    PairAgreement,
    ReferencePhoto,
    ReferencePhotoState,
    ReferenceSet,
    ReferenceSetState,
)
from tests.factories import PEOPLES_SQUARE, Factory
from verifier.verdicts.evidence import FaceEvidence, FaceScores, FaceVerdict, TimeBasis
from verifier.verdicts.reach_verdict import reach_verdict
from verifier.verdicts.stored_face import face_to_row

FAR_AWAY = (29.9, 106.9)  # some 50 km from the People's Square


def new_id() -> UUID:
    """An id as a phone or a form makes it."""
    return UUID(str(uuid_utils.uuid7()))


def caller_of(factory: Factory, officer: Officer) -> OfficerCaller:
    """An account as the gate knows it."""
    with factory.session() as session:
        found = officer_caller(session, officer.id, factory.parts.now())
    assert found is not None
    return found


def lay_checkin(
    factory: Factory,
    offender_id: UUID,
    verdict: FaceVerdict = FaceVerdict.NO_MATCH,
    at: tuple[float, float] | None = PEOPLES_SQUARE,
    window_id: UUID | None = None,
) -> UUID:
    """A check-in that the machine has judged by this verdict and place."""
    now, checkin_id = factory.parts.now(), new_id()
    with factory.session() as session:
        session.add(
            CheckIn(
                offender_id=offender_id,
                id=checkin_id,
                channel=Channel.PHONE,
                window_id=window_id,
                body={"device": {"install_id": "one", "model": "P70", "os": "14", "app": "1.0.0"}},
                received_at=now,
                captured_at=now - timedelta(seconds=4),
                proven_at=now - timedelta(seconds=3),
                claimed_at=now - timedelta(seconds=3),
                time_basis=TimeBasis.RECEIVED_IN_TIME,
                captured_offline=False,
                clock_difference_s=1.5,
                latitude=at[0] if at else None,
                longitude=at[1] if at else None,
                datum=Datum.WGS84 if at else None,
                accuracy_m=20.0 if at else None,
                no_place_reason=None if at else NoPlaceReason.OFF,
                state=CheckInState.RECEIVED,
                state_since=now,
                told=[],
            )
        )
        session.flush()
        session.add(_evidence(offender_id, checkin_id, verdict, factory))
        session.flush()
        reach_verdict(session, offender_id, checkin_id, now)
    return checkin_id


def _evidence(
    offender_id: UUID, checkin_id: UUID, verdict: FaceVerdict, factory: Factory
) -> EvidenceRow:
    face = FaceEvidence(verdict, faces=1, scores=FaceScores(sface=0.912, dlib=0.713), references=3)
    return EvidenceRow(
        offender_id=offender_id,
        checkin_id=checkin_id,
        attempt=1,
        face_verdict=verdict,
        face=face_to_row(face),
        started_at=factory.parts.now(),
        finished_at=factory.parts.now(),
    )


def picture(shade: int) -> bytes:
    """A small JPEG with a drawn face; another shade is another photo."""
    image = Image.new("RGB", (240, 320), (shade % 256, 150, (shade * 7) % 256))
    draw = ImageDraw.Draw(image)
    draw.ellipse((60, 60, 180, 230), fill=(228, 196, 170))
    draw.ellipse((88, 120, 104, 132), fill=(40, 40, 40))
    draw.ellipse((136, 120, 152, 132), fill=(40, 40, 40))
    draw.arc((95, 150, 145, 195), 20, 160, fill=(120, 60, 60), width=4)
    held = BytesIO()
    image.save(held, "JPEG", quality=88)
    return held.getvalue()


def lay_photo(
    factory: Factory,
    offender_id: UUID,
    data: bytes,
    checkin_id: UUID | None = None,
    *,
    rendered: bool = True,
) -> tuple[UUID, UUID]:
    """An original in the store and the rendition a worker made of it; gives both ids."""
    kind = MediaKind.REFERENCE if checkin_id is None else MediaKind.CHECKIN
    name = "reference" if checkin_id is None else "selfie"
    owner = offender_id if checkin_id is None else checkin_id
    original = _stored(factory, MediaKey.checkin(offender_id, owner, _digest(data)), data)
    original.kind, original.name = kind, name
    original.offender_id, original.checkin_id = offender_id, checkin_id
    with factory.session() as session:
        session.add(original)
        session.flush()
        if not rendered:
            return original.id, original.id
        rendition = _stored(factory, MediaKey.rendition(original.id, _digest(data)), data)
        rendition.kind, rendition.name = MediaKind.RENDITION, name
        rendition.offender_id, rendition.checkin_id = offender_id, checkin_id
        rendition.original_id = original.id
        session.add(rendition)
        session.flush()
        return original.id, rendition.id


def _stored(factory: Factory, key: MediaKey, data: bytes) -> Media:
    stored = factory.parts.media.put(key, data, "image/jpeg")
    return Media(
        bucket=stored.bucket,
        object_key=stored.key,
        version_id=stored.version_id,
        length=stored.length,
        sha256=stored.sha256,
        content_type="image/jpeg",
        state_since=factory.parts.now(),
    )


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def lay_references(factory: Factory, offender_id: UUID, officer_id: UUID, count: int = 3) -> UUID:
    """An approved set of usable photos."""
    now = factory.parts.now()
    media = [lay_photo(factory, offender_id, picture(40 * number)) for number in range(count)]
    with factory.session() as session:
        row = ReferenceSet(
            offender_id=offender_id,
            state=ReferenceSetState.APPROVED,
            state_since=now,
            created_by=officer_id,
            created_at=now,
            approved_by=officer_id,
            basis=ApprovalBasis.IN_PRESENCE,
        )
        session.add(row)
        session.flush()
        session.add_all(
            ReferencePhoto(
                set_id=row.id, media_id=original, state=ReferencePhotoState.USABLE, added_at=now
            )
            for original, _ in media
        )
        return row.id


def examine_all(
    factory: Factory,
    state: ReferencePhotoState = ReferencePhotoState.USABLE,
    pairs: PairAgreement | None = PairAgreement.AGREE,
) -> None:
    """What the worker does to photos that wait, without its models."""
    with factory.session() as session:
        for photo in session.query(ReferencePhoto).filter_by(state=ReferencePhotoState.EXAMINING):
            photo.state = state
            session.get_one(ReferenceSet, photo.set_id).pairs = pairs
