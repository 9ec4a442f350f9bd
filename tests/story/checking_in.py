"""Steps 2 to 7: people check in, cheat, stand elsewhere, send twice; servers and workers die."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from redis import Redis

from mobile_contract.checkins import CheckInStatus
from mobile_contract.client.connection import RefusedError
from mobile_contract.client.queue import Submission
from mobile_contract.codes import CheckInState, NoPlaceReason, ProblemCode, ToldReason
from mobile_contract.places import Place
from storage.local_stack import LocalStack, Processes
from storage.parts import utc_now
from tests.photos import Photos
from tests.stage import eventually
from tests.story.cast import CHEN, FENCE_RADIUS_M, LI, SQUARE, WANG, ZHAO, Cast, Person
from tests.story.telling import Line, Telling, expect, heard

METRES_OF_A_DEGREE = 111_320.0
HOUR = timedelta(hours=1)


@dataclass
class Scene:
    """What every chapter works with."""

    cast: Cast
    photos: Photos
    telling: Telling
    stack: LocalStack
    processes: Processes
    seed: int = 0

    def selfie(self, photo: bytes) -> bytes:
        """A new photo of the person on a reference, derived from it."""
        self.seed += 1
        return self.photos.selfie_of(photo, self.seed)


@dataclass(frozen=True)
class Sent:
    """One check-in that was sent and judged."""

    person: Person
    id: UUID
    status: CheckInStatus


@dataclass(frozen=True)
class Attempt:
    """What a person does, and what the story says of it."""

    step: int
    person: Person
    what: str
    photo: bytes
    place: Place | NoPlaceReason = SQUARE


def north_of_square(metres_outside: float, accuracy_m: float) -> Place:
    """A place so far outside the fence, straight to the north."""
    degrees = (FENCE_RADIUS_M + metres_outside) / METRES_OF_A_DEGREE
    return SQUARE.model_copy(
        update={"latitude": SQUARE.latitude + degrees, "accuracy_m": accuracy_m}
    )


def check_in(scene: Scene, attempt: Attempt) -> Sent:
    """Send one check-in, wait for its verdict, and tell both sides of it."""
    phone = scene.cast.phones[attempt.person]
    started = time.monotonic()
    submission = phone.capture(attempt.photo, attempt.place)
    phone.submit(submission)
    phone.checkin_queue.drop(submission.id)
    status = scene.cast.stage.verdict(phone, submission.id)
    took = round((time.monotonic() - started) * 1000)
    seen = scene.cast.seen(attempt.person, submission.id)
    scene.telling.tell(
        Line(attempt.step, attempt.person.name, attempt.what, heard(status), seen, took)
    )
    return Sent(attempt.person, submission.id, status)


def order_windows(scene: Scene) -> None:
    """Let an officer order everybody to check in now: opens a minute ago, due in an hour."""
    now = utc_now()
    for person in (CHEN, WANG, LI, ZHAO):
        folder = scene.cast.folder_of(person)
        folder.order_window(now - timedelta(minutes=1), now + HOUR, now + 2 * HOUR)


def right_person(scene: Scene) -> Sent:
    """Step 2: the right person in the right place."""
    selfie = scene.selfie(scene.photos.obama[1])
    sent = check_in(scene, Attempt(2, CHEN, "own selfie, inside the fence", selfie))
    expect("the right person is confirmed", holds=sent.status.state is CheckInState.CONFIRMED)
    expect(
        "and present",
        holds=sent.status.window is not None and sent.status.window.outcome == "present",
    )
    return sent


def not_the_right_photo(scene: Scene) -> dict[str, Sent]:
    """Step 3: another person, a landscape, two people, a person who is not enrolled."""
    photos = scene.photos
    attempts = {
        "face_no_match": Attempt(
            3, WANG, "a photo of somebody else", scene.selfie(photos.obama[0])
        ),
        "no_face": Attempt(3, LI, "a landscape", photos.landscape),
        "several_faces": Attempt(3, LI, "two people in one photo", photos.two_faces),
        "not_enrolled": Attempt(3, ZHAO, "a selfie, not enrolled yet", scene.selfie(photos.biden)),
    }
    sent = {name: check_in(scene, attempt) for name, attempt in attempts.items()}
    told = {name: {str(r.code) for r in one.status.reasons} for name, one in sent.items()}
    expect(
        "all wait for people",
        holds=all(one.status.state is CheckInState.IN_REVIEW for one in sent.values()),
    )
    expect("a mismatch accuses nobody", holds=told["face_no_match"] == {ToldReason.PHOTO_UNCLEAR})
    expect("a landscape has no face", holds=told["no_face"] == {ToldReason.NO_FACE})
    expect("and is asked again", holds=sent["no_face"].status.next.step == "retake")
    expect("two faces are several", holds=told["several_faces"] == {ToldReason.SEVERAL_FACES})
    expect("who is not enrolled is told", holds=told["not_enrolled"] == {ToldReason.NOT_ENROLLED})
    seen = scene.cast.seen(WANG, sent["face_no_match"].id)
    expect("the officer sees face_no_match", holds="face_no_match" in seen)
    return sent


def places(scene: Scene) -> dict[str, Sent]:
    """Step 4: far outside, at the border, without a place."""
    own = scene.photos.obama[2]
    far, near = north_of_square(40_000, 20), north_of_square(60, 150)
    sent = {
        "far": check_in(scene, Attempt(4, CHEN, "40 km outside, r = 20 m", scene.selfie(own), far)),
        "near": check_in(
            scene, Attempt(4, CHEN, "60 m outside, r = 150 m", scene.selfie(own), near)
        ),
        "off": check_in(
            scene, Attempt(4, CHEN, "location switched off", scene.selfie(own), NoPlaceReason.OFF)
        ),
    }
    seen = {name: scene.cast.seen(CHEN, one.id) for name, one in sent.items()}
    expect("40 km outside waits", holds=sent["far"].status.state is CheckInState.IN_REVIEW)
    expect("as outside_area", holds="outside_area" in seen["far"])
    expect("60 m outside is confirmed", holds=sent["near"].status.state is CheckInState.CONFIRMED)
    expect("with area_uncertain", holds="area_uncertain" in seen["near"])
    expect("without a place too", holds=sent["off"].status.state is CheckInState.CONFIRMED)
    expect("with place_unknown", holds="place_unknown" in seen["off"])
    return sent


def same_again(scene: Scene) -> None:
    """Step 5: the same three times at once, then the same id with another photo."""
    phone = scene.cast.phones[CHEN]
    submission = phone.capture(scene.selfie(scene.photos.obama[0]), SQUARE)
    other = phone.capture(scene.selfie(scene.photos.obama[1]), SQUARE)
    twins = [scene.cast.stage.twin(phone) for _ in range(3)]
    for queued in (submission, other):
        phone.checkin_queue.drop(queued.id)
    with ThreadPoolExecutor(3) as pool:
        receipts = list(pool.map(lambda twin: twin.submit(submission), twins))
    expect("three receipts are equal", holds=len(set(receipts)) == 1)
    held = [one for one in phone.checkins().checkins if one.id == submission.id]
    expect("there is one check-in", holds=len(held) == 1)
    codes = ", ".join(receipt.short_code for receipt in receipts)
    scene.telling.tell(Line(5, CHEN.name, "the same three times at once", f"receipts {codes}"))
    body = other.body.replace(str(other.id).encode(), str(submission.id).encode())
    try:
        phone.submit(Submission(submission.id, body, other.files))
    except RefusedError as refused:
        problem = refused.problem
    else:
        expect("the same id with another photo is refused", holds=False)
    differing = ", ".join(error.pointer for error in problem.errors)
    expect("as different", holds=problem.code == ProblemCode.CONTENT_DIFFERS)
    expect("naming the selfie", holds="selfie" in differing)
    scene.telling.tell(
        Line(5, CHEN.name, "the same id, another photo", f"409 {problem.code}: {differing}")
    )


@dataclass(frozen=True)
class Orphan:
    """A check-in whose worker died while it looked."""

    id: UUID
    at_death: CheckInState
    started: float


def worker_dies(scene: Scene) -> Orphan:
    """Step 6 begins: the worker dies with its child while it verifies."""
    phone = scene.cast.phones[CHEN]
    started = time.monotonic()
    submission = phone.capture(scene.selfie(scene.photos.obama[1]), SQUARE)
    phone.submit(submission)
    phone.checkin_queue.drop(submission.id)
    eventually(
        lambda: phone.status(submission.id).state is not CheckInState.RECEIVED, every_s=0.005
    )
    scene.processes.kill("verifier", with_children=True)
    return Orphan(submission.id, CheckInState(phone.status(submission.id).state), started)


def worker_is_replaced(scene: Scene, orphan: Orphan) -> None:
    """Step 6 ends: the lease ran out, another worker looked, the verdict is here."""
    phone = scene.cast.phones[CHEN]
    status = scene.cast.stage.verdict(phone, orphan.id, within_s=90)
    took = round((time.monotonic() - orphan.started) * 1000)
    expect("the verdict arrives all the same", holds=status.state is CheckInState.CONFIRMED)
    what = f"worker and child killed while {orphan.at_death}"
    scene.telling.tell(
        Line(6, CHEN.name, what, heard(status), scene.cast.seen(CHEN, orphan.id), took)
    )


def valkey_emptied(scene: Scene) -> None:
    """Step 7: Valkey is emptied while five check-ins wait."""
    phone = scene.cast.phones[CHEN]
    scene.processes.halt("verifier")
    sent = []
    for _ in range(5):
        submission = phone.capture(scene.selfie(scene.photos.obama[2]), SQUARE)
        phone.submit(submission)
        phone.checkin_queue.drop(submission.id)
        sent.append(submission.id)
    with Redis.from_url(scene.stack.environment("web")["REDIS_URL"]) as valkey:
        valkey.flushall()
    started = time.monotonic()
    scene.processes.restart("verifier")
    states = [scene.cast.stage.verdict(phone, one, within_s=90).state for one in sent]
    took = round((time.monotonic() - started) * 1000)
    expect("all five have a verdict", holds=set(states) == {CheckInState.CONFIRMED})
    told = f"{len(states)} verdicts: {', '.join(sorted(set(states)))}"
    seen = scene.cast.seen(CHEN, sent[-1])
    scene.telling.tell(Line(7, CHEN.name, "five check-ins, Valkey emptied", told, seen, took))
