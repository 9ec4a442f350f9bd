"""Check-ins that wait, laid as the web process leaves them, and how long workers take over them."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from uuid import UUID

from sqlalchemy import func, select

from mobile_contract.codes import CheckInState
from storage.records import CheckIn, EvidenceRow, Queue, Work
from tests.benchmarks.histories import forget, lay_histories
from tests.benchmarks.memory import Held, held_by
from tests.benchmarks.selfies import selfies
from tests.benchmarks.system import System
from tests.photos import photos
from tests.stage import eventually
from tests.waiting_work import Waiting, WaitingWork
from verifier.jobs.drain import LISTENS_EVERY_S
from verifier.verdicts.evidence import FaceVerdict

CHECKINS = 160  # of so many people, each of an office of their own
SELFIES = 12
DRAINED_WITHIN_S = 600.0  # also on a machine that does much else
LOOK_EVERY_S = 1.0  # a look costs the shared cores some milliseconds
# After so many each of two workers has said each statement once, and run each network.
WARM = 36


@dataclass(frozen=True)
class Drained:
    """One backlog that is done; seconds a check-in."""

    verified: float  # between the conclusion of the first WARM and the last, divided by those after
    looked: float  # median from start to end, without claim and conclusion
    held: Held | None


def lay_people(system: System) -> list[UUID]:
    """Enrol people with a fence each, and let them and their offices have sent a lot before."""
    factory = system.factory
    offices = [factory.office() for _ in range(CHECKINS)]
    people = [factory.offender(office).id for office in offices]
    neighbours = [factory.offender(office).id for office in offices]
    for person in people:
        factory.fence(person)
        factory.enrolment(person, photos().obama)
    with system.working("verifier"):
        first = lay(system, [*people, *neighbours])
        _ring_and_wait(system, 1, [])
    lay_histories(system, people, neighbours)
    forget(system, [one.id for one in first])
    return people


def lay(system: System, people: Sequence[UUID]) -> list[Waiting]:
    """Lay a check-in each, in a window of its own; nobody is told of them yet."""
    laid, waiting = selfies(SELFIES), WaitingWork(system.factory)
    return [
        waiting.checkin(
            person,
            laid[number % len(laid)],
            system.factory.window(person, open_for=timedelta(hours=1)),
        )
        for number, person in enumerate(people)
    ]


def drain(system: System, backlog: Sequence[Waiting], workers: int = 1) -> Drained:
    """Ring once for each worker and wait until nothing is left; raises for a wrong verdict."""
    seen: list[Held] = []
    _ring_and_wait(system, workers, seen)
    drained = _read(system, backlog, max(seen, key=lambda held: held.own, default=None))
    forget(system, [one.id for one in backlog])
    return drained


def one_by_one(system: System, people: Sequence[UUID]) -> list[float]:
    """Lay and ring for each on its own, once the one before is done; seconds from the ring on."""
    took = []
    for person in people:
        (one,) = lay(system, [person])
        rung_at = system.parts.now()
        _ring_and_wait(system, 1, [])
        with system.factory.session() as session:
            done_at = session.scalars(select(Work.done_at).where(Work.subject_id == one.id)).one()
        assert done_at is not None
        took.append((done_at - rung_at).total_seconds())
        forget(system, [one.id])
    return took


def _ring_and_wait(system: System, workers: int, seen: list[Held]) -> None:
    for _ in range(workers):
        system.parts.bell.ring(Queue.FACES)
        time.sleep(2 * LISTENS_EVERY_S)  # a bell rings only on an empty queue
    eventually(lambda: _nothing_left(system, seen), DRAINED_WITHIN_S, LOOK_EVERY_S)


def _read(system: System, backlog: Sequence[Waiting], held: Held | None) -> Drained:
    ids = [one.id for one in backlog]
    with system.factory.session() as session:
        evidence = session.scalars(select(EvidenceRow).where(EvidenceRow.checkin_id.in_(ids))).all()
        states = set(session.scalars(select(CheckIn.state).where(CheckIn.id.in_(ids))))
        done = session.scalars(select(Work.done_at).where(Work.subject_id.in_(ids))).all()
    wrong = {row.face_verdict for row in evidence} - {str(FaceVerdict.MATCH)}
    assert not wrong, wrong
    assert states == {CheckInState.CONFIRMED}, states  # else a picture is made, and items opened
    assert len(evidence) == len(backlog)
    ends = sorted(at for at in done if at is not None)
    warm = ends[min(WARM, len(ends) // 4)]
    after = sum(at > warm for at in ends)
    looked = median((row.finished_at - row.started_at).total_seconds() for row in evidence)
    return Drained((ends[-1] - warm).total_seconds() / after, looked, held)


def _nothing_left(system: System, seen: list[Held]) -> bool:
    held = held_by(system.processes.pid("verifier") or 0)
    if held is not None:
        seen.append(held)
    with system.factory.session() as session:
        left = session.scalar(
            select(func.count())
            .select_from(Work)
            .where(Work.queue == Queue.FACES, Work.done_at.is_(None))
        )
    return left == 0
