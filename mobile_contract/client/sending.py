"""Handing a check-in over: all at once where the line bears it, else the JSON and each file alone.

One request a step, so that what a weak line did carry is never sent again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from mobile_contract.checkins import SELFIE, CheckInStatus
from mobile_contract.client.checkin import covers_body, handing_over_file
from mobile_contract.client.connection import (
    Connection,
    NoAnswerError,
    RefusedError,
    retry_of,
)
from mobile_contract.client.delivery import DeliveryOutcome
from mobile_contract.client.queue import Queue, Submission
from mobile_contract.client.reading import read_as
from mobile_contract.client.receipts import ReceiptUnprovenError
from mobile_contract.codes import Retry
from mobile_contract.files_held import read_held
from mobile_contract.receipts import Receipt


@dataclass(frozen=True)
class Posted:
    """What a POST was answered: the receipt, kept by now, and what stood beside it."""

    receipt: Receipt
    held: str | None  # None: a proxy took the header away


@dataclass
class Sender:
    """Sends the check-ins of one queue, a step at a time."""

    queue: Queue
    connection: Connection
    post: Callable[[Submission], Posted]
    status: Callable[[UUID], CheckInStatus]
    weak: set[UUID] = field(default_factory=set)  # whose request of all parts got no answer
    asked: set[UUID] = field(default_factory=set)  # of which it is known what is held

    def hand_over(self, checkin_id: UUID) -> DeliveryOutcome:
        """Get a check-in one step on and let go of what is held; ACCEPTED once nothing is left.

        Raises what the request raises, ReceiptUnprovenError and EntryGoneError.
        """
        submission = self.queue.get(checkin_id)
        try:
            held = self._step(submission)
        except NoAnswerError:
            self.weak.add(checkin_id)
            self.asked.discard(checkin_id)  # a lost answer may have said that something is held
            raise
        self.asked.add(checkin_id)
        for name in held & submission.files.keys():
            self.queue.drop_file(checkin_id, name)
        if self.queue.file_names(checkin_id):
            return DeliveryOutcome.PARTLY_HELD
        self.queue.drop(checkin_id)
        return DeliveryOutcome.ACCEPTED

    def _step(self, submission: Submission) -> frozenset[str]:
        """Send the next part; returns the names of the files that the answer says are held."""
        if not self.queue.is_held(submission.id):
            return self._send_json(submission)
        if submission.id not in self.asked:
            held = self._held(submission.id)
            if not submission.files or held & submission.files.keys():
                return held
        return self._send_file(submission)

    def _send_json(self, submission: Submission) -> frozenset[str]:
        alone = submission.id in self.weak
        sent = Submission(submission.id, submission.body, {}) if alone else submission
        posted = self.post(sent)
        if not covers_body(posted.receipt, submission):
            message = "a receipt for other content"
            raise ReceiptUnprovenError(message)
        self.queue.note_held(submission.id)
        if posted.held is None and submission.files:
            return self._held(submission.id)
        return read_held(posted.held or "")

    def _send_file(self, submission: Submission) -> frozenset[str]:
        name = min(submission.files, key=lambda name: (name != SELFIE, name))
        request = handing_over_file(submission.id, name, submission.files[name])
        self.connection.renew_if_ending()
        try:
            answer = self.connection.ask(request)
        except RefusedError as refusal:
            if retry_of(refusal.problem) is Retry.NEVER:
                self.queue.drop_file(submission.id, name)
            raise
        held = _names_held(read_as(answer.content, CheckInStatus))
        if name not in held:
            message = f"an answer that does not say that {name} is held"
            raise NoAnswerError(message)
        return held

    def _held(self, checkin_id: UUID) -> frozenset[str]:
        return _names_held(self.status(checkin_id))


def _names_held(status: CheckInStatus) -> frozenset[str]:
    return frozenset(file.name for file in status.files if file.held)
