"""One phone of two people: noticed, permitted by whoever works with both, taken back."""

from uuid import UUID

import httpx
import pytest
from sqlalchemy import select, update

from checkin_api.devices.sharing import Pair, permit
from storage.records import AuditEntry, Device, Offender, Officer, RaisedFlag, SharedPhonePermit
from tests.browser_forms import NoSuchFormError
from tests.checkin_api.arranged import caller_of, lay_checkin
from tests.checkin_api.console.conftest import Desk
from tests.factories import Factory
from verifier.verdicts.evidence import FaceVerdict

REFUSED = httpx.codes.UNPROCESSABLE_ENTITY


def install(factory: Factory, *people: UUID) -> None:
    """Each of these uses the phone that laid check-ins come from."""
    for person in people:
        device = factory.device(person)
        with factory.session() as session:
            session.execute(update(Device).where(Device.id == device.id).values(install_id="one"))


def flags(factory: Factory, person: UUID) -> set[str]:
    """What a new check-in of a person raises."""
    checkin = lay_checkin(factory, person, FaceVerdict.MATCH)
    with factory.session() as session:
        rows = select(RaisedFlag.code).where(RaisedFlag.checkin_id == checkin)
        return set(session.scalars(rows))


def acts(factory: Factory, person: UUID) -> list[str]:
    """What the trail holds about sharing in a person's case."""
    with factory.session() as session:
        rows = select(AuditEntry.action).where(
            AuditEntry.offender_id == person, AuditEntry.action.startswith("shared_phone")
        )
        return list(session.scalars(rows.order_by(AuditEntry.number)))


@pytest.fixture
def partner(factory: Factory, officer: Officer, person: Offender) -> Offender:
    """Whom the person shares a phone with."""
    partner = factory.offender(factory.office_of(officer), name="李芳")
    install(factory, person.id, partner.id)
    return partner


def page_of(person: Offender) -> str:
    return f"/people/{person.id}/phones"


def test_a_couples_phone_is_noticed_until_it_is_permitted_and_after_it_is_taken_back(
    desk: Desk, factory: Factory, officer: Officer, person: Offender, partner: Offender
) -> None:
    assert "shared_device" in flags(factory, person.id)
    browser = desk(officer)
    browser.submit(page_of(person), "/sharing", reason="夫妻共用一部手机")
    assert "夫妻共用一部手机" in browser.page(page_of(partner))
    assert "shared_device" not in flags(factory, person.id) | flags(factory, partner.id)
    browser.submit(page_of(partner), "/sharing/end", reason="已各自购买手机")
    assert "shared_device" in flags(factory, person.id)
    both = ["shared_phone_permitted", "shared_phone_ended"]
    assert acts(factory, person.id) == acts(factory, partner.id) == both


def test_a_second_click_changes_nothing(
    factory: Factory, officer: Officer, person: Offender, partner: Offender
) -> None:
    pair, caller = Pair(person.id, partner.id), caller_of(factory, officer)
    for reason in ("夫妻", "夫妻"):
        permit(factory.parts, caller, pair, reason)
    with factory.session() as session:
        assert len(session.scalars(select(SharedPhonePermit)).all()) == 1


@pytest.mark.usefixtures("partner")
def test_it_takes_a_reason(desk: Desk, officer: Officer, person: Offender) -> None:
    assert desk(officer).submit(page_of(person), "/sharing", reason=" ").status_code == REFUSED


def test_somebody_out_of_reach_is_neither_shown_nor_permitted(
    desk: Desk, factory: Factory, officer: Officer, person: Offender
) -> None:
    stranger = factory.offender(factory.office(), name="赵远")
    install(factory, person.id, stranger.id)
    browser = desk(officer)
    assert "赵远" not in browser.page(page_of(person))
    with pytest.raises(NoSuchFormError):
        browser.submit(page_of(person), "/sharing", reason="夫妻")
    assert "shared_device" in flags(factory, person.id)


@pytest.mark.usefixtures("partner")
def test_people_without_a_phone_in_common_are_not_permitted(
    desk: Desk, factory: Factory, officer: Officer, person: Offender
) -> None:
    third = factory.offender(factory.office_of(officer))
    desk(officer).submit(page_of(person), "/sharing", other_id=str(third.id), reason="夫妻")
    with factory.session() as session:
        assert session.scalars(select(SharedPhonePermit)).all() == []
