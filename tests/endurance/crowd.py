"""Many phones that report again and again, whatever the answers are."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from random import Random
from uuid import UUID

import httpx

from mobile_contract.client.backoff import Patience
from mobile_contract.client.connection import NoAnswerError, RefusedError, SignInNeededError
from mobile_contract.client.delivery import DeliveryOutcome
from mobile_contract.client.phone import Phone
from mobile_contract.client.queue import Submission
from mobile_contract.client.receipts import ReceiptUnprovenError
from tests.endurance.history import History, Recorder, Sent, Stopwatch
from tests.photos import photos
from tests.world import HERE

SELFIES = 24
BRIEF = Patience(attempts=2, first_wait_s=0.3, longest_growth_s=1.0)
ANSWER_WITHIN_S = 20.0
REPEATED = 0.25  # the share of rounds after which an old check-in is sent once more
TRIES_AT_THE_END = 30
NOT_NOW = (NoAnswerError, RefusedError, SignInNeededError, ReceiptUnprovenError)
REFUSALS = frozenset({DeliveryOutcome.REFUSED, DeliveryOutcome.STOPPED})


@dataclass(frozen=True)
class Pace:
    """How often each phone reports, and when all wait because the machine cannot follow."""

    every_s: float
    may_capture: Callable[[], bool]


@dataclass
class Crowd:
    """The phones, each in a thread of its own."""

    url: str
    folder: Path
    history: History
    watch: Stopwatch
    chance: Random
    phones: list[tuple[Phone, UUID]] = field(default_factory=list)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _reporting: list[Future[None]] = field(default_factory=list)

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

    def begin(self, pace: Pace) -> None:
        """Let every phone report until `fall_silent`."""
        selfies = [photos().selfie_of(photos().obama[0], one + 1) for one in range(SELFIES)]
        pool = ThreadPoolExecutor(len(self.phones))
        for place in range(len(self.phones)):
            mine = list(islice(cycle(selfies), place, place + SELFIES))
            chance = Random(self.chance.random())  # noqa: S311 - which old one to repeat
            self._reporting.append(pool.submit(self._report, place, mine, pace, chance))

    def is_reporting(self) -> bool:
        """Tell whether every phone still reports; one that broke down says why in `fall_silent`."""
        return not any(phone.done() for phone in self._reporting)

    def fall_silent(self) -> None:
        """Capture nothing more."""
        self._stopping.set()
        for phone in self._reporting:
            phone.result()

    def empty_queues(self, within_s: float) -> int:
        """Send what is left; gives how many check-ins still wait on phones."""
        until = self.watch.seconds() + within_s

        def empty(place: int) -> int:
            queue = self.phones[place][0].checkin_queue
            while queue.waiting() and self.watch.seconds() < until:
                self._send(place)
            return len(queue.waiting())

        return sum(self._each(empty))

    def repeat_all(self) -> int:
        """Send every check-in once more; gives how many got no receipt for it."""
        sent = list(self.history.sent.values())

        def repeat(place: int) -> int:
            mine = [one for one in sent if one.phone == place]
            return sum(not self._repeated(place, one, TRIES_AT_THE_END) for one in mine)

        return sum(self._each(repeat))

    def _each(self, act: Callable[[int], int]) -> list[int]:
        with ThreadPoolExecutor(len(self.phones)) as pool:
            return list(pool.map(act, range(len(self.phones))))

    def _report(self, place: int, selfies: list[bytes], pace: Pace, chance: Random) -> None:
        mine: list[Sent] = []
        photo = cycle(selfies)
        self._stopping.wait(pace.every_s * place / len(self.phones))
        while not self._stopping.is_set():
            if pace.may_capture():
                mine.append(self._captured(place, next(photo)))
            self._send(place)
            if mine and chance.random() < REPEATED:
                self._repeated(place, chance.choice(mine), 1)
            self._stopping.wait(pace.every_s)

    def _captured(self, place: int, selfie: bytes) -> Sent:
        phone, offender_id = self.phones[place]
        sent = Sent(place, offender_id, phone.capture(selfie, HERE), self.watch.seconds())
        self.history.captured(sent)
        return sent

    def _send(self, place: int) -> None:
        try:
            deliveries = self.phones[place][0].send_queued(BRIEF)
        except NOT_NOW:
            return  # a round that could not even begin is tried again
        for delivery in deliveries:
            if delivery.outcome in REFUSALS:
                code = delivery.problem.code if delivery.problem else delivery.trouble
                self.history.refused.append(f"{delivery.id} {code}")

    def _repeated(self, place: int, sent: Sent, tries: int) -> bool:
        """Send the JSON of an old check-in again; its receipt must be what it was."""
        alone = Submission(sent.id, sent.submission.body, {})
        for _ in range(tries):
            try:
                self.phones[place][0].submit(alone)
            except NOT_NOW:
                time.sleep(1.0)
            else:
                return True
        return False
