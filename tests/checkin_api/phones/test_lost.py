"""A lost phone is stopped by any officer of the district, and the windows since are excused."""

import re
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select, text

from mobile_contract.codes import DeviceState, WindowOutcome
from mobile_contract.proofs import SenderKey
from storage.database import Scope, ScopeKind, transaction
from storage.records import (
    Device,
    ItemEntry,
    Offender,
    Office,
    Officer,
    Recusal,
    Role,
    Window,
)
from tests.checkin_api.console.conftest import Desk
from tests.checkin_api.phones.asking import Door
from tests.factories import Factory
from verifier.attendance.settle import settle
from verifier.registrations import keep_items

ACTIVE, LOST = DeviceState.ACTIVE, DeviceState.LOST
Maker = Callable[[Factory, Offender], Officer]


def district_of(factory: Factory, person: Offender) -> object:
    with factory.session() as session:
        return session.get_one(Office, person.office_id).district_id


def neighbour(factory: Factory, person: Offender, role: Role = Role.OFFICER) -> Officer:
    """An account of another office of the person's district."""
    return factory.officer(factory.office(district_of(factory, person)), role)  # type: ignore[arg-type]


def of_district(factory: Factory, person: Offender, role: Role) -> Officer:
    return factory.officer(role=role, district=district_of(factory, person))  # type: ignore[arg-type]


WHO_STOPS: dict[str, Maker] = {
    "own officer": lambda factory, person: factory.officer(person.office_id),
    "neighbouring officer": neighbour,
    "neighbouring head": lambda factory, person: neighbour(factory, person, Role.HEAD),
    "duty": lambda factory, person: of_district(factory, person, Role.DUTY),
    "district": lambda factory, person: of_district(factory, person, Role.DISTRICT),
}


def report(desk: Desk, account: Officer, number: str) -> httpx.Response:
    return desk(account).submit("/lost-phone", "/lost-phone", number=number)


@pytest.mark.parametrize("who", WHO_STOPS)
def test_anybody_who_decides_in_the_district_stops_the_key_at_once(
    desk: Desk, door: Door, factory: Factory, person: Offender, who: str
) -> None:
    key = SenderKey.generate()
    device = factory.device(person.id, key)
    account = WHO_STOPS[who](factory, person)
    assert door.me(device.id, key).status_code == 200
    answer = report(desk, account, person.number)
    assert answer.status_code == 200
    assert person.name not in answer.text
    assert str(person.id) not in answer.text
    refused = door.me(device.id, key)
    assert (refused.status_code, refused.get_json()["code"]) == (401, "device_revoked")
    [row] = door.of(person)
    assert (row.state, row.stopped_by, row.lost_at) == (LOST, account.id, row.state_since)


def test_a_minors_phone_is_stopped_too(
    desk: Desk, door: Door, factory: Factory, person: Offender
) -> None:
    with factory.session() as session:
        row = session.get_one(Offender, person.id)
        row.adult_on = (factory.parts.now() + timedelta(days=300)).date()
    factory.device(person.id)
    assert report(desk, neighbour(factory, person), person.number).status_code == 200
    assert [row.state for row in door.of(person)] == [LOST]


def test_another_district_learns_nothing_and_stops_nothing(
    desk: Desk, door: Door, factory: Factory, person: Offender
) -> None:
    factory.device(person.id)
    stranger = factory.officer(factory.office())
    foreign, unknown = (report(desk, stranger, one) for one in (person.number, "CQ999999"))
    assert (foreign.status_code, unknown.status_code) == (422, 422)
    told = (
        re.sub(r'name="form_token" value="\w+"', "", one.text).replace(number, "")
        for one, number in ((foreign, person.number), (unknown, "CQ999999"))
    )
    assert next(told) == next(told)
    assert [row.state for row in door.of(person)] == [ACTIVE]


@pytest.mark.parametrize(
    "role", [Role.SOCIAL_WORKER, Role.PROCURATOR, Role.CITY, Role.EDITOR, Role.ADMINISTRATOR]
)
def test_who_decides_nothing_about_people_has_no_such_page(
    desk: Desk, factory: Factory, person: Offender, role: Role
) -> None:
    in_office = role is Role.SOCIAL_WORKER
    in_district = role is Role.PROCURATOR
    account = factory.officer(
        person.office_id if in_office else None,
        role,
        district_of(factory, person) if in_district else None,  # type: ignore[arg-type]
    )
    desk(account).page("/lost-phone", expected=404)


