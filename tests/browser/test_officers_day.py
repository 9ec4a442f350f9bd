"""An officer's day in a real browser: signing in, enrolling, and a check-in that two decide."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from checkin_api.access.secret_texts import hashed, new_code
from mobile_contract.client.phone import Phone
from mobile_contract.codes import CheckInState, NextStep
from storage.records import Offender, Officer, SecondFactor
from tests.authenticators import Authenticator
from tests.browser.conftest import Desk
from tests.factories import PASSWORD, Factory
from tests.photos import photos
from tests.stage import eventually
from tests.world import HERE, World

pytestmark = pytest.mark.media

EXAMINED_MS = 60_000


@pytest.fixture
def office(factory: Factory) -> UUID:
    """A justice office."""
    return factory.office()


@pytest.fixture
def officer(factory: Factory, office: UUID) -> Officer:
    """Its officer."""
    return factory.officer(office)


@pytest.fixture
def person(factory: Factory, office: UUID) -> Offender:
    """A person with an open window."""
    person = factory.offender(office)
    factory.fence(person.id)
    factory.window(person.id)
    return person


def test_the_first_sign_in_sets_a_password_and_later_ones_use_it(
    factory: Factory, fresh_page: Callable[[], Page], officer: Officer
) -> None:
    code = new_code()
    with factory.session() as session:
        row = session.get_one(Officer, officer.id)
        row.password_hash, row.setup_code_sha256 = None, hashed(code)
        row.setup_expires_at = factory.parts.now() + timedelta(hours=1)
        session.execute(update(SecondFactor).values(ended_at=factory.parts.now()))
    page = fresh_page()
    page.goto("/people")
    page.get_by_role("link", name="首次登录").click()
    page.get_by_label("用户名").fill(officer.login)
    page.get_by_label("一次性设置码").fill(code.lower())
    page.get_by_label("新密码", exact=True).fill(PASSWORD)
    page.get_by_label("再输入一次新密码").fill(PASSWORD)
    page.get_by_role("button", name="设置密码并继续").click()
    app = Authenticator(page.locator("[data-secret]").get_attribute("data-secret") or "")
    page.get_by_label("应用上显示的 6 位验证码").fill(app.code())
    page.get_by_role("button", name="确认并登录").click()
    expect(page.locator("[data-recovery]")).to_have_count(10)
    page.get_by_role("link", name="已妥善保管").click()
    expect(page.get_by_role("heading", name="我的待办")).to_be_visible()
    page.get_by_role("button", name="退出").click()
    page.get_by_label("用户名").fill(officer.login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.get_by_label("验证码或恢复码").fill(app.code())
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="我的待办")).to_be_visible()


def test_an_officer_enrols_a_person_and_hands_out_a_code_that_a_phone_takes(
    world: World, desk: Desk, officer: Officer, person: Offender, tmp_path: Path
) -> None:
    page = desk(officer)
    add_photos(page, person, tmp_path, *photos().obama)
    # The page looks again by itself until the worker has examined all three.
    page.get_by_label("本人在场").check(timeout=EXAMINED_MS)
    page.get_by_role("button", name="批准").click()
    expect(page.get_by_role("status")).to_contain_text("登记照已批准")
    page.get_by_role("link", name=person.name, exact=True).click()
    page.get_by_role("link", name="手机激活码").click()
    page.get_by_role("button", name="生成激活码").click()
    eventually(lambda: loaded(page, "img[alt='激活二维码']") == 1)
    code = page.locator("#code").inner_text()
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}", code)
    phone = world.phone(person.number, code)
    sent = phone.capture(photos().selfie_of(photos().obama[1], 5), HERE)
    phone.submit(sent)
    assert world.verdict(phone, sent.id).state is CheckInState.CONFIRMED


def add_photos(page: Page, person: Offender, folder: Path, *pictures: bytes) -> None:
    """Go to a person's enrolled photos, choose files there and send them."""
    page.get_by_label("主导航").get_by_role("link", name="矫正对象").click()
    page.get_by_role("link", name=person.name, exact=True).click()
    page.locator("#content").get_by_role("link", name="登记照").click()
    files = [folder / f"{number}.jpg" for number in range(len(pictures))]
    for file, picture in zip(files, pictures, strict=True):
        file.write_bytes(picture)
    page.get_by_label("选择照片").set_input_files(files)
    page.get_by_role("button", name="上传").click()


