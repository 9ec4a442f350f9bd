"""gunicorn's own settings: where it listens, how much it does at once, how it holds memory.

Threads wait for phones on weak lines, so there are many; the work is short. preload stays off:
a database engine made before the fork must not be used after it.
"""

import ctypes
import os

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
# after. Two heaps, and what is as large as a photo goes back to the system when it is let go of.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8  # malloc.h
KIB = 1024
if hasattr(ctypes.CDLL(None), "mallopt"):
    set_allocator = ctypes.CDLL(None).mallopt
    for what, value in (
        (M_ARENA_MAX, 2),
        (M_MMAP_THRESHOLD, 64 * KIB),
        (M_TRIM_THRESHOLD, 512 * KIB),
    ):
        set_allocator(what, value)
