"""Searching a face among others who are enrolled: with a reason, on record, and exact."""

import logging
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage import audit
from storage.database import transaction
from storage.records import Offender, Office
from verifier.faces.embedding import Vector
from verifier.faces.gallery import EVERYWHERE, GalleryFullError
from verifier.jobs.stored_gallery import refresh, still_there
from verifier.jobs.workplace import Workplace
from verifier.rules.in_force import in_force_for
from verifier.rules.searching import SearchWithin

log = logging.getLogger(__name__)

# A few, because the nearest may be enrolled no more, or under supervision no more.
_NEAREST = 5


class SearchReason(StrEnum):
    """Why a face is searched; without one of these it is not."""

    ENROLMENT = "enrolment"
    UNSURE = "unsure"
    NO_MATCH = "no_match"


class WhyOff(StrEnum):
    """Why nobody was looked for."""

    NO_ROOM = "no_room"  # more are enrolled than GALLERY_PEOPLE
    TOO_MANY = "too_many"  # more are enrolled than the limit was set for


@dataclass(frozen=True, eq=False)
class Asked:
    """Whose face is searched, in which matter, and how near somebody must be to be named.

    subject_id: the check-in or the reference set, for the record. probe: of length 1, made by the
    recognizer whose hash `model` is: it is compared with that model's vectors and no others.
    at_most: for how many people the limit was set; None where it does not depend on their number.
    """

    reason: SearchReason
    offender_id: UUID
    subject_id: UUID
    probe: Vector
    model: str
    closer_than: float  # 1 - cosine
    at_most: int | None = None


@dataclass(frozen=True)
class OtherPerson:
    """Somebody else who is enrolled; `person` is for those with authority over both."""

    person: UUID
    office_id: UUID
    distance: float  # 1 - cosine


@dataclass(frozen=True)
class Found:
    """The nearest other person within the limit, if any; how many were compared; why none was."""

    nearest: OtherPerson | None
    people: int = 0
    off: WhyOff | None = None


def search(workplace: Workplace, asked: Asked) -> Found:
    """The nearest other enrolled person within the reach that the rules allow.

    Opens its own short transactions. The entry of the audit trail stands before anything is
    compared; nothing is written to the record of whoever is found.
    """
    gallery, model = workplace.face_gallery, asked.model
    with transaction(workplace.parts.sessions, workplace.scope) as session:
        now = workplace.parts.now()
        place = _reach(session, asked.offender_id, now)
        try:
            refresh(session, gallery, place, model)
        except GalleryFullError:
            log.exception("gallery_full")
            return Found(None, off=WhyOff.NO_ROOM)
        people = gallery.size_of(place)
        if asked.at_most is not None and people > asked.at_most:
            return Found(None, people, WhyOff.TOO_MANY)
        _put_on_record(session, asked, place, people, now)
    nearest = gallery.nearest(asked.probe, place, asked.offender_id, _NEAREST)
    close = [likeness for likeness in nearest if likeness.distance < asked.closer_than]
    if not close:
        return Found(None, people)
    with transaction(workplace.parts.sessions, workplace.scope) as session:
        found = still_there(session, close, place, model, now)
    if found is None:
        return Found(None, people)
    likeness, office_id = found
    return Found(OtherPerson(likeness.person, office_id, likeness.distance), people)


def _reach(session: Session, offender_id: UUID, now: datetime) -> UUID:
    """The district of the person, or everywhere where a rule with its legal ground says so."""
    if in_force_for(session, offender_id, now).search_reach.within is SearchWithin.CITY:
        return EVERYWHERE
    district = (
        select(Office.district_id)
        .join(Offender, Offender.office_id == Office.id)
        .where(Offender.id == offender_id)
    )
    return session.execute(district).scalar_one()


def _put_on_record(session: Session, asked: Asked, place: UUID, people: int, now: datetime) -> None:
    within = SearchWithin.CITY if place == EVERYWHERE else SearchWithin.DISTRICT
    audit.record(
        session,
        "others_searched",
        now,
        offender_id=asked.offender_id,
        subject=asked.subject_id,
        reason=str(asked.reason),
        within=str(within),
        people=people,
    )
