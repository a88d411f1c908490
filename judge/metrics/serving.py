"""The port at which Prometheus asks whoever serves no HTTP: worker, courier, beat, autoscaler."""

import hmac
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from judge.config import settings
from judge.metrics import shared

log = logging.getLogger(__name__)

PLACES = {"worker": 0, "courier": 1, "beat": 2, "autoscaler": 3}
"""What is added to JUDGE_METRICS_PORT, so that processes of one machine can have one environment."""

_AGAIN_S = 5.0
_REQUEST_S = 10


def serve(process: str) -> None:
    """Answer Prometheus from now on, in a thread; does nothing without JUDGE_METRICS_PORT.

    process: one of ``PLACES``. While its port is taken, as by a predecessor that drains, it is asked for
    again every few seconds.
    """
    shared.begin()
    if settings().metrics_port:
        port = settings().metrics_port + PLACES[process]
        threading.Thread(target=_serve, args=(process, port), name="metrics", daemon=True).start()


def environment_of(place: int) -> dict[str, str]:
    """What a worker's environment needs that an autoscaler starts, its n-th from 0, to have a port alone."""
    port = settings().metrics_port
    return {"JUDGE_METRICS_PORT": str(port + len(PLACES) + place)} if port else {}


def is_shown(authorization: str) -> bool:
    """Whether a header Authorization shows JUDGE_METRICS_TOKEN."""
    expected = f"Bearer {settings().metrics_token}"
    return bool(settings().metrics_token) and hmac.compare_digest(authorization.encode(), expected.encode())


def _serve(process: str, port: int) -> None:
    told = False
    while True:
        try:
            server = _bound(port)
            break
        except OSError as error:
            if not told:
                log.warning(
                    "no metrics are served: port %d (JUDGE_METRICS_PORT + %d) is tried until it is free: %s",
                    port, PLACES[process], error,
                )  # fmt: skip
                told = True
            time.sleep(_AGAIN_S)  # nobody tells of a port that is free
    log.info("metrics are served on %s:%d", settings().metrics_bind, port)
    server.serve_forever()


def _bound(port: int) -> WSGIServer:
    kind = _Server6 if ":" in settings().metrics_bind else _Server
    return make_server(settings().metrics_bind, port, _answer, server_class=kind, handler_class=_Handler)


def _answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    if settings().metrics_token and not is_shown(environ.get("HTTP_AUTHORIZATION", "")):
        return _plain(start, HTTPStatus.UNAUTHORIZED, ("WWW-Authenticate", 'Bearer realm="judge"'))
    if environ["PATH_INFO"] != "/metrics":
        return _plain(start, HTTPStatus.NOT_FOUND)
    start("200 OK", [("Content-Type", CONTENT_TYPE_LATEST)])
    return [generate_latest(shared.collected())]


def _plain(start: Callable[..., Any], status: HTTPStatus, *headers: tuple[str, str]) -> Iterable[bytes]:
    start(f"{status.value} {status.phrase}", [("Content-Type", "text/plain"), *headers])
    return [status.phrase.encode()]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def server_bind(self) -> None:
        # As the library's own but for the name of this machine, which it would ask the network for.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Handler(WSGIRequestHandler):
    timeout = _REQUEST_S

    def log_message(self, format: str, *args: Any) -> None:  # so it is called
        """Requests are not worth a line."""
