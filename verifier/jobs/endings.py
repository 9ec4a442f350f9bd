"""Ending rows while the next are looked at: one thread, that only talks to PostgreSQL."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from verifier.jobs import stopping
from verifier.jobs.stopping import StoppedError

if TYPE_CHECKING:  # its handlers are given a workplace, which holds these
    from verifier.jobs.groups import Row

Rest = Callable[[], None]
# Once a stop is asked for; the rows are given back then, and what was begun loses them.
PATIENCE_S = 0.5


@dataclass(frozen=True)
class Ending:
    """Rows that are ending."""

    rows: "Sequence[Row]"
    wait: Rest  # raises what ending them raises, and StoppedError if a stop does not let it wait


class Endings:
    """One ending at a time, in the order of the rows: what one comes to, the next is judged by."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ending")
        self._last: Ending | None = None

    def begin(self, rows: "Sequence[Row]", rest: Rest) -> None:
        """Begins to end rows, once those before were taken."""
        if self._last is not None:
            message = "the rows before have not been waited for"
            raise RuntimeError(message)
        self._last = Ending(rows, partial(_wait, self._thread.submit(rest)))

    def take(self) -> Ending | None:
        """Hands over what was begun last, if nobody has it yet."""
        last, self._last = self._last, None
        return last


def _wait(ending: Future[None]) -> None:
    try:
        ending.result(PATIENCE_S if stopping.asked() else None)
    except TimeoutError:
        if ending.done():  # it is one of the ending's own
            raise
        raise StoppedError from None
