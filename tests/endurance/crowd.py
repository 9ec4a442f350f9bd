"""Many phones that report again and again, whatever the answers are."""

import threading
import time
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from uuid import UUID

import httpx

from mobile_contract.client.backoff import Patience
from mobile_contract.client.connection import NoAnswerError, RefusedError, SignInNeededError
from mobile_contract.client.delivery import Delivery, DeliveryOutcome
from mobile_contract.client.phone import Phone
from tests.endurance.history import History, Recorder, Sent, Stopwatch
from tests.photos import photos
from tests.world import HERE

SELFIES = 24
BRIEF = Patience(attempts=2, first_wait_s=0.3, longest_growth_s=1.0)
ANSWER_WITHIN_S = 20.0
ACCEPTED = frozenset({DeliveryOutcome.ACCEPTED, DeliveryOutcome.PARTLY_HELD})


@dataclass
class Crowd:
    """The phones, each in a thread of its own."""

    url: str
    folder: Path
    history: History
    watch: Stopwatch
    every_s: float
    phones: list[tuple[Phone, UUID]] = field(default_factory=list)
    refused: list[Delivery] = field(default_factory=list)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def join_in(self, number: str, code: str, offender_id: UUID) -> None:
        """Activate one more phone."""
        place = len(self.phones)
        http = httpx.Client(
            base_url=self.url,
            transport=Recorder(self.history, place, self.watch),
            timeout=ANSWER_WITHIN_S,
        )
        phone = Phone(self.url, self.folder / f"phone-{place}", http=http)
        phone.activate(number, code)
        self.phones.append((phone, offender_id))

    def begin(self) -> None:
        """Let every phone report until `fall_silent`."""
        selfies = [photos().selfie_of(photos().obama[0], one + 1) for one in range(SELFIES)]
        for place in range(len(self.phones)):
            mine = list(islice(cycle(selfies), place, place + SELFIES))
            thread = threading.Thread(target=self._report, args=(place, mine), daemon=True)
            self._threads.append(thread)
            thread.start()

    def fall_silent(self) -> None:
        """Capture nothing more."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def empty_queues(self, within_s: float) -> int:
        """Send what is left; gives how many check-ins still wait on phones."""
        until = self.watch.seconds() + within_s
        while (left := self._waiting()) and self.watch.seconds() < until:
            for place in range(len(self.phones)):
                self._send(place)
        return left

    def _waiting(self) -> int:
        return sum(len(phone.checkin_queue.waiting()) for phone, _ in self.phones)

    def _report(self, place: int, selfies: list[bytes]) -> None:
        time.sleep(self.every_s * place / len(self.phones))
        for selfie in cycle(selfies):
            if self._stopping.is_set():
                return
            phone, offender_id = self.phones[place]
            frozen = phone.capture(selfie, HERE)
            self.history.captured(Sent(place, offender_id, frozen, self.watch.seconds()))
            self._send(place)
            self._stopping.wait(self.every_s)

    def _send(self, place: int) -> None:
        phone, _ = self.phones[place]
        try:
            deliveries = phone.send_queued(BRIEF)
        except (NoAnswerError, RefusedError, SignInNeededError) as error:
            # A round that could not even begin (no fresh nonce, server away) is tried again.
            self.history.troubles.append(f"{place}: {type(error).__name__}: {error}")
            return
        for delivery in deliveries:
            if delivery.outcome in ACCEPTED:
                self.history.acknowledged(delivery.id, self.watch.seconds())
            elif delivery.outcome in {DeliveryOutcome.REFUSED, DeliveryOutcome.STOPPED}:
                self.refused.append(delivery)
