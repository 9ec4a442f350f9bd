"""Many registered phones, and check-ins of theirs that are ready to be sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from secrets import token_urlsafe

from mobile_contract.checkins import DeviceSent
from mobile_contract.client.checkin import Captured, Moment, freeze, handing_over
from mobile_contract.client.clocks import Clocks, system_clocks
from mobile_contract.client.connection import Request
from mobile_contract.client.disk import Disk
from mobile_contract.client.keys import Keyring, Registration
from mobile_contract.proofs import PROOF_HEADER, SCHEME, Proven
from mobile_contract.shapes import instant_text
from storage.records import Role
from tests.benchmarks.selfies import selfies
from tests.benchmarks.system import System
from tests.stage import Stage
from tests.world import HERE

PHONES, DIFFERENT_SELFIES = 48, 12


@dataclass(frozen=True)
class Registered:
    """One phone that an officer's code activated, and what it sends with every request."""

    registration: Registration
    nonce: str | None
    device: DeviceSent


def register(system: System) -> list[Registered]:
    """Activate reference phones of as many people, each with an open window."""
    factory, stage = system.factory, Stage(system.stack.public_url, system.folder)
    office = factory.office()
    officer = factory.officer(office, Role.OFFICER).id
    try:
        phones = []
        for _ in range(PHONES):
            offender = factory.offender(office)
            factory.window(offender.id)
            stage.phone(offender.number, factory.activation_code(offender.id, officer))
            phones.append(stage.folders.popitem()[1])
        return [_registered(Keyring(folder, Disk())) for folder in phones]
    finally:
        stage.close()


def _registered(keyring: Keyring) -> Registered:
    device = DeviceSent(
        install_id=keyring.install_id("unknown"),
        model="reference phone",
        os="Python",
        app="1.0.0",
        mock=False,
        rooted=False,
        cloned=False,
        emulator=False,
    )
    return Registered(keyring.registration(), keyring.nonce(), device)


def ready_to_send(phones: Sequence[Registered], count: int) -> list[Request]:
    """Freeze check-ins of all phones in turn, outside of what is timed."""
    clocks, chance = system_clocks(), Random()  # noqa: S311 - ids of check-ins, no secrets
    pictures = selfies(DIFFERENT_SELFIES)
    return [
        _request(phones[number % len(phones)], pictures[number % len(pictures)], clocks, chance)
        for number in range(count)
    ]


def _request(phone: Registered, selfie: bytes, clocks: Clocks, chance: Random) -> Request:
    moment = Moment(clocks, chance, phone.nonce, phone.device)
    request = handing_over(freeze(Captured(selfie, HERE), moment))
    token = phone.registration.access_token
    url = phone.registration.server_url + request.path
    proven = Proven("POST", url, phone.nonce, token)
    headers = {
        "Authorization": f"{SCHEME} {token}",
        PROOF_HEADER: phone.registration.key.proof(proven, clocks.wall(), token_urlsafe(16)),
        "Sent-At": instant_text(clocks.wall()),
        "Sent-Monotonic": str(clocks.monotonic_ms()),
        "Boot-Id": clocks.boot_id(),
    }
    return Request(
        "POST", request.path, files=request.files, headers=headers | dict(request.headers)
    )
