"""A head's page of supervision and the transfers, in a real browser, wide and narrow."""

import pytest
from playwright.sync_api import Page, ViewportSize

from storage.records import Role
from tests.browser.conftest import DESK
from tests.browser.conftest import Desk as SignedIn
from tests.factories import Factory

NARROW: ViewportSize = {"width": 390, "height": 844}


def fits(page: Page) -> bool:
    """Tell whether nothing sticks out to the side."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.parametrize("size", [DESK, NARROW], ids=["desk", "narrow"])
def test_a_head_pauses_ends_a_pause_and_hands_a_person_over(
    desk: SignedIn, factory: Factory, size: ViewportSize
) -> None:
    office, other = factory.office(), factory.office()
    head, receiver = factory.officer(office, Role.HEAD), factory.officer(other, Role.HEAD)
    person = factory.offender(office)
    page = desk(head)
    page.set_viewport_size(size)
    page.goto(f"/people/{person.id}")
    page.get_by_role("link", name="矫正期", exact=True).click()
    pause = page.locator("form[action$='/pause']")
    pause.get_by_label("原因").select_option("treatment")
    pause.get_by_role("button", name="暂停").click()
    page.get_by_role("status").wait_for()
    assert fits(page)
    transfer = page.locator("form[action$='/transfer']")
    transfer.get_by_label("接收的司法所").select_option(str(other))
    transfer.get_by_label("变更原因").fill("迁居到对方辖区")
    transfer.get_by_role("button", name="申请变更").click()
    page.get_by_role("status").wait_for()
    assert fits(page)
    theirs = desk(receiver)
    theirs.set_viewport_size(size)
    theirs.goto("/transfers")
    assert fits(theirs)
    theirs.get_by_role("button", name="接收", exact=True).click()
    theirs.get_by_role("status").wait_for()
    assert fits(theirs)
    theirs.goto("/people")
    assert theirs.get_by_text(person.number).is_visible()
    page.goto("/transfers")
    assert page.get_by_text("已接收").is_visible()
    assert fits(page)
