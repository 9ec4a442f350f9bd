"""`python -m storage.local_stack` as a person runs it: asked, or forced, to end."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage.local_stack.places import CHECKOUT, Places
from storage.local_stack.postgres_files import erase_cluster
from storage.local_stack.process_tree import Process, descendants
from tests.storage.local_stack.watching import SERVERS, alive, wait_until

Started = tuple[subprocess.Popen[str], tuple[Process, ...]]


@pytest.fixture
def data(tmp_path: Path, places: Places) -> Iterator[Path]:
    """A data folder; what root keeps for it elsewhere goes with the test."""
    yield tmp_path / "var"
    erase_cluster(tmp_path / "var", places.postgres_home)


@contextmanager
def running(data: Path, places: Places) -> Iterator[Started]:
    """The command with its servers up, and every process below it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "storage.local_stack", "--data", str(data)],
        cwd=CHECKOUT,
        env={**os.environ, "POSTGRES_HOME": str(places.postgres_home)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stderr
        for line in process.stderr:
            if "Ctrl-C stops everything" in line:
                break
        yield process, descendants(process.pid)
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_asked_to_end_it_leaves_no_process(
    data: Path, places: Places, number: signal.Signals
) -> None:
    with running(data, places) as (process, family):
        assert len(family) > len(SERVERS)
        process.send_signal(number)
        assert process.wait(20) == 0
        assert alive(family) == []


def test_killed_it_takes_its_servers_with_it(data: Path, places: Places) -> None:
    with running(data, places) as (process, family):
        assert len(family) > len(SERVERS)
        process.kill()
        wait_until(lambda: alive(family) == [])


def test_interrupted_while_starting_it_leaves_no_process(data: Path, places: Places) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "storage.local_stack", "--data", str(data)],
        cwd=CHECKOUT,
        env={**os.environ, "POSTGRES_HOME": str(places.postgres_home)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr
    assert process.stderr.readline() == "starting PostgreSQL\n"
    wait_until(lambda: len(descendants(process.pid)) > 0)
    family = descendants(process.pid)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode == 0
    wait_until(lambda: alive(family) == [])
