"""Searching a face among the enrolled: who is found, who is not, and what stays of it."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update

from storage.records import (
    AuditEntry,
    District,
    Offender,
    Office,
    ReferenceSet,
    ReferenceSetState,
    ReferenceVector,
    RuleRow,
    SupervisionPeriod,
)
from tests.enrolments import embedded, models
from tests.factories import Factory
from tests.photos import photos
from verifier.faces.gallery import Gallery
from verifier.jobs.search_others import Asked, Found, SearchReason, WhyOff, search
from verifier.jobs.workplace import Workplace
from verifier.local_time import local_date

NEAR = 0.6  # photos of one person lie within, strangers of the same photos beyond


def asked(who: UUID, **how: int) -> Asked:
    """A search for a face like Biden's in the matter of somebody."""
    probe = embedded(photos().biden).sface
    made_by = models().recognizer_sha256
    return Asked(SearchReason.NO_MATCH, who, uuid4(), probe, made_by, NEAR, **how)


@pytest.fixture
def office(factory: Factory) -> UUID:
    """An office with two people: the one who is asked about, and one who looks like the probe."""
    return factory.office()


@pytest.fixture
def here(factory: Factory, office: UUID) -> UUID:
    """The person whose face is searched."""
    person = factory.offender(office).id
    factory.enrolment(person, photos().obama)
    return person


@pytest.fixture
def other(factory: Factory, office: UUID) -> UUID:
    """Somebody else of the same office."""
    person = factory.offender(office).id
    factory.enrolment(person, [photos().biden])
    return person


def moved(factory: Factory, person: UUID) -> UUID:
    """Moves a person to an office of another district."""
    with factory.session() as session:
        district = District(code=str(uuid4()), name="another")
        session.add(district)
        session.flush()
        elsewhere = Office(district_id=district.id, code=str(uuid4()), name="elsewhere")
        session.add(elsewhere)
        session.flush()
        session.get_one(Offender, person).office_id = elsewhere.id
        return elsewhere.id


def allow_city(factory: Factory) -> None:
    """Lets faces be searched in the whole city."""
    now = factory.parts.now()
    with factory.session() as session:
        session.add(
            RuleRow(
                name="search_reach",
                value={"within": "city", "ground": "a statute and its article"},
                valid_from=now - timedelta(days=1),
                set_by="test",
                reason="test",
                set_at=now,
            )
        )


def whom(found: Found) -> UUID | None:
    """Who was found."""
    return found.nearest.person if found.nearest else None


def test_somebody_else_who_is_enrolled_is_found_with_their_office(
    workplace: Workplace, here: UUID, other: UUID, office: UUID
) -> None:
    found = search(workplace, asked(here))
    assert whom(found) == other
    assert found.nearest is not None
    assert found.nearest.office_id == office
    assert found.people == 2


def test_who_is_enrolled_after_the_first_search_is_found(
    workplace: Workplace, factory: Factory, here: UUID, office: UUID
) -> None:
    assert whom(search(workplace, asked(here))) is None
    late = factory.offender(office).id
    factory.enrolment(late, [photos().biden])
    assert whom(search(workplace, asked(here))) == late


def test_references_that_are_used_no_more_are_not_found(
    workplace: Workplace, factory: Factory, here: UUID, other: UUID
) -> None:
    assert whom(search(workplace, asked(here))) == other
    with factory.session() as session:
        held = session.scalars(select(ReferenceSet).where(ReferenceSet.offender_id == other)).one()
        held.move(ReferenceSetState.REPLACED, factory.parts.now())
    assert whom(search(workplace, asked(here))) is None
    assert workplace.face_gallery.count == 1


def test_who_moved_to_another_district_is_found_in_the_whole_city_only(
    workplace: Workplace, factory: Factory, here: UUID, other: UUID
) -> None:
    assert whom(search(workplace, asked(here))) == other
    moved(factory, other)
    assert whom(search(workplace, asked(here))) is None
    allow_city(factory)
    assert whom(search(workplace, asked(here))) == other


def test_whose_supervision_has_ended_is_not_searched(
    workplace: Workplace, factory: Factory, here: UUID, other: UUID
) -> None:
    yesterday = local_date(factory.parts.now()) - timedelta(days=1)
    with factory.session() as session:
        session.execute(
            update(SupervisionPeriod)
            .where(SupervisionPeriod.offender_id == other)
            .values(starts_on=yesterday - timedelta(days=9), ends_on=yesterday)
        )
    assert whom(search(workplace, asked(here))) is None


def test_vectors_of_another_model_are_not_compared(
    workplace: Workplace, factory: Factory, here: UUID, other: UUID
) -> None:
    assert whom(search(workplace, asked(here))) == other
    with factory.session() as session:
        for row in session.scalars(select(ReferenceVector)):
            row.model_sha256 = row.model_sha256[::-1]
    assert whom(search(workplace, asked(here))) is None


@pytest.mark.usefixtures("other")
def test_a_limit_that_was_set_for_fewer_people_is_not_used(
    workplace: Workplace, factory: Factory, here: UUID
) -> None:
    found = search(workplace, asked(here, at_most=1))
    assert (found.nearest, found.off) == (None, WhyOff.TOO_MANY)
    assert entries(factory, here) == []


@pytest.mark.usefixtures("other")
def test_a_worker_without_room_looks_for_nobody_and_goes_on(
    workplace: Workplace, here: UUID
) -> None:
    crowded = Workplace(workplace.queue, workplace.parts, workplace.models, Gallery(1))
    assert search(crowded, asked(here)).off is WhyOff.NO_ROOM


def entries(factory: Factory, person: UUID) -> list[AuditEntry]:
    """What the trail says of searches in a person's matters."""
    with factory.session() as session:
        found = select(AuditEntry).where(
            AuditEntry.action == "others_searched", AuditEntry.offender_id == person
        )
        return list(session.scalars(found))


def test_a_search_stays_on_record_with_its_reason_and_nothing_about_the_other(
    workplace: Workplace, factory: Factory, here: UUID, other: UUID
) -> None:
    wanted = asked(here)
    search(workplace, wanted)
    (entry,) = entries(factory, here)
    assert entry.subject == str(wanted.subject_id)
    assert entry.detail == {"reason": "no_match", "within": "district", "people": 2}
    with factory.session() as session:
        about_other = select(func.count()).where(AuditEntry.offender_id == other)
        assert session.scalar(about_other.select_from(AuditEntry)) == 0
