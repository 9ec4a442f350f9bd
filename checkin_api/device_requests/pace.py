"""The same pace for every request, so that its length does not tell which numbers exist."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from checkin_api.refusals import RefusedError
from mobile_contract.codes import ProblemCode

LEAST_S = 0.1  # several times what the longest way takes

# Who floods this door keeps four threads waiting and leaves the others to check-ins.
_AT_ONCE = BoundedSemaphore(4)
_PATIENCE_S = 2.0


@contextmanager
def same_pace() -> Iterator[None]:
    """Take at least LEAST_S; raises RefusedError(too_many) when too many ask at once."""
    if not _AT_ONCE.acquire(timeout=_PATIENCE_S):
        raise RefusedError(ProblemCode.TOO_MANY, retry_after_s=int(_PATIENCE_S))
    began = time.monotonic()
    try:
        yield
        time.sleep(max(0.0, LEAST_S - (time.monotonic() - began)))
    finally:
        _AT_ONCE.release()
