"""The system under test: two machines' workers, wires before web and store, a small disk."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

from storage.local_stack import LocalStack, Processes, Store
from storage.parts import Parts
from tests.endurance.broken import Safeguard
from tests.endurance.disk import SmallDisk, small_disk
from tests.endurance.history import Stopwatch
from tests.endurance.wire import Wire
from tests.servers import ROOT, lay_onlooker, web_parts

PATCHES = Path(__file__).parent / "patches"
GENEROUS = {"PHONE_CHECKINS": "100000 per hour", "PHONE_REQUESTS": "100000 per minute"}
VERIFIER = "verifier"
READY_WITHIN_S = 300.0  # on a machine that others keep busy, too


@dataclass(frozen=True)
class Wires:
    """Where the processes find the store, and the phones the web."""

    store: Wire
    phone: Wire


@dataclass(frozen=True)
class Ground:
    """Servers, processes and wires; what faults act upon."""

    stack: LocalStack
    processes: Processes
    second: Processes  # one more verifier: somebody must be there to take over from a frozen one
    wires: Wires
    disk: SmallDisk | None
    folder: Path
    parts: Parts
    chance: Random
    watch: Stopwatch

    @property
    def url(self) -> str:
        """Where phones call: the wire."""
        return f"http://127.0.0.1:{self.wires.phone.port}"


@dataclass(frozen=True)
class Plan:
    """What is to be started."""

    folder: Path
    store: Store
    chance: Random
    taken_away: Safeguard | None


@contextmanager
def running_ground(plan: Plan) -> Iterator[Ground]:
    """Start everything; each process finds the store, and the phones the web, through a wire."""
    stack = LocalStack(plan.folder / "var", plan.store)
    with ExitStack() as ends:
        ends.callback(stack.erase)
        disk = ends.enter_context(small_disk(stack.data / "s3"))
        ends.enter_context(stack)
        wires = _wires(stack, plan.chance, ends)
        environment = _environment(plan, stack, wires)
        processes = Processes(ROOT / "Procfile", environment, stack.logs)
        second = Processes(ROOT / "Procfile", environment, stack.logs / "second")
        ends.callback(processes.stop)
        ends.callback(second.stop)
        processes.release()
        lay_onlooker(stack)
        processes.start(processes.names)
        second.start([VERIFIER])
        processes.wait_ready(READY_WITHIN_S)
        parts = ends.enter_context(web_parts(stack))
        yield Ground(
            stack,
            processes,
            second,
            wires,
            disk,
            plan.folder,
            parts,
            plan.chance,
            Stopwatch(),
        )


def _wires(stack: LocalStack, chance: Random, ends: ExitStack) -> Wires:
    plain = stack.environment("web")
    wires = Wires(
        store=Wire(_free_port(), _port_of(plain["S3_URL"]), chance),
        phone=Wire(_free_port(), _port_of(plain["PUBLIC_URL"]), chance),
    )
    for wire in (wires.store, wires.phone):
        wire.start()
        ends.callback(wire.stop)
    return wires


def _environment(plan: Plan, stack: LocalStack, wires: Wires) -> Callable[[str], dict[str, str]]:
    def environment(role: str) -> dict[str, str]:
        return {
            **stack.environment(role),
            **GENEROUS,
            "S3_URL": f"http://127.0.0.1:{wires.store.port}",
            "PUBLIC_URL": f"http://127.0.0.1:{wires.phone.port}",
            "PYTHONPATH": f"{PATCHES}{os.pathsep}{ROOT}",
            "ENDURANCE_FOLDER": str(plan.folder),
            "ENDURANCE_ROLE": role,
            "ENDURANCE_BREAK": str(plan.taken_away or ""),
        }

    return environment


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
    return port


def _port_of(url: str) -> int:
    port = urlsplit(url).port
    assert port is not None
    return port
