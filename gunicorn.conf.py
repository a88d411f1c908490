"""How gunicorn serves the web process; it reads this file from the folder it is started in.

Nothing of judge.web is imported here: gevent must have patched the standard library first.
"""

import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gunicorn.glogging import Logger
from psycopg2.extensions import set_wait_callback

from judge import log_lines
from judge.config import settings
from judge.metrics import shared

_host = f"[{settings().bind}]" if ":" in settings().bind else settings().bind
bind = f"{_host}:{settings().port}"
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
_LAST_REQUEST_S = 0.5
log_lines.begin("web")
shared.share("web")
shared.begin()


class logger_class(Logger):  # gunicorn looks for this name
    """gunicorn's lines are written as all others."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


def on_exit(server: Any) -> None:
    """What was counted ends with the processes that have counted it."""
    shared.leave()


def child_exit(server: Any, worker: Any) -> None:
    """A process that has ended counts on in what it has counted, but holds no gauge any more."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)


def post_fork(server: Any, worker: Any) -> None:
    """libpq would block every greenlet while it waits for Postgres; this lets the others run."""
    from gevent.socket import wait_read, wait_write
    from psycopg2 import OperationalError
    from psycopg2.extensions import POLL_OK, POLL_READ, POLL_WRITE

    # No query of a request takes as long; a server that drops every packet must not hold one for ever.
    silent = {"timeout": 10, "timeout_exc": OperationalError}

    def wait(connection: Any) -> None:
        while (state := connection.poll()) != POLL_OK:
            if state == POLL_READ:
                wait_read(connection.fileno(), **silent)
            elif state == POLL_WRITE:
                wait_write(connection.fileno(), **silent)

    set_wait_callback(wait)
    shared.take_room()


def post_worker_init(worker: Any) -> None:
    """On SIGTERM end the open streams, and idle connections; gunicorn would wait, then cut them off."""
    import gevent

    from judge.web.streams import streams
    from judge.web.unheard import answer_in_one_shape

    answer_in_one_shape()
    idle: dict[Any, Any] = {}

    @contextmanager
    def between_requests() -> Iterator[None]:
        """As gunicorn's own, but who waits for a next request is known and may be let go."""
        with gevent.Timeout(keepalive if worker.alive else _LAST_REQUEST_S, False) as timeout:
            idle[timeout] = gevent.getcurrent()
            try:
                yield
            finally:
                del idle[timeout]

    def let_go(idle_before: set[Any]) -> None:
        """Those who have not asked since; who has come meanwhile has a limit of its own."""
        for timeout, connection in list(idle.items()):
            # Not throw: it switches to the connection, and nothing would ever switch back to this loop.
            if timeout in idle_before:
                connection.kill(timeout, block=False)

    def end(number: int, frame: Any) -> None:
        # Not here: a signal handler may have interrupted whoever holds a lock that this needs.
        gevent.spawn(streams().close)
        worker.handle_exit(number, frame)
        gevent.spawn_later(_LAST_REQUEST_S, let_go, set(idle))  # what is on its way to us is still answered

    def is_worth_telling(record: logging.LogRecord) -> bool:
        """A client that takes nothing of its event stream is dropped, which is no failure of ours."""
        return not (record.exc_info and isinstance(record.exc_info[1], TimeoutError))

    worker.timeout_ctx = between_requests
    worker.log.error_log.addFilter(is_worth_telling)
    signal.signal(signal.SIGTERM, end)
    if not worker.alive:  # it was told before it could hear us
        streams().close()
