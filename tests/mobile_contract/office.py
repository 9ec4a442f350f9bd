"""A server that misbehaves on request; what it does right is tested against the real one."""

import hashlib
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path
from random import Random

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mobile_contract.checkins import JSON_PART
from mobile_contract.client.clocks import Clocks
from mobile_contract.client.phone import Handset, Phone
from mobile_contract.codes import ProblemCode
from mobile_contract.files_held import FILES_HELD, held_text
from mobile_contract.problems import RETRY, STATUS
from mobile_contract.receipts import Receipt, ReceiptPart
from mobile_contract.shapes import instant_text
from tests.mobile_contract.examples import CHECKIN_ID, PERSON_ID
from tests.mobile_contract.signing import facts, published, signed

URL = "http://office.example"
DECLARED = ("name", "sha256", "length")
Answer = Callable[[httpx.Request], httpx.Response]


@dataclass
class Time:
    """Clocks that move only when somebody waits."""

    now: datetime = datetime(2026, 3, 1, 0, 30, tzinfo=UTC)
    waits: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.waits.append(seconds)
        self.now += timedelta(seconds=seconds)

    def clocks(self) -> Clocks:
        """Return these clocks as a phone's."""
        return Clocks(
            lambda: self.now, lambda: int(self.now.timestamp() * 1000), lambda: "b", self.sleep
        )


@dataclass
class Office:
    """Holds check-ins, signs receipts, and first gives the answers it was told to."""

    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    checkins: dict[str, dict[str, bytes]] = field(default_factory=dict)
    completions: list[bytes] = field(default_factory=list)
    next_answers: dict[str, deque[Answer]] = field(default_factory=dict)
    asked: list[httpx.Request] = field(default_factory=list)
    says_what_is_held: bool = True  # False: a proxy takes that header away

    def first(self, path: str, *answers: Answer) -> None:
        """Give these answers on a path before the right ones."""
        self.next_answers.setdefault(path, deque()).extend(answers)

    def phone(self, folder: Path, time: Time, app: str = "1.0.0") -> Phone:
        """Return a phone that talks to this office, and waits in this time."""
        http = httpx.Client(base_url=URL, transport=httpx.MockTransport(self.answer))
        handset = Handset(app=app, chance=Random(1))  # noqa: S311 - repeatable waits
        return Phone(URL, folder, http=http, clocks=time.clocks(), handset=handset)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        self.asked.append(request)
        waiting = self.next_answers.get(request.url.path)
        answer = waiting.popleft()(request) if waiting else self.right_answer(request)
        answer.headers["DPoP-Nonce"] = f"nonce-{len(self.asked)}"
        return answer

    def right_answer(self, request: httpx.Request) -> httpx.Response:
        """Do what the contract says."""
        path = request.url.path
        plain: dict[str, object] = {
            "/v1/app": {
                "minimum": "1.0",
                "recommended": "1.0",
                "processing_notice": {
                    "version": "2026-1",
                    "text_zh": "告知书",
                    "text_en": "Notice",
                },
            },
            "/v1/activations": tokens("first"),
            "/v1/tokens": tokens("second"),
            "/v1/keys": published(k1=self.key).model_dump(mode="json"),
            "/v1/me": ME,
        }
        if path in plain:
            return httpx.Response(200, json=plain[path])
        if path == "/v1/checkins":
            return self.taken_in(request)
        if path.startswith("/v1/checkins/"):
            return self.of_checkin(request)
        if path == "/v1/study/completions":
            self.completions.append(request.read())
            return httpx.Response(200, json=completed(json.loads(request.read())))
        return problem(ProblemCode.NOT_FOUND)(request)

    def taken_in(self, request: httpx.Request) -> httpx.Response:
        """Keep a check-in, sign for it, and say beside that which files are held."""
        receipt = self.held(request)
        files = self.checkins[str(receipt.checkin_id)].keys() - {JSON_PART}
        headers = {FILES_HELD: held_text(files)} if self.says_what_is_held else {}
        return httpx.Response(202, content=receipt.model_dump_json(), headers=headers)

    def held(self, request: httpx.Request) -> Receipt:
        """Keep the parts of a check-in, and sign for what it declares."""
        parts = read_parts(request)
        body = json.loads(parts[JSON_PART])
        self.checkins.setdefault(str(body["id"]), {}).update(parts)
        declared = [ReceiptPart(**{n: one[n] for n in DECLARED}) for one in body["files"]]
        return signed(
            facts(
                "accepted", _covered(JSON_PART, parts[JSON_PART]), *declared, checkin_id=body["id"]
            ),
            self.key,
        )

    def of_checkin(self, request: httpx.Request) -> httpx.Response:
        """Tell a check-in, after keeping the file that comes with the request, if one does."""
        _, _, _, checkin_id, *file = request.url.path.split("/")
        parts = self.checkins.get(checkin_id)
        if parts is None:
            return problem(ProblemCode.NOT_FOUND)(request)
        if file:
            parts[file[-1]] = request.read()
        return httpx.Response(200, json=told(checkin_id, parts))

    def receipt(self, checkin_id: str, parts: dict[str, bytes], code: str = "accepted") -> Receipt:
        """Sign for some parts."""
        covered = [_covered(name, data) for name, data in parts.items()]
        return signed(facts(code, *covered, checkin_id=checkin_id), self.key)


