"""The rows that routes are asked about: one person with one of everything."""

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from mobile_contract.codes import NoticeKind, RequestKind, Theme
from storage.media import MediaKey
from storage.records import (
    CheckIn,
    Media,
    MediaKind,
    Notice,
    Offender,
    PersonRequest,
    ReferencePhoto,
    StudyFile,
    StudyModule,
    StudyVersion,
)
from storage.stored_media import Described, media_row
from tests.access.cast import Cast
from tests.access.surroundings import around
from tests.checkin_api.arranged import (
    lay_checkin,
    lay_photo,
    lay_references,
    new_id,
    picture,
)

LESSON = b"# lesson"
SHA256 = hashlib.sha256(LESSON).hexdigest()
NOT_IDS = {"sha256": SHA256, "name": "selfie"}


@dataclass(frozen=True)
class Target:
    """One person's rows by the names that paths give their ids."""

    person: Offender
    ids: dict[str, str] = field(default_factory=dict)


@dataclass
class Targets:
    """Lays persons with one of everything; what asking changes is laid anew."""

    cast: Cast
    enrolled: dict[UUID, UUID] = field(default_factory=dict)
    surroundings: dict[UUID, dict[str, UUID]] = field(default_factory=dict)

    def lay(self, person: Offender) -> Target:
        """Lay one of everything for a person."""
        factory = self.cast.world.factory
        officer = self.cast.officers["officer here"]
        window = factory.window(person.id, opens=factory.parts.now() - timedelta(days=8))
        checkin = lay_checkin(factory, person.id, window_id=window)
        self._declare_selfie(person.id, checkin)
        _, photo = lay_photo(factory, person.id, picture(next(factory.numbers)), checkin)
        if person.id not in self.enrolled:
            self.enrolled[person.id] = lay_references(factory, person.id, officer.id)
            self.surroundings[person.id] = around(self.cast, person)
        ids = {
            "offender_id": person.id,
            "window_id": window,
            "checkin_id": checkin,
            "media_id": photo,
            "set_id": self.enrolled[person.id],
            "photo_id": self._photo_of_set(self.enrolled[person.id]),
            "notice_id": self._notice(person.id),
            "request_id": self._request(person.id),
            "version_id": self._version(officer.id),
            **self.surroundings[person.id],
        }
        return Target(person, {name: str(value) for name, value in ids.items()} | NOT_IDS)

    def _declare_selfie(self, person: UUID, checkin: UUID) -> None:
        declared = {"name": "selfie", "sha256": SHA256, "length": len(LESSON)}
        with self.cast.world.factory.session() as session:
            row = session.get_one(CheckIn, (person, checkin))
            row.body = row.body | {"files": [declared]}

    def _photo_of_set(self, set_id: UUID) -> UUID:
        with self.cast.world.factory.session() as session:
            held = select(ReferencePhoto.id).where(ReferencePhoto.set_id == set_id)
            return session.scalars(held.order_by(ReferencePhoto.id).limit(1)).one()

    def _notice(self, person: UUID) -> UUID:
        factory = self.cast.world.factory
        return factory.added(
            Notice(
                offender_id=person,
                kind=NoticeKind.WINDOW_MISSED,
                facts={},
                at=factory.parts.now(),
            )
        )

    def _request(self, person: UUID) -> UUID:
        factory = self.cast.world.factory
        with factory.session() as session:
            held = select(PersonRequest.id).where(PersonRequest.offender_id == person)
            known = session.scalars(held).first()
            if known is None:
                known = new_id()
                session.add(
                    PersonRequest(
                        offender_id=person,
                        id=known,
                        kind=RequestKind.FACE_EXEMPTION,
                        words="请求免除",
                        asked_at=factory.parts.now(),
                    )
                )
        return known

    def _version(self, editor: UUID) -> UUID:
        factory, now = self.cast.world.factory, self.cast.world.factory.parts.now()
        module = factory.added(
            StudyModule(
                slug=f"m{next(factory.numbers)}", theme=Theme.LEGAL_KNOWLEDGE, created_at=now
            )
        )
        version = factory.added(
            StudyVersion(
                module_id=module,
                number=1,
                title_zh="课件",
                title_en="module",
                minimum_minutes=1,
                pass_mark=0,
                quiz=[],
                content_sha256=SHA256,
                created_by=editor,
                created_at=now,
                published_at=now,
            )
        )
        self._keep_lesson()
        with factory.session() as session:
            session.add(
                StudyFile(
                    version_id=version,
                    path="lesson.md",
                    sha256=SHA256,
                    length=len(LESSON),
                    content_type="text/markdown",
                )
            )
        return version

    def _keep_lesson(self) -> None:
        """Keep the file that all versions name, once."""
        factory = self.cast.world.factory
        stored = factory.parts.media.put(MediaKey.study(SHA256), LESSON, "text/markdown")
        described = Described(MediaKind.STUDY, SHA256, "text/markdown")
        with factory.session() as session:
            held = session.scalar(select(Media.id).where(Media.sha256 == SHA256))
            if held is None:
                session.add(media_row(stored, described, factory.parts.now()))
