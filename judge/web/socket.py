"""The WebSocket endpoint: each client's frames are read and its events sent by one loop."""

import json
import logging
import threading
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Flask, request
from flask_sock import Sock
from simple_websocket import ConnectionClosed
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from judge.config import MIB, settings
from judge.web.asking import credential
from judge.web.faults import Fault
from judge.web.hub import hub
from judge.web.session import Session
from judge.web.streams import streams
from judge.web.visitor import Refused, SignedOut

log = logging.getLogger(__name__)

_LONGEST_FRAME_BYTES = 4096
_SEND_S = 20.0
_UNREAD_FRAMES, _UNREAD_BYTES = 200, 4 * MIB
_POLICY, _OUR_FAULT, _SERVICE_RESTART, _TRY_AGAIN = 1008, 1011, 1012, 1013


def register(app: Flask) -> None:
    """Serve /ws, and start the subscription that feeds it."""
    hub()
    sock = Sock(app)
    app.before_request(_check_room)
    sock.route("/ws")(_serve)


def _check_room() -> None:
    """Refuse before the handshake what could only be closed after it."""
    if request.path != "/ws":
        return
    if request.headers.get("Upgrade", "").lower() != "websocket":
        raise Fault(
            HTTPStatus.UPGRADE_REQUIRED, "this is a WebSocket endpoint", headers={"Upgrade": "websocket"}
        )
    streams().check()


def _serve(ws: Any) -> None:
    ws.max_message_size = _LONGEST_FRAME_BYTES  # others of the process are longer
    ws.sock = Wire(ws)
    wake: threading.Event = (
        ws.event
    )  # set by frames that come in; events and the end of the process set it too
    try:
        with streams().open(wake, "socket"), hub().listener(wake, settings().socket_backlog) as listener:
            session = Session(listener, _sender(ws), credential())
            while not (streams().closing or listener.too_slow):
                wake.wait(session.patience_s)
                wake.clear()
                session.ask_again()
                # A client may always have sent more before it is answered.
                while not streams().closing and (ws.input_buffer or not ws.connected):
                    _answer(session, ws.receive())
                    session.ask_again()
                session.forward()
            ws.close(*(_SERVICE_RESTART, "restarting") if streams().closing else (_TRY_AGAIN, "too slow"))
    except SignedOut as end:
        ws.close(_POLICY, str(end))
    except Fault as full:
        ws.close(_TRY_AGAIN, full.detail[:100])
    except (ConnectionClosed, OSError):
        return  # the client has gone, or did not read for too long
    except (OperationalError, PoolTimeout) as error:
        log.error("the database does not answer: %s", error)
        ws.close(_TRY_AGAIN, "the database does not answer")
    except Exception:
        # Left to Flask, it would be answered by an HTTP response in the middle of the frames.
        log.exception("a socket failed")
        ws.close(_OUR_FAULT, "this is our fault, and it has been logged")


def _sender(ws: Any) -> Callable[[dict[str, Any]], None]:
    def send(message: dict[str, Any]) -> None:
        ws.send(json.dumps(message))

    return send


def _answer(session: Session, frame: str | bytes) -> None:
    try:
        message = json.loads(frame)
    except (ValueError, RecursionError):
        session.send({"type": "error", "detail": "send JSON objects as text frames"})
        return
    try:
        session.handle(message)
    except Refused as refusal:
        session.send({"type": "error", "detail": str(refusal)})


class Wire:
    """A client's TCP connection, as simple_websocket uses it, made safe for two writers and slow readers.

    simple_websocket calls ``send`` from two threads and takes no notice of how much of a frame it took.
    """

    def __init__(self, ws: Any) -> None:
        self._ws, self._sock = ws, ws.sock
        self._lock = threading.Lock()
        # Reads come after a select, since pings are on; so this bounds writes alone.
        self._sock.settimeout(_SEND_S)

    def send(self, frame: bytes) -> None:
        with self._lock:
            sent = self._sock.send(frame)  # as a rule all of it, and then sendall would take longer
            if sent < len(frame):
                self._sock.sendall(frame[sent:])

    def recv(self, size: int) -> bytes:
        unread = list(self._ws.input_buffer)
        if len(unread) > _UNREAD_FRAMES or sum(map(len, unread)) > _UNREAD_BYTES:
            raise OSError("the client sends faster than it is answered")
        received: bytes = self._sock.recv(size)
        return received

    def fileno(self) -> int:
        return int(self._sock.fileno())

    def close(self) -> None:
        self._sock.close()
