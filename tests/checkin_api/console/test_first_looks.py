"""The picture of a photo is made when somebody first looks at its check-in."""

import pytest
from sqlalchemy import select

from storage.records import Offender, Officer, Role, Work, WorkKind
from tests.checkin_api.arranged import lay_checkin, lay_photo, picture
from tests.checkin_api.console.conftest import Desk
from tests.factories import Factory

pytestmark = pytest.mark.media


@pytest.fixture
def officer(factory: Factory) -> Officer:
    """An officer of some office."""
    return factory.officer(factory.office())


@pytest.fixture
def person(factory: Factory, officer: Officer) -> Offender:
    """A person of that office."""
    return factory.offender(factory.office_of(officer))


def test_the_first_look_asks_for_the_picture_and_passes_the_backlog_and_the_second_does_not(
    desk: Desk, factory: Factory, officer: Officer, person: Offender
) -> None:
    checkin = lay_checkin(factory, person.id)
    original, _ = lay_photo(factory, person.id, picture(30), checkin, rendered=False)
    browser = desk(officer)
    for _ in range(2):
        browser.page(f"/checkins/{person.id}/{checkin}")
    with factory.session() as session:
        (promised,) = session.scalars(select(Work).where(Work.subject_id == original)).all()
    assert promised.kind is WorkKind.RENDER_MEDIA
    assert promised.offender_id == person.id
    assert promised.not_before < promised.added_at


def test_a_procurator_who_only_looks_gets_the_picture_made_too(
    desk: Desk, factory: Factory, officer: Officer, person: Offender
) -> None:
    checkin = lay_checkin(factory, person.id)
    original, _ = lay_photo(factory, person.id, picture(30), checkin, rendered=False)
    district = factory.district_of(factory.office_of(officer))
    desk(factory.officer(role=Role.PROCURATOR, district=district)).page(
        f"/checkins/{person.id}/{checkin}"
    )
    with factory.session() as session:
        assert session.scalars(select(Work).where(Work.subject_id == original)).one()


def test_who_may_not_look_asks_for_no_picture(
    desk: Desk, factory: Factory, person: Offender
) -> None:
    checkin = lay_checkin(factory, person.id)
    original, _ = lay_photo(factory, person.id, picture(30), checkin, rendered=False)
    stranger = desk(factory.officer(factory.office()))
    assert stranger.http.get(f"/checkins/{person.id}/{checkin}").status_code == 404
    with factory.session() as session:
        assert session.scalars(select(Work).where(Work.subject_id == original)).all() == []
