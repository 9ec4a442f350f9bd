"""A check-in that nobody's phone would send is refused with its reason, and leaves nothing."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from flask import Flask
from gunicorn.http.errors import InvalidChunkSize, NoMoreData
from sqlalchemy import select
from werkzeug.test import TestResponse

from checkin_api.access.tokens import HolderKind
from checkin_api.app import create_app
from checkin_api.settings import WebSettings
from mobile_contract.codes import Channel, CheckInState, ProblemCode
from mobile_contract.proofs import SenderKey
from storage.local_stack import LocalStack
from storage.media import MediaKey, MediaStore, StoredObject
from storage.parts import Parts
from storage.records import CheckIn, Device, ReceiptRow
from tests.checkin_api.arranged import new_id
from tests.factories import Factory
from tests.mobile_contract.examples import BODY
from tests.photos import photos
from tests.proofs import signed_in

pytestmark = pytest.mark.media
UNDATED = ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00")


def declared(name: str, data: bytes) -> dict[str, object]:
    return {"name": name, "sha256": hashlib.sha256(data).hexdigest(), "length": len(data)}


@dataclass
class Sender:
    """Whoever has a phone's token and writes requests by hand."""

    app: Flask
    factory: Factory
    device: Device
    key: SenderKey

    def body(self, **changes: Any) -> dict[str, Any]:
        """A body that is taken as it is."""
        files = [declared("selfie", photos().obama[0])]
        return BODY | {"id": str(new_id()), "files": files} | changes

    def post(self, body: Mapping[str, Any], **files: bytes) -> TestResponse:
        """Send a body and files, the selfie if none is named."""
        sent = {"checkin": json.dumps(body).encode()} | (files or {"selfie": photos().obama[0]})
        written = httpx.Request("POST", "http://server", files=sent)
        return self.send(written.read(), written.headers["Content-Type"], str(body["id"]))

    def send(self, content: bytes, content_type: str, checkin_id: str) -> TestResponse:
        """Send a body as it is written."""
        known = signed_in(self.app, HolderKind.DEVICE, self.device.id, self.key)
        headers = known.headers("POST", "/v1/checkins") | {"Idempotency-Key": checkin_id}
        client = self.app.test_client()
        return client.post("/v1/checkins", data=content, content_type=content_type, headers=headers)

    def stored(self) -> int:
        """Count what the store holds of the person."""
        prefix = f"checkins/{self.device.offender_id}/"
        return len(list(self.factory.parts.media.listed(prefix)))


def web(stack: LocalStack, parts: Parts) -> Flask:
    return create_app(WebSettings(public_url=stack.public_url), parts)


@pytest.fixture
def sender(stack: LocalStack, parts: Parts, factory: Factory) -> Sender:
    key = SenderKey.generate()
    return Sender(web(stack, parts), factory, factory.device(factory.offender().id, key), key)


@pytest.mark.parametrize("instant", UNDATED)
def test_an_instant_without_a_date_somewhere_is_refused(instant: str, sender: Sender) -> None:
    answer = sender.post(sender.body(captured_at=instant))
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert answer.get_json()["errors"] == [{"pointer": "/captured_at", "reason": "instant_range"}]
    assert sender.stored() == 0


def test_a_hint_that_cannot_be_stored_is_refused(sender: Sender) -> None:
    answer = sender.post(sender.body(window_id="\x00"))
    assert answer.get_json()["code"] == ProblemCode.INVALID_CONTENT
    assert sender.stored() == 0


@pytest.mark.parametrize(
    ("part_type", "broken"),
    [("application/json", b"\xed\xa0\x80"), ("text/plain; charset=iso-8859-1", b"\xe9")],
)
def test_a_body_that_is_no_utf8_is_refused_and_never_mended(
    part_type: str, broken: bytes, sender: Sender
) -> None:
    body, selfie = sender.body(), photos().obama[0]
    frozen = json.dumps(body, ensure_ascii=False).encode().replace("测试机".encode(), broken)
    assert broken in frozen
    naming = b"--B\r\nContent-Disposition: form-data; name="
    content = (
        naming + b'"checkin"\r\nContent-Type: ' + part_type.encode() + b"\r\n\r\n" + frozen
        + b"\r\n" + naming + b'"selfie"; filename="s.jpg"\r\n\r\n' + selfie + b"\r\n--B--\r\n"
    )  # fmt: skip
    answer = sender.send(content, "multipart/form-data; boundary=B", str(body["id"]))
    assert answer.status_code in {httpx.codes.BAD_REQUEST, httpx.codes.UNPROCESSABLE_ENTITY}
    stated = {part["name"]: part["sha256"] for part in answer.get_json()["receipt"]["parts"]}
    assert stated["checkin"] == hashlib.sha256(frozen).hexdigest()
    assert sender.stored() == 0


