"""Piston's WebSocket: one job a connection, its output while it comes, and what is typed to it."""

import json
import logging
import signal
import threading
import time
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from flask import Flask
from flask_sock import Sock
from simple_websocket import ConnectionClosed

from judge.config import settings
from judge.errors import Conflict, JudgeError
from judge.events import RunEvent, run_channel
from judge.languages import Language
from judge.runs import ledger as run_ledger
from judge.runs.records import Run, as_text
from judge.verdict import ENDED, Verdict
from judge.web.asking import account
from judge.web.faults import Fault
from judge.web.hub import Listener, hub
from judge.web.piston.asking import translated
from judge.web.piston.results import code_and_signal, content_of, has_compile_stage
from judge.web.piston.versions import written
from judge.web.runs import entered, start, stop
from judge.web.socket import Wire
from judge.web.streams import streams
from judge.web.submissions import submitter_of

log = logging.getLogger(__name__)

_INIT_S = 1.0
_LOOK_AGAIN_S = 1.0
"""How often the rows are read while Redis, which would tell of what is new, is away."""
_LONGEST_FRAME_BYTES = 1024 * 1024
_OUR_FAULT, _SERVICE_RESTART = 1011, 1012
_ENDING = ("SIGHUP", "SIGINT", "SIGQUIT", "SIGABRT", "SIGKILL", "SIGTERM")
"""Signals that end a program; others cannot be sent."""


class _End(Exception):
    """The connection is to be closed, with a code and a reason."""


def register(app: Flask, path: str) -> None:
    """Serve it at a path."""
    Sock(app).route(path, endpoint="piston.connect")(_serve)


def _serve(ws: Any) -> None:
    ws.max_message_size = _LONGEST_FRAME_BYTES
    ws.sock = Wire(ws)
    # Set by frames that come in; events and the end of the process set it too.
    wake: threading.Event = ws.event
    try:
        with streams().open(wake, "socket"), hub().listener(wake, settings().socket_backlog) as listener:
            _Job(ws, wake, listener).attend()
    except _End as end:
        ws.close(*end.args)
    except (ConnectionClosed, OSError):
        return  # the client has gone
    except (Fault, JudgeError) as error:
        _send(ws, type="error", message=error.detail if isinstance(error, Fault) else str(error))
        ws.close(4002, "Notified Error")
    except Exception:
        # Left to Flask, it would be answered by an HTTP response in the middle of the frames.
        log.exception("a socket failed")
        ws.close(_OUR_FAULT, "this is our fault, and it has been logged")


def _send(ws: Any, **message: Any) -> None:
    ws.send(json.dumps(message))


