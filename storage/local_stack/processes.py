"""The Procfile's processes: what one command starts on a small machine, all kept alive."""

import http.client
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from signal import SIGKILL, Signals

from storage.local_stack.faults import StackError
from storage.local_stack.stack import report_to_stderr
from storage.local_stack.supervised import Command, Report, Supervised
from storage.private_files import append_private, private_folder

RELEASE = "release"
WEB = "web"
_LOOK_EVERY_S = 0.1
_SETTLED_AFTER_S = 1.0
_RELEASE_WITHIN_S = 300.0
_STOP_WITHIN_S = 25.0  # longer than gunicorn gives a request that is being answered

EnvironmentForRole = Callable[[str], Mapping[str, str]]


def read_procfile(procfile: Path) -> dict[str, tuple[str, ...]]:
    """Return each line's name and command, in the file's order."""
    lines = [line.partition(":") for line in procfile.read_text(encoding="utf-8").splitlines()]
    return {name.strip(): tuple(shlex.split(command)) for name, mark, command in lines if mark}


class Processes:
    """Processes of a Procfile, each with the settings of its role and a log of its own."""

    def __init__(
        self,
        procfile: Path,
        environment_for_role: EnvironmentForRole,
        log_folder: Path,
        report: Report = report_to_stderr,
    ) -> None:
        """Read the Procfile; nothing runs until `start`."""
        self.log_folder = private_folder(log_folder)
        self._folder = procfile.absolute().parent
        self._commands = read_procfile(procfile)
        self._environment_for_role = environment_for_role
        self._report = report
        self._running: dict[str, Supervised] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Return the Procfile's processes in its order, without `release`."""
        return tuple(name for name in self._commands if name != RELEASE)

    def start(self, names: Iterable[str] | None = None) -> None:
        """Run `release` to its end where it is among the names (None: all), then start the rest."""
        wanted = list(self._commands if names is None else names)
        if RELEASE in wanted:
            wanted.remove(RELEASE)
            self.release()
        for name in wanted:
            self._report(f"starting {name}")
            self._running[name] = Supervised(self._command(name), self._report)
            self._running[name].start()

    def release(self) -> None:
        """Run the release command to its end; raises StackError when it fails."""
        command = self._command(RELEASE)
        self._report(f"running {RELEASE}")
        with append_private(command.log) as log:
            code = subprocess.run(  # noqa: S603 - the project's own Procfile
                command.full_argv(),
                env=dict(command.environment),
                cwd=command.folder,
                stdout=log,
                stderr=subprocess.STDOUT,
                timeout=_RELEASE_WITHIN_S,
                check=False,
            ).returncode
        if code:
            why = f"it ended with {code} ({command.last_words()})"
            raise StackError(who=RELEASE, why=why, cure=f"Read {command.log}")

    def wait_ready(self, within_s: float = 60.0) -> None:
        """Wait until the web process answers and the others have settled; raises StackError."""
        until = time.monotonic() + within_s
        settled = time.monotonic() + _SETTLED_AFTER_S
        while True:
            waiting = [name for name in self._running if not self._is_ready(name)]
            if not waiting and time.monotonic() > settled:
                return
            self._raise_if_hopeless(waiting, until)
            time.sleep(_LOOK_EVERY_S)

    def pid(self, name: str) -> int | None:
        """Return a process's id, or None while it is down."""
        return self._running[name].pid

    def kill(self, name: str, number: Signals = SIGKILL, *, with_children: bool = False) -> None:
        """Send a signal to a process as a fault would; it comes back by itself if that ends it."""
        self._running[name].kill(number, with_children=with_children)

    def halt(self, name: str) -> None:
        """Stop one process and keep it down until `restart`."""
        self._running[name].stop()

    def restart(self, name: str) -> None:
        """Stop one process if it runs and start it."""
        self._running[name].stop()
        self._running[name].start()

    def stop(self) -> None:
        """Stop all at the same time; harmless when nothing runs."""
        with ThreadPoolExecutor(max_workers=len(self._running) or 1) as pool:
            list(pool.map(Supervised.stop, self._running.values()))
        self._running.clear()

    def _command(self, name: str) -> Command:
        if name not in self._commands:
            raise StackError(
                who=name, why="the Procfile does not name it", cure=f"It names {self.names}"
            )
        programs = Path(sys.executable).parent
        environment = {
            **os.environ,
            **self._environment_for_role(name),
            "PATH": f"{programs}:{os.environ.get('PATH', os.defpath)}",
            "PYTHONUNBUFFERED": "1",
        }
        log = self.log_folder / f"{name}.log"
        command = Command(name, self._commands[name], environment, self._folder, log)
        return replace(command, stop_within_s=_STOP_WITHIN_S)

    def _is_ready(self, name: str) -> bool:
        running = self._running[name]
        if running.pid is None:
            return False
        return name != WEB or _answers(running.command.environment["WEB_BIND"])

    def _raise_if_hopeless(self, waiting: list[str], until: float) -> None:
        for name in waiting:
            command = self._running[name].command
            late = time.monotonic() > until
            if late or self._running[name].deaths > 1:
                why = "it is not ready in time" if late else "it keeps ending"
                why = f"{why} ({command.last_words()})"
                raise StackError(who=name, why=why, cure=f"Read {command.log}")


def _answers(bind: str) -> bool:
    connection = http.client.HTTPConnection(bind, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