class Misframed:
    """A body that breaks off as gunicorn says it when a chunk has no size, or no end."""

    def __init__(self, fault: Exception) -> None:
        self._fault = fault

    def read(self, _size: int = -1) -> bytes:
        """Break off."""
        raise self._fault


@pytest.mark.parametrize(
    ("fault", "expected", "read"),
    [
        (InvalidChunkSize(b"zz"), ProblemCode.BAD_REQUEST, True),
        (NoMoreData(b""), ProblemCode.PART_MISSING, True),  # it broke off: the same again
        (InvalidChunkSize(b"zz"), ProblemCode.NOT_SIGNED_IN, False),
        (NoMoreData(b""), ProblemCode.NOT_SIGNED_IN, False),
    ],
)
def test_a_body_that_is_not_framed_as_http_has_it_is_refused(
    sender: Sender, fault: Exception, expected: ProblemCode, *, read: bool
) -> None:
    known = signed_in(sender.app, HolderKind.DEVICE, sender.device.id, sender.key)
    answer = sender.app.test_client().post(
        "/v1/checkins",
        content_type="multipart/form-data; boundary=B",
        headers=known.headers("POST", "/v1/checkins") if read else {},
        environ_overrides={"wsgi.input": Misframed(fault), "wsgi.input_terminated": True},
    )
    assert answer.get_json()["code"] == expected


def test_one_photo_under_two_names_is_refused(sender: Sender) -> None:
    photo = photos().obama[0]
    body = sender.body(files=[declared("selfie", photo), declared("frame-1", photo)])
    answer = sender.post(body, selfie=photo, **{"frame-1": photo})
    assert answer.get_json()["errors"][0]["reason"] == "same_file_twice"
    assert sender.stored() == 0


@pytest.mark.parametrize(
    "naming",
    [b'; name="a\x00b"', b"", b"; name*=utf-8''%ED%A0%80", b'; name="' + b"x" * 9000 + b'"'],
)
def test_a_receipt_never_says_a_name_that_the_sender_made_up(
    naming: bytes, sender: Sender, factory: Factory
) -> None:
    checkin_id = str(new_id())
    content = b"--B\r\nContent-Disposition: form-data" + naming + b"\r\n\r\nx\r\n--B--\r\n"
    answer = sender.send(content, "multipart/form-data; boundary=B", checkin_id)
    assert answer.status_code in {httpx.codes.BAD_REQUEST, httpx.codes.UNPROCESSABLE_ENTITY}
    assert answer.get_json()["receipt"]["checkin_id"] == checkin_id
    with factory.session() as session:
        assert session.scalars(select(ReceiptRow.parts)).all() == [[]]


def test_the_id_of_a_contact_that_an_officer_recorded_is_taken(
    sender: Sender, factory: Factory
) -> None:
    contact, now = new_id(), factory.parts.now()
    officer = factory.officer(factory.office())
    with factory.session() as session:
        session.add(
            CheckIn(
                offender_id=sender.device.offender_id,
                id=contact,
                channel=Channel.VISIT,
                recorded_by=officer.id,
                body={"words": "at home"},
                received_at=now,
                captured_at=now,
                time_basis="recorded",
                captured_offline=False,
                state=CheckInState.CONFIRMED,
                state_since=now,
                told=[],
            )
        )
    answer = sender.post(sender.body(id=str(contact)))
    assert answer.get_json()["code"] == ProblemCode.CONTENT_DIFFERS


class Overtaken(MediaStore):
    """A store during whose first put somebody else's post of the same id comes through."""

    def __init__(self, store: MediaStore, rivals: Iterator[TestResponse]) -> None:
        self._store, self._rivals = store, rivals

    def put(self, key: MediaKey, data: bytes, content_type: str) -> StoredObject:
        """Store, after the rival did."""
        next(self._rivals, None)
        return self._store.put(key, data, content_type)

    def remove(self, stored: StoredObject) -> None:
        """Remove."""
        self._store.remove(stored)


def test_who_loses_with_another_photo_leaves_none_in_the_store(
    stack: LocalStack, parts: Parts, sender: Sender
) -> None:
    first, other = photos().obama[:2]
    body = sender.body()
    rivals = (sender.post(body, selfie=photo) for photo in [first])
    overtaken = web(stack, replace(parts, media=Overtaken(parts.media, rivals)))
    loser = replace(sender, app=overtaken)
    answer = loser.post(body | {"files": [declared("selfie", other)]}, selfie=other)
    assert answer.get_json()["code"] == ProblemCode.CONTENT_DIFFERS
    assert sender.stored() == 1
