"""Start the local servers, and with --run every process of the Procfile, until Ctrl-C."""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from storage.local_stack.faults import StackError
from storage.local_stack.places import CHECKOUT, Places
from storage.local_stack.processes import Processes
from storage.local_stack.s3 import Store
from storage.local_stack.stack import PORTS, Choices, LocalStack, report_to_stderr

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _AskedToStopError(BaseException):
    """A signal asked this process to end; not an error that anything on the way may swallow."""


def main(arguments: Sequence[str]) -> int:
    """Run until asked to stop; return the exit status."""
    asked = _parse(arguments)
    choices = Choices(ports=dict(asked.port), places=Places.read(os.environ))
    stack = LocalStack(asked.data, asked.store, choices)
    for number in _ENDING:
        signal.signal(number, _ask_to_stop)
    try:
        with stack:
            _serve(stack, with_processes=asked.run)
    except StackError as error:
        report_to_stderr(str(error))
        return 1
    except _AskedToStopError:
        report_to_stderr("stopped; no process is left")
    return 0


def _serve(stack: LocalStack, *, with_processes: bool) -> None:
    processes = Processes(CHECKOUT / "Procfile", stack.environment, stack.logs)
    try:
        if with_processes:
            processes.start()
            processes.wait_ready()
        _show(stack, with_processes=with_processes)
        threading.Event().wait()
    finally:
        _be_deaf()
        processes.stop()


def _show(stack: LocalStack, *, with_processes: bool) -> None:
    if with_processes:
        report_to_stderr(f"console      {stack.public_url}/")
        report_to_stderr(f"phones' API  {stack.public_url}/v1/docs")
    report_to_stderr(f"settings     {stack.data}/env/<process>.env")
    report_to_stderr(f"logs         {stack.logs}")
    report_to_stderr("running; Ctrl-C stops everything")


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m storage.local_stack", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("var"), help="data folder (./var)")
    parser.add_argument(
        "--store",
        type=Store,
        choices=list(Store),
        default=os.environ.get("STORE") or Store.RCLONE.value,
        help="the S3 server (environment: STORE)",
    )
    parser.add_argument(
        "--port",
        type=_port,
        action="append",
        default=[],
        metavar="NAME=PORT",
        help=f"a port instead of a free one, for {', '.join(PORTS)}",
    )
    parser.add_argument("--run", action="store_true", help="the Procfile's processes too")
    return parser.parse_args(arguments)


def _port(text: str) -> tuple[str, int]:
    name, _, number = text.partition("=")
    if name not in PORTS:
        unknown = f"{name!r} is none of {', '.join(PORTS)}"
        raise argparse.ArgumentTypeError(unknown)
    return name, int(number)


def _ask_to_stop(_number: int, _frame: FrameType | None) -> None:
    _be_deaf()  # a second Ctrl-C must not cut the stopping short and leave processes behind
    raise _AskedToStopError


def _be_deaf() -> None:
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
