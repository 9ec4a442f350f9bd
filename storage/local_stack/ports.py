"""Ports on loopback: free ones, the same again at the next start where possible."""

import json
import secrets
import socket
from collections.abc import Mapping
from pathlib import Path

from storage.local_stack.faults import StackError
from storage.private_files import write_private

LOOPBACK = "127.0.0.1"

# Below the kernel's usual range for outgoing connections, so that no client socket can sit on the
# port of a server that is being restarted.
_RANGE = range(20_000, 32_000)
_TRIES = 200


def choose_ports(names: tuple[str, ...], wanted: Mapping[str, int], file: Path) -> dict[str, int]:
    """Return a free port for each name: the wanted one, else last time's, else a new one."""
    remembered = json.loads(file.read_text()) if file.exists() else {}
    chosen: dict[str, int] = {}
    for name in names:
        if name in wanted:
            chosen[name] = _require_free(name, wanted[name])
        else:
            chosen[name] = _free_port(remembered.get(name), set(chosen.values()))
    write_private(file, json.dumps(chosen).encode())
    return chosen


def _require_free(name: str, port: int) -> int:
    if not _is_free(port):
        raise StackError(
            who=name,
            why=f"port {port} is in use",
            cure="Name another port, or none to have a free one chosen",
        )
    return port


def _free_port(preferred: int | None, taken: set[int]) -> int:
    tries = [secrets.choice(_RANGE) for _ in range(_TRIES)]
    for port in [preferred, *tries] if preferred else tries:
        if port not in taken and _is_free(port):
            return port
    raise StackError(
        who="Local servers", why="no free port was found", cure="Name ports with --port"
    )


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
