"""One run: so many broken requests from so many people, and what must hold meanwhile and after."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from itertools import cycle, islice
from pathlib import Path
from random import Random

import httpx

from storage.local_stack import LocalStack, Processes
from storage.parts import Parts
from tests.factories import Factory
from tests.fuzz import aftermath, body_breaks, photo_breaks, pictures, request_breaks, wire_lies
from tests.fuzz.attempts import Attempt, Base, well_formed
from tests.fuzz.crowd import Sender, crowd
from tests.fuzz.leak import Leak
from tests.fuzz.memory import Course, Watch
from tests.fuzz.tally import NO_ANSWER, Tally
from tests.servers import ROOT
from tests.world import Servers, World

# Only what one person may send is widened: a fuzz sends a year's check-ins in minutes.
SETTINGS = {"PHONE_CHECKINS": "100000 per hour"}
THREADS = 8
WEB = "web"


class Group(StrEnum):
    """What is broken."""

    IN_ORDER = "in order"
    PHOTO = "photo"
    HOSTILE = "hostile picture"
    BODY = "JSON part"
    REQUEST = "request"
    FRAMING = "framing"


@dataclass(frozen=True)
class Plan:
    """How much of each; the same seed breaks the same things in the same way."""

    photos: int
    bodies: int
    requests: int
    lies: int
    people: int
    seed: int
    stuck_after_s: float
    rounds: int = 2


@dataclass(frozen=True)
class Task:
    """One request to make."""

    group: Group
    kind: str
    number: int


@dataclass(frozen=True)
class Outcome:
    """What a run came to."""

    tally: Tally
    courses: list[Course]
    states: Counter[str]


@contextmanager
def whole_system(
    stack: LocalStack, parts: Parts, folder: Path, leak: Leak | None = None
) -> Iterator[World]:
    """Every process of the Procfile, as in production but for one setting, and a planted leak."""
    processes = Processes(ROOT / "Procfile", _environment(stack, leak), stack.logs)
    servers = Servers(stack, processes)
    world = World(stack.public_url, folder, servers=servers, factory=Factory(parts))
    try:
        processes.start(processes.names)
        processes.wait_ready()
        yield world
    finally:
        world.close()
        processes.stop()


def _environment(stack: LocalStack, leak: Leak | None) -> Callable[[str], Mapping[str, str]]:
    def environment(role: str) -> Mapping[str, str]:
        planted = leak.environment if leak is not None and role == WEB else {}
        return {**stack.environment(role), **SETTINGS, **planted}

    return environment


def play(world: World, plan: Plan) -> Outcome:
    """Send everything, watch the memory meanwhile, and look at what became of it."""
    tally, senders = Tally(), crowd(world, plan.people)
    _warm(senders, plan.seed, tally)
    before, parts = aftermath.alive(world), world.factory.parts
    watch = Watch(world.servers.processes, lambda: tally.answered)
    watch.begin()
    watch.rest()
    tasks = _tasks(plan)
    for number in range(plan.rounds):
        _send_round(tasks[number :: plan.rounds], senders, plan.seed, tally)
        watch.rest()
    watch.end()
    states = aftermath.settle(parts, tally, plan.stuck_after_s)
    aftermath.require_alive(world, before, tally)
    aftermath.require_kept(parts, tally)
    return Outcome(tally, watch.courses(), states)


def _send_round(tasks: Sequence[Task], senders: Sequence[Sender], seed: int, tally: Tally) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        shares = [(tasks[at::THREADS], senders[at::THREADS]) for at in range(THREADS)]
        for done in [pool.submit(_send_all, share, seed, tally) for share in shares]:
            done.result()


def _warm(senders: Sequence[Sender], seed: int, tally: Tally) -> None:
    """Let everybody send one check-in in order: nothing is measured on processes that are new."""
    for sender in senders:
        base = sender.base(Random(f"{seed} {sender.person}"))  # noqa: S311 - no secret
        attempt = well_formed("in order", base, base.submission.body)
        answer = sender.send(attempt)
        if answer.status_code != httpx.codes.ACCEPTED:
            tally.fault("a check-in in order is refused", answer.text)
        tally.hear(Group.IN_ORDER, attempt, sender.person, answer)


def _tasks(plan: Plan) -> list[Task]:
    """Give every kind its share, in an order that the seed gives."""
    kinds = {
        Group.PHOTO: [*photo_breaks.BROKEN],
        Group.BODY: [*body_breaks.KINDS],
        Group.REQUEST: [*request_breaks.BROKEN],
        Group.FRAMING: [*wire_lies.LIES],
    }
    counts = {
        Group.PHOTO: plan.photos,
        Group.BODY: plan.bodies,
        Group.REQUEST: plan.requests,
        Group.FRAMING: plan.lies,
    }
    tasks = [
        Task(group, kind, number)
        for group, names in kinds.items()
        for number, kind in enumerate(islice(cycle(names), counts[group]))
    ]
    tasks += [Task(Group.HOSTILE, name, 0) for name in pictures.hostile()]
    Random(plan.seed).shuffle(tasks)  # noqa: S311 - no secret
    return tasks


def _send_all(share: tuple[Sequence[Task], Sequence[Sender]], seed: int, tally: Tally) -> None:
    """Send one thread's share, its people in turn."""
    tasks, senders = share
    for task, sender in zip(tasks, cycle(senders), strict=False):
        chance = Random(f"{seed} {task.group} {task.kind} {task.number}")  # noqa: S311
        _send(task, sender, sender.base(chance), tally)


def _send(task: Task, sender: Sender, base: Base, tally: Tally) -> None:
    if task.group is Group.FRAMING:
        attempt = well_formed(task.kind, base, base.submission.body)
        _tell_lie(task, sender, attempt, tally)
        return
    attempt = _attempt(task, base)
    try:
        answer = sender.send(attempt)
    except httpx.TransportError as fault:
        tally.count(task.group, task.kind, NO_ANSWER)
        tally.fault(f"{task.group}, {task.kind}: {type(fault).__name__}", f"number {task.number}")
        return
    tally.hear(task.group, attempt, sender.person, answer)


def _attempt(task: Task, base: Base) -> Attempt:
    match task.group:
        case Group.PHOTO:
            return photo_breaks.attempt(task.kind, base)
        case Group.HOSTILE:
            return photo_breaks.with_photo(task.kind, base, pictures.hostile()[task.kind].data)
        case Group.BODY:
            return body_breaks.attempt(task.kind, base)
        case _:
            return request_breaks.attempt(task.kind, base)


def _tell_lie(task: Task, sender: Sender, attempt: Attempt, tally: Tally) -> None:
    """Send a lie about lengths; that it gets no answer is one, that nobody waits for it another."""
    try:
        status = wire_lies.tell(task.kind, sender, attempt)
    except TimeoutError:
        tally.fault(f"{task.group}, {task.kind}: nothing within the time", f"number {task.number}")
        status = None
    if status == httpx.codes.ACCEPTED:
        tally.accepted[attempt.checkin_id] = sender.person
    tally.count(task.group, task.kind, status or wire_lies.HUNG_UP)
