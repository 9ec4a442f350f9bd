"""A registered phone whose requests are made one at a time, as a weak line carries them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from checkin_api.app import create_app
from checkin_api.settings import WebSettings
from mobile_contract.checkins import CheckInStatus
from mobile_contract.client.checkin import handing_over, handing_over_file
from mobile_contract.client.clocks import system_clocks
from mobile_contract.client.connection import Connection, RefusedError
from mobile_contract.client.disk import Disk
from mobile_contract.client.keys import Keyring
from mobile_contract.client.phone import Phone
from mobile_contract.client.queue import Submission
from mobile_contract.files_held import FILES_HELD, read_held
from mobile_contract.problems import Problem
from storage.parts import Parts
from storage.records import CheckIn, Media, MediaKind, Offender, ReceiptRow, Work, WorkKind
from tests.checkin_api.arranged import picture
from tests.factories import Factory
from tests.world import HERE

SELFIE, FRAME = picture(40), picture(80)
EVERY_FILE = ("selfie", "frame-1")


@dataclass
class Hand:
    """A phone of one person on a web process of its own."""

    factory: Factory
    offender: Offender
    url: str
    phone: Phone
    folder: Path
    http: httpx.Client

    @classmethod
    def of(cls, factory: Factory, url: str, offender: Offender, folder: Path) -> Self:
        """Activate a phone."""
        http = _web(factory.parts, url)
        phone = Phone(url, folder, http=http)
        phone.activate(offender.number, factory.activation_code(offender.id))
        return cls(factory, offender, url, phone, folder, http)

    def at(self, parts: Parts) -> "Hand":
        """The same phone before a web process that has other parts."""
        http = _web(parts, self.url)
        return replace(self, phone=Phone(self.url, self.folder, http=http), http=http)

    def close(self) -> None:
        """Hang up."""
        self.http.close()

    def capture(self, selfie: bytes = SELFIE, frames: Sequence[bytes] = (FRAME,)) -> Submission:
        """Freeze a check-in."""
        return self.phone.capture(selfie, HERE, frames=frames)

    def post(self, sent: Submission, *names: str) -> httpx.Response:
        """Send the JSON with the files of these names; raises RefusedError."""
        files = {name: data for name, data in sent.files.items() if name in names}
        return self._connection().ask(handing_over(Submission(sent.id, sent.body, files)))

    def put(self, sent: Submission, name: str, data: bytes | None = None) -> CheckInStatus:
        """Send one file, or other bytes in its place; raises RefusedError."""
        photo = sent.files[name] if data is None else data
        answer = self._connection().ask(handing_over_file(sent.id, name, photo))
        return CheckInStatus.model_validate_json(answer.content)

    def refused(self, sent: Submission, name: str, data: bytes = SELFIE) -> Problem:
        """Send one file that is not taken."""
        with pytest.raises(RefusedError) as refusal:
            self.put(sent, name, data)
        return refusal.value.problem

    def _connection(self) -> Connection:
        return Connection(self.http, Keyring(self.folder, Disk()), system_clocks())

    def kept(self, checkin_id: UUID) -> tuple[list[str], int, int]:
        """The names of a check-in's media rows, its promises to verify, and its receipts."""
        with self.factory.session() as session:
            media = select(Media.name).where(
                Media.checkin_id == checkin_id, Media.kind == MediaKind.CHECKIN
            )
            promised = select(Work.number).where(
                Work.subject_id == checkin_id, Work.kind == WorkKind.VERIFY_CHECKIN
            )
            receipts = select(ReceiptRow.number).where(
                ReceiptRow.checkin_id == checkin_id, ReceiptRow.code == "accepted"
            )
            return (
                sorted(session.scalars(media)),
                len(session.scalars(promised).all()),
                len(session.scalars(receipts).all()),
            )

    def stored(self, checkin_id: UUID) -> int:
        """Count what the store holds of a check-in, every version."""
        prefix = f"checkins/{self.offender.id}/{checkin_id}/"
        return len(list(self.factory.parts.media.listed(prefix)))

    def row(self, checkin_id: UUID) -> CheckIn:
        """The row of a check-in."""
        with self.factory.session() as session:
            return session.get_one(CheckIn, (self.offender.id, checkin_id))


def beside(answer: httpx.Response) -> frozenset[str]:
    """The files that are said to be held, beside a receipt."""
    return read_held(answer.headers[FILES_HELD])


def _web(parts: Parts, url: str) -> httpx.Client:
    app = create_app(WebSettings(public_url=url), parts)
    transport = httpx.WSGITransport(app=app, raise_app_exceptions=False)
    return httpx.Client(transport=transport, base_url=url)
