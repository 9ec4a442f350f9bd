"""What is enrolled of a person, and what is being collected."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import in_reach
from checkin_api.access.permissions import Action
from checkin_api.references.needs import A_PAIR, Needs, needs_of
from storage.records import (
    OPEN_SETS,
    STANDS_IN_SET,
    ApprovalBasis,
    LookAlike,
    Media,
    MediaState,
    Offender,
    Office,
    Officer,
    PairAgreement,
    ReferencePhoto,
    ReferencePhotoState,
    ReferenceSet,
    ReferenceSetState,
    ReferenceSource,
)

SHOWN = (*OPEN_SETS, ReferenceSetState.APPROVED)


@dataclass(frozen=True)
class PhotoOfSet:
    """One photo; `fault` is a face verdict, `reasons` are what the quality gate found."""

    id: UUID
    state: ReferencePhotoState
    fault: str | None
    reasons: tuple[str, ...]
    rendition_id: UUID | None


@dataclass(frozen=True)
class Approved:
    """By whom a set was approved, on what basis, and by whom a change was seconded."""

    by: str
    at: datetime | None
    basis: ApprovalBasis | None
    by_id: UUID
    second: str | None = None


@dataclass(frozen=True)
class LookAlikeSeen:
    """Another enrolled person whom a set resembles; who, only for authority over both."""

    office: str
    offender_id: UUID | None = None
    name: str | None = None


@dataclass(frozen=True)
class SetSeen:
    """One enrolment."""

    id: UUID
    state: ReferenceSetState
    since: datetime
    source: ReferenceSource
    created_by: str | None  # None: by the person, from the phone
    approved: Approved | None
    weak_reason: str | None
    gate_reason: str | None
    pairs: PairAgreement | None
    pairs_reason: str | None
    photos: tuple[PhotoOfSet, ...]
    look_alike: LookAlikeSeen | None = None

    @property
    def needs(self) -> Needs:
        """Give what approving this set asks for."""
        return needs_of([one.state for one in self.photos], self.pairs)

    @property
    def usable(self) -> int:
        """Count the photos that pass the gate."""
        return self.needs.usable

    @property
    def poor(self) -> int:
        """Count the photos that could be used against the gate."""
        return self.needs.poor

    @property
    def examining(self) -> int:
        """Count the photos that the worker has not looked at yet."""
        return sum(one.state is ReferencePhotoState.EXAMINING for one in self.photos)

    @property
    def is_settled(self) -> bool:
        """Tell whether the worker has nothing more to say of it."""
        several = self.needs.compared(against_gate=True) >= A_PAIR
        return not self.examining and not (several and self.pairs is None)

    @property
    def is_weak(self) -> bool:
        """Tell whether approving needs a reason: fewer photos, more people asked in vain."""
        return self.needs.is_weak(against_gate=False)

    @property
    def pairs_need_reason(self) -> bool:
        """Tell whether somebody must say that all photos are of one person."""
        return self.needs.pairs_need_reason(against_gate=True)


@dataclass(frozen=True)
class Enrolment:
    """What is enrolled of a person, and what is not decided yet."""

    approved: SetSeen | None = None
    collecting: SetSeen | None = None  # by an officer, or half approved


def enrolment_of(session: Session, caller: OfficerCaller, offender_id: UUID) -> Enrolment:
    """Give a person's current sets."""
    rows = session.scalars(
        select(ReferenceSet).where(
            ReferenceSet.offender_id == offender_id, ReferenceSet.state.in_(SHOWN)
        )
    )
    seen = [
        replace(_seen(session, row), look_alike=_look_alike(session, caller, row.id))
        for row in rows
    ]
    return Enrolment(
        approved=next((one for one in seen if one.state is ReferenceSetState.APPROVED), None),
        collecting=next((one for one in seen if one.state in OPEN_SETS), None),
    )


def _look_alike(session: Session, caller: OfficerCaller, set_id: UUID) -> LookAlikeSeen | None:
    row = session.get(LookAlike, set_id)
    if row is None:
        return None
    office = session.get_one(Office, row.nearest_office_id).name
    both = select(Offender.name).where(
        Offender.id == row.nearest_id, in_reach(caller, Action.APPROVE_PHOTOS)
    )
    name = session.scalar(both)
    return LookAlikeSeen(office) if name is None else LookAlikeSeen(office, row.nearest_id, name)


def _seen(session: Session, row: ReferenceSet) -> SetSeen:
    return SetSeen(
        id=row.id,
        state=row.state,
        since=row.state_since,
        source=row.source,
        created_by=_name(session, row.created_by),
        approved=_approved(session, row),
        weak_reason=row.weak_reason,
        gate_reason=row.gate_reason,
        pairs=row.pairs,
        pairs_reason=row.pairs_reason,
        photos=_photos(session, row.id),
    )


def _approved(session: Session, row: ReferenceSet) -> Approved | None:
    name = _name(session, row.approved_by)
    if name is None or row.approved_by is None:
        return None
    at = row.approved_at
    return Approved(name, at, row.basis, row.approved_by, _name(session, row.seconded_by))


def _name(session: Session, officer_id: UUID | None) -> str | None:
    return None if officer_id is None else session.get_one(Officer, officer_id).name


def _photos(session: Session, set_id: UUID) -> tuple[PhotoOfSet, ...]:
    rendition = aliased(Media)
    rows = session.execute(
        select(ReferencePhoto, rendition.id)
        .outerjoin(
            rendition,
            (rendition.original_id == ReferencePhoto.media_id)
            & (rendition.state == MediaState.STORED),
        )
        .where(ReferencePhoto.set_id == set_id, STANDS_IN_SET)
        .order_by(ReferencePhoto.added_at, ReferencePhoto.id)
    )
    return tuple(_photo(photo, rendition_id) for photo, rendition_id in rows)


def _photo(row: ReferencePhoto, rendition_id: UUID | None) -> PhotoOfSet:
    found = (row.quality or {}).get("reasons", ())
    reasons = tuple(str(code) for code in found)
    return PhotoOfSet(row.id, row.state, row.fault, reasons, rendition_id)
