"""What the tests of local servers look at from outside: processes, sockets, connections."""

import http.client
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import redis

from storage.local_stack import LocalStack
from storage.local_stack.process_tree import Process, process

SERVERS = ("postgres", "valkey", "s3")
_LISTENING = "0A"


def wait_until(true: Callable[[], bool], within_s: float = 15.0) -> None:
    """Wait until something is so; fails the test when it takes too long."""
    until = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < until, f"not so within {within_s:.0f} s"
        time.sleep(0.02)


def alive(processes: tuple[Process, ...]) -> list[Process]:
    """Those of the processes that still live."""
    return [one for one in processes if process(one.pid) == one]


def query(url: str, statement: str) -> object:
    """The first value that a statement answers, from a connection of its own."""
    plain = url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(plain, autocommit=True, connect_timeout=5) as connection:
        cursor = connection.execute(statement.encode())
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def answers(stack: LocalStack, name: str) -> bool:
    """Whether a server does its work for the web process at this moment."""
    settings = stack.environment("web")
    try:
        match name:
            case "postgres":
                return query(settings["DATABASE_URL"], "SELECT 1") == 1
            case "valkey":
                with redis.Redis.from_url(settings["REDIS_URL"]) as client:
                    return bool(client.ping())
            case _:
                return _s3_status(settings["S3_URL"]) in {400, 403}
    except (OSError, psycopg.Error, redis.RedisError, http.client.HTTPException):
        return False


def listening_addresses(pid: int) -> set[str]:
    """The addresses, as /proc writes them, on which a process waits for TCP connections."""
    links = (link for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink())
    sockets = {str(link.readlink())[8:-1] for link in links if "socket:[" in str(link.readlink())}
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == _LISTENING and fields[9] in sockets:
                found.add(fields[1].rpartition(":")[0])
    return found


def _s3_status(url: str) -> int:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status
    finally:
        connection.close()
