"""What one photo may cost is enforced by the kernel, and a horse dies with its worker."""

import signal
import subprocess
import sys
import time

COUNTS_FOR_EVER = """
from verifier.jobs import limits
limits.CPU_SECONDS_A_ROW = 0
limits.allow_cpu_for_a_row()
while True:
    pass
"""
TAKES_A_GIGABYTE = """
from verifier.jobs import limits
limits.limit_memory()
small = bytearray(100 * 1024 * 1024)
try:
    bytearray(1024 * 1024 * 1024)
except MemoryError:
    print("refused")
"""
LEAVES_A_CHILD = """
import os, sys, time
from verifier.jobs import limits
parent = os.getpid()
if os.fork() == 0:
    limits.die_with(parent)
    print("ready", flush=True)
    time.sleep(60)
time.sleep(60)
"""


def test_a_row_that_computes_for_ever_ends_its_horse() -> None:
    ended = subprocess.run([sys.executable, "-c", COUNTS_FOR_EVER], timeout=30, check=False)
    assert ended.returncode == -signal.SIGXCPU


def test_a_row_that_takes_the_machines_memory_is_refused_it() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", TAKES_A_GIGABYTE], capture_output=True, text=True, check=True
    )
    assert answer.stdout == "refused\n"


def test_a_horse_dies_with_its_worker() -> None:
    with subprocess.Popen([sys.executable, "-c", LEAVES_A_CHILD], stdout=subprocess.PIPE) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"ready\n"
        begun = time.monotonic()
        worker.kill()
        assert worker.stdout.read() == b""  # its end: nobody holds the pipe any more
    assert time.monotonic() - begun < 5