class _Job:
    """The job of one connection, which ends with it."""

    def __init__(self, ws: Any, wake: threading.Event, listener: Listener) -> None:
        self._ws, self._wake, self._listener = ws, wake, listener
        self._run: Run | None = None
        self._language: Language | None = None
        self._seq = 0
        self._told = {"stdout": 0, "stderr": 0}

    def attend(self) -> None:
        """Answer frames and pass on events, until one of them ends it. Raises _End, Fault, JudgeError."""
        deadline = time.monotonic() + _INIT_S
        try:
            while True:
                if streams().closing:
                    raise _End(_SERVICE_RESTART, "restarting")
                # To receive where there is nothing would clear what wakes us.
                while not streams().closing and (self._ws.input_buffer or not self._ws.connected):
                    self._answer(self._ws.receive())
                if self._run is None and time.monotonic() >= deadline:
                    raise _End(4001, "Initialization Timeout")
                if self._run is not None:
                    self._forward(self._run)
                self._wake.wait(self._patience_s(deadline))
                self._wake.clear()
        finally:
            if self._run is not None:
                stop(self._run.id)

    def _patience_s(self, deadline: float) -> float | None:
        if self._run is None:
            return max(0.0, deadline - time.monotonic())
        return None if hub().connected else _LOOK_AGAIN_S

    def _answer(self, frame: str | bytes) -> None:
        try:
            message = json.loads(frame)
        except (ValueError, RecursionError) as error:
            raise Fault(HTTPStatus.BAD_REQUEST, f"the message is not JSON: {error}") from error
        match message.get("type") if isinstance(message, dict) else None:
            case "init":
                self._begin(message)
            case "data":
                self._type(message)
            case "signal":
                self._signal(message.get("signal"))
            case _:
                raise Fault(HTTPStatus.BAD_REQUEST, "the message is none of init, data and signal")

    def _begin(self, message: dict[str, Any]) -> None:
        if self._run is not None:
            raise _End(4000, "Already Initialized")
        asker = account()
        if asker is not None and not asker.may_write:
            raise Fault(HTTPStatus.FORBIDDEN, "this token may only read")
        asked = translated(message, is_fed=True)
        self._language = asked.runtime.ours
        self._run = start(asked.execution, submitter_of(None), stdin_open=True)
        self._listener.listen(run_channel(self._run.id))
        version = written(asked.runtime.version)
        _send(self._ws, type="runtime", language=asked.runtime.language, version=version)

    def _type(self, message: dict[str, Any]) -> None:
        if self._run is None:
            raise _End(4003, "Not yet initialized")
        if message.get("stream") != "stdin":
            raise _End(4004, "Can only write to stdin")
        data = message.get("data")
        if not isinstance(data, str):
            raise Fault(HTTPStatus.BAD_REQUEST, "data must be a string")
        try:
            entered(self._run.id, data.encode("utf-8", "surrogatepass"), eof=False)
        except Conflict:
            if run_ledger.get(self._run.id).state not in ENDED:  # it cannot be told what it does not read
                raise

    def _signal(self, name: Any) -> None:
        if self._run is None:
            raise _End(4003, "Not yet initialized")
        if not isinstance(name, str) or name not in signal.Signals.__members__:
            raise _End(4005, "Invalid signal")
        if name not in _ENDING:
            raise Fault(HTTPStatus.BAD_REQUEST, f"{name} cannot be sent here, only {', '.join(_ENDING)}")
        stop(self._run.id)

    def _forward(self, run: Run) -> None:
        """Tell of what has happened since: the rows say it, messages are only a reason to look."""
        while self._listener.take() is not None:
            continue
        for event in run_ledger.events_after(run.id, self._seq):
            self._seq = event.seq
            for message in self._messages(event):
                _send(self._ws, **message)
            if event.type == "run.failed":
                raise Fault(HTTPStatus.INTERNAL_SERVER_ERROR, "the program could not be run: a fault of ours")
            if event.type in ("run.done", "run.cancelled"):
                raise _End(4999, "Job Completed")

    def _messages(self, event: RunEvent) -> Iterator[dict[str, Any]]:
        assert self._language is not None, "it is known with the run"
        is_compiled = has_compile_stage(self._language)
        match event.type:
            case "run.compiling":
                self._told = {"stdout": 0, "stderr": 0}
                if is_compiled:
                    yield {"type": "stage", "stage": "compile"}
            case "run.running":
                if is_compiled:
                    yield from self._printed("stderr", run_ledger.get(event.run_id).compile_output)
                    yield {"type": "exit", "stage": "compile", "code": 0, "signal": None}
                yield {"type": "stage", "stage": "run"}
            case "run.stdout" | "run.stderr":
                stream = event.type.removeprefix("run.")
                content = content_of(event)
                self._told[stream] += len(content)
                yield from self._printed(stream, content)
            case "run.done":
                yield from self._ended(run_ledger.get(event.run_id), is_compiled)
            case "run.cancelled":
                yield {"type": "exit", "stage": "run", "code": None, "signal": "SIGKILL"}

    def _ended(self, run: Run, is_compiled: bool) -> Iterator[dict[str, Any]]:
        if run.verdict == Verdict.COMPILE_ERROR:
            if not is_compiled:
                yield {"type": "stage", "stage": "run"}
            yield from self._printed("stderr", run.compile_output)
            stage = "compile" if is_compiled else "run"
            yield {"type": "exit", "stage": stage, "code": 1, "signal": None}
            return
        for stream, content in (("stdout", run.stdout), ("stderr", run.stderr)):
            # A log is cut at a bound, so not all of it may have been told.
            yield from self._printed(stream, (content or b"")[self._told[stream] :])
        code, name = code_and_signal(run)
        yield {"type": "exit", "stage": "run", "code": code, "signal": name}

    def _printed(self, stream: str, content: bytes | None) -> Iterator[dict[str, Any]]:
        if content:
            yield {"type": "data", "stream": stream, "data": as_text(content)}