def test_a_loss_told_twice_or_without_a_phone_is_as_good_as_stopped(
    desk: Desk, door: Door, factory: Factory, officer: Officer, person: Offender
) -> None:
    assert report(desk, officer, person.number).status_code == 200
    factory.device(person.id)
    report(desk, officer, person.number)
    [first] = door.of(person)
    assert report(desk, officer, person.number).status_code == 200
    assert door.of(person)[0].lost_at == first.lost_at


def test_reported_on_the_persons_page_one_comes_back_there(
    desk: Desk, factory: Factory, officer: Officer, person: Offender
) -> None:
    factory.device(person.id)
    answer = desk(officer).submit(f"/people/{person.id}/phones", "/lost-phone")
    assert answer.url.path == f"/people/{person.id}/phones"
    assert 'data-phone="lost"' in answer.text


def outcomes(factory: Factory, *windows: object) -> list[WindowOutcome]:
    """Let an hour pass that ends all grace, and settle."""
    with factory.session() as session:
        settle(session, list(windows), factory.parts.now())  # type: ignore[arg-type]
        return [session.get_one(Window, one).outcome for one in windows]


def test_windows_from_the_loss_to_the_next_activation_are_excused(
    desk: Desk, door: Door, factory: Factory, officer: Officer, person: Offender
) -> None:
    factory.device(person.id)
    report(desk, officer, person.number)
    lost_at = door.of(person)[0].lost_at
    assert lost_at is not None
    code = factory.activation_code(person.id)
    assert door.activate(person.number, code).status_code == 201
    back = timedelta(hours=30)
    with factory.session() as session:  # as if all that had been two days ago
        for row in session.scalars(select(Device)):
            row.activated_at = row.activated_at and row.activated_at - back
            if row.lost_at:
                row.lost_at -= back + timedelta(hours=5)
    hour = timedelta(hours=1)
    begins = lost_at - back - 5 * hour
    before = factory.window(person.id, opens=begins - 3 * hour, open_for=hour)
    within = factory.window(person.id, opens=begins - hour, open_for=2 * hour)
    after = factory.window(person.id, opens=begins + 6 * hour, open_for=hour)
    assert outcomes(factory, before, within, after) == [
        WindowOutcome.NOT_RECEIVED,
        WindowOutcome.EXCUSED_DEVICE,
        WindowOutcome.NOT_RECEIVED,
    ]


def test_a_code_ends_a_loss_and_keeps_the_old_key_history(
    desk: Desk, door: Door, factory: Factory, officer: Officer, person: Offender
) -> None:
    factory.device(person.id)
    report(desk, officer, person.number)
    with factory.session() as session:
        keep_items(session, factory.parts.now())
    assert "已报失" in desk(officer).page("/items")
    door.activate(person.number, factory.activation_code(person.id, officer.id))
    old, new = door.of(person)
    assert (old.state, new.state) == (DeviceState.REPLACED, ACTIVE)
    assert old.lost_at is not None
    assert old.stopped_by == officer.id
    with factory.session() as session:
        keep_items(session, factory.parts.now())
        session.flush()
        assert session.scalars(select(ItemEntry).where(ItemEntry.settled_at.is_(None))).all() == []
    page = desk(officer).page(f"/people/{person.id}/phones")
    assert "报失时间" in page


def test_a_request_alone_stops_and_excuses_nothing(
    door: Door, factory: Factory, person: Offender
) -> None:
    device = factory.device(person.id)
    door.waits(person)
    window = factory.window(person.id, opens=factory.parts.now() - timedelta(hours=3))
    assert outcomes(factory, window) == [WindowOutcome.NOT_RECEIVED]
    assert {row.id: row.state for row in door.of(person)}[device.id] is ACTIVE


def test_who_is_recused_from_a_person_stops_no_phone_of_theirs(
    desk: Desk, door: Door, factory: Factory, person: Offender
) -> None:
    factory.device(person.id)
    account, setter = neighbour(factory, person), neighbour(factory, person, Role.HEAD)
    now = factory.parts.now()
    factory.added(
        Recusal(
            offender_id=person.id,
            officer_id=account.id,
            reason="亲属",
            set_by=setter.id,
            set_at=now,
        )
    )
    assert report(desk, account, person.number).status_code == 422
    assert [row.state for row in door.of(person)] == [ACTIVE]
    with transaction(factory.parts.sessions, Scope(ScopeKind.OFFICER, account.id)) as session:
        assert (
            session.execute(text("SELECT * FROM app_phone_holder(:n)"), {"n": person.number}).all()
            == []
        )