def test_an_officer_leaves_out_the_photo_that_shows_somebody_else(
    desk: Desk, officer: Officer, person: Offender, tmp_path: Path
) -> None:
    page = desk(officer)
    add_photos(page, person, tmp_path, *photos().obama)
    expect(page.get_by_label("本人在场")).to_be_visible(timeout=EXAMINED_MS)
    add_photos(page, person, tmp_path, photos().biden)
    expect(page.locator("[data-pairs=differ]")).to_be_visible(timeout=EXAMINED_MS)
    page.get_by_role("button", name="不用第 4 张照片").click()
    expect(page.get_by_role("status")).to_contain_text("照片已去掉")
    expect(page.locator(".examined")).to_have_count(3)
    expect(page.locator("[data-pairs]")).to_have_count(0)
    page.get_by_label("本人在场").check()
    page.get_by_role("button", name="批准").click()
    expect(page.get_by_role("status")).to_contain_text("登记照已批准")


def loaded(page: Page, pictures: str) -> int:
    """How many pictures the browser could really show."""
    script = "all => all.filter(one => one.complete && one.naturalWidth > 0).length"
    found: int = page.locator(pictures).evaluate_all(script)
    return found


def answer(page: Page, choice: str, reason: str) -> None:
    """Fill the form of a check-in's page."""
    page.get_by_label(choice).check()
    page.get_by_label("理由").fill(reason)
    page.get_by_role("button", name="提交").click()


@pytest.fixture
def phone(world: World, factory: Factory, person: Offender) -> Phone:
    """The enrolled person's phone."""
    factory.enrolment(person.id, photos().obama)
    return world.phone_of(person)


def test_two_officers_decide_a_check_in_without_seeing_each_other(
    world: World,
    factory: Factory,
    desk: Desk,
    officer: Officer,
    phone: Phone,
) -> None:
    sent = phone.capture(photos().biden, HERE)
    phone.submit(sent)
    assert world.verdict(phone, sent.id).state is CheckInState.IN_REVIEW
    first, second = desk(officer), desk(factory.officer(factory.office_of(officer)))
    first.get_by_role("link", name=re.compile("照片与登记照比对未吻合")).click()
    eventually(lambda: first.reload() and loaded(first, ".compare img") >= 1)
    answer(first, "不是本人当时签到", "与登记照不是同一人")
    expect(first.get_by_text("等待另一名工作人员独立核实")).to_be_visible()
    first.goto("/items")
    expect(first.get_by_text("没有待办")).to_be_visible()
    assert phone.status(sent.id).state is CheckInState.IN_REVIEW
    second.goto("/items")
    second.get_by_role("link", name=re.compile("照片与登记照比对未吻合")).click()
    expect(second.get_by_text("与登记照不是同一人")).to_have_count(0)
    answer(second, "不是本人当时签到", "照片上是另一人")
    expect(second.get_by_text("与登记照不是同一人")).to_be_visible()
    status = phone.status(sent.id)
    assert (status.state, status.next.step) == (CheckInState.NOT_CONFIRMED, NextStep.OBJECT)
    assert status.decision is not None
    assert status.decision.text == "照片上是另一人"


def test_the_pages_speak_english_at_a_switch_and_fit_a_phone(
    desk: Desk, officer: Officer, person: Offender
) -> None:
    page = desk(officer)
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="My items")).to_be_visible()
    page.set_viewport_size({"width": 360, "height": 740})
    for path in ("/items", "/people", f"/people/{person.id}", f"/people/{person.id}/order"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
        expect(page.get_by_role("link", name="中文")).to_be_visible()
