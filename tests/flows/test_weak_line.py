"""A line that carries little brings a check-in through, in pieces, to the same verdict."""

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from mobile_contract.checkins import CheckInStatus
from mobile_contract.client.backoff import Patience
from mobile_contract.client.checkin import handing_over_file
from mobile_contract.client.clocks import system_clocks
from mobile_contract.client.connection import Connection
from mobile_contract.client.delivery import DeliveryOutcome
from mobile_contract.client.disk import Disk
from mobile_contract.client.keys import Keyring
from mobile_contract.client.phone import Phone
from mobile_contract.client.queue import Submission
from mobile_contract.codes import CheckInState, WindowOutcome
from storage.records import Media, MediaKind, Offender, Work, WorkKind
from tests.checkin_api.arranged import picture
from tests.factories import Factory
from tests.photos import photos
from tests.world import HERE, World

pytestmark = pytest.mark.media
QUICK = Patience(attempts=3, first_wait_s=0.05)


@pytest.fixture
def offender(factory: Factory) -> Offender:
    """An enrolled person with an open window."""
    offender = factory.offender()
    factory.fence(offender.id)
    factory.enrolment(offender.id, photos().obama)
    factory.window(offender.id)
    return offender


def own_selfie() -> bytes:
    return photos().selfie_of(photos().obama[0], 1)


class Line(httpx.HTTPTransport):
    """A line that breaks where a rule says so, before or after the server has heard."""

    def __init__(self, before: Callable[[httpx.Request], bool], after_every: int = 0) -> None:
        super().__init__()
        self.before, self.after_every, self.carried = before, after_every, 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry a request, or lose it or its answer."""
        if self.before(request):
            raise httpx.WriteTimeout("", request=request)
        answer = super().handle_request(request)
        self.carried += 1
        if self.after_every and self.carried % self.after_every == 0:
            answer.close()
            raise httpx.ReadTimeout("", request=request)
        return answer


def over(line: Line, world: World, phone: Phone) -> Phone:
    """The same phone on another line."""
    world.clients.append(httpx.Client(base_url=world.url, timeout=60, transport=line))
    return Phone(world.url, world.folders[phone], http=world.clients[-1])


def is_too_much(request: httpx.Request) -> bool:
    """Tell whether more is sent at once than the selfie alone."""
    return int(request.headers.get("Content-Length", "0")) > len(own_selfie()) + 5_000


def test_what_is_too_much_at_once_arrives_in_pieces_and_is_confirmed(
    world: World, offender: Offender
) -> None:
    phone = over(Line(is_too_much), world, world.phone_of(offender))
    sent = phone.capture(own_selfie(), HERE, frames=[picture(9), picture(18)])
    deliveries = phone.send_queued(QUICK)
    assert [one.outcome for one in deliveries] == [DeliveryOutcome.ACCEPTED]
    assert phone.checkin_queue.waiting() == []
    status = world.verdict(phone, sent.id)
    assert status.state is CheckInState.CONFIRMED
    assert status.window is not None
    assert status.window.outcome is WindowOutcome.PRESENT
    assert all(file.held for file in status.files)


def test_lost_answers_double_nothing(world: World, offender: Offender, factory: Factory) -> None:
    good, line = world.phone_of(offender), Line(is_too_much, after_every=3)
    phone = over(line, world, good)
    sent = phone.capture(own_selfie(), HERE, frames=[picture(9), picture(18)])
    while phone.checkin_queue.waiting():
        phone.send_queued(QUICK)
        assert line.carried < 60
    assert world.verdict(good, sent.id).state is CheckInState.CONFIRMED
    assert rows(factory, sent) == (3, 1)


def rows(factory: Factory, sent: Submission) -> tuple[int, int]:
    """Count the media rows of a check-in and the promises to verify it."""
    with factory.session() as session:
        media = select(func.count()).where(
            Media.checkin_id == sent.id, Media.kind == MediaKind.CHECKIN
        )
        work = select(func.count()).where(
            Work.subject_id == sent.id, Work.kind == WorkKind.VERIFY_CHECKIN
        )
        return session.scalar(media) or 0, session.scalar(work) or 0


def test_fifty_equal_files_at_once_are_one(
    world: World, offender: Offender, factory: Factory
) -> None:
    phone = world.phone_of(offender)
    sent = phone.capture(own_selfie(), HERE)
    phone.submit(Submission(sent.id, sent.body, {}))

    def put(folder: Path) -> CheckInStatus:
        twin = Connection(world.client(), Keyring(folder, Disk()), system_clocks())
        request = handing_over_file(sent.id, "selfie", sent.files["selfie"])
        return CheckInStatus.model_validate_json(twin.ask(request).content)

    folders = [world.folders[phone].with_name(f"hand-{number}") for number in range(50)]
    for folder in folders:
        shutil.copytree(world.folders[phone], folder)
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(put, folders))
    assert all(file.held for answer in answers for file in answer.files)
    assert rows(factory, sent) == (1, 1)
    listed = factory.parts.media.listed(f"checkins/{offender.id}/{sent.id}/")
    # rclone lists twice, for a while, what many wrote at once.
    assert len({(one.key, one.version_id) for one in listed}) == 1
    assert world.verdict(phone, sent.id).state is CheckInState.CONFIRMED
