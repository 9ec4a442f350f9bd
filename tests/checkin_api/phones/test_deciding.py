"""Officers let a waiting phone in, refuse it, take one away: once, by who may, with its history."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select

from mobile_contract.codes import DeviceState
from mobile_contract.device_requests import short_name
from mobile_contract.proofs import SenderKey
from storage.records import AuditEntry, Device, IdentityCheck, ItemEntry, Offender, Officer, Role
from tests.browser_forms import Browser
from tests.checkin_api.console.conftest import Desk
from tests.checkin_api.phones.asking import Door
from tests.factories import Factory
from verifier.registrations import keep_items

WAITING, ACTIVE, REVOKED = DeviceState.WAITING, DeviceState.ACTIVE, DeviceState.REVOKED
CHECKED = {"identity_check": IdentityCheck.VIDEO_CALL.value}
SEE_OTHER = httpx.codes.SEE_OTHER


def page_of(person: Offender) -> str:
    return f"/people/{person.id}/phones"


def let_in(desk: Desk, account: Officer, device: Device, **fields: str) -> httpx.Response:
    page = f"/people/{device.offender_id}/phones"
    form = fields or CHECKED
    return desk(account).submit(page, f"{device.id}/approval", **form)


def look(factory: Factory) -> None:
    """What the clock does about phones."""
    with factory.session() as session:
        keep_items(session, factory.parts.now())


def waiting_entries(factory: Factory) -> int:
    with factory.session() as session:
        return len(
            session.scalars(select(ItemEntry.id).where(ItemEntry.settled_at.is_(None))).all()
        )


def test_a_waiting_phone_is_on_the_list_and_let_in_gets_its_tokens(
    desk: Desk, door: Door, factory: Factory, officer: Officer, person: Offender
) -> None:
    key = SenderKey.generate()
    device = door.waits(person, key)
    look(factory)
    listed = desk(officer).page("/items")
    assert f'href="{page_of(person)}"' in listed
    assert "P70" in listed
    shown = desk(officer).page(page_of(person))
    assert short_name(str(device.key_thumbprint)) in shown
    assert door.tokens(key).status_code == 401
    answer = let_in(desk, officer, device, **CHECKED, words="视频中出示了手机")
    assert answer.status_code == 200
    assert door.tokens(key).get_json()["device_id"] == str(device.id)
    assert door.me(device.id, key).status_code == 200
    [row] = door.of(person)
    assert (row.decided_by, row.identity_check) == (officer.id, IdentityCheck.VIDEO_CALL)
    assert row.activated_at == row.state_since
    assert waiting_entries(factory) == 0
    assert "没有待办" in desk(officer).page("/items")


def test_the_new_phone_replaces_the_old_one_and_ends_other_requests(
    desk: Desk, door: Door, factory: Factory, officer: Officer, person: Offender
) -> None:
    old_key = SenderKey.generate()
    old = factory.device(person.id, old_key)
    other, own = door.waits(person), door.waits(person)
    look(factory)
    assert door.me(old.id, old_key).status_code == 200
    let_in(desk, officer, own)
    states = {row.id: row.state for row in door.of(person)}
    assert states == {old.id: DeviceState.REPLACED, other.id: REVOKED, own.id: ACTIVE}
    assert door.me(old.id, old_key).status_code == 401
    look(factory)
    assert waiting_entries(factory) == 0
    shown = desk(officer).page(page_of(person))
    assert all(short_name(str(row.key_thumbprint)) in shown for row in door.of(person))


def test_the_person_is_told_of_a_phone_that_was_let_in(
    desk: Desk, door: Door, officer: Officer, person: Offender
) -> None:
    key = SenderKey.generate()
    phone = door.waits(person, key)
    let_in(desk, officer, phone)
    assert door.told(phone.id, key) == ["phone_let_in"]


def test_two_officers_at_once_let_one_phone_in(
    desk: Desk, door: Door, factory: Factory, officer: Officer, person: Offender
) -> None:
    colleague = factory.officer(person.office_id)
    one, other = door.waits(person), door.waits(person)
    browsers = [desk(officer), desk(colleague)]
    tried = list(zip(browsers, (one, other), strict=True))
    with ThreadPoolExecutor(2) as threads:
        answers = list(
            threads.map(
                lambda pair: pair[0].submit(page_of(person), f"{pair[1].id}/approval", **CHECKED),
                tried,
            )
        )
    assert sorted(answer.status_code for answer in answers) == [200, 422]
    assert len(door.of(person, ACTIVE)) == 1
    assert len(door.of(person, REVOKED)) == 1


def test_the_same_phone_let_in_twice_by_one_officer_is_let_in_once(
    desk: Desk, door: Door, factory: Factory, officer: Officer, person: Offender
) -> None:
    device, browser = door.waits(person), desk(officer)
    colleague = desk(factory.officer(person.office_id))
    pages = [one.page(page_of(person)) for one in (browser, colleague)]
    action = f"{page_of(person)}/{device.id}/approval"
    tokens = [page.split('name="form_token" value="')[1].split('"')[0] for page in pages]
    for expected in (SEE_OTHER, SEE_OTHER):
        sent = browser.http.post(action, data=CHECKED | {"form_token": tokens[0]})
        assert sent.status_code == expected
    late = colleague.http.post(action, data=CHECKED | {"form_token": tokens[1]})
    assert late.status_code == 422
    with factory.session() as session:
        acts = session.scalars(
            select(AuditEntry.actor).where(AuditEntry.action == "phone_approved")
        ).all()
    assert acts == [f"officer:{officer.id}"]


def test_a_refused_phone_stays_out_and_cannot_be_let_in_afterwards(
    desk: Desk, door: Door, factory: Factory, officer: Officer, person: Offender
) -> None:
    key = SenderKey.generate()
    device, browser = door.waits(person, key), desk(officer)
    look(factory)
    page = browser.page(page_of(person))
    token = page.split('name="form_token" value="')[1].split('"')[0]
    browser.submit(page_of(person), "/refusal", reason="本人未申请")
    assert [row.state for row in door.of(person)] == [REVOKED]
    assert waiting_entries(factory) == 0
    action = f"{page_of(person)}/{device.id}/approval"
    assert browser.http.post(action, data=CHECKED | {"form_token": token}).status_code == 422
    unknown = door.tokens(SenderKey.generate())
    assert door.tokens(key).get_json() == unknown.get_json()
    shown = browser.page(page_of(person))
    assert "本人未申请" in shown
    assert officer.name in shown


UNGROUNDED: dict[str, dict[str, str]] = {
    "/approval": {"identity_check": "by_feeling"},
    "/refusal": {"reason": " "},
    "/revocation": {"reason": " "},
}


@pytest.mark.parametrize("form", UNGROUNDED)
def test_a_decision_without_its_grounds_changes_nothing(
    browser: Browser, door: Door, factory: Factory, person: Offender, form: str
) -> None:
    factory.device(person.id)
    door.waits(person)
    before = [row.state for row in door.of(person)]
    assert browser.submit(page_of(person), form, **UNGROUNDED[form]).status_code == 422
    assert [row.state for row in door.of(person)] == before


def test_a_registration_that_is_taken_away_ends_at_once(
    desk: Desk, door: Door, factory: Factory, officer: Officer, person: Offender
) -> None:
    key = SenderKey.generate()
    device = factory.device(person.id, key)
    desk(officer).submit(page_of(person), "/revocation", reason="不再使用手机")
    assert door.me(device.id, key).status_code == 401
    [row] = door.of(person)
    assert (row.state, row.stopped_by, row.stop_words) == (REVOKED, officer.id, "不再使用手机")


@pytest.mark.parametrize("act", ["approval", "refusal", "revocation"])
def test_who_has_no_say_about_a_person_changes_no_phone(
    desk: Desk, door: Door, factory: Factory, person: Offender, act: str
) -> None:
    device = door.waits(person)
    district = factory.district()
    strangers = (
        factory.officer(factory.office()),
        factory.officer(role=Role.DISTRICT, district=district),
        factory.officer(person.office_id, Role.SOCIAL_WORKER),
        factory.officer(role=Role.ADMINISTRATOR),
    )
    for account in strangers:
        browser = desk(account)
        page = browser.page("/account")
        token = page.split('name="form_token" value="')[1].split('"')[0]
        sent = browser.http.post(
            f"{page_of(person)}/{device.id}/{act}",
            data=CHECKED | {"reason": "x", "form_token": token},
        )
        assert sent.status_code == 404
    assert [row.state for row in door.of(person)] == [WAITING]


def test_a_phone_is_decided_only_under_its_own_person(
    desk: Desk, door: Door, factory: Factory, officer: Officer, person: Offender
) -> None:
    device, neighbour = door.waits(person), factory.offender(person.office_id)
    browser = desk(officer)
    token = browser.page(page_of(person)).split('name="form_token" value="')[1].split('"')[0]
    for wrong in (f"{page_of(neighbour)}/{device.id}", f"{page_of(person)}/{uuid4()}"):
        sent = browser.http.post(f"{wrong}/approval", data=CHECKED | {"form_token": token})
        assert sent.status_code == 404
    assert [row.state for row in door.of(person)] == [WAITING]


def test_a_social_worker_sees_the_phones_and_no_forms(
    desk: Desk, door: Door, factory: Factory, person: Offender
) -> None:
    door.waits(person)
    page = desk(factory.officer(person.office_id, Role.SOCIAL_WORKER)).page(page_of(person))
    assert "P70" in page
    assert "/approval" not in page
    assert "/revocation" not in page
