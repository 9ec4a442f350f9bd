"""An officer's desk: the console's pages and forms, for one person at a time."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import httpx

from mobile_contract.places import Place
from tests.browser_forms import Browser
from tests.stage import eventually
from verifier.local_time import SHANGHAI

FLAG = re.compile(r'data-flag="([a-z_]+)"')
COMPARISON = re.compile(r'data-comparison="([a-z_]+)"')
CODE = re.compile(r'data-code="([0-9A-Z]+)"')
PICTURE = re.compile(r'<img src="(/media/[0-9a-f-]+)"')
COMPLETED = re.compile(r'data-completion="')
WINDOW_ID = re.compile(r'name="id" value="([0-9a-f-]+)"')
ENOUGH_PHOTOS = 3


class FormRefusedError(AssertionError):
    """The console did not take a form."""


@dataclass
class Desk:
    """A signed-in officer."""

    browser: Browser

    def send(self, page: str, form: str, files: object = None, **fields: str | list[str]) -> str:
        """Fill a form of a page and send it; gives the page that follows."""
        answer = self.browser.submit(page, form, files=files, **fields)
        if answer.status_code != httpx.codes.OK:
            raise FormRefusedError(f"{form}: {answer.status_code} {answer.text}")
        return answer.text


@dataclass
class Folder:
    """One person's pages, on one officer's desk."""

    desk: Desk
    person: UUID

    @property
    def address(self) -> str:
        """Where the person's page is."""
        return f"/people/{self.person}"

    def page_of(self, checkin: UUID) -> str:
        """Where a check-in's page is."""
        return f"/checkins/{self.person}/{checkin}"

    def set_fence(self, centre: Place, radius_m: float) -> None:
        """Set the circle that the person reports from."""
        self.desk.send(
            self.address,
            "/fence",
            latitude=str(centre.latitude),
            longitude=str(centre.longitude),
            datum=str(centre.datum),
            radius_m=str(radius_m),
        )

    def add_references(self, pictures: Sequence[bytes]) -> None:
        """Add photos to enrol the person with."""
        files = [
            ("photos", (f"{number}.jpg", picture, "image/jpeg"))
            for number, picture in enumerate(pictures, 1)
        ]
        self.desk.send(f"{self.address}/references", "/references", files=files)

    def approve_references(self, number: int) -> None:
        """Approve the photos once the worker has examined them."""
        weak = {"weak_reason": "本人当日只能提供一张照片"} if number < ENOUGH_PHOTOS else {}
        page = f"{self.address}/references"
        eventually(lambda: "/approve" in self.desk.browser.page(page), within_s=60)
        self.desk.send(page, "/approve", basis="in_presence", **weak)

    def activation_code(self) -> str:
        """Hand out a code for the person's phone."""
        page = self.desk.send(f"{self.address}/activation", "/activation", minutes="30")
        found = CODE.search(page)
        assert found, page
        return found[1]

    def order_window(self, opens: datetime, due: datetime, grace_ends: datetime) -> UUID:
        """Order a check-in; gives the window's id."""
        page = f"{self.address}/order"
        made = WINDOW_ID.search(self.desk.browser.page(page))
        assert made
        self.desk.send(
            page,
            "/order",
            id=made[1],
            opens_at=_typed(opens),
            due_at=_typed(due),
            grace_ends_at=_typed(grace_ends),
            reason="临时抽查",
        )
        return UUID(made[1])

    def has_open(self, checkin: UUID) -> bool:
        """Whether a check-in waits for this officer."""
        return self.page_of(checkin) in self.desk.browser.page("/items")

    def has_open_window(self, window: UUID) -> bool:
        """Whether a window waits for this officer."""
        return f"/windows/{window}" in self.desk.browser.page("/items")

    def flags(self, checkin: UUID) -> list[str]:
        """Flags and notes, as the page of the check-in shows them."""
        return FLAG.findall(self.desk.browser.page(self.page_of(checkin)))

    def comparison(self, checkin: UUID) -> str:
        """What comparing the photos said, as the page shows it."""
        found = COMPARISON.search(self.desk.browser.page(self.page_of(checkin)))
        return found[1] if found else "none"

    def shows_both_photos(self, checkin: UUID) -> bool:
        """Whether the page shows the selfie and the enrolled photo, and both can be opened."""

        def pictures() -> list[str]:
            found = PICTURE.findall(self.desk.browser.page(self.page_of(checkin)))
            return found if len(found) > 1 else []

        opened = [self.desk.browser.http.get(one) for one in eventually(pictures)]
        return all(one.headers["Content-Type"] == "image/jpeg" for one in opened)

    def answer(self, checkin: UUID, identity: str, reason: str, place: str | None = None) -> None:
        """Answer whether the person made a check-in, and whether the place is accepted."""
        asked = {"place_accepted": place} if place else {}
        self.desk.send(self.page_of(checkin), "/answer", identity=identity, reason=reason, **asked)

    def statuses_of_pages(self, checkin: UUID) -> dict[str, int]:
        """What this officer gets for the person's pages."""
        pages = {"person": self.address, "check-in": self.page_of(checkin)}
        return {name: self.desk.browser.http.get(page).status_code for name, page in pages.items()}

    def completions(self) -> int:
        """How many study completions the person's page shows."""
        return len(COMPLETED.findall(self.desk.browser.page(self.address)))


def _typed(instant: datetime) -> str:
    return instant.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M:%S")
