"""What each role finds on the pages of a case: what is shown, what can be sent, what is missing."""

import re

import pytest
from sqlalchemy import func, select

from storage.records import (
    AuditEntry,
    ReferencePhotoState,
    ReferenceSet,
    Review,
    Role,
)
from tests.checkin_api.arranged import examine_all, picture
from tests.checkin_api.console.conftest import Desk
from tests.checkin_api.console.district import Place, lay_place, sent
from tests.factories import Factory

DECIDING = (Role.OFFICER, Role.HEAD, Role.DUTY, Role.DISTRICT)
WORKING = (Role.SOCIAL_WORKER, *DECIDING)
LOOKING = (Role.PROCURATOR, Role.CITY)
NO_CASES = (Role.EDITOR, Role.ADMINISTRATOR)

# What stands on a person's page, by who may use it.
ON_THE_PERSON = {
    "contact": set(DECIDING),
    "order": set(DECIDING),
    "references": {*WORKING, *LOOKING},  # to add photos: WORKING
    "activation": set(DECIDING),
    "fence": set(DECIDING),
    "plan": set(DECIDING),
    "notes": set(WORKING),
    "recusal": set(DECIDING),
    "recusals": {Role.HEAD, Role.DISTRICT},
}


@pytest.fixture
def place(factory: Factory) -> Place:
    """A district with everybody in it."""
    laid = lay_place(factory)
    laid.opened()
    return laid


def offered(page: str, path: str) -> set[str]:
    """Say what a person's page offers: links and forms below the person's own address."""
    return set(re.findall(rf'(?:href|action)="{path}/([a-z-]+)', page))


@pytest.mark.parametrize("role", [*WORKING, *LOOKING])
def test_a_persons_page_offers_what_the_role_may_do_and_nothing_else(
    desk: Desk, place: Place, role: Role
) -> None:
    path = f"/people/{place.person.id}"
    found = offered(desk(place.people[role]).page(path), path)
    wanted = {what for what, roles in ON_THE_PERSON.items() if role in roles}
    assert found & set(ON_THE_PERSON) == wanted


@pytest.mark.parametrize("what", ["contact", "order", "references", "activation"])
@pytest.mark.parametrize("role", Role)
def test_a_page_that_is_not_offered_is_not_there(
    desk: Desk, place: Place, role: Role, what: str
) -> None:
    status = desk(place.people[role]).http.get(f"/people/{place.person.id}/{what}").status_code
    assert status == (200 if role in ON_THE_PERSON[what] else 404)


@pytest.mark.parametrize("role", Role)
def test_who_sees_a_case_sees_its_check_in_window_and_photo(
    desk: Desk, place: Place, role: Role
) -> None:
    (checkin, photo), window = place.flagged_checkin(), place.missed_window()
    browser = desk(place.people[role])
    for path in (
        f"/people/{place.person.id}",
        f"/checkins/{place.person.id}/{checkin}",
        f"/windows/{window}",
        f"/media/{photo}",
    ):
        expected = 404 if role in NO_CASES else 200
        assert browser.http.get(path).status_code == expected, path


@pytest.mark.parametrize("role", [Role.SOCIAL_WORKER, *LOOKING, Role.DUTY])
def test_who_decides_nothing_finds_nothing_to_send_about_a_check_in_or_window(
    desk: Desk, place: Place, role: Role
) -> None:
    (checkin, _), window = place.flagged_checkin(), place.missed_window()
    browser = desk(place.people[role])
    for path, form in (
        (f"/checkins/{place.person.id}/{checkin}", "/answer"),
        (f"/windows/{window}", "/decision"),
    ):
        assert form not in browser.page(path)


@pytest.mark.parametrize("role", [Role.SOCIAL_WORKER, *LOOKING])
def test_nor_can_they_send_it_all_the_same(desk: Desk, place: Place, role: Role) -> None:
    (checkin, _), window, set_id = place.flagged_checkin(), place.missed_window(), place.enrolled()
    person = f"/people/{place.person.id}"
    browser = desk(place.people[role])
    for action in (
        f"/checkins/{place.person.id}/{checkin}/answer",
        f"/windows/{window}/decision",
        f"{person}/contact",
        f"{person}/order",
        f"{person}/fence",
        f"{person}/plan",
        f"{person}/activation",
        f"{person}/references/{set_id}/approve",
        f"{person}/recusal",
        f"{person}/recusals",
    ):
        fields = {"identity": "yes", "finding": "excused", "reason": "看过", "recusal_reason": "x"}
        assert sent(browser, action, **fields) == 404, action
    with place.factory.session() as session:
        assert session.scalar(select(func.count()).select_from(Review)) == 0


