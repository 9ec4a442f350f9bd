"""Emptying a queue: what may be let go of, what is kept, and what is tried again."""

from collections.abc import Callable
from dataclasses import dataclass
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
    """One entry, what became of it, and the refusal if there was one."""

    id: UUID
    outcome: DeliveryOutcome
    problem: Problem | None = None
    trouble: str | None = None


@dataclass(frozen=True)
class Courier:
    """Sends the entries of one queue; `hand_over` makes one try and lets go of what is held."""

    queue: Queue
    hand_over: Callable[[UUID], DeliveryOutcome]
    clocks: Clocks
    chance: Random

    def send(self, entry_id: UUID, app: str, patience: Patience) -> Delivery:
        """Try an entry until it is decided or patience ends."""
        for attempt in range(patience.attempts):
            delivery, asked_s = self._try(entry_id, app)
            if delivery.outcome is not DeliveryOutcome.WAITING:
                return delivery
            if attempt + 1 < patience.attempts:
                self.clocks.sleep(patience.wait_s(attempt, asked_s, self.chance))
        return delivery

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
                self.queue.drop(entry_id)
                return DeliveryOutcome.REFUSED
            case Retry.FIX:
                self.queue.stop(entry_id, problem.code, app)
                return DeliveryOutcome.STOPPED
            case Retry.SIGN_IN:
                return DeliveryOutcome.SIGN_IN
            case Retry.SAME | Retry.LATER:
                return DeliveryOutcome.WAITING
