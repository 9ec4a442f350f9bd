"""The whole system with people in it: serves flows, the story and the benchmarks alike."""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import httpx

from mobile_contract.checkins import CheckInStatus
from mobile_contract.client.clocks import Clocks
from mobile_contract.client.phone import Handset, Phone
from mobile_contract.codes import CheckInState, Datum
from mobile_contract.places import Place
from storage.local_stack import LocalStack, Processes
from storage.records import Offender, Officer
from tests.browser_forms import Browser
from tests.factories import PASSWORD, PEOPLES_SQUARE, Factory

Found = TypeVar("Found")
UNDECIDED = {CheckInState.RECEIVED, CheckInState.VERIFYING}
HERE = Place(
    latitude=PEOPLES_SQUARE[0], longitude=PEOPLES_SQUARE[1], datum=Datum.WGS84, accuracy_m=20.0
)


class NeverHappenedError(AssertionError):
    """What was waited for did not happen in time."""


def eventually(
    look: Callable[[], Found | None], within_s: float = 30.0, every_s: float = 0.1
) -> Found:
    """Look until there is something to see; raises NeverHappenedError."""
    until = time.monotonic() + within_s
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > until:
            raise NeverHappenedError(f"not within {within_s} s")
        time.sleep(every_s)


@dataclass
class World:
    """A running system; every method acts through a door that people or phones have."""

    stack: LocalStack
    processes: Processes
    factory: Factory
    folder: Path
    clients: list[httpx.Client] = field(default_factory=list)
    folders: dict[Phone, Path] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where phones and browsers find the system."""
        return self.stack.public_url

    def phone(
        self, offender: Offender, clocks: Clocks | None = None, handset: Handset | None = None
    ) -> Phone:
        """A phone that an officer's code has activated."""
        code = self.factory.activation_code(offender.id)
        folder = self.folder / f"phone-{len(self.clients)}"
        phone = Phone(self.url, folder, http=self.client(), clocks=clocks, handset=handset)
        phone.activate(offender.number, code)
        self.folders[phone] = folder
        return phone

    def twin(self, phone: Phone) -> Phone:
        """The same registration in a second hand, as a phone that sends twice at once is."""
        folder = self.folder / f"twin-{len(self.clients)}"
        shutil.copytree(self.folders[phone], folder)
        return Phone(self.url, folder, http=self.client())

    def client(self) -> httpx.Client:
        """An HTTP client that the world closes."""
        self.clients.append(httpx.Client(base_url=self.url, timeout=60, trust_env=False))
        return self.clients[-1]

    def close(self) -> None:
        """Close what was opened."""
        for client in self.clients:
            client.close()

    def browser(self) -> Browser:
        """A browser that nobody has signed in with."""
        return Browser(self.client())

    def officer(self, account: Officer) -> Browser:
        """A browser that an officer has signed in with."""
        browser = self.browser()
        browser.submit("/sign-in", "/sign-in", login=account.login, password=PASSWORD)
        return browser

    def verdict(self, phone: Phone, checkin_id: UUID, within_s: float = 30.0) -> CheckInStatus:
        """Wait, as a phone does, until the machine has said what it can."""

        def settled() -> CheckInStatus | None:
            status = phone.status(checkin_id)
            return None if status.state in UNDECIDED else status

        return eventually(settled, within_s)
