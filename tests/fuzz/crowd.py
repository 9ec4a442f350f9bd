"""Who sends: phones of many people, so that no limit of one person is in the way."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from uuid import UUID

import httpx

from mobile_contract.checkins import DeviceSent
from mobile_contract.client.checkin import Captured, Moment, freeze
from mobile_contract.client.clocks import system_clocks
from mobile_contract.client.connection import ENOUGH, Connection
from mobile_contract.client.disk import Disk
from mobile_contract.client.keys import Keyring, Registration
from mobile_contract.proofs import NONCE_HEADER, PROOF_HEADER, SCHEME, Proven
from storage.records import Offender
from tests.enrolments import approved_set
from tests.fuzz.attempts import Attempt, Base
from tests.fuzz.pictures import seeds
from tests.photos import photos
from tests.world import HERE, World

PATH = "/v1/checkins"
WITHIN_S = 30.0
WINDOW_FOR_ONE_IN = 8


@dataclass
class Sender:
    """One person's registered phone, driven by one thread at a time."""

    person: UUID
    registration: Registration
    nonce: str | None
    device: DeviceSent
    renewed: Callable[[], tuple[Registration, str | None]] = field(repr=False)
    http: httpx.Client
    seeds: Sequence[bytes] = field(repr=False)

    def base(self, chance: Random) -> Base:
        """Freeze a check-in that would be taken in."""
        moment = Moment(system_clocks(), chance, self.nonce, self.device)
        photo, other = chance.sample(self.seeds, k=2)
        return Base(freeze(Captured(photo, HERE), moment), other, chance)

    def proof(self) -> dict[str, str]:
        """Give what shows who sends, made for one request; renews what may end during it."""
        self._freshen()
        token = self.registration.access_token
        proven = Proven("POST", self.registration.server_url + PATH, self.nonce, token)
        now = system_clocks().wall()
        proof = self.registration.key.proof(proven, now, secrets.token_urlsafe(16))
        return {"Authorization": f"{SCHEME} {token}", PROOF_HEADER: proof}

    def send(self, attempt: Attempt) -> httpx.Response:
        """Send one attempt, again with a new token where it ended; raises httpx.TransportError."""
        answer = self._once(attempt)
        if answer.status_code == httpx.codes.UNAUTHORIZED:  # what waited outlived its proof
            answer = self._once(attempt)
        return answer

    def _freshen(self) -> None:
        """Renew as a phone does: a run on a busy machine outlives many tokens."""
        ends_at = datetime.fromisoformat(self.registration.access_expires_at)
        if ends_at - system_clocks().wall() < ENOUGH:
            self.registration, self.nonce = self.renewed()

    def _once(self, attempt: Attempt) -> httpx.Response:
        described = {"Content-Type": attempt.content_type} if attempt.content_type else {}
        named = self.proof() | dict(attempt.headers) | described
        # As bytes: httpx would refuse to guess an encoding of what is no text.
        headers = [(name.encode(), value.encode("latin-1")) for name, value in named.items()]
        answer = self.http.post(PATH, content=attempt.content, headers=headers)
        self.nonce = answer.headers.get(NONCE_HEADER, self.nonce)
        return answer


def crowd(world: World, people: int) -> list[Sender]:
    """Register a phone for each of so many enrolled people; every eighth has a window open.

    With one, each check-in is weighed with all others of the window: nobody sends hundreds.
    """
    factory, office = world.factory, world.factory.office()
    officer = factory.officer(office).id
    found = []
    for number in range(people):
        person = factory.offender(office)
        approved_set(factory.parts, officer, person.id, photos().obama[:1])
        if number % WINDOW_FOR_ONE_IN == 0:
            factory.window(person.id)
        found.append(_sender(world, person))
    return found


def _sender(world: World, person: Offender) -> Sender:
    phone = world.phone_of(person)
    keyring = Keyring(world.folders[phone], Disk())
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
    http = httpx.Client(base_url=world.url, timeout=WITHIN_S, trust_env=False)
    world.clients.append(http)

    connection = Connection(http, keyring, system_clocks())

    def renewed() -> tuple[Registration, str | None]:
        connection.renew()
        return keyring.registration(), keyring.nonce()

    at_first = keyring.registration(), keyring.nonce(), device
    return Sender(person.id, *at_first, renewed, http, seeds())
