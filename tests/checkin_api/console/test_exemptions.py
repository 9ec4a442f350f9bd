"""Exempting somebody from the face: entered, told, ended; and what people ask for."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from checkin_api.access.callers import OffenderCaller
from checkin_api.person_requests.service import ask, own_requests
from checkin_api.refusals import RefusedError
from mobile_contract.codes import NoticeKind, ProblemCode, RequestKind
from mobile_contract.requests import RequestBody
from storage.records import AuditEntry, Notice, Offender, Role
from tests.checkin_api.arranged import new_id
from tests.checkin_api.console.conftest import Desk
from tests.checkin_api.console.district import Place, lay_place
from tests.factories import Factory
from verifier.local_time import local_date


@pytest.fixture
def place(factory: Factory) -> Place:
    """A district with one of everybody."""
    return lay_place(factory)


def address(place: Place) -> str:
    return f"/people/{place.person.id}/exemption"


def held(place: Place) -> Offender:
    with place.factory.session() as session:
        return session.get_one(Offender, place.person.id)


def notices(place: Place) -> list[str]:
    with place.factory.session() as session:
        return list(session.scalars(select(Notice.kind)))


def entries(place: Place) -> list[str]:
    with place.factory.session() as session:
        return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.number)))


def test_an_exemption_is_entered_with_a_reason_and_told(desk: Desk, place: Place) -> None:
    browser = desk(place.people[Role.OFFICER])
    until = (local_date(place.factory.parts.now()) + timedelta(days=30)).isoformat()
    page = browser.submit(
        address(place), "/exemption", reason="区县决定2026-17号", until="day", ends_on=until
    )
    assert "区县决定2026-17号" in page.text
    assert until in page.text
    assert held(place).face_exempt_to is not None
    assert notices(place) == [NoticeKind.FACE_EXEMPT]
    assert "face_exempted" in entries(place)


def test_it_may_be_permanent_and_ends_with_the_day(desk: Desk, place: Place) -> None:
    browser = desk(place.people[Role.OFFICER])
    browser.submit(address(place), "/exemption", reason="决定书", until="permanent")
    assert held(place).face_exempt_to is None
    assert held(place).face_exempt_from is not None
    browser.submit(address(place), "/exemption/end")
    browser.submit(address(place), "/exemption/end")  # a double click
    assert held(place).face_exempt_to == local_date(place.factory.parts.now())
    assert notices(place) == [NoticeKind.FACE_EXEMPT, NoticeKind.FACE_EXEMPTION_ENDED]


@pytest.mark.parametrize(
    "fields",
    [
        {"reason": "", "until": "permanent"},
        {"reason": "决定书", "until": "day"},
        {"reason": "决定书", "until": "permanent", "ends_on": "2026-12-31"},
        {"reason": "决定书", "until": "day", "ends_on": "2020-01-01"},
        {"reason": "决定书", "until": "day", "ends_on": "9999-12-31"},
        {"reason": "决定书" * 100, "until": "permanent"},
    ],
)
def test_half_an_exemption_is_none(desk: Desk, place: Place, fields: dict[str, str]) -> None:
    answer = desk(place.people[Role.OFFICER]).submit(address(place), "/exemption", **fields)
    assert answer.status_code == 422
    assert held(place).face_exempt_from is None


def asked(place: Place, words: str = "脸上有伤") -> RequestBody:
    person = OffenderCaller(place.person.id, new_id())
    body = RequestBody(id=new_id(), kind=RequestKind.FACE_EXEMPTION, words=words)
    ask(place.factory.parts, person, body)
    return body


def test_what_a_person_asks_for_is_seen_and_answered_once(desk: Desk, place: Place) -> None:
    asked(place)
    browser = desk(place.people[Role.OFFICER])
    assert "脸上有伤" in browser.page("/references")
    assert "脸上有伤" in browser.page(address(place))
    page = browser.submit(address(place), "/answer", answer="可以,请到所里办理")
    assert "脸上有伤" not in page.text
    person = OffenderCaller(place.person.id, new_id())
    (told,) = own_requests(place.factory.parts, person).requests
    assert told.answer == "可以,请到所里办理"
    assert notices(place) == [NoticeKind.REQUEST_ANSWERED]


def test_one_request_of_a_kind_waits_at_a_time(place: Place) -> None:
    body = asked(place)
    person = OffenderCaller(place.person.id, new_id())
    ask(place.factory.parts, person, body)  # again: the same
    with pytest.raises(RefusedError) as refused:
        asked(place)
    assert refused.value.code is ProblemCode.NOT_OPEN
    other = body.model_copy(update={"words": "另一句话"})
    with pytest.raises(RefusedError) as refused:
        ask(place.factory.parts, person, other)
    assert refused.value.code is ProblemCode.CONTENT_DIFFERS
