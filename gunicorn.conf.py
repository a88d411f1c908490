"""How gunicorn serves the web process; it reads this file from the folder it is started in.

Nothing of judge.web is imported here: gevent must have patched the standard library first.
"""

import signal
from typing import Any

from psycopg2.extensions import set_wait_callback

from judge.config import settings

bind = f"{settings().bind}:{settings().port}"
workers = settings().web_concurrency
# Each open socket would hold a thread for as long as it is open; a greenlet costs a tenth of one.
worker_class = "gevent"
# Streams are capped below this, so that plain requests always find a place.
worker_connections = settings().max_streams + 1000
graceful_timeout = 20
timeout = 60
keepalive = 20
limit_request_line = 8190
accesslog = None
control_socket_disable = True  # its default path is shared by every gunicorn of a user
loglevel = settings().log_level


def post_fork(server: Any, worker: Any) -> None:
    """libpq would block every greenlet while it waits for Postgres; this lets the others run."""
    from gevent.socket import wait_read, wait_write
    from psycopg2.extensions import POLL_OK, POLL_READ, POLL_WRITE

    def wait(connection: Any) -> None:
        while (state := connection.poll()) != POLL_OK:
            if state == POLL_READ:
                wait_read(connection.fileno())
            elif state == POLL_WRITE:
                wait_write(connection.fileno())

    set_wait_callback(wait)


def post_worker_init(worker: Any) -> None:
    """On SIGTERM, tell the open streams to end; gunicorn alone would wait for them, then cut them off."""
    from judge.web.streams import streams

    def end(number: int, frame: Any) -> None:
        streams().close()
        worker.handle_exit(number, frame)

    signal.signal(signal.SIGTERM, end)
