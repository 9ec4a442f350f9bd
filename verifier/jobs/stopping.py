"""How a horse is asked to stop: between rows at once, within a row after a few seconds."""

import signal
import threading
from types import FrameType

# With the 5 s in which a worker has to be gone, 1 s is left to hand the row back.
SECONDS_TO_FINISH_A_ROW = 4

_asked = threading.Event()


class StoppedError(BaseException):
    """The row in hand took too long after a stop was asked for.

    Not an Exception, so that no library on the way takes it for a fault of its own.
    """


def asked() -> bool:
    """Tells whether this process was asked to stop."""
    return _asked.is_set()


def wait(seconds: float) -> bool:
    """Waits that long, less if a stop is asked for; tells whether one is."""
    return _asked.wait(seconds)


def listen() -> None:
    """Lets SIGTERM ask this process to stop instead of ending it."""
    _asked.clear()
    signal.signal(signal.SIGTERM, _ask)


def _ask(_number: int, _frame: FrameType | None) -> None:
    _asked.set()
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(SECONDS_TO_FINISH_A_ROW)


def _too_long(_number: int, _frame: FrameType | None) -> None:
    raise StoppedError
