"""Who runs the system reads figures; officers read how long photos have waited."""

from datetime import timedelta
from ipaddress import ip_network
from uuid import uuid4

import httpx
import pytest

from checkin_api.app import create_app
from checkin_api.settings import WebSettings
from mobile_contract.codes import DeviceState
from storage import work
from storage.parts import Parts
from storage.records import Device, MediaFinding, Queue, Role, WorkKind, Wrong
from storage.work import Subject
from tests.browser_forms import Browser
from tests.checkin_api.console.conftest import SITE, Desk
from tests.factories import Factory
from tests.waiting_work import let_work_wait

WRONG = "no password of theirs"


def figures(browser: Browser) -> dict[str, float]:
    lines = [line for line in browser.page("/metrics").splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def promise(factory: Factory, ago: timedelta) -> None:
    with factory.session() as session:
        subject = Subject(uuid4(), uuid4())
        work.add(session, WorkKind.VERIFY_CHECKIN, subject, factory.parts.now())
        session.flush()
        let_work_wait(session, ago)


def test_waiting_leased_lost_and_given_up_work_are_figures(
    nobody: Browser, factory: Factory
) -> None:
    assert figures(nobody)['checkin_work_waiting{of="faces"}'] == 0
    for _ in range(4):
        promise(factory, timedelta(minutes=2))
    with factory.session() as session:
        lost = work.claim(session, Queue.FACES)
        assert lost is not None
        work.mark_examining(session, lost)
        let_work_wait(session, work.LEASE + timedelta(seconds=1))
        again = work.claim(session, Queue.FACES)
        assert again is not None
        assert again.number == lost.number
    with factory.session() as session:
        other = work.claim(session, Queue.FACES)
        assert other is not None
        work.give_up(session, other, "attempts used up", factory.parts.now())
    found = figures(nobody)
    assert found['checkin_work_waiting{of="faces"}'] == 2
    assert found['checkin_work_leased{of="faces"}'] == 1
    assert found['checkin_work_attempts_lost{of="faces"}'] == 1
    assert found['checkin_work_last_errors{of="faces: lost while examining"}'] == 1
    assert found['checkin_work_gave_up{of="faces"}'] == 1
    assert found['checkin_work_waiting{of="chores"}'] == 0
    assert found['checkin_work_oldest_seconds{of="faces"}'] > 120


def test_a_lease_that_ran_out_is_a_figure(nobody: Browser, factory: Factory) -> None:
    promise(factory, timedelta(0))
    with factory.session() as session:
        assert work.claim(session, Queue.FACES) is not None
        session.flush()
        let_work_wait(session, work.LEASE + timedelta(seconds=1))
    assert figures(nobody)['checkin_work_leases_expired{of="faces"}'] == 1


def test_what_comparing_media_found_is_a_figure(nobody: Browser, factory: Factory) -> None:
    now = factory.parts.now()
    factory.added(MediaFinding(wrong=Wrong.GONE, object_key="checkins/a", found_at=now))
    factory.added(
        MediaFinding(wrong=Wrong.GONE, object_key="checkins/b", found_at=now, gone_at=now)
    )
    found = figures(nobody)
    assert found['checkin_media_findings{of="gone"}'] == 1
    assert found['checkin_media_findings{of="unknown"}'] == 0


def test_what_is_refused_at_the_doors_is_a_figure_over_all_accounts(
    nobody: Browser, factory: Factory
) -> None:
    asked = 'checkin_refused_lately{of="sign_in_refused"}'
    before = figures(nobody)[asked]
    for login in (factory.account().login, "nobody-of-this-name"):
        nobody.submit("/sign-in", "/sign-in", login=login, password=WRONG)
    assert figures(nobody)[asked] == before + 2


def test_phones_that_ask_in_many_names_are_a_figure(nobody: Browser, factory: Factory) -> None:
    for _ in range(3):
        asked = factory.device(factory.offender().id)
        with factory.session() as session:
            row = session.get_one(Device, asked.id)
            row.state, row.activated_at = DeviceState.WAITING, None
    factory.device(factory.offender().id)
    found = figures(nobody)
    assert found['checkin_phones_asked{of="waiting"}'] == 3
    assert found['checkin_phones_asked{of="hour"}'] == 3


@pytest.mark.parametrize("headers", [{"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=x"}])
def test_figures_pass_no_proxy(nobody: Browser, headers: dict[str, str]) -> None:
    assert nobody.http.get("/metrics", headers=headers).status_code == 404


@pytest.mark.parametrize(("network", "status"), [("10.0.0.0/8", 404), ("127.0.0.1/32", 200)])
def test_figures_are_for_the_networks_that_are_named(
    parts: Parts, factory: Factory, network: str, status: int
) -> None:
    assert factory
    settings = WebSettings(public_url=SITE, metrics_networks=(ip_network(network),))
    transport = httpx.WSGITransport(app=create_app(settings, parts))
    with httpx.Client(transport=transport, base_url=SITE) as http:
        assert http.get("/metrics").status_code == status


@pytest.mark.parametrize(("waited", "told"), [(30, False), (61, True)])
def test_officers_read_how_long_photos_have_waited(
    desk: Desk, factory: Factory, waited: int, *, told: bool
) -> None:
    promise(factory, timedelta(seconds=waited))
    page = desk(factory.officer(factory.office(), Role.OFFICER)).page("/items")
    assert ('data-backlog="1"' in page) is told