def test_a_procurator_sends_nothing_but_opinions(desk: Desk, place: Place) -> None:
    browser = desk(place.people[Role.PROCURATOR])
    person = f"/people/{place.person.id}"
    naming = f"/minors/{place.person.id}/names"
    for action in (f"{person}/notes", f"{person}/references", "/openings", naming):
        assert sent(browser, action, note="x") == 404, action


def test_a_social_worker_collects_photos_and_an_officer_approves_them(
    desk: Desk, place: Place
) -> None:
    path = f"/people/{place.person.id}/references"
    collecting = desk(place.people[Role.SOCIAL_WORKER])
    files = [("photos", ("p.jpg", picture(20 * n), "image/jpeg")) for n in (1, 2, 3)]
    collecting.submit(path, path, files=files)
    examine_all(place.factory, ReferencePhotoState.USABLE)
    page = collecting.page(path)
    assert "/approve" not in page
    assert "/discard" not in page
    assert "等待工作人员批准" in page
    with place.factory.session() as session:
        set_id = session.scalars(select(ReferenceSet.id)).one()
    assert sent(collecting, f"{path}/{set_id}/approve") == 404
    assert sent(collecting, f"{path}/{set_id}/discard") == 404
    desk(place.people[Role.OFFICER]).submit(path, "/approve", basis="case_file")
    with place.factory.session() as session:
        row = session.scalars(select(ReferenceSet)).one()
    assert (row.created_by, row.approved_by) == (
        place.people[Role.SOCIAL_WORKER].id,
        place.people[Role.OFFICER].id,
    )


def test_a_procurator_reads_answers_before_the_review_has_ended(desk: Desk, place: Place) -> None:
    checkin, _ = place.flagged_checkin()
    path = f"/checkins/{place.person.id}/{checkin}"
    desk(place.people[Role.OFFICER]).submit(path, "/answer", identity="no", reason="像他弟弟")
    assert "像他弟弟" in desk(place.people[Role.PROCURATOR]).page(path)
    assert "像他弟弟" not in desk(place.people[Role.HEAD]).page(path)


@pytest.mark.parametrize("role", [Role.CITY, Role.PROCURATOR, Role.OFFICER, Role.SOCIAL_WORKER])
def test_looks_from_outside_are_logged_by_the_person_and_others_are_not(
    desk: Desk, place: Place, role: Role
) -> None:
    (checkin, _), window = place.flagged_checkin(), place.missed_window()
    browser = desk(place.people[role])
    browser.page(f"/people/{place.person.id}")
    browser.page(f"/checkins/{place.person.id}/{checkin}")
    browser.page(f"/windows/{window}")
    with place.factory.session() as session:
        looks = session.scalars(
            select(AuditEntry)
            .where(AuditEntry.action == "looked", AuditEntry.offender_id.is_not(None))
            .order_by(AuditEntry.number)
        ).all()
    if role not in LOOKING:
        assert looks == []
        return
    assert {look.offender_id for look in looks} == {place.person.id}
    assert [look.subject for look in looks] == [None, str(checkin), str(window)]
    assert {look.actor for look in looks} == {f"officer:{place.people[role].id}"}
    assert {look.inspection for look in looks} == {role is Role.PROCURATOR}


def test_what_is_not_found_leaves_no_look(desk: Desk, place: Place) -> None:
    foreign = place.factory.offender()
    desk(place.people[Role.PROCURATOR]).page(f"/people/{foreign.id}", expected=404)
    with place.factory.session() as session:
        looked = select(func.count()).where(AuditEntry.action == "looked")
        assert session.scalar(looked.where(AuditEntry.offender_id.is_not(None))) == 0
