"""The web server: a few processes with a few threads each.

PORT, SMARTPOS_HOST, WEB_CONCURRENCY (processes) and WEB_THREADS steer it. `make run` hands over a socket that already
listens, so that the port stays taken while the server is replaced.
"""

import os
from pathlib import Path

listener = os.environ.get("SMARTPOS_LISTENER")
host = os.environ.get("SMARTPOS_HOST") or "0.0.0.0"  # noqa: S104 - a server in production stands behind a proxy
port = os.environ.get("PORT") or "8000"

bind = f"fd://{listener}" if listener else f"{host}:{port}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY") or min(4, max(2, os.cpu_count() or 2)))
threads = int(os.environ.get("WEB_THREADS") or 4)

timeout = 60
graceful_timeout = 20
keepalive = 75  # longer than a proxy keeps its side open

# The heartbeat file must not wait for a slow disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
control_socket_disable = True
proc_name = "smartpos"
errorlog = "-"
accesslog = None  # the application logs requests itself, with their ids
