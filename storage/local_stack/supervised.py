"""One child process that is kept alive: started again when it dies, with growing pauses."""

import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals

from storage.local_stack.faults import StackError
from storage.local_stack.process_tree import descendants, kill_all, process, wait_gone
from storage.private_files import append_private

Report = Callable[[str], None]

_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 10.0
_LIVED_LONG_ENOUGH_S = 30.0  # after this, a death is a new story and not a crash loop
_KILLED_WITHIN_S = 5.0
_LOG_TAIL_BYTES = 4096


@dataclass(frozen=True)
class Account:
    """The operating system's ids a process runs under."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Command:
    """How one process is started and stopped; `environment` is all it sees."""

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    log: Path
    stop_signal: Signals = SIGTERM
    stop_within_s: float = 10.0
    account: Account | None = None

    def full_argv(self) -> list[str]:
        """Return the command line that dies with its parent and drops to the account."""
        wrapped = ["setpriv", "--pdeathsig", self.stop_signal.name.removeprefix("SIG")]
        if self.account:
            wrapped += [f"--reuid={self.account.uid}", f"--regid={self.account.gid}"]
            wrapped.append("--clear-groups")
        return [*wrapped, "--", *self.argv]

    def last_words(self) -> str:
        """Return the last line of the log, for the sentence that explains a failure."""
        if not self.log.exists():
            return "it wrote nothing"
        tail = self.log.read_bytes()[-_LOG_TAIL_BYTES:].decode(errors="replace").strip()
        return tail.splitlines()[-1] if tail else "it wrote nothing"


class Supervised:
    """A process of a command, started again whenever it ends without being asked to."""

    def __init__(self, command: Command, report: Report) -> None:
        """Remember the command; nothing runs until `start`."""
        self.command = command
        self.deaths = 0
        self._report = report
        self._stopping = threading.Event()
        self._spawning = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None

    @property
    def pid(self) -> int | None:
        """Return the id of the living process, or None between two lives."""
        current = self._process
        return current.pid if current and current.returncode is None else None

    def start(self) -> None:
        """Start the process; raise StackError when the program cannot be executed at all."""
        self._stopping.clear()
        self.deaths = 0
        started = threading.Event()
        # The kernel's death signal fires when the *thread* that started a child ends, so one
        # thread starts and watches the process for as long as it is wanted.
        self._thread = threading.Thread(
            target=self._keep_alive, args=(started,), name=self.command.name, daemon=True
        )
        self._thread.start()
        started.wait()
        if self._process is None:
            raise StackError(
                who=self.command.name,
                why="its program could not be executed",
                cure="The package util-linux must be installed, it brings the command setpriv",
            )

    def stop(self) -> None:
        """End the process and all it started; it is asked first and killed when it does not go."""
        with self._spawning:
            self._stopping.set()
            pid = self.pid
        family = (process(pid), *descendants(pid)) if pid else ()
        alive = [one for one in family if one]
        kill_all(alive[:1], self.command.stop_signal)
        if self._thread:
            self._thread.join(self.command.stop_within_s)
        kill_all(alive, SIGKILL)
        if self._thread:
            self._thread.join()
        wait_gone(alive, _KILLED_WITHIN_S)
        self._process = self._thread = None

    def kill(self, number: Signals = SIGKILL, *, with_children: bool = False) -> None:
        """Send a signal to the process as a fault would; it is not kept from starting again."""
        pid = self.pid
        if pid is None:
            return
        below = descendants(pid) if with_children else ()
        one = process(pid)
        kill_all([*([one] if one else []), *below], number)

    def _keep_alive(self, started: threading.Event) -> None:
        pause = _FIRST_PAUSE_S
        while True:
            born = time.monotonic()
            try:
                if not self._spawn():
                    return
            finally:
                started.set()
            code = self._process.wait() if self._process else 0
            if self._stopping.is_set():
                return
            self.deaths += 1
            if time.monotonic() - born > _LIVED_LONG_ENOUGH_S:
                pause = _FIRST_PAUSE_S
            self._report(f"{self.command.name} ended ({code}); starting it again in {pause:.1f} s")
            self._stopping.wait(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_S)

    def _spawn(self) -> bool:
        with self._spawning:
            if self._stopping.is_set():
                return False
            try:
                with append_private(self.command.log) as log:
                    self._process = subprocess.Popen(  # noqa: S603 - our own command lines
                        self.command.full_argv(),
                        env=dict(self.command.environment),
                        cwd=self.command.folder,
                        stdin=subprocess.DEVNULL,
                        stdout=log,
                        stderr=subprocess.STDOUT,
                        start_new_session=True,  # Ctrl-C reaches us alone; we stop them in order
                        umask=0o077,
                    )
            except OSError as error:
                self._report(f"{self.command.name} cannot be started: {error}")
                return False
            return True