def _covered(name: str, data: bytes) -> ReceiptPart:
    return ReceiptPart(name=name, sha256=hashlib.sha256(data).hexdigest(), length=len(data))


def told(checkin_id: str, parts: dict[str, bytes]) -> dict[str, object]:
    """Return the status of a check-in that holds these parts."""
    names = [file["name"] for file in json.loads(parts[JSON_PART])["files"]]
    step = "wait" if parts.keys() >= set(names) else "send_files"
    return {
        "id": checkin_id,
        "state": "received",
        "since": "2026-03-01T00:00:00Z",
        "next": {"step": step},
        "files": [{"name": name, "held": name in parts} for name in names],
    }


def tokens(generation: str) -> dict[str, object]:
    """Return a token pair."""
    return {
        "device_id": CHECKIN_ID,
        "access_token": f"{generation}-access",
        "access_expires_at": instant_text(datetime(2026, 3, 2, tzinfo=UTC)),
        "refresh_token": f"{generation}-refresh",
    }


ME: dict[str, object] = {
    "id": PERSON_ID,
    "number": "CQ-1",
    "name": "张三",
    "office": {"name": "司法所"},
    "device": {"id": CHECKIN_ID, "state": "active", "registered_at": "2026-03-01T00:00:00Z"},
    "enrolled": True,
}


def completed(body: dict[str, object]) -> dict[str, object]:
    """Return a result for a completion."""
    return {
        "id": body["id"],
        "version_id": body["version_id"],
        "passed": True,
        "score": 100,
        "minutes": body["minutes"],
        "minutes_enough": True,
        "recorded_at": "2026-03-01T01:00:00Z",
    }


def problem(refusal: ProblemCode, *, wait: str | None = None, **changed: object) -> Answer:
    """Answer with a problem document, some members of it changed."""
    members: dict[str, object] = {
        "type": "about:blank",
        "title": refusal,
        "status": STATUS[refusal],
        "code": refusal,
        "text_zh": "话",
        "text_en": "words",
        "retry": RETRY[refusal],
    }
    headers = {} if wait is None else {"Retry-After": wait}
    return lambda _: httpx.Response(STATUS[refusal], json=members | changed, headers=headers)


def lost(_: httpx.Request) -> httpx.Response:
    """No answer comes back, and nothing arrived."""
    message = "the line broke"
    raise httpx.ReadTimeout(message)


def read_parts(request: httpx.Request) -> dict[str, bytes]:
    """Read a multipart body with another library than the one that wrote it."""
    head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + request.read())
    parts = {}
    for part in message.iter_parts():
        data = part.get_payload(decode=True)
        assert isinstance(data, bytes)
        parts[str(part.get_param("name", header="content-disposition"))] = data
    return parts
