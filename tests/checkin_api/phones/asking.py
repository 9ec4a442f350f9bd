"""A phone that has a key and no registration, as it meets the server."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from checkin_api.access.tokens import HolderKind
from mobile_contract.codes import DeviceState
from mobile_contract.proofs import SenderKey
from storage.records import ActivationCode, Device, Offender
from tests.factories import Factory
from tests.proofs import sender, signed_in

HANDSET = {"model": "P70", "os": "HarmonyOS 5", "app": "1.2.0"}


@dataclass
class Door:
    """The routes that ask for a proof and no token, and what they leave."""

    app: Flask
    factory: Factory

    def request(self, number: str, key: SenderKey | None = None, **changes: Any) -> TestResponse:
        """Ask for a registration."""
        body = {
            "person_number": number,
            "install_id": "install-1",
            "device": HANDSET,
            "notice_version": "1",
        }
        return self._send("/v1/device-requests", key, body | changes)

    def activate(self, number: str, code: str, key: SenderKey | None = None) -> TestResponse:
        """Exchange a code."""
        body = {
            "person_number": number,
            "code": code,
            "install_id": "install-1",
            "device": HANDSET,
            "notice_version": "1",
        }
        return self._send("/v1/activations", key, body)

    def tokens(self, key: SenderKey) -> TestResponse:
        """Ask for tokens by a key alone."""
        return self._send("/v1/tokens", key, None)

    def me(self, device: UUID, key: SenderKey) -> TestResponse:
        """Use an access token of a registration."""
        return self.read("/v1/me", device, key)

    def read(self, path: str, device: UUID, key: SenderKey) -> TestResponse:
        """Read something with an access token of a registration."""
        shown = signed_in(self.app, HolderKind.DEVICE, device, key).headers("GET", path)
        return self.app.test_client().get(path, headers=shown)

    def told(self, device: UUID, key: SenderKey) -> list[str]:
        """The kinds of notices that a phone reads, the oldest first."""
        notices = self.read("/v1/notices", device, key).get_json()["notices"]
        return [one["kind"] for one in notices]

    def of(self, person: Offender, state: DeviceState | None = None) -> list[Device]:
        """The person's registrations, the oldest first."""
        with self.factory.session() as session:
            rows = session.scalars(
                select(Device)
                .where(Device.offender_id == person.id)
                .order_by(Device.created_at, Device.id)
            ).all()
        return [row for row in rows if state in {None, row.state}]

    def waits(self, person: Offender, key: SenderKey | None = None) -> Device:
        """A phone of which a request waits."""
        known = key or SenderKey.generate()
        assert self.request(person.number, known).status_code == 202
        return self.of(person, DeviceState.WAITING)[-1]

    def wrong_tries(self, person: Offender) -> list[int]:
        """How often each code of a person was tried in vain."""
        with self.factory.session() as session:
            return list(
                session.scalars(
                    select(ActivationCode.wrong_tries)
                    .where(ActivationCode.offender_id == person.id)
                    .order_by(ActivationCode.issued_at)
                )
            )

    def _send(self, path: str, key: SenderKey | None, body: object) -> TestResponse:
        shown = sender(self.app, key).headers("POST", path)
        return self.app.test_client().post(path, json=body, headers=shown)
