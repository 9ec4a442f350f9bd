"""The pages of supervision and of transfers, as heads and districts use them."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from storage.records import (
    Offender,
    Officer,
    Role,
    SupervisionPause,
    SupervisionPeriod,
    Transfer,
    TransferState,
)
from tests.checkin_api.arranged import lay_checkin
from tests.checkin_api.console.conftest import Desk
from tests.factories import Factory
from verifier.local_time import local_date


@pytest.fixture
def head(factory: Factory) -> Officer:
    """The head of some office."""
    return factory.officer(factory.office(), Role.HEAD)


@pytest.fixture
def person(factory: Factory, head: Officer) -> Offender:
    """A person of that office."""
    return factory.offender(factory.office_of(head))


def page_of(person: Offender) -> str:
    """The address of a person's supervision."""
    return f"/people/{person.id}/supervision"


def day(factory: Factory, ahead: int = 0) -> str:
    """A day as a form sends it."""
    return (local_date(factory.parts.now()) + timedelta(days=ahead)).isoformat()


def test_a_head_pauses_resumes_and_calls_off(
    desk: Desk, factory: Factory, head: Officer, person: Offender
) -> None:
    browser, page = desk(head), page_of(person)
    days = {"starts_on": day(factory), "ends_on": ""}
    shown = browser.submit(page, "/pause", reason="treatment", **days)
    assert "已暂停" in shown.text
    browser.submit(page, "/resume", ends_on=day(factory, 1))
    later = {"starts_on": day(factory, 5), "ends_on": day(factory, 6)}
    browser.submit(page, "/pause", reason="custody", **later)
    browser.submit(page, "/call-off")
    with factory.session() as session:
        rows = session.scalars(select(SupervisionPause).order_by(SupervisionPause.starts_on)).all()
    assert [one.ends_on.isoformat() for one in rows if one.ends_on] == [
        day(factory, 1),
        day(factory, 6),
    ]
    assert [one.called_off_at is None for one in rows] == [True, False]


def test_supervision_ends_only_when_somebody_means_it_and_begins_anew(
    desk: Desk, factory: Factory, head: Officer, person: Offender
) -> None:
    browser, page = desk(head), page_of(person)
    decided = {"ends_on": day(factory), "reason": "completed"}
    assert browser.submit(page, "/supervision/end", **decided).status_code == 422
    ended = browser.submit(page, "/supervision/end", sure="yes", **decided)
    assert "期满解除" in ended.text
    again = browser.submit(page, "/start", starts_on=day(factory, 1))
    assert again.status_code == 200
    with factory.session() as session:
        periods = session.scalars(
            select(SupervisionPeriod).order_by(SupervisionPeriod.starts_on)
        ).all()
    assert [one.ends_on is None for one in periods] == [False, True]


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ("/start", {"starts_on": "morgen"}),
        ("/end-date", {"ends_on": ""}),
        ("/end-date", {"ends_on": "0001-01-01"}),
        ("/end-date", {"ends_on": "9999-12-31"}),
        ("/supervision/end", {"ends_on": "x", "reason": "completed", "sure": "yes"}),
        ("/supervision/end", {"ends_on": "2026-01-01", "reason": "escaped", "sure": "yes"}),
        ("/pause", {"starts_on": "", "reason": "custody"}),
        ("/pause", {"starts_on": "2026-01-01", "ends_on": "gestern", "reason": "custody"}),
        ("/pause", {"starts_on": "9999-12-31", "reason": "custody"}),
        ("/pause", {"starts_on": "2026-01-01", "reason": ""}),
        ("/transfer", {"to_office": "", "reason": "x"}),
        ("/transfer", {"to_office": "x", "reason": "x"}),
    ],
)
def test_what_makes_no_sense_comes_back_above_the_form(
    desk: Desk, head: Officer, person: Offender, form: str, fields: dict[str, str]
) -> None:
    browser, page = desk(head), page_of(person)
    token = re.search(r'name="form_token" value="(\w+)"', browser.page(page))
    assert token
    address = page if form == "/supervision/end" else page + form
    address = f"{page}/end" if form == "/supervision/end" else address
    answer = browser.http.post(address, data={"form_token": token[1], **fields})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_a_person_goes_from_one_office_to_another(
    desk: Desk, factory: Factory, head: Officer, person: Offender
) -> None:
    office = factory.office()
    other = factory.officer(office, Role.HEAD)
    checkin = lay_checkin(factory, person.id)
    sending, receiving = desk(head), desk(other)
    asked = sending.submit(page_of(person), "/transfer", to_office=str(office), reason="搬家到外区")
    assert "等待接收" in asked.text
    incoming = receiving.page("/transfers")
    assert person.number in incoming
    assert f"{person.number} {person.name}" in incoming
    assert str(person.id) not in incoming  # the case itself is still the other office's
    receiving.submit("/transfers", "/take")
    assert str(checkin) in receiving.page("/items")
    receiving.page(f"/people/{person.id}")
    assert receiving.page(page_of(person))
    sending.page(f"/people/{person.id}", expected=404)
    sending.page(page_of(person), expected=404)
    left = sending.page("/transfers")
    assert person.number in left
    assert f"{person.number} {person.name}" not in left


