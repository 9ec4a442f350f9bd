"""The whole system, a person who reports to it, and something that breaks."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from redis import Redis
from sqlalchemy import select

from mobile_contract.checkins import CheckInStatus
from mobile_contract.client.phone import Phone
from mobile_contract.client.queue import Submission
from storage.local_stack import LocalStack, Processes
from storage.local_stack.process_tree import Process, descendants
from storage.records import Offender, Work, WorkKind
from tests.factories import Factory
from tests.photos import photos
from tests.stage import eventually
from tests.world import HERE, World

PATIENCE_S = 90.0  # a lease of 20 s, a clock, and a machine that others share


@dataclass
class Scene:
    """One enrolled person with a phone, and the levers of whoever breaks things."""

    world: World
    factory: Factory
    offender: Offender
    phone: Phone
    sent: list[Submission] = field(default_factory=list)

    @property
    def stack(self) -> LocalStack:
        """The servers."""
        return self.world.servers.stack

    @property
    def processes(self) -> Processes:
        """The processes of the Procfile."""
        return self.world.servers.processes

    @property
    def redis(self) -> Redis:
        """The bell, as somebody sees it who may empty it."""
        return Redis.from_url(self.stack.environment("web")["REDIS_URL"])

    def report(self, times: int = 1) -> None:
        """Send check-ins of the person, each with another selfie."""
        for _ in range(times):
            selfie = photos().selfie_of(photos().obama[0], len(self.sent) + 1)
            self.sent.append(self.phone.capture(selfie, HERE))
            self.phone.submit(self.sent[-1])

    def verdicts(self) -> list[CheckInStatus]:
        """Wait for every verdict."""
        return [self.world.verdict(self.phone, one.id, PATIENCE_S) for one in self.sent]

    def work(self) -> list[Work]:
        """The rows of what was sent, in order."""
        with self.factory.session() as session:
            rows = select(Work).where(Work.kind == WorkKind.VERIFY_CHECKIN)
            return list(session.scalars(rows.order_by(Work.number)))

    def horse(self) -> Process:
        """Wait until the verifier has forked, and give the fork."""
        pid = self.processes.pid("verifier")
        assert pid is not None
        return eventually(lambda: descendants(pid), every_s=0.01)[0]

    def look(self) -> None:
        """Wait until a photo is being looked at."""
        eventually(lambda: any(row.examining for row in self.work()), every_s=0.01)


@pytest.fixture
def scene(world: World, factory: Factory) -> Iterator[Scene]:
    """Everything runs before, and again after."""
    offender = factory.offender()
    factory.fence(offender.id)
    factory.enrolment(offender.id, photos().obama)
    factory.window(offender.id)
    yield Scene(world, factory, offender, world.phone_of(offender))
    for name in world.servers.processes.names:
        if world.servers.processes.pid(name) is None:
            world.servers.processes.restart(name)
