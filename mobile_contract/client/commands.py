"""What each command does: a phone's method, its answer as JSON."""

import argparse
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import SystemRandom

from pydantic import BaseModel, ValidationError

from mobile_contract.checkins import SELFIE
from mobile_contract.client.challenges import Answered, Frame, Opened
from mobile_contract.client.clocks import uuid7
from mobile_contract.client.connection import RefusedError
from mobile_contract.client.delivery import Delivery, DeliveryOutcome
from mobile_contract.client.phone import Phone
from mobile_contract.client.queue import Submission
from mobile_contract.client.study import Worked
from mobile_contract.codes import NoPlaceReason, ProblemCode
from mobile_contract.files_held import SMALL_SELFIE
from mobile_contract.movement_codes import NoMovementReason
from mobile_contract.places import Place
from mobile_contract.requests import RequestBody

Answer = tuple[int, object]

DONE, REFUSED, WAITING = 0, 1, 3


class UsageError(Exception):
    """Raised for arguments that do not go together."""


def run(phone: Phone, asked: argparse.Namespace) -> Answer:
    """Carry out a command; returns the exit status and what to print."""
    return COMMANDS[asked.command](phone, asked)


def _capture(phone: Phone, asked: argparse.Namespace) -> Submission:
    selfie = asked.no_selfie or asked.selfie.read_bytes()
    try:
        return phone.capture(
            selfie, _place(asked), window_id=asked.window, movement=_movement(phone, asked)
        )
    except ValidationError as fault:  # the contract has no latitude of 200 degrees
        raise UsageError(_in_words(fault)) from fault


def _in_words(fault: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in fault.errors()
    )


def _activate(phone: Phone, asked: argparse.Namespace) -> Answer:
    given = phone.activate(asked.number, asked.code)
    return DONE, {"device_id": str(given.device_id)}


def _request(phone: Phone, asked: argparse.Namespace) -> Answer:
    told = phone.ask_registration(asked.number, asked.words)
    return DONE, {"key": phone.registrar.key_name(), "text": told.text_zh, "text_en": told.text_en}


def _collect(phone: Phone, _asked: argparse.Namespace) -> Answer:
    try:
        return DONE, {"device_id": str(phone.registrar.collect().device_id)}
    except RefusedError as refusal:
        if refusal.problem.code != ProblemCode.NOT_REGISTERED:
            raise
        return WAITING, {"error": refusal.problem.text_en}


def _checkin(phone: Phone, asked: argparse.Namespace) -> Answer:
    submission = _capture(phone, asked)
    answer: dict[str, object] = {"id": str(submission.id)} | _warning(submission)
    if asked.offline:
        return DONE, answer
    deliveries = phone.send_queued()
    status = _exit_status(deliveries)
    answer["sent"] = [_delivery(delivery) for delivery in deliveries]
    if status == DONE and asked.wait:
        answer["status"] = _plain(phone.follow(submission.id, asked.wait))
    return status, answer


def _warning(submission: Submission) -> dict[str, object]:
    """Say so where a selfie is larger than a weak line bears; it is sent all the same."""
    length = len(submission.files.get(SELFIE, b""))
    if length <= SMALL_SELFIE:
        return {}
    said = f"the selfie has {length // 1024} KB; an app should freeze at most"
    return {"warning": f"{said} {SMALL_SELFIE // 1024} KB: a weak line takes long over more"}


def _place(asked: argparse.Namespace) -> Place | NoPlaceReason:
    fix = (asked.lat, asked.lon, asked.datum, asked.accuracy)
    if asked.no_place is not None and all(part is None for part in fix):
        reason: NoPlaceReason = asked.no_place
        return reason
    if asked.no_place is not None or any(part is None for part in fix):
        message = "give --lat, --lon, --datum and --accuracy together, or --no-place"
        raise UsageError(message)
    return Place(
        latitude=asked.lat, longitude=asked.lon, datum=asked.datum, accuracy_m=asked.accuracy
    )


def _challenge(phone: Phone, asked: argparse.Namespace) -> Answer:
    if asked.stock:
        return DONE, {"in_store": phone.challenges.stock()}
    opened = phone.challenges.open()
    if opened is None:
        return WAITING, {"error": "no challenge could be had, and none is in store"}
    return DONE, _plain(opened.challenge)


def _movement(phone: Phone, asked: argparse.Namespace) -> Answered | NoMovementReason | None:
    """Return the answer to the opened challenge, its frames spread evenly since it was opened."""
    if not asked.frame:
        reason: NoMovementReason | None = asked.no_movement
        return reason
    opened = phone.challenges.opened()
    if opened is None:
        message = "open a challenge first: the command is `challenge`"
        raise UsageError(message)
    answered = Answered(opened, _frames(asked.frame, opened, phone.monotonic_ms()))
    answered.as_sent()  # a typing error is to cost nobody the challenge
    phone.challenges.close()
    return answered