def test_a_transfer_is_refused_with_words_or_withdrawn(
    desk: Desk, factory: Factory, head: Officer, person: Offender
) -> None:
    office = factory.office()
    sending, receiving = desk(head), desk(factory.officer(office, Role.HEAD))
    fields = {"to_office": str(office), "reason": "搬家"}
    sending.submit(page_of(person), "/transfer", **fields)
    assert receiving.submit("/transfers", "/refuse", answer="").status_code == 422
    receiving.submit("/transfers", "/refuse", answer="居住地不在本区")
    assert "居住地不在本区" in sending.page("/transfers")
    sending.submit(page_of(person), "/transfer", **fields)
    sending.submit("/transfers", "/withdraw")
    with factory.session() as session:
        states = session.scalars(select(Transfer.state).order_by(Transfer.asked_at)).all()
    assert states == [TransferState.REFUSED, TransferState.WITHDRAWN]


@pytest.mark.parametrize("role", [Role.SOCIAL_WORKER, Role.OFFICER, Role.PROCURATOR])
def test_who_does_not_lead_reads_it_and_finds_nothing_to_send(
    desk: Desk, factory: Factory, head: Officer, person: Offender, role: Role
) -> None:
    desk(head).submit(
        page_of(person), "/pause", reason="treatment", words="住院", starts_on=day(factory)
    )
    office = factory.office_of(head)
    inspects = role is Role.PROCURATOR
    browser = desk(
        factory.officer(
            None if inspects else office, role, factory.district_of(office) if inspects else None
        )
    )
    assert page_of(person) in browser.page(f"/people/{person.id}")
    shown = browser.page(page_of(person))
    assert "住院" in shown
    assert f'action="{page_of(person)}' not in shown
    browser.page("/transfers", expected=404)
    assert 'href="/transfers"' not in browser.page("/people")


def test_a_foreign_head_finds_nobody(desk: Desk, factory: Factory, person: Offender) -> None:
    browser = desk(factory.officer(factory.office(), Role.HEAD))
    browser.page(page_of(person), expected=404)


def test_the_list_of_people_marks_the_paused_and_leaves_the_ended_out(
    desk: Desk, factory: Factory, head: Officer, person: Offender
) -> None:
    ended = factory.offender(factory.office_of(head), supervised=False)
    today = local_date(factory.parts.now())
    factory.period(ended.id, ends_on=today - timedelta(days=1))
    last = factory.offender(factory.office_of(head), supervised=False)
    factory.period(last.id, ends_on=today)
    browser = desk(head)
    browser.submit(page_of(person), "/pause", reason="treatment", starts_on=day(factory))
    shown = browser.page("/people")
    assert ended.number not in shown
    assert last.number in shown
    assert shown.count("暂停签到") == 1
    everybody = browser.page("/people?ended=too")
    assert ended.number in everybody
    assert "已结束" in everybody
    assert "暂停签到" in browser.page(f"/people/{person.id}")
