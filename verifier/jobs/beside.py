"""What is done while photos are looked at: one thread, that only talks to PostgreSQL."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from verifier.jobs import stopping
from verifier.jobs.rows import Row
from verifier.jobs.stopping import StoppedError

# Once a stop is asked for; rows are given back then, and what was begun loses them.
PATIENCE_S = 0.5
Rest = Callable[[], None]
Result = TypeVar("Result")


@dataclass(frozen=True)
class Ending:
    """Rows that are ending."""

    rows: Sequence[Row]
    wait: Rest  # raises what ending them raises, and StoppedError if a stop does not let it wait


class Beside:
    """Does what it is given in that order, so that what one row comes to, the next is judged by."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="beside")
        self._last: Ending | None = None

    def start(self, act: Callable[[], Result]) -> Callable[[], Result]:
        """Returns what waits for it, and gives or raises what it does.

        It raises StoppedError where a stop does not let it wait.
        """
        return partial(_wait, self._thread.submit(act))

    def end(self, rows: Sequence[Row], rest: Rest) -> None:
        """Begins to end rows, once those before were taken: one ending at a time."""
        if self._last is not None:
            message = "the rows before have not been waited for"
            raise RuntimeError(message)
        self._last = Ending(rows, self.start(rest))

    def take_ending(self) -> Ending | None:
        """Hands over what began to end last, if nobody has it yet."""
        last, self._last = self._last, None
        return last


def _wait(future: Future[Result]) -> Result:
    try:
        return future.result(PATIENCE_S if stopping.asked() else None)
    except TimeoutError:
        if future.done():  # it is one of its own
            raise
        future.cancel()  # where it has not begun
        raise StoppedError from None
