"""gunicorn's own settings: where it listens, how much it does at once, how it holds memory.

Threads wait for phones on weak lines, so there are many; the work is short. preload stays off:
a database engine made before the fork must not be used after it.
"""

import ctypes
import itertools
import os
from typing import Any

bind = os.environ["WEB_BIND"]
workers = int(os.environ.get("WEB_WORKERS", "2"))
# Each worker alone stands thirty uploads at 2 KB/s, however the kernel deals connections out.
threads = int(os.environ.get("WEB_THREADS", "48"))
worker_class = "checkin_api.web_worker.WebWorker"
timeout = 60
graceful_timeout = 20
keepalive = 15
# The kernel would wait for who does not read, past the patience of our own sockets.
sendfile = False
control_socket_disable = True

# glibc gives each thread a heap of its own and keeps what photos were held in: measured, a worker
# of 24 threads grew from 136 to 250 MiB over 5,500 uploads, of which 33 were in use before and
# after. Two heaps; what is as large as a photo goes back to the system when it is let go of, and
# the holes between what is kept every so many requests: without that the heaps still grew now and
# then, by steps of 7 and 13 MiB.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8  # malloc.h
KIB = 1024
TRIM_EVERY = 100
_libc, _answered = ctypes.CDLL(None), itertools.count(1)
if hasattr(_libc, "mallopt"):
    for what, value in (
        (M_ARENA_MAX, 2),
        (M_MMAP_THRESHOLD, 64 * KIB),
        (M_TRIM_THRESHOLD, 512 * KIB),
    ):
        _libc.mallopt(what, value)


def post_request(_worker: Any, _request: Any) -> None:
    """Give back to the system what no object lies in; gunicorn calls this after each request."""
    if next(_answered) % TRIM_EVERY == 0 and hasattr(_libc, "malloc_trim"):
        _libc.malloc_trim(0)
