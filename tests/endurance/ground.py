"""The system under test with wires in front of its web server and in front of its store."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

from storage.local_stack import LocalStack, Processes, Store
from storage.parts import Parts
from tests.endurance.wire import Wire
from tests.servers import ROOT, lay_onlooker, web_parts

PATCHES = Path(__file__).parent / "patches"
GENEROUS = {"PHONE_CHECKINS_PER_HOUR": "100000", "PHONE_CHECKINS_PER_DAY": "100000"}


@dataclass
class Ground:
    """Servers, processes and wires; what faults act upon."""

    stack: LocalStack
    processes: Processes
    store_wire: Wire
    phone_wire: Wire
    folder: Path
    chance: Random

    @property
    def url(self) -> str:
        """Where phones call: the wire."""
        return f"http://127.0.0.1:{self.phone_wire.port}"


@contextmanager
def running_ground(
    folder: Path, store: Store, chance: Random, taken_away: str
) -> Iterator[tuple[Ground, Parts]]:
    """Start everything; each process finds the store, and the phones the web, through a wire."""
    stack = LocalStack(folder / "var", store)
    with stack:
        plain = stack.environment("web")
        store_wire = Wire(_free_port(), _port_of(plain["S3_URL"]), chance)
        phone_wire = Wire(_free_port(), _port_of(plain["PUBLIC_URL"]), chance)
        ground_folder = folder / "endurance"
        ground_folder.mkdir()

        def environment(role: str) -> dict[str, str]:
            return {
                **stack.environment(role),
                **GENEROUS,
                "S3_URL": f"http://127.0.0.1:{store_wire.port}",
                "PUBLIC_URL": f"http://127.0.0.1:{phone_wire.port}",
                "PYTHONPATH": f"{PATCHES}{os.pathsep}{ROOT}",
                "ENDURANCE_FOLDER": str(ground_folder),
                "ENDURANCE_ROLE": role,
                "ENDURANCE_BREAK": taken_away,
            }

        processes = Processes(ROOT / "Procfile", environment, stack.logs)
        store_wire.start()
        phone_wire.start()
        try:
            processes.release()
            lay_onlooker(stack)
            processes.start(processes.names)
            processes.wait_ready()
            with web_parts(stack) as parts:
                ground = Ground(stack, processes, store_wire, phone_wire, ground_folder, chance)
                yield ground, parts
        finally:
            processes.stop()
            store_wire.stop()
            phone_wire.stop()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
    return port


def _port_of(url: str) -> int:
    port = urlsplit(url).port
    assert port is not None
    return port
