"""What a check-in costs inside the worker, against looking at its face and nothing else."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import mean, median
from uuid import UUID

from sqlalchemy import func, select

from storage.records import EvidenceRow, Queue, Work, WorkKind
from tests.benchmarks.bare_faces import Bare, bare_pass
from tests.benchmarks.figures import Figure, Ratio, of_rounds
from tests.benchmarks.selfies import selfies
from tests.benchmarks.system import System
from tests.photos import photos
from tests.stage import eventually
from tests.waiting_work import Waiting, WaitingWork
from verifier.verdicts.evidence import FaceVerdict

PEOPLE, CHECKINS, ROUNDS = 12, 60, 3
DRAINED_WITHIN_S = 60.0
LOOK_EVERY_S = 0.25  # a look costs the shared cores something too
IN_WORKER = (
    f"{CHECKINS} waiting check-ins, one worker process, nothing else running; first started_at to"
    " last finished_at of the evidence rows, divided by their number: claim, fetch, examine,"
    " conclude"
)
LOOKED = "median of finished_at - started_at of the evidence rows: read rows, fetch, examine"
RENDERED = "last evidence to done_at of the last rendition, divided by their number"
PROCESSOR = "user and system time of worker and horse a check-in, picture included, from /proc"


@dataclass(frozen=True)
class Round:
    """One backlog, drained by one worker; seconds a check-in."""

    verified: float  # from the first claim to the last conclusion, divided by their number
    looked: float  # median of evidence.finished_at - started_at: without claim and conclusion
    rendered: float  # the picture for the officer's page
    cpu: float  # of the worker and its horse, both kinds of work
    bare: Bare  # the mean of a pass before and one after


def per_checkin(system: System) -> list[Figure]:
    """Lay backlogs, let one real worker drain each, and read the rows it leaves."""
    people = _people(system)
    with system.working("verifier"):
        _drained(system, _backlog(system, people[:1]))  # warm: connections, memory, caches
        rounds = [_round(system, people) for _ in system.rounds("worker", ROUNDS)]
    return _figures(rounds)


def _people(system: System) -> list[UUID]:
    factory = system.factory
    office = factory.office()
    people = [factory.offender(office).id for _ in range(PEOPLE)]
    for person in people:
        factory.fence(person)
        factory.enrolment(person, photos().obama)
    return people


def _backlog(system: System, people: Sequence[UUID]) -> list[Waiting]:
    """Lay check-ins in turn, each with its own window, as the web process leaves them."""
    laid, waiting = selfies(PEOPLE), WaitingWork(system.factory)
    count = CHECKINS if len(people) > 1 else 3
    return [
        waiting.checkin(
            people[number % len(people)],
            laid[number % len(laid)],
            system.factory.window(people[number % len(people)], open_for=timedelta(hours=1)),
        )
        for number in range(count)
    ]


def _round(system: System, people: Sequence[UUID]) -> Round:
    looked_at = [selfies(PEOPLE)[number % PEOPLE] for number in range(CHECKINS)]
    before = bare_pass(looked_at)
    backlog = _backlog(system, people)
    begun = system.cpu_seconds((), ("verifier",))["verifier"]
    verified, looked, rendered = _drained(system, backlog)
    computed = system.cpu_seconds((), ("verifier",))["verifier"] - begun
    after = bare_pass(looked_at)
    return Round(verified, looked, rendered, computed / len(backlog), _mean(before, after))


def _mean(one: Bare, other: Bare) -> Bare:
    return Bare(
        mean((one.decode, other.decode)),
        mean((one.detect, other.detect)),
        mean((one.embed, other.embed)),
    )


def _drained(system: System, backlog: Sequence[Waiting]) -> tuple[float, float, float]:
    """Ring once and wait until nothing is left; raises where a verdict is not the right one."""
    system.parts.bell.ring(Queue.FACES)
    eventually(lambda: _nothing_left(system), DRAINED_WITHIN_S, LOOK_EVERY_S)
    time.sleep(LOOK_EVERY_S)  # the horse ends, and its time is its parent's then
    ids = [one.id for one in backlog]
    pictures = [one.selfie for one in backlog]
    with system.factory.session() as session:
        evidence = session.scalars(select(EvidenceRow).where(EvidenceRow.checkin_id.in_(ids))).all()
        last_picture = session.scalar(
            select(func.max(Work.done_at)).where(
                Work.kind == WorkKind.RENDER_MEDIA, Work.subject_id.in_(pictures)
            )
        )
    wrong = {row.face_verdict for row in evidence} - {str(FaceVerdict.MATCH)}
    assert not wrong, wrong
    assert len(evidence) == len(backlog)
    assert isinstance(last_picture, datetime)
    ended = max(row.finished_at for row in evidence)
    verified = ended - min(row.started_at for row in evidence)
    looked = median((row.finished_at - row.started_at).total_seconds() for row in evidence)
    return (
        verified.total_seconds() / len(backlog),
        looked,
        (last_picture - ended).total_seconds() / len(backlog),
    )


def _nothing_left(system: System) -> bool:
    with system.factory.session() as session:
        left = session.scalar(
            select(func.count())
            .select_from(Work)
            .where(Work.queue == Queue.FACES, Work.done_at.is_(None))
        )
    return left == 0


def _figures(rounds: Sequence[Round]) -> list[Figure]:
    bare = [one.bare.total / CHECKINS for one in rounds]
    stages = ", ".join(
        f"{name} {median(getattr(one.bare, name) for one in rounds) * 1000 / CHECKINS:.0f}"
        for name in ("decode", "detect", "embed")
    )
    alone = (
        f"bare OpenCV loop over the same {CHECKINS} selfies of 200 KB in one thread, before and"
        f" after each drain ({stages} ms)"
    )
    return [
        _figure("face alone: decode + detect + embed", bare, alone),
        _figure("check-in in the worker", [one.verified for one in rounds], IN_WORKER, bare),
        _figure("of it until the face is known", [one.looked for one in rounds], LOOKED, bare),
        _figure("picture for the officer", [one.rendered for one in rounds], RENDERED, bare),
        _figure("processor time in the worker", [one.cpu for one in rounds], PROCESSOR, bare),
    ]


def _figure(
    name: str, seconds: Sequence[float], how: str, bare: Sequence[float] | None = None
) -> Figure:
    value, rounds = of_rounds([one * 1000 for one in seconds])
    ratios = [one / alone for one, alone in zip(seconds, bare or (), strict=bool(bare))]
    to_bare = (Ratio(median(ratios), "face alone"),) if ratios else ()
    return Figure(name, value, "ms", how, to_bare, rounds)
