"""An officer who enrols a person, through the services."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from checkin_api.access.callers import OfficerCaller
from checkin_api.references.approval import Approval, Reasons, approve_set, second_set
from checkin_api.references.leaving_out import PhotoNamed, leave_out
from checkin_api.references.queries import SetSeen
from checkin_api.references.service import add_photos, read_enrolment
from checkin_api.uploads import Part
from storage.records import (
    ApprovalBasis,
    Offender,
    ReferencePhoto,
    ReferenceSet,
    ReferenceSetState,
)
from tests.checkin_api.arranged import caller_of, examine_all, picture
from tests.factories import Factory


def part_of(data: bytes, name: str = "photos") -> Part:
    """A photo as the form sends it."""
    return Part(name, data, hashlib.sha256(data).hexdigest())


PHOTOS = [part_of(picture(30 * number)) for number in range(1, 9)]


@dataclass
class Enroller:
    """An officer who enrols one person."""

    factory: Factory
    caller: OfficerCaller
    person: Offender

    def add(self, *photos: Part) -> int:
        """Add photos."""
        return add_photos(self.factory.parts, self.caller, self.person.id, photos)

    def collecting(self) -> SetSeen:
        """The set that is not decided yet."""
        seen = read_enrolment(self.factory.parts, self.caller, self.person.id).collecting
        assert seen is not None
        return seen

    def approve(self, set_id: UUID, reasons: Reasons | None = None) -> ReferenceSetState:
        """Approve the set that is there, in the person's presence."""
        return self.approve_seen(set_id, self.photos_of(set_id), reasons)

    def approve_seen(
        self, set_id: UUID, seen: frozenset[UUID], reasons: Reasons | None = None
    ) -> ReferenceSetState:
        """Approve a set of which these photos were on the page."""
        basis, why = ApprovalBasis.IN_PRESENCE, reasons or Reasons()
        approval = Approval(self.person.id, set_id, basis, seen, why)
        return approve_set(self.factory.parts, self.caller, approval)

    def photos_of(self, set_id: UUID) -> frozenset[UUID]:
        """The photos of a set."""
        with self.factory.session() as session:
            ids = select(ReferencePhoto.id).where(ReferencePhoto.set_id == set_id)
            return frozenset(session.scalars(ids))

    def propose(self, *photos: Part) -> UUID:
        """Add photos, examined without models, and approve them; gives the set."""
        self.add(*photos)
        examine_all(self.factory)
        set_id = self.collecting().id
        self.approve(set_id)
        return set_id

    def leave_out(self, photo: UUID) -> None:
        """Take a photo out of the set that is not decided yet."""
        named = PhotoNamed(self.person.id, self.collecting().id, photo)
        leave_out(self.factory.parts, self.caller, named)

    def second(self, set_id: UUID) -> None:
        """Agree to a change."""
        second_set(self.factory.parts, self.caller, self.person.id, set_id)

    def colleague(self) -> "Enroller":
        """Another officer of the same office."""
        other = caller_of(self.factory, self.factory.officer(self.person.office_id))
        return Enroller(self.factory, other, self.person)

    def in_store(self) -> set[str]:
        """The keys of all enrolled photos in the store; nobody empties it between tests."""
        return {one.key for one in self.factory.parts.media.listed("references/")}

    def states(self) -> list[ReferenceSetState]:
        """The states of all sets, oldest first."""
        with self.factory.session() as session:
            return list(
                session.scalars(select(ReferenceSet.state).order_by(ReferenceSet.created_at))
            )
