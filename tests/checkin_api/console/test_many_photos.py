"""Of how many check-ins somebody saw the photos: noted once, told to who leads, blocked never."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from checkin_api.access import photo_looks
from checkin_api.access.photo_looks import count_look
from storage.database import transaction
from storage.records import AuditEntry, Officer, PhotoLook, Role
from tests.checkin_api.arranged import caller_of, new_id
from tests.checkin_api.console.conftest import Desk
from tests.checkin_api.console.district import Place, lay_place
from tests.factories import Factory


@pytest.fixture
def place(factory: Factory) -> Place:
    """A district with everybody in it."""
    return lay_place(factory)


def lay_looks(place: Place, officer: Officer, many: int, at: datetime | None = None) -> None:
    """Looks at the photos of so many check-ins within this hour."""
    hour = (at or place.factory.parts.now()).replace(minute=0, second=0, microsecond=0)
    with place.factory.session() as session:
        session.add_all(
            PhotoLook(officer_id=officer.id, hour=hour, checkin_id=new_id()) for _ in range(many)
        )


def count(place: Place, officer: Officer, checkin: UUID) -> None:
    """Count one look, as showing a photo does."""
    caller = caller_of(place.factory, officer)
    with transaction(place.factory.parts.sessions, caller.scope) as session:
        count_look(session, caller, checkin, place.factory.parts.now())


def test_a_photo_seen_twice_is_one_look(desk: Desk, place: Place) -> None:
    _, photo = place.flagged_checkin()
    browser = desk(place.people[Role.OFFICER])
    for _ in range(2):
        browser.page(f"/media/{photo}")
    with place.factory.session() as session:
        assert session.scalar(select(func.count()).select_from(PhotoLook)) == 1


def test_what_a_procurator_sees_is_not_counted(desk: Desk, place: Place) -> None:
    _, photo = place.flagged_checkin()
    desk(place.people[Role.PROCURATOR]).page(f"/media/{photo}")
    with place.factory.session() as session:
        assert session.scalars(select(PhotoLook)).all() == []


def test_many_are_told_once_in_log_and_record_and_the_photo_is_shown(
    desk: Desk, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    officer = place.people[Role.OFFICER]
    lay_looks(place, officer, photo_looks.MANY)
    _, photo = place.flagged_checkin()
    with caplog.at_level(logging.WARNING):
        desk(officer).page(f"/media/{photo}")
        count(place, officer, new_id())
    assert [one.message for one in caplog.records].count("many_photos_seen") == 1
    with place.factory.session() as session:
        entries = session.scalars(
            select(AuditEntry.subject).where(AuditEntry.action == "many_photos_seen")
        ).all()
    assert entries == [str(officer.id)]


def test_who_leads_reads_a_line_and_nobody_else(desk: Desk, place: Place) -> None:
    lay_looks(place, place.people[Role.OFFICER], photo_looks.MANY + 1)
    lay_looks(place, place.people[Role.SOCIAL_WORKER], photo_looks.MANY)
    for role in (Role.HEAD, Role.DISTRICT):
        page = desk(place.people[role]).page("/items")
        assert page.count("data-many-looks") == 1
        assert f'data-many-looks="{photo_looks.MANY + 1}"' in page
    stranger = place.factory.officer(place.factory.office(place.district), Role.HEAD)
    for account in (stranger, place.people[Role.OFFICER], place.people[Role.PROCURATOR]):
        assert "data-many-looks" not in desk(account).page("/items")


def test_what_is_long_past_is_let_go_with_the_next_look(place: Place) -> None:
    officer, now = place.people[Role.OFFICER], place.factory.parts.now()
    lay_looks(place, officer, 3, at=now - timedelta(days=9))
    lay_looks(place, officer, 2, at=now - timedelta(days=6))
    count(place, officer, new_id())
    with place.factory.session() as session:
        assert session.scalar(select(func.count()).select_from(PhotoLook)) == 3