def _frames(said: list[str], opened: Opened, now_ms: int) -> list[Frame]:
    step_ms = (now_ms - opened.opened_monotonic_ms) // len(said)
    frames = []
    for at, text in enumerate(said, 1):
        prompt, named, file = text.partition("=")
        if not (named and prompt.isdecimal()):
            message = f"{text} is not PROMPT=FILE"
            raise UsageError(message)
        at_ms = opened.opened_monotonic_ms + at * step_ms
        frames.append(Frame(Path(file).read_bytes(), int(prompt), at_ms))
    return frames


def _send(phone: Phone, asked: argparse.Namespace) -> Answer:
    deliveries = phone.send_queued(stopped_too=asked.stopped_too)
    return _exit_status(deliveries), [_delivery(delivery) for delivery in deliveries]


def _status(phone: Phone, asked: argparse.Namespace) -> Answer:
    if asked.wait:
        return DONE, _plain(phone.follow(asked.checkin, asked.wait))
    return DONE, _plain(phone.status(asked.checkin))


def _seen(phone: Phone, asked: argparse.Namespace) -> Answer:
    phone.see(asked.notice)
    return DONE, {"seen": str(asked.notice)}


def _complete(phone: Phone, asked: argparse.Namespace) -> Answer:
    phone.library.opened(asked.version)
    now = datetime.now(UTC)
    worked = Worked(
        asked.version,
        dict(_answered(text) for text in asked.answer),
        asked.minutes,
        now - timedelta(minutes=asked.minutes),
        now,
    )
    return DONE, {"id": str(phone.complete(worked).id)}


def _answered(text: str) -> tuple[str, list[str]]:
    question, is_answer, choices = text.partition("=")
    if not is_answer:
        message = f"{text} is not QUESTION=CHOICE"
        raise UsageError(message)
    return question, choices.split(",")


def _enrol(phone: Phone, asked: argparse.Namespace) -> Answer:
    for photo in asked.photos:
        phone.send_reference(photo.read_bytes())
    return DONE, _plain(phone.enrolment())


def _ask(phone: Phone, asked: argparse.Namespace) -> Answer:
    made = uuid7(datetime.now(UTC), SystemRandom())
    try:
        body = RequestBody(id=made, kind=asked.kind, words=asked.words)
    except ValidationError as fault:
        raise UsageError(_in_words(fault)) from fault
    return DONE, _plain(phone.ask_office(body))


def _verify_receipt(phone: Phone, asked: argparse.Namespace) -> Answer:
    return DONE, {"proven": True, "receipt": _plain(phone.verify(asked.file.read_bytes()))}


def _exit_status(deliveries: list[Delivery]) -> int:
    outcomes = {delivery.outcome for delivery in deliveries}
    if outcomes <= {DeliveryOutcome.ACCEPTED, DeliveryOutcome.GONE}:
        return DONE
    refused = {DeliveryOutcome.REFUSED, DeliveryOutcome.STOPPED}
    return REFUSED if outcomes & refused else WAITING


def _delivery(delivery: Delivery) -> dict[str, object]:
    members = asdict(delivery) | {"id": str(delivery.id), "problem": None}
    if delivery.problem is not None:
        members["problem"] = _plain(delivery.problem)
    return members


def _plain(model: BaseModel) -> object:
    # A code that is newer than this phone is shown as it came, without a warning.
    plain: object = model.model_dump(mode="json", warnings=False)
    return plain


COMMANDS: dict[str, Callable[[Phone, argparse.Namespace], Answer]] = {
    "activate": _activate,
    "request": _request,
    "collect": _collect,
    "checkin": _checkin,
    "challenge": _challenge,
    "send": _send,
    "status": _status,
    "seen": _seen,
    "complete": _complete,
    "verify-receipt": _verify_receipt,
    "enrol": _enrol,
    "enrolment": lambda phone, _: (DONE, _plain(phone.enrolment())),
    "ask": _ask,
    "requests": lambda phone, _: (DONE, _plain(phone.requests())),
    "object": lambda phone, asked: (DONE, _plain(phone.objection(asked.checkin, asked.words))),
    "windows": lambda phone, asked: (DONE, _plain(phone.windows(asked.start, asked.end))),
    "checkins": lambda phone, asked: (DONE, _plain(phone.checkins(asked.since))),
    "notices": lambda phone, asked: (DONE, _plain(phone.notices(asked.since))),
    "me": lambda phone, _: (DONE, _plain(phone.me())),
    "receipts": lambda phone, _: (DONE, phone.receipts.all()),
    "modules": lambda phone, _: (DONE, _plain(phone.library.modules())),
    "download": lambda phone, asked: (DONE, _plain(phone.library.download(asked.version))),
}
