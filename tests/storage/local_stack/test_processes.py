"""The Procfile's processes, here small ones of our own: started in order, kept alive, stopped."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from storage.local_stack import Processes, StackError
from storage.local_stack.places import CHECKOUT
from storage.local_stack.ports import choose_ports
from storage.local_stack.process_tree import descendants, process
from tests.storage.local_stack.watching import alive, wait_until

_RELEASE = "open('released', 'a').write('x')"
_WORKER = "import subprocess, time; subprocess.Popen(['sleep', '600']); time.sleep(600)"
_DEAF = "import signal, time; signal.signal(signal.SIGUSR1, signal.SIG_IGN); time.sleep(600)"
_WEB = """
import http.server, os, sys
assert os.path.exists('released') and os.environ['ROLE'] == 'web'
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == '/healthz' else 404)
        self.end_headers()
host, port = os.environ['WEB_BIND'].split(':')
http.server.HTTPServer((host, int(port)), Answer).serve_forever()
"""

Lay = Callable[..., Processes]


@pytest.fixture
def lay(tmp_path: Path) -> Iterator[Lay]:
    """Lays a Procfile of Python programs and stops what was started of it."""
    laid: list[Processes] = []

    def procfile(**programs: str) -> Processes:
        for name, program in programs.items():
            (tmp_path / f"{name}.py").write_text(program)
        lines = [f"{name}: python {name}.py" for name in programs]
        (tmp_path / "Procfile").write_text("\n".join(lines))
        port = choose_ports(("web",), {}, tmp_path / "ports.json")["web"]
        web_bind = {"WEB_BIND": f"127.0.0.1:{port}"}
        settings = {name: {"ROLE": name, **web_bind} for name in programs}
        laid.append(Processes(tmp_path / "Procfile", settings.__getitem__, tmp_path / "log"))
        return laid[-1]

    yield procfile
    for processes in laid:
        processes.stop()


def test_the_release_ends_before_the_others_start(lay: Lay, tmp_path: Path) -> None:
    processes = lay(release=_RELEASE, web=_WEB, worker=_WORKER)
    processes.start()
    processes.wait_ready(20)
    assert (tmp_path / "released").read_text() == "x"
    assert processes.names == ("web", "worker")
    assert all(processes.pid(name) for name in processes.names)


def test_a_failing_release_starts_nothing_and_says_why(lay: Lay) -> None:
    processes = lay(release="raise SystemExit('no migration is called 7')", worker=_WORKER)
    with pytest.raises(StackError, match=r"release: it ended with 1 \(no migration is called 7\)"):
        processes.start()
    with pytest.raises(KeyError):
        processes.pid("worker")


def test_a_process_killed_with_its_child_comes_back(lay: Lay) -> None:
    processes = lay(worker=_WORKER)
    processes.start()
    before = processes.pid("worker")
    assert before
    wait_until(lambda: len(descendants(before)) == 1)
    child = descendants(before)
    processes.kill("worker", with_children=True)
    wait_until(lambda: alive(child) == [])
    wait_until(lambda: processes.pid("worker") not in {before, None})


def test_a_signal_that_ends_nothing_changes_nothing(lay: Lay) -> None:
    processes = lay(worker=_DEAF)
    processes.start()
    processes.wait_ready(20)
    before = processes.pid("worker")
    processes.kill("worker", signal.SIGUSR1)
    assert processes.pid("worker") == before


def test_stopping_leaves_no_process_and_no_child(lay: Lay) -> None:
    processes = lay(worker=_WORKER)
    processes.start()
    pid = processes.pid("worker")
    assert pid
    wait_until(lambda: len(descendants(pid)) == 1)
    child = descendants(pid)
    processes.stop()
    assert process(pid) is None
    assert alive(child) == []


def test_what_keeps_ending_is_named_with_its_last_words(lay: Lay) -> None:
    processes = lay(worker="raise SystemExit('the model files are missing')")
    processes.start()
    with pytest.raises(StackError, match=r"worker: it keeps ending \(the model files are missing"):
        processes.wait_ready(20)


def test_the_projects_procfile_names_its_five_processes(tmp_path: Path) -> None:
    processes = Processes(CHECKOUT / "Procfile", lambda _: {}, tmp_path / "log")
    assert processes.names == ("web", "verifier", "chores", "clock")
