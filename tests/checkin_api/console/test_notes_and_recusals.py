"""Notes on a person's page, and what is left of a person for who is recused: nothing."""

import pytest
from sqlalchemy import select

from storage.records import AuditEntry, PersonNote, Recusal, Role
from tests.checkin_api.arranged import new_id
from tests.checkin_api.console.conftest import Desk
from tests.checkin_api.console.district import Place, lay_place, sent
from tests.checkin_api.console.test_pages import lay_receipt
from tests.factories import Factory


@pytest.fixture
def place(factory: Factory) -> Place:
    """A district with everybody in it."""
    return lay_place(factory)


def test_a_note_stands_on_the_page_newest_first_with_who_and_when(desk: Desk, place: Place) -> None:
    path = f"/people/{place.person.id}"
    desk(place.people[Role.SOCIAL_WORKER]).submit(path, "/notes", note="电话联系，情绪平稳")
    page = desk(place.people[Role.OFFICER]).submit(path, "/notes", note="已上门走访").text
    assert page.index("已上门走访") < page.index("电话联系，情绪平稳")
    with place.factory.session() as session:
        rows = session.scalars(select(PersonNote).order_by(PersonNote.written_at)).all()
        noted = session.scalars(
            select(AuditEntry.subject).where(AuditEntry.action == "note_written")
        ).all()
    assert [row.officer_id for row in rows] == [
        place.people[role].id for role in (Role.SOCIAL_WORKER, Role.OFFICER)
    ]
    assert set(noted) == {str(row.id) for row in rows}


def test_a_note_sent_twice_is_one_note(desk: Desk, place: Place) -> None:
    browser, path = desk(place.people[Role.OFFICER]), f"/people/{place.person.id}"
    made = str(new_id())
    for words in ("第一次", "第二次"):
        browser.submit(path, "/notes", id=made, note=words)
    with place.factory.session() as session:
        assert session.scalars(select(PersonNote.words)).all() == ["第一次"]


@pytest.mark.parametrize("words", ["", "  ", "长" * 2001])
def test_an_empty_or_endless_note_is_asked_again(desk: Desk, place: Place, words: str) -> None:
    path = f"/people/{place.person.id}"
    answer = desk(place.people[Role.OFFICER]).submit(path, "/notes", note=words)
    assert answer.status_code == 422
    assert "请填写笔记" in answer.text


def everything(place: Place) -> list[str]:
    """The addresses that show something of the person."""
    (checkin, photo), window = place.flagged_checkin(), place.missed_window()
    return [
        f"/people/{place.person.id}",
        f"/people/{place.person.id}/contact",
        f"/people/{place.person.id}/order",
        f"/people/{place.person.id}/references",
        f"/checkins/{place.person.id}/{checkin}",
        f"/windows/{window}",
        f"/media/{photo}",
    ]


def test_for_who_recuses_themselves_the_person_exists_no_more(desk: Desk, place: Place) -> None:
    paths, code = everything(place), lay_receipt(place.factory, place.person.id)
    browser = desk(place.people[Role.OFFICER])
    for path in paths:
        browser.page(path)
    path = f"/people/{place.person.id}"
    told = browser.submit(path, "/recusal", recusal_reason="系本人亲属")
    assert "不再显示" in told.text
    for gone in paths:
        browser.page(gone, expected=404)
    for listing in (
        "/people",
        "/items",
        f"/receipts?code={code}",
        f"/people?q={place.person.name}",
    ):
        assert place.person.number not in browser.page(listing), listing
    with place.factory.session() as session:
        row = session.scalars(select(Recusal)).one()
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.number.desc())).first()
    assert (row.officer_id, row.set_by) == (place.people[Role.OFFICER].id,) * 2
    assert entry is not None
    assert (entry.action, entry.subject) == ("officer_recused", str(row.officer_id))


@pytest.mark.parametrize("role", [Role.HEAD, Role.DUTY, Role.DISTRICT])
def test_whatever_the_role_who_is_recused_sees_nothing(
    desk: Desk, place: Place, role: Role
) -> None:
    paths = everything(place)
    place.recused(role)
    browser = desk(place.people[role])
    for path in paths:
        browser.page(path, expected=404)
    assert place.person.number not in browser.page("/items?of=district")
    assert sent(browser, f"/people/{place.person.id}/notes", note="x") == 404


def test_a_reason_is_asked_for(desk: Desk, place: Place) -> None:
    path = f"/people/{place.person.id}"
    answer = desk(place.people[Role.OFFICER]).submit(path, "/recusal", recusal_reason=" ")
    assert answer.status_code == 422
    with place.factory.session() as session:
        assert session.scalars(select(Recusal)).all() == []


def test_a_head_recuses_an_officer_and_ends_it(desk: Desk, place: Place) -> None:
    path, officer = f"/people/{place.person.id}", place.people[Role.OFFICER]
    head = desk(place.people[Role.HEAD])
    page = head.submit(path, "/recusals", officer_id=str(officer.id), recusal_reason="同学").text
    assert "同学" in page
    desk(officer).page(path, expected=404)
    head.submit(path, "/end")
    desk(officer).page(path)
    with place.factory.session() as session:
        assert session.scalars(select(Recusal.ended_by)).one() == place.people[Role.HEAD].id


def test_nobody_ends_their_own_recusal(desk: Desk, place: Place) -> None:
    recusal = place.recused(Role.HEAD)
    path = f"/people/{place.person.id}/recusals/{recusal}/end"
    assert sent(desk(place.people[Role.HEAD]), path) == 404
    assert sent(desk(place.people[Role.OFFICER]), path) == 404
    other = place.factory.officer(place.office, Role.HEAD)
    assert sent(desk(other), path) == 404  # one head for another would be an exchange of favours
    assert sent(desk(place.people[Role.DISTRICT]), path) == 303
    desk(place.people[Role.HEAD]).page(f"/people/{place.person.id}")


@pytest.mark.parametrize("role", [Role.HEAD, Role.DUTY, Role.DISTRICT, Role.PROCURATOR])
def test_a_head_rids_a_case_of_nobody_who_oversees_it(desk: Desk, place: Place, role: Role) -> None:
    target = place.factory.officer(
        place.office if role is Role.HEAD else None,
        role,
        None if role is Role.HEAD else place.district,
    )
    path = f"/people/{place.person.id}/recusals"
    fields = {"officer_id": str(target.id), "recusal_reason": "x"}
    assert sent(desk(place.people[Role.HEAD]), path, **fields) == 422
    with place.factory.session() as session:
        assert session.scalars(select(Recusal)).all() == []


def test_an_officer_who_supervises_the_district_too_is_not_the_heads_to_recuse(
    desk: Desk, place: Place
) -> None:
    officer = place.people[Role.OFFICER]
    place.factory.posting(officer.id, Role.DISTRICT, district=place.district)
    path = f"/people/{place.person.id}/recusals"
    fields = {"officer_id": str(officer.id), "recusal_reason": "x"}
    assert sent(desk(place.people[Role.HEAD]), path, **fields) == 422


def test_a_procurator_reads_who_is_recused_and_why(desk: Desk, place: Place) -> None:
    place.recused(Role.OFFICER)
    page = desk(place.people[Role.PROCURATOR]).page(f"/people/{place.person.id}")
    assert "亲属" in page
    assert "亲属" not in desk(place.people[Role.SOCIAL_WORKER]).page(f"/people/{place.person.id}")
