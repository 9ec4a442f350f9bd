"""The earlier photo and the other person on the page of a check-in, as far as one may see them."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import select

from storage.records import (
    AuditEntry,
    Likeness,
    LikenessPerson,
    Media,
    Offender,
    Officer,
    PhotoHash,
    Recusal,
    ReplayTwin,
    TwinKind,
)
from tests.checkin_api.arranged import lay_checkin, lay_photo, picture
from tests.checkin_api.console.conftest import Desk
from tests.factories import Factory


@dataclass(frozen=True)
class Case:
    """A check-in of a person, and somebody else with an earlier one."""

    officer: Officer
    person: Offender
    checkin: UUID
    other: Offender
    earlier: UUID

    @property
    def page(self) -> str:
        """The page of the check-in."""
        return f"/checkins/{self.person.id}/{self.checkin}"


@pytest.fixture
def case(factory: Factory) -> Case:
    office = factory.office()
    person, other = (factory.offender(office, name=name) for name in ("王小明", "李远山"))
    laid = []
    for number, one in enumerate((person, other)):
        checkin = lay_checkin(factory, one.id)
        lay_photo(factory, one.id, picture(number + 1), checkin)
        laid.append(checkin)
    return Case(factory.officer(office), person, laid[0], other, laid[1])


def twin_of(factory: Factory, case: Case, whose: Offender, earlier: UUID) -> UUID:
    """Lays that the photo is the same as an earlier one; gives the id of what officers see."""
    with factory.session() as session:
        original = session.scalars(
            select(Media).where(Media.checkin_id == earlier, Media.original_id.is_(None))
        ).one()
        kept = PhotoHash(
            offender_id=whose.id,
            office_id=whose.office_id,
            checkin_id=earlier,
            media_id=original.id,
            seen_at=factory.parts.now(),
            sha256=original.sha256,
            keep_until=factory.parts.now(),
        )
        session.add(kept)
        session.flush()
        session.add(
            ReplayTwin(
                offender_id=case.person.id,
                checkin_id=case.checkin,
                twin_id=kept.id,
                kind=TwinKind.MIRRORED_PICTURE,
                bits=2,
                found_at=factory.parts.now(),
            )
        )
        return session.scalars(select(Media.id).where(Media.original_id == original.id)).one()


def recuse(factory: Factory, case: Case) -> None:
    """Takes the other person's case out of the officer's reach."""
    factory.added(
        Recusal(
            offender_id=case.other.id,
            officer_id=case.officer.id,
            reason="亲属",
            set_by=case.officer.id,
            set_at=factory.parts.now(),
        )
    )


def test_both_photos_stand_beside_each_other_and_the_look_is_logged(
    desk: Desk, factory: Factory, case: Case
) -> None:
    photo = twin_of(factory, case, case.other, case.earlier)
    browser = desk(case.officer)
    shown = browser.page(case.page)
    assert 'data-twin="another"' in shown
    assert f"/media/{photo}" in shown
    assert "李远山" in shown
    assert browser.http.get(f"/media/{photo}").status_code == 200
    with factory.session() as session:
        looks = select(AuditEntry).where(
            AuditEntry.action == "photo_seen", AuditEntry.offender_id == case.other.id
        )
        assert len(session.scalars(looks).all()) == 1


def test_the_twin_of_somebody_out_of_reach_is_said_in_words_only(
    desk: Desk, factory: Factory, case: Case
) -> None:
    photo = twin_of(factory, case, case.other, case.earlier)
    recuse(factory, case)
    shown = desk(case.officer).page(case.page)
    assert 'data-twin="out_of_reach"' in shown
    assert f"/media/{photo}" not in shown
    assert "李远山" not in shown


def resembles(factory: Factory, case: Case) -> None:
    """Lays that the photo resembles the other person."""
    with factory.session() as session:
        found = Likeness(
            offender_id=case.person.id,
            checkin_id=case.checkin,
            office_id=case.other.office_id,
            distance=0.2,
            found_at=factory.parts.now(),
        )
        session.add(found)
        session.flush()
        session.add(LikenessPerson(likeness_id=found.id, other_id=case.other.id))


def test_the_other_person_is_named_to_who_sees_both(
    desk: Desk, factory: Factory, case: Case
) -> None:
    resembles(factory, case)
    shown = desk(case.officer).page(case.page)
    assert 'data-other="named"' in shown
    assert "李远山" in shown


def test_who_does_not_see_both_reads_of_an_office_only(
    desk: Desk, factory: Factory, case: Case
) -> None:
    resembles(factory, case)
    recuse(factory, case)
    shown = desk(case.officer).page(case.page)
    assert 'data-other="unnamed"' in shown
    assert "李远山" not in shown
