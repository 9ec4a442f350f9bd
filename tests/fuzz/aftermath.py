"""After the last request: whether what was taken in is there, whole and settled, and all live."""

import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

import httpx
from sqlalchemy import select
from sqlalchemy.orm import Session

from mobile_contract.codes import CheckInState
from storage.database import DatabaseUnavailableError, Scope, ScopeKind, transaction
from storage.media import ObjectDiffersError, ObjectMissingError
from storage.parts import Parts
from storage.records import CheckIn, EvidenceRow, Media, MediaKind
from storage.stored_media import stored_object
from tests.fuzz.memory import web_workers
from tests.fuzz.tally import Tally
from tests.world import World
from verifier.photos import PhotoLimits, check
from verifier.verdicts.evidence import FaceVerdict

LOOKER = Scope(ScopeKind.COMMAND, "fuzz")
UNSETTLED = (CheckInState.RECEIVED, CheckInState.VERIFYING)
LOOK_EVERY_S = 1.0
AT_ONCE, ANSWERS_WITHIN_S = 64, 10.0
SAMPLED = 150
METADATA = (b"Exif\x00", b"ICC_PROFILE", b"http://ns.adobe.com")


@dataclass(frozen=True)
class Alive:
    """Which processes served when the run began."""

    parents: tuple[int | None, ...]
    web_workers: tuple[int, ...]


def alive(world: World) -> Alive:
    """Note which processes serve."""
    processes = world.servers.processes
    parents = tuple(processes.pid(name) for name in processes.names)
    return Alive(parents, web_workers(processes))


def require_alive(world: World, before: Alive, tally: Tally) -> None:
    """Fault every process that died, and every thread of the web that does not answer."""
    if alive(world) != before:
        tally.fault("a process died", f"{before} became {alive(world)}")
    log = world.servers.stack.logs / "verifier.log"
    killed = log.read_text(errors="replace").count("horse_killed")
    if killed:
        tally.fault("a horse was killed", f"{killed} times, {log}")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        late = sum(not prompt for prompt in pool.map(_prompt, [world.url] * AT_ONCE))
    if late:
        tally.fault("the web is busy after the last request", f"{late} of {AT_ONCE} not answered")


def _prompt(url: str) -> bool:
    try:
        answer = httpx.get(f"{url}/v1/app", timeout=ANSWERS_WITHIN_S, trust_env=False)
    except httpx.TransportError:
        return False
    return answer.status_code == HTTPStatus.OK


def settle(parts: Parts, tally: Tally, stuck_after_s: float) -> Counter[str]:
    """Wait until all that was taken in is settled; give the states, fault what is not.

    How fast, is the machine's business: it is waited for as long as one more is settled in time.
    """
    waiting, until = len(tally.accepted) + 1, 0.0
    while True:
        states = _states_now(parts)
        left = sum(states[str(state)] for state in UNSETTLED)
        if left < waiting:
            waiting, until = left, time.monotonic() + stuck_after_s
        if not waiting or time.monotonic() > until:
            break
        time.sleep(LOOK_EVERY_S)
    if waiting:
        tally.fault("taken in and not settled", f"{waiting} of {len(tally.accepted)}")
    return states


def _states_now(parts: Parts) -> Counter[str]:
    """Count states; a look that took so long that PostgreSQL ended it is taken again."""
    while True:
        try:
            with transaction(parts.sessions, LOOKER) as session:
                return _states(session)
        except DatabaseUnavailableError:
            time.sleep(LOOK_EVERY_S)


def _states(session: Session) -> Counter[str]:
    """Count states; one that waits for a file that never came has a state of its own here."""
    held = Counter(session.scalars(select(Media.checkin_id).where(Media.kind == MediaKind.CHECKIN)))
    return Counter(
        "waiting for files"
        if state in UNSETTLED and len(body.get("files", [])) > held[checkin_id]
        else str(state)
        for checkin_id, state, body in session.execute(
            select(CheckIn.id, CheckIn.state, CheckIn.body)
        )
    )


def require_kept(parts: Parts, tally: Tally) -> None:
    """Fault what is there without having been acknowledged, and what is there changed."""
    with transaction(parts.sessions, LOOKER) as session:
        found = session.execute(select(CheckIn.id, CheckIn.offender_id))
        rows = {row.id: row.offender_id for row in found}
        errors = session.scalars(
            select(EvidenceRow.face).where(EvidenceRow.face_verdict == FaceVerdict.ERROR)
        ).all()
        media = session.scalars(select(Media).order_by(Media.id)).all()
    if rows != tally.accepted:
        lost, unasked = tally.accepted.keys() - rows.keys(), rows.keys() - tally.accepted.keys()
        tally.fault("receipts and rows differ", f"{len(lost)} lost, {len(unasked)} not answered")
    if errors:
        tally.fault("a photo broke what looks at it", f"{len(errors)}: {errors[0]}")
    for row in random.Random(1).sample(media, min(SAMPLED, len(media))):  # noqa: S311 - no secret
        _require_whole(parts, row, tally)


def _require_whole(parts: Parts, row: Media, tally: Tally) -> None:
    try:
        data = parts.media.fetch(stored_object(row))
    except (ObjectMissingError, ObjectDiffersError) as fault:
        tally.fault(f"a {row.kind} {type(fault).__name__}", str(row.id))
        return
    if row.kind is MediaKind.RENDITION:
        facts = check(data, PhotoLimits())
        if facts.image_length != len(data) or any(mark in data for mark in METADATA):
            tally.fault("a rendition says more than the picture", str(row.id))
    elif row.name == "selfie" and row.sha256 != _sent(row, tally):
        tally.fault("an original is not what was sent", str(row.id))


def _sent(row: Media, tally: Tally) -> str:
    """Give the hash of the selfie that was sent; of requests that lied, what is kept."""
    checkin: UUID | None = row.checkin_id
    return row.sha256 if checkin is None else tally.photos.get(checkin, row.sha256)
