"""gunicorn's own settings: where it listens and how much it does at once.

Threads wait for phones on weak lines, so there are many; the work is short. preload stays off:
a database engine made before the fork must not be used after it.
"""

import os

bind = os.environ["WEB_BIND"]
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "24"))
worker_class = "gthread"
timeout = 60
graceful_timeout = 20
keepalive = 15
control_socket_disable = True
