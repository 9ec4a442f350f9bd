"""People who are enrolled and check-ins that wait, as the web process leaves them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import update
from sqlalchemy.orm import Session

from mobile_contract.codes import Channel, CheckInState, Datum, NoSelfieReason
from storage import work
from storage.media import MediaKey, StoredObject
from storage.records import (
    ApprovalBasis,
    CheckIn,
    Media,
    MediaKind,
    Queue,
    ReferencePhoto,
    ReferencePhotoState,
    ReferenceSet,
    ReferenceSetState,
    Work,
    WorkKind,
)
from storage.work import Subject
from tests.factories import PEOPLES_SQUARE, Factory


@dataclass(frozen=True)
class Waiting:
    """A check-in that waits for its verdict, and its selfie."""

    offender_id: UUID
    id: UUID
    selfie: UUID | None

    @property
    def key(self) -> tuple[UUID, UUID]:
        """The row's key."""
        return self.offender_id, self.id


@dataclass(frozen=True)
class WaitingWork:
    """Lays what the web process would have laid, without a web process."""

    factory: Factory

    def checkin(self, offender: UUID, selfie: bytes | None, window: UUID | None = None) -> Waiting:
        """A check-in received now, at the right place; without a selfie it was declined."""
        checkin_id, now = uuid4(), self.factory.parts.now()
        files = [] if selfie is None else [{"name": "selfie"}]
        row = CheckIn(
            offender_id=offender,
            id=checkin_id,
            channel=Channel.PHONE,
            window_id=window,
            body={"files": files},
            received_at=now,
            captured_at=now,
            proven_at=now,
            time_basis="received_in_time",
            captured_offline=False,
            latitude=PEOPLES_SQUARE[0],
            longitude=PEOPLES_SQUARE[1],
            datum=Datum.WGS84,
            accuracy_m=20.0,
            no_selfie_reason=None if files else NoSelfieReason.DECLINED,
            state=CheckInState.RECEIVED,
            state_since=now,
            told=[],
        )
        media = None
        if selfie is not None:
            digest = hashlib.sha256(selfie).hexdigest()
            key = MediaKey.checkin(offender, checkin_id, digest)
            media = self.media_row(MediaKind.CHECKIN, key, selfie)
            media.offender_id, media.checkin_id = offender, checkin_id
        with self.factory.session() as session:
            session.add(row)
            session.flush()
            if media is not None:
                session.add(media)
            subject = Subject(checkin_id, offender)
            work.add(session, WorkKind.VERIFY_CHECKIN, subject, now)
        return Waiting(offender, checkin_id, None if media is None else media.id)

    def media_row(self, kind: MediaKind, key: MediaKey, data: bytes) -> Media:
        """A row for bytes that are put now."""
        stored = self.factory.parts.media.put(key, data, "image/jpeg")
        return media_of(kind, stored, self.factory.parts.now())

    def references(
        self,
        offender: UUID,
        photos: Sequence[bytes],
        state: ReferenceSetState = ReferenceSetState.APPROVED,
    ) -> list[UUID]:
        """An enrolment, approved or not, whose photos still wait to be embedded."""
        now, officer = self.factory.parts.now(), self.factory.officer(self.factory.office())
        set_id = uuid4()
        with self.factory.session() as session:
            session.add(
                ReferenceSet(
                    id=set_id,
                    offender_id=offender,
                    state=state,
                    state_since=now,
                    created_by=officer.id,
                    created_at=now,
                    approved_by=officer.id,
                    basis=ApprovalBasis.IN_PRESENCE,
                )
            )
            session.flush()
            return [self._photo(session, set_id, offender, photo) for photo in photos]

    def _photo(self, session: Session, set_id: UUID, offender: UUID, photo: bytes) -> UUID:
        now, digest = self.factory.parts.now(), hashlib.sha256(photo).hexdigest()
        media = self.media_row(MediaKind.REFERENCE, MediaKey.reference(set_id, digest), photo)
        media.offender_id = offender
        session.add(media)
        session.flush()
        row = ReferencePhoto(
            set_id=set_id, media_id=media.id, state=ReferencePhotoState.EXAMINING, added_at=now
        )
        session.add(row)
        session.flush()
        work.add(session, WorkKind.EMBED_REFERENCE, Subject(row.id, offender), now)
        return row.id

    def promise(self, kind: WorkKind, subject: UUID) -> None:
        """Work that waits from now on."""
        with self.factory.session() as session:
            work.add(session, kind, Subject(subject), self.factory.parts.now())

    def rows(self, queue: Queue = Queue.FACES) -> list[Work]:
        """Every work row of a queue, the oldest first."""
        with self.factory.session() as session:
            found = session.query(Work).filter(Work.queue == queue).order_by(Work.number)
            return list(found)


def let_work_wait(session: Session, by: timedelta) -> None:
    """Lets a while pass for work: PostgreSQL's clock, which alone counts for it, cannot be set."""
    session.execute(
        update(Work).values(not_before=Work.not_before - by, lease_until=Work.lease_until - by)
    )


def media_of(kind: MediaKind, stored: StoredObject, now: datetime) -> Media:
    """A media row for a stored object."""
    return Media(
        id=uuid4(),
        kind=kind,
        name="selfie" if kind is MediaKind.CHECKIN else "photo",
        bucket=stored.bucket,
        object_key=stored.key,
        version_id=stored.version_id,
        length=stored.length,
        sha256=stored.sha256,
        content_type="image/jpeg",
        state_since=now,
    )
