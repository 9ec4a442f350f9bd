"""What a phone reads from the server: each answer as its model, unknown codes as plain text."""

from datetime import datetime
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError

from mobile_contract.app import AppInfo
from mobile_contract.checkins import CheckInList, CheckInStatus
from mobile_contract.client.backoff import asked_wait_s
from mobile_contract.client.clocks import Clocks
from mobile_contract.client.connection import Connection, Credential, NoAnswerError, Request
from mobile_contract.codes import CheckInState, NextStep
from mobile_contract.enrolment import EnrolmentTold
from mobile_contract.keys import PublishedKeys
from mobile_contract.me import Me
from mobile_contract.notices import NoticeList
from mobile_contract.objections import ObjectionBody, ObjectionTold
from mobile_contract.requests import RequestBody, RequestList, RequestTold
from mobile_contract.shapes import PHONE_READS, instant_text
from mobile_contract.windows import WindowList

Model = TypeVar("Model", bound=BaseModel)

STILL_MOVING = frozenset({CheckInState.RECEIVED, CheckInState.VERIFYING})
SHORTEST_WAIT_S = 0.2


class Reader:
    """The reading half of the contract."""

    def __init__(self, connection: Connection, clocks: Clocks) -> None:
        self._connection = connection
        self._clocks = clocks

    def status(self, checkin_id: UUID) -> CheckInStatus:
        """Return where one check-in stands."""
        return self._get(f"/v1/checkins/{checkin_id}", CheckInStatus)

    def follow(self, checkin_id: UUID, longest_s: float) -> CheckInStatus:
        """Ask, as often as the server wants, until a verdict is there or time is up."""
        end_ms = self._clocks.monotonic_ms() + int(longest_s * 1000)
        request = Request("GET", f"/v1/checkins/{checkin_id}")
        while True:
            answer = self._connection.ask(request)
            status = read_as(answer.content, CheckInStatus)
            moves = status.state in STILL_MOVING and status.next.step != NextStep.SEND_FILES
            if not moves or self._clocks.monotonic_ms() >= end_ms:
                return status
            asked_s = asked_wait_s(answer.headers.get("Retry-After"), self._clocks.wall)
            self._clocks.sleep(max(asked_s, SHORTEST_WAIT_S))

    def checkins(self, since: datetime | None = None) -> CheckInList:
        """Return the person's check-ins that changed since an instant."""
        return self._get("/v1/checkins", CheckInList, since=since)

    def windows(self, start: datetime | None = None, end: datetime | None = None) -> WindowList:
        """Return the windows between two instants."""
        return self._get("/v1/windows", WindowList, **{"from": start, "to": end})

    def notices(self, since: datetime | None = None) -> NoticeList:
        """Return what the person was told."""
        return self._get("/v1/notices", NoticeList, since=since)

    def see(self, notice_id: UUID) -> None:
        """Say that the person has seen a notice."""
        self._connection.ask(Request("PUT", f"/v1/notices/{notice_id}/seen"))

    def object_to(self, checkin_id: UUID, objection: ObjectionBody) -> ObjectionTold:
        """Object to a decision."""
        path = f"/v1/checkins/{checkin_id}/objection"
        text = objection.model_dump_json().encode()
        answer = self._connection.ask(Request("POST", path, json=text))
        return read_as(answer.content, ObjectionTold)

    def enrolment(self) -> EnrolmentTold:
        """Return what the person is enrolled with, and what became of photos that were sent."""
        return self._get("/v1/enrolment", EnrolmentTold)

    def send_reference(self, photo: bytes) -> EnrolmentTold:
        """Send one photo to be enrolled with; the same again is the same photo."""
        answer = self._connection.ask(Request("POST", "/v1/enrolment/photos", photo=photo))
        return read_as(answer.content, EnrolmentTold)

    def requests(self) -> RequestList:
        """Return what the person asked the office for."""
        return self._get("/v1/requests", RequestList)

    def ask_office(self, asked: RequestBody) -> RequestTold:
        """Ask the office for something."""
        text = asked.model_dump_json().encode()
        answer = self._connection.ask(Request("POST", "/v1/requests", json=text))
        return read_as(answer.content, RequestTold)

    def me(self) -> Me:
        """Return what the server knows of the person and this phone."""
        return self._get("/v1/me", Me)

    def app(self) -> AppInfo:
        """Return the versions in use and the processing notice; needs no token."""
        answer = self._connection.ask(Request("GET", "/v1/app", credential=Credential.NONE))
        return read_as(answer.content, AppInfo)

    def published_keys(self) -> PublishedKeys:
        """Return the keys that receipts are checked with; needs no token."""
        answer = self._connection.ask(Request("GET", "/v1/keys", credential=Credential.NONE))
        return read_as(answer.content, PublishedKeys)

    def _get(self, path: str, model: type[Model], **query: datetime | None) -> Model:
        asked = {name: instant_text(at) for name, at in query.items() if at is not None}
        return read_as(self._connection.ask(Request("GET", path, query=asked)).content, model)


def read_as(text: bytes, model: type[Model]) -> Model:
    """Read an answer as its model; raises NoAnswerError for what is none."""
    try:
        return model.model_validate_json(text, context=PHONE_READS)
    except ValidationError as error:
        message = f"an answer that is no {model.__name__}"
        raise NoAnswerError(message) from error
