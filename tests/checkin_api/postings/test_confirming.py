"""A role takes effect when who answers for the place confirms it, and nobody else."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from checkin_api.access.confirming import CONFIRMED_BY, COVERED_BY, FIRST_ONLY, NEVER_NONE
from checkin_api.postings.service import confirm_postings
from storage.records import Posting, Role
from storage.records.authority import OFFICE_ROLES
from tests.checkin_api.arranged import caller_of, new_id
from tests.checkin_api.postings.city import City, confirm, listed


def test_every_role_says_who_confirms_it() -> None:
    assert set(CONFIRMED_BY) == set(Role)
    assert [role for role, by in CONFIRMED_BY.items() if not by] == [Role.EDITOR]
    assert {role for role, _ in FIRST_ONLY} <= NEVER_NONE
    assert set(COVERED_BY) == OFFICE_ROLES


def test_who_is_unconfirmed_sees_nothing_and_is_told_so(city: City) -> None:
    account, _ = city.waiting()
    person = city.factory.offender(city.office)
    browser = city.desk(account)
    assert browser.http.get("/items").status_code == 404
    assert not city.sees(browser, person.id)
    assert "还没有已确认的任职" in browser.page("/account")


def test_a_head_confirms_and_the_next_request_sees(city: City) -> None:
    account, posting = city.waiting()
    person = city.factory.offender(city.office)
    browser, head = city.desk(account), city.head()
    said = city.desk(head).submit("/postings", "/confirm", posting=[str(posting)])
    assert "所选任职已确认" in said.text
    assert city.sees(browser, person.id)
    assert city.row(posting).confirmed_by == f"officer:{head.id}"
    assert city.count("posting_confirmed") == 1


@pytest.mark.parametrize(
    ("role", "confirmer", "offered"),
    [
        (Role.SOCIAL_WORKER, Role.HEAD, True),
        (Role.OFFICER, Role.HEAD, True),
        (Role.OFFICER, Role.DISTRICT, True),
        (Role.HEAD, Role.HEAD, False),
        (Role.HEAD, Role.DISTRICT, True),
        (Role.DUTY, Role.HEAD, False),
        (Role.DUTY, Role.DISTRICT, True),
        (Role.DISTRICT, Role.DISTRICT, True),
        (Role.DISTRICT, Role.CITY, True),
        (Role.DISTRICT, Role.ADMINISTRATOR, False),
        (Role.PROCURATOR, Role.DISTRICT, False),
        (Role.PROCURATOR, Role.CITY, True),
        (Role.OFFICER, Role.CITY, False),
        (Role.OFFICER, Role.ADMINISTRATOR, False),
        (Role.CITY, Role.CITY, True),
        (Role.CITY, Role.ADMINISTRATOR, True),
        (Role.CITY, Role.DISTRICT, False),
        (Role.ADMINISTRATOR, Role.ADMINISTRATOR, True),
        (Role.ADMINISTRATOR, Role.CITY, False),
    ],
)
def test_who_confirms_whom(city: City, role: Role, confirmer: Role, *, offered: bool) -> None:
    of_district = {Role.DUTY, Role.DISTRICT, Role.PROCURATOR}
    _, posting = city.waiting(role, district=city.district if role in of_district else None)
    account = city.factory.officer(
        city.office if confirmer in OFFICE_ROLES else None,
        confirmer,
        city.district if confirmer in of_district else None,
    )
    browser = city.desk(account)
    assert (posting in listed(browser)) == offered
    assert confirm(browser, posting).status_code == (303 if offered else 404)
    assert city.is_confirmed(posting) == offered


@pytest.mark.parametrize("role", [Role.SOCIAL_WORKER, Role.OFFICER, Role.DUTY])
def test_who_leads_nobody_finds_no_page_of_postings(city: City, role: Role) -> None:
    office = city.office if role in OFFICE_ROLES else None
    browser = city.desk(city.factory.officer(office, role, None if office else city.district))
    assert browser.http.get("/postings").status_code == 404
    assert "/postings" not in browser.page("/account")


def test_another_offices_head_and_another_districts_supervisor_find_nothing(city: City) -> None:
    _, posting = city.waiting()
    for stranger in (
        city.head(city.neighbour),
        city.head(city.other_office),
        city.supervisor(city.other_district),
    ):
        browser = city.desk(stranger)
        assert listed(browser) == set()
        assert confirm(browser, posting).status_code == 404
        for page in ("end", "cover"):
            assert browser.http.get(f"/postings/{posting}/{page}").status_code == 404
    assert not city.is_confirmed(posting)


def test_one_foreign_posting_among_many_confirms_none(city: City) -> None:
    mine = [city.waiting()[1] for _ in range(3)]
    _, foreign = city.waiting(office=city.neighbour)
    assert confirm(city.desk(city.head()), *mine, foreign).status_code == 404
    assert not any(city.is_confirmed(one) for one in [*mine, foreign])


def test_nobody_confirms_himself(city: City) -> None:
    supervisor = city.supervisor()
    own = city.factory.posting(supervisor.id, Role.HEAD, office=city.office, confirmed=False)
    browser = city.desk(supervisor)
    assert listed(browser) == set()
    said = confirm(browser, own)
    assert (said.status_code, "由他人确认" in said.text) == (422, True)
    assert not city.is_confirmed(own)


def test_an_account_that_nobody_has_set_up_waits_for_its_owner(city: City) -> None:
    account, posting = city.waiting()
    with city.factory.session() as session:
        session.merge(account).password_hash = None
    browser = city.desk(city.head())
    assert listed(browser) == set()
    assert "本人首次登录" in browser.page("/postings")
    assert confirm(browser, posting).status_code == 422
    assert not city.is_confirmed(posting)


def test_two_hundred_are_confirmed_at_once(city: City) -> None:
    waiting = {city.waiting()[1] for _ in range(200)}
    browser = city.desk(city.head())
    assert listed(browser) == waiting
    assert browser.page("/postings?all=yes").count(" checked>") == 200
    browser.submit("/postings", "/confirm", posting=[str(one) for one in waiting])
    assert listed(browser) == set()
    assert city.count("posting_confirmed") == 200


def test_two_who_confirm_at_once_confirm_once(city: City) -> None:
    waiting = [city.waiting()[1] for _ in range(20)]
    heads = [caller_of(city.factory, city.head()) for _ in range(4)]
    with ThreadPoolExecutor(4) as all_of_them:
        counts = list(
            all_of_them.map(lambda head: confirm_postings(city.factory.parts, head, waiting), heads)
        )
    assert sorted(counts) == [0, 0, 0, 20]
    assert city.count("posting_confirmed") == 20


def test_an_ended_posting_is_not_confirmed_any_more(city: City) -> None:
    _, posting = city.waiting()
    browser = city.desk(city.head())
    browser.submit(f"/postings/{posting}/end", "/end")
    said = confirm(browser, posting)
    assert (said.status_code, "情况可能已有变化" in said.text) == (422, True)
    assert not city.is_confirmed(posting)


def test_nothing_ticked_and_nonsense_confirm_nothing(city: City) -> None:
    browser = city.desk(city.head())
    assert confirm(browser).status_code == 422
    assert confirm(browser, new_id()).status_code == 404


def test_the_city_confirms_only_a_districts_first_supervisor(city: City) -> None:
    browser = city.desk(city.factory.officer(role=Role.CITY))
    _, first = city.waiting(Role.DISTRICT, district=city.district)
    _, second = city.waiting(Role.DISTRICT, district=city.district)
    assert listed(browser) == {first, second}
    assert confirm(browser, first, second).status_code == 422  # one of them would be no first
    assert confirm(browser, first).status_code == 303
    assert listed(browser) == set()
    assert confirm(browser, second).status_code == 422
    first_one = city.supervisor()
    assert confirm(city.desk(first_one), second).status_code == 303


@pytest.mark.parametrize("role", [Role.CITY, Role.ADMINISTRATOR])
def test_who_proposed_somebody_at_a_terminal_confirms_them_nowhere(city: City, role: Role) -> None:
    administrator, another = (city.factory.officer(role=Role.ADMINISTRATOR) for _ in "ab")
    _, posting = city.waiting(role)
    with city.factory.session() as session:
        session.get_one(Posting, posting).created_by = f"command:{administrator.login}"
    browser = city.desk(administrator)
    assert listed(browser) == set()
    said = confirm(browser, posting)
    assert (said.status_code, "由他人确认" in said.text) == (422, True)
    assert confirm(city.desk(another), posting).status_code == 303
