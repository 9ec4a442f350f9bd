"""The reference phone: captures offline, sends later, lets go only of what is held."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random, SystemRandom
from uuid import UUID

import httpx

from mobile_contract.activation import Activated, ActivationBody, DeviceNamed
from mobile_contract.checkins import DeviceSent
from mobile_contract.client.backoff import Patience
from mobile_contract.client.challenges import Answered, Challenges
from mobile_contract.client.checkin import Captured, Moment, freeze, handing_over
from mobile_contract.client.clocks import Clocks, system_clocks, uuid7
from mobile_contract.client.connection import Connection, RefusedError, retry_of
from mobile_contract.client.delivery import Courier, Delivery, DeliveryOutcome
from mobile_contract.client.disk import Disk, replace_file
from mobile_contract.client.keys import Keyring
from mobile_contract.client.queue import Queue, Submission
from mobile_contract.client.reading import Reader
from mobile_contract.client.receipts import KnownKeys, ReceiptFolder, ReceiptUnprovenError
from mobile_contract.client.registering import Registrar
from mobile_contract.client.sending import Posted, Sender
from mobile_contract.client.study import Library, Worked, freeze_completion, hand_over
from mobile_contract.codes import NoPlaceReason, NoSelfieReason, Retry
from mobile_contract.device_requests import DeviceRequestBody, DeviceRequested
from mobile_contract.files_held import FILES_HELD
from mobile_contract.movement_codes import NoMovementReason
from mobile_contract.objections import ObjectionBody, ObjectionTold
from mobile_contract.places import Place
from mobile_contract.receipts import Receipt
from mobile_contract.study import CompletionResult

TIMEOUT_S = 60.0
PATIENT = Patience()


@dataclass(frozen=True)
class Handset:
    """The device that a phone app runs on, and what it says of itself."""

    model: str = "reference phone"
    os: str = "Python"
    app: str = "1.0.0"
    mock: bool = False
    rooted: bool = False
    cloned: bool = False
    emulator: bool = False
    chance: Random = field(default_factory=SystemRandom, repr=False, compare=False)


class Phone(Reader):
    """One installation of the app in one folder; every method but capturing may need a network."""

    def __init__(
        self,
        server_url: str,
        folder: Path,
        *,
        http: httpx.Client | None = None,
        clocks: Clocks | None = None,
        handset: Handset | None = None,
    ) -> None:
        self._folder = folder
        self._clocks = clocks or system_clocks()
        self.handset = handset or Handset()
        disk = self._disk = Disk()
        disk.make_folder(folder)
        self._keyring = Keyring(folder, disk)
        connected = http or httpx.Client(base_url=server_url, timeout=TIMEOUT_S, trust_env=False)
        self._connection = Connection(connected, self._keyring, self._clocks)
        super().__init__(self._connection, self._clocks)
        self.registrar = Registrar(server_url, self._connection, self._keyring)
        self.checkin_queue = Queue(folder / "checkins", disk)
        self.completion_queue = Queue(folder / "completions", disk)
        self.receipts = ReceiptFolder(folder / "receipts", disk)
        self._keys = KnownKeys(folder / "keys.json", disk, self.published_keys)
        self.challenges = Challenges(folder / "challenges", disk, self._connection, self._clocks)
        self.library = Library(folder / "study", disk, self._connection)
        self._sender = Sender(self.checkin_queue, self._connection, self._post, self.status)
        self._fresh = self._asked_to_move = False

    def activate(self, number: str, code: str) -> Activated:
        """Exchange an officer's code for tokens, naming the processing notice that was shown."""
        body = ActivationBody(
            person_number=number,
            code=code,
            install_id=self._install_id(),
            device=self._named(),
            notice_version=self.app().processing_notice.version,
        )
        return self.registrar.activate(body)

    def ask_registration(self, number: str, words: str | None = None) -> DeviceRequested:
        """Ask an officer to let this phone in, without a code; `registrar.collect` takes it up."""
        body = DeviceRequestBody(
            person_number=number,
            install_id=self._install_id(),
            device=self._named(),
            notice_version=self.app().processing_notice.version,
            words=words,
        )
        return self.registrar.ask(body)

    def capture(
        self,
        selfie: bytes | NoSelfieReason,
        place: Place | NoPlaceReason,
        *,
        window_id: UUID | None = None,
        frames: Sequence[bytes] = (),
        movement: Answered | NoMovementReason | None = None,
    ) -> Submission:
        """Freeze a check-in into the queue; works without a connection."""
        moment = Moment(self._clocks, self.handset.chance, self._keyring.nonce(), self._device())
        submission = freeze(Captured(selfie, place, window_id, frames, movement=movement), moment)
        self.checkin_queue.put(submission)
        return submission

    def submit(self, submission: Submission) -> Receipt:
        """Send a check-in once and keep its receipt; the queue stays as it is."""
        return self._post(submission).receipt

    def send_queued(
        self, patience: Patience = PATIENT, *, stopped_too: bool = False
    ) -> list[Delivery]:
        """Send what waits, oldest first; an entry stays until the server holds all of it."""
        self._fresh = self._asked_to_move = False
        sent = [
            *self._send_all(self.checkin_queue, self._hand_over_checkin, patience, stopped_too),
            *self._send_all(
                self.completion_queue, self._hand_over_completion, patience, stopped_too
            ),
        ]
        if self._asked_to_move:
            self.challenges.restock()
        return sent

    def monotonic_ms(self) -> int:
        """Return the phone's running clock, which frames of a movement are dated by."""
        return self._clocks.monotonic_ms()

    def objection(self, checkin_id: UUID, words: str) -> ObjectionTold:
        """Object to a decision, in the person's words."""
        made = uuid7(self._clocks.wall(), self.handset.chance)
        return self.object_to(checkin_id, ObjectionBody(id=made, words=words))

    def complete(self, worked: Worked) -> Submission:
        """Freeze a completion into the queue; works without a connection."""
        completion = freeze_completion(worked, self._clocks.wall(), self.handset.chance)
        self.completion_queue.put(completion)
        return completion

    def submit_completion(self, completion: Submission) -> CompletionResult:
        """Send a completion once and keep its result; the queue stays as it is."""
        result = hand_over(self._connection, completion)
        kept = self._folder / "results" / f"{completion.id}.json"
        replace_file(self._disk, kept, result.model_dump_json().encode())
        return result

    def verify(self, receipt: bytes) -> Receipt:
        """Return what a receipt says; raises ReceiptUnprovenError if its signature does not fit."""
        return self._keys.verified(receipt)

    def _send_all(
        self,
        queue: Queue,
        hand_over_one: Callable[[UUID], DeliveryOutcome],
        patience: Patience,
        stopped_too: bool,  # noqa: FBT001 - handed through from a keyword
    ) -> list[Delivery]:
        app = self.handset.app
        courier = Courier(queue, hand_over_one, self._clocks, self.handset.chance)
        return [
            courier.send(entry_id, app, patience)
            for entry_id in queue.waiting()
            if stopped_too or not queue.is_stopped(entry_id, app)
        ]

    def _hand_over_checkin(self, checkin_id: UUID) -> DeliveryOutcome:
        self._freshen()
        return self._sender.hand_over(checkin_id)

    def _post(self, submission: Submission) -> Posted:
        try:
            answer = self._connection.ask(handing_over(submission))
        except RefusedError as refusal:
            self._keep_refusal(submission.id, refusal)
            raise
        return Posted(self._kept(answer.content, submission.id), answer.headers.get(FILES_HELD))

    def _hand_over_completion(self, completion_id: UUID) -> DeliveryOutcome:
        self.submit_completion(self.completion_queue.get(completion_id))
        self.completion_queue.drop(completion_id)
        return DeliveryOutcome.ACCEPTED

    def _freshen(self) -> None:
        """Get a fresh nonce and token by a request without a body, once a round of sending."""
        if self._fresh:
            return
        try:
            plan = self.me().plan
            self._asked_to_move = plan is not None and plan.movement
            self._connection.renew_if_ending()
        except RefusedError as refusal:
            # Only what concerns the whole phone may hold up the photos.
            if retry_of(refusal.problem) in {Retry.SIGN_IN, Retry.LATER}:
                raise
        self._fresh = True

    def _keep_refusal(self, checkin_id: UUID, refusal: RefusedError) -> None:
        if refusal.problem.receipt is not None:
            members = json.loads(refusal.answer)["receipt"]
            self._kept(json.dumps(members).encode(), checkin_id)

    def _kept(self, text: bytes, checkin_id: UUID) -> Receipt:
        receipt = self.verify(text)
        if receipt.checkin_id != checkin_id:
            message = "a receipt for another check-in"
            raise ReceiptUnprovenError(message)
        self.receipts.keep(receipt, json.loads(text))
        return receipt

    def _install_id(self) -> str:
        return self._keyring.install_id(str(uuid7(self._clocks.wall(), self.handset.chance)))

    def _named(self) -> DeviceNamed:
        return DeviceNamed(model=self.handset.model, os=self.handset.os, app=self.handset.app)

    def _device(self) -> DeviceSent:
        phone = self.handset
        return DeviceSent(
            **self._named().model_dump(),
            install_id=self._install_id(),
            mock=phone.mock,
            rooted=phone.rooted,
            cloned=phone.cloned,
            emulator=phone.emulator,
        )
