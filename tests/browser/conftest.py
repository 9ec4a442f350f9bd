"""A real browser on the whole running system; skipped, by name, where there is none."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    ViewportSize,
    sync_playwright,
)

from storage.records import Officer
from tests.factories import PASSWORD
from tests.world import World

PROGRAM = shutil.which("chromium")
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK: ViewportSize = {"width": 1366, "height": 768}
WITHIN_MS = 15_000

Desk = Callable[[Officer], Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's chromium."""
    if PROGRAM is None:
        pytest.skip("no chromium here: the console is not tried in a browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def fresh_page(chromium: Browser, world: World) -> Iterator[Callable[[], Page]]:
    """Opens a page of a browser that has never been here, and that has nothing to complain of.

    A violated content policy, a missing file, a fault of a page: browsers say so in their console.
    """
    opened: list[BrowserContext] = []
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    def open_one() -> Page:
        opened.append(chromium.new_context(base_url=world.url, viewport=DESK, locale="zh-CN"))
        opened[-1].set_default_timeout(WITHIN_MS)
        page = opened[-1].new_page()
        page.on("console", note)
        return page

    yield open_one
    for context in opened:
        context.close()
    assert complaints == []


@pytest.fixture
def desk(fresh_page: Callable[[], Page], world: World) -> Desk:
    """Signs an officer in and gives the page that follows."""

    def sign_in(officer: Officer) -> Page:
        page = fresh_page()
        page.goto("/")
        page.get_by_label("用户名").fill(officer.login)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.get_by_label("验证码或恢复码").fill(world.factory.code(officer))
        page.get_by_role("button", name="登录").click()
        page.wait_for_url("**/items")
        return page

    return sign_in
