"""Emptying a queue: what may be let go of, what is kept, and what is tried again."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random
from uuid import UUID

from mobile_contract.client.backoff import Patience
from mobile_contract.client.clocks import Clocks
from mobile_contract.client.connection import (
    NoAnswerError,
    RefusedError,
    SignInNeededError,
    retry_of,
)
from mobile_contract.client.queue import EntryGoneError, Queue
from mobile_contract.client.receipts import ReceiptUnprovenError
from mobile_contract.codes import Retry
from mobile_contract.problems import Problem


class DeliveryOutcome(StrEnum):
    """What became of one entry in one round of sending."""

    ACCEPTED = "accepted"
    PARTLY_HELD = "partly_held"
    REFUSED = "refused"
    STOPPED = "stopped"
    WAITING = "waiting"
    SIGN_IN = "sign_in"
    GONE = "gone"  # another process sent it meanwhile


@dataclass(frozen=True)
class Delivery:
    """One entry, what became of it, the refusal if there was one, and the files still to send."""

    id: UUID
    outcome: DeliveryOutcome
    problem: Problem | None = None
    trouble: str | None = None
    files_waiting: tuple[str, ...] = ()


@dataclass(frozen=True)
class Courier:
    """Sends the entries of one queue.

    `hand_over` sends one part, lets go of what is held then, and says PARTLY_HELD where that got
    an entry on and something of it is left.
    """

    queue: Queue
    hand_over: Callable[[UUID], DeliveryOutcome]
    clocks: Clocks
    chance: Random

    def send(self, entry_id: UUID, app: str, patience: Patience) -> Delivery:
        """Try an entry until it is decided or patience ends; what gets it on renews patience."""
        attempt = 0
        while True:
            delivery, asked_s = self._try(entry_id, app)
            if delivery.outcome is DeliveryOutcome.PARTLY_HELD:
                attempt = 0
                continue
            attempt += 1
            if delivery.outcome is not DeliveryOutcome.WAITING or attempt >= patience.attempts:
                return self._as_it_stands(delivery)
            self.clocks.sleep(patience.wait_s(attempt - 1, asked_s, self.chance))

    def _as_it_stands(self, delivery: Delivery) -> Delivery:
        """Say which files wait, and that the rest of the entry does not."""
        files = tuple(self.queue.file_names(delivery.id))
        partly = delivery.outcome is DeliveryOutcome.WAITING and self.queue.is_held(delivery.id)
        outcome = DeliveryOutcome.PARTLY_HELD if partly else delivery.outcome
        return replace(delivery, outcome=outcome, files_waiting=files)

    def _try(self, entry_id: UUID, app: str) -> tuple[Delivery, float]:
        try:
            return Delivery(entry_id, self.hand_over(entry_id)), 0.0
        except NoAnswerError as error:
            return Delivery(entry_id, DeliveryOutcome.WAITING, trouble=str(error)), error.wait_s
        except SignInNeededError as error:
            return Delivery(entry_id, DeliveryOutcome.SIGN_IN, error.problem), 0.0
        except EntryGoneError:
            return Delivery(entry_id, DeliveryOutcome.GONE), 0.0
        except ReceiptUnprovenError as error:
            return Delivery(entry_id, DeliveryOutcome.WAITING, trouble=str(error)), 0.0
        except RefusedError as refusal:
            outcome = self._after(entry_id, refusal.problem, app)
            return Delivery(entry_id, outcome, refusal.problem), refusal.wait_s

    def _after(self, entry_id: UUID, problem: Problem, app: str) -> DeliveryOutcome:
        match retry_of(problem):
            case Retry.NEVER:
                if not (self.queue.is_held(entry_id) and self.queue.file_names(entry_id)):
                    self.queue.drop(entry_id)  # else a file was refused, and the others are not
                return DeliveryOutcome.REFUSED
            case Retry.FIX:
                self.queue.stop(entry_id, problem.code, app)
                return DeliveryOutcome.STOPPED
            case Retry.SIGN_IN:
                return DeliveryOutcome.SIGN_IN
            case Retry.SAME | Retry.LATER:
                return DeliveryOutcome.WAITING
