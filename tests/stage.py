"""A running system as people and phones meet it: addresses, phones, browsers, and patience."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import httpx

from mobile_contract.checkins import CheckInStatus
from mobile_contract.client.clocks import Clocks
from mobile_contract.client.phone import Handset, Phone
from mobile_contract.codes import CheckInState
from tests.browser_forms import Browser

Found = TypeVar("Found")
UNDECIDED = {CheckInState.RECEIVED, CheckInState.VERIFYING}


class NeverHappenedError(AssertionError):
    """What was waited for did not happen in time."""


def eventually(
    look: Callable[[], Found | None],
    within_s: float = 30.0,
    every_s: float = 0.1,
    slowest_s: float | None = None,
) -> Found:
    """Look until there is something to see; raises NeverHappenedError.

    With `slowest_s` ever more slowly down to that: a phone may ask only so often in a minute.
    """
    until = time.monotonic() + within_s
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > until:
            raise NeverHappenedError(f"not within {within_s} s")
        time.sleep(every_s)
        every_s = min(every_s * 1.25, slowest_s) if slowest_s else every_s


@dataclass
class Stage:
    """Opens phones and browsers on one system, and closes them."""

    url: str
    folder: Path
    clients: list[httpx.Client] = field(default_factory=list)
    folders: dict[Phone, Path] = field(default_factory=dict)

    def phone(
        self, number: str, code: str, clocks: Clocks | None = None, handset: Handset | None = None
    ) -> Phone:
        """A phone that an officer's code activates."""
        folder = self.folder / f"phone-{len(self.clients)}"
        phone = Phone(self.url, folder, http=self.client(), clocks=clocks, handset=handset)
        phone.activate(number, code)
        self.folders[phone] = folder
        return phone

    def twin(self, phone: Phone) -> Phone:
        """The same registration in a second hand, as a phone that sends twice at once is."""
        folder = self.folder / f"twin-{len(self.clients)}"
        shutil.copytree(self.folders[phone], folder)
        return Phone(self.url, folder, http=self.client())

    def browser(self) -> Browser:
        """A browser that nobody has signed in with."""
        return Browser(self.client())

    def client(self) -> httpx.Client:
        """An HTTP client that the stage closes."""
        self.clients.append(httpx.Client(base_url=self.url, timeout=60, trust_env=False))
        return self.clients[-1]

    def verdict(self, phone: Phone, checkin_id: UUID, within_s: float = 30.0) -> CheckInStatus:
        """Wait, as a phone does, until the machine has said what it can."""

        def settled() -> CheckInStatus | None:
            status = phone.status(checkin_id)
            return None if status.state in UNDECIDED else status

        return eventually(settled, within_s, every_s=0.05, slowest_s=0.5)

    def close(self) -> None:
        """Close what was opened."""
        for client in self.clients:
            client.close()


def admin(environment: Mapping[str, str], *words: str) -> Any:
    """Run one command of the administrator and give its JSON answer."""
    done = subprocess.run(
        [sys.executable, "-m", "checkin_api.admin", "--json", "--as", "demo", *words],
        env=dict(environment),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise AssertionError(f"admin {words[0]}: {done.stdout}{done.stderr}")
    return json.loads(done.stdout)
