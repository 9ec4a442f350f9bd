"""PostgreSQL, Valkey and an S3 server as supervised children, in one data folder."""

import os
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL, Signals
from types import TracebackType
from typing import Self

from storage.key_files import lay_keys
from storage.local_stack.credentials import Credentials, Role, load_credentials
from storage.local_stack.environments import Endpoints, environment, write_environments
from storage.local_stack.faults import StackError
from storage.local_stack.folder_lock import FolderLock
from storage.local_stack.places import Places
from storage.local_stack.ports import choose_ports
from storage.local_stack.postgres import SUPERUSER, Postgres
from storage.local_stack.postgres_files import erase_cluster, lay_files
from storage.local_stack.s3 import S3, SERVERS, Store
from storage.local_stack.server import NotReadyError, Server
from storage.local_stack.supervised import Report, Supervised
from storage.local_stack.valkey import Valkey
from storage.private_files import private_folder, write_private

PORTS = ("postgres", "valkey", "s3", "web")
_HEALTHY_WITHIN_S = 60.0
_LOOK_EVERY_S = 0.05
# The first may be the former server's fault, which was killed and still holds port or data.
_DEATHS_TO_GIVE_UP = 3


def report_to_stderr(line: str) -> None:
    """Show a line of progress to whoever started us."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


@dataclass(frozen=True)
class Choices:
    """What a caller may decide about a stack; all has defaults.

    durable=False skips fsync: right for data that no power cut needs to survive, such as tests'.
    """

    ports: Mapping[str, int] = field(default_factory=dict)
    places: Places = field(default_factory=lambda: Places.read(os.environ))
    durable: bool = True


class LocalStack:
    """The three servers of one data folder; a context manager that starts and stops them."""

    def __init__(
        self,
        data: Path,
        store: Store = Store.RCLONE,
        choices: Choices | None = None,
        report: Report = report_to_stderr,
    ) -> None:
        """Remember what is wanted; nothing is made or started until `start`."""
        self.data = data.absolute()
        self.store = store
        self.logs = self.data / "log"
        self._choices = choices or Choices()
        self._report = report
        self._lock: FolderLock | None = None
        self._endpoints: Endpoints | None = None
        self._servers: dict[str, Server] = {}
        self._running: dict[str, Supervised] = {}

    def __enter__(self) -> Self:
        """Start the servers."""
        self.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Stop the servers."""
        self.stop()

    def start(self) -> None:
        """Start the servers and wait until each answers; raises StackError and stops them."""
        private_folder(self.data)
        self._lock = FolderLock(self.data)
        try:
            self._lay_out()
            for name, server in self._servers.items():
                self._report(f"starting {server.title}")
                self._running[name] = Supervised(server.prepare(), self._report)
                self._running[name].start()
            for name in self._servers:
                self.wait_healthy(name)
            self._write_environments()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the servers, the database last; harmless when nothing runs."""
        for name in reversed(self._running):
            self._running[name].stop()
        self._running.clear()
        if self._lock:
            self._lock.release()
            self._lock = None

    def erase(self) -> None:
        """Stop the servers and remove the data folder and all that belongs to it."""
        self.stop()
        erase_cluster(self.data, self._choices.places.postgres_home)
        shutil.rmtree(self.data)

    def environment(self, role: str) -> dict[str, str]:
        """Return one role's settings: release, web, verifier, chores, clock or command."""
        return environment(self._started(), Role(role))

    @property
    def superuser_url(self) -> str:
        """Return the superuser's URL of the database: for tests, never for the application."""
        postgres = self._started().postgres
        return postgres.url(SUPERUSER, postgres.credentials.superuser)

    @property
    def public_url(self) -> str:
        """Return the URL under which phones and browsers find the API of this stack."""
        return self._started().public_url

    def pid(self, name: str) -> int | None:
        """Return the process id of a server, or None while it is down."""
        return self._running[name].pid

    def kill(self, name: str, number: Signals = SIGKILL, *, with_children: bool = False) -> None:
        """Send a signal to a server as a fault would; it comes back by itself if that ends it."""
        self._running[name].kill(number, with_children=with_children)

    def halt(self, name: str) -> None:
        """Stop one server and keep it down until `restart`: an outage."""
        self._running[name].stop()

    def restart(self, name: str) -> None:
        """Stop one server if it runs, start it and wait until it answers."""
        self._running[name].stop()
        self._running[name].start()
        self.wait_healthy(name)

    def wait_healthy(self, name: str, within_s: float = _HEALTHY_WITHIN_S) -> None:
        """Wait until a server answers; raises StackError when it dies or is too late."""
        server, running = self._servers[name], self._running[name]
        deaths = running.deaths
        until = time.monotonic() + within_s
        while (error := _unhealthy(server)) is not None:
            dies = running.deaths - deaths >= _DEATHS_TO_GIVE_UP
            if dies or time.monotonic() > until:
                why = f"it did not answer within {within_s:.0f} s ({error})"
                if dies:
                    why = f"it ended while starting ({running.command.last_words()})"
                cure = f"Read {running.command.log}, then start again"
                raise StackError(who=server.title, why=why, cure=cure) from error
            time.sleep(_LOOK_EVERY_S)
        server.settle()

    def _lay_out(self) -> None:
        _claim_for(self.data, self.store)
        private_folder(self.logs)
        credentials = load_credentials(self.data / "credentials.json")
        ports = choose_ports(PORTS, self._choices.ports, self.data / "ports.json")
        postgres = self._postgres(credentials, ports["postgres"])
        valkey = Valkey(
            self.data / "valkey", credentials, ports["valkey"], self.logs / "valkey.log"
        )
        s3 = self._s3(credentials, ports["s3"])
        self._servers = {server.name: server for server in (postgres, valkey, s3)}
        keys = self.data / "keys"
        lay_keys(keys)
        models = self._choices.places.models
        self._endpoints = Endpoints(postgres, valkey, s3, ports["web"], keys, models)

    def _postgres(self, credentials: Credentials, port: int) -> Postgres:
        files = lay_files(self.data, self._choices.places.postgres_home)
        return Postgres(files, credentials, port, self.logs / "postgres.log", self._choices.durable)

    def _s3(self, credentials: Credentials, port: int) -> S3:
        kind = SERVERS[self.store]
        program = kind.program(self._choices.places)
        return S3(kind, program, self.data / "s3", credentials, port, self.logs / "s3.log")

    def _write_environments(self) -> None:
        write_environments(self._started(), private_folder(self.data / "env"))

    def _started(self) -> Endpoints:
        if self._endpoints is None:
            raise StackError(
                who="Local servers", why="they were not started", cure="Call start() first"
            )
        return self._endpoints


def _unhealthy(server: Server) -> Exception | None:
    try:
        server.check()
    except (NotReadyError, OSError) as error:
        return error
    return None


def _claim_for(data: Path, store: Store) -> None:
    """Remember which S3 server holds the folder's media: another could not read them."""
    mark = data / "store"
    if not mark.exists():
        write_private(mark, store.value.encode())
    held = mark.read_text()
    if held != store.value:
        why = f"{data} holds media of {held}, and {store.value} cannot read them"
        raise StackError(
            who="Local servers", why=why, cure=f"Ask for {held}, or name another --data"
        )
