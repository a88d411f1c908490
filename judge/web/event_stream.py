"""A feed as HTTP: Server-Sent Events, or a long poll for the next of them."""

import json
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http import HTTPStatus
from itertools import chain, islice
from typing import Any

from flask import Response, request
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from judge import metrics
from judge.config import settings
from judge.web.asking import account, credential
from judge.web.feeds import Due, Feed
from judge.web.hub import Listener, hub
from judge.web.streams import streams
from judge.web.visitor import SignedOut, Visitor

log = logging.getLogger(__name__)

MOST_ITEMS = 500
"""Of one answer to a poll."""

_SEND_S = 20.0
_HEARTBEAT_S = 15.0
_RETRY_MS = 2000
_LOOK_AGAIN_S = 1.0
"""How often a poll reads the rows while Redis, which would tell of them, is away."""

_HEADERS = {
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would keep events until it has a bufferful
    "Vary": "Accept",
}


def serve(feed: Feed) -> Response:
    """The feed as an event stream; 204, on which browsers ask no more, where it has come to its end.

    Raises Fault (503) where too many streams are open.
    """
    with ExitStack() as stack:
        listener, wake = stack.enter_context(_listening(feed, "event_stream"))
        resumed_at, due = feed.id, feed.look()
        first = next(due, None)
        if first is None and feed.ended:
            return Response(status=HTTPStatus.NO_CONTENT, headers=_HEADERS)
        opening = f"retry: {_RETRY_MS}\nid: {resumed_at if first else feed.id}\n\n"
        visitor = Visitor(credential())
        visitor.account = account()
        frames = _frames(feed, chain([first] if first else [], due), listener, wake, visitor)
        response = Response(chain([opening], frames), mimetype="text/event-stream", headers=_HEADERS)
        stack.enter_context(_bounded_sends())
        response.call_on_close(stack.pop_all().close)
    return response


def poll(feed: Feed, wait_s: float) -> list[Due]:
    """What the feed is due: at once, or what comes first within a while, in seconds; else nothing.

    Raises Fault (503) where too many streams are open to wait.
    """
    due = list(islice(feed.look(), MOST_ITEMS))
    if due or not wait_s or feed.ended:
        return due
    deadline = time.monotonic() + wait_s
    with _listening(feed, "poll") as (listener, wake):
        # Once more: what happened before the channel was listened to is only in the rows.
        due = list(islice(feed.look(), MOST_ITEMS))
        while not (due or feed.ended or streams().closing) and (left_s := deadline - time.monotonic()) > 0:
            if wake.wait(left_s if hub().connected else min(left_s, _LOOK_AGAIN_S)):
                wake.clear()
                due = list(islice(_passed_on(feed, listener), MOST_ITEMS))
            elif not hub().connected:
                due = list(islice(feed.look(), MOST_ITEMS))
    return due


@contextmanager
def _listening(feed: Feed, kind: str) -> Iterator[tuple[Listener, threading.Event]]:
    wake = threading.Event()
    with streams().open(wake, kind), hub().listener(wake, settings().socket_backlog) as listener:
        listener.listen(feed.channel)
        yield listener, wake


def _passed_on(feed: Feed, listener: Listener) -> Iterator[Due]:
    while (message := listener.take()) is not None:
        yield from feed.pass_on(message)


def _frames(
    feed: Feed, due: Iterator[Due], listener: Listener, wake: threading.Event, visitor: Visitor
) -> Iterator[str]:
    try:
        yield from map(_frame, due)
        beat_at = time.monotonic() + _HEARTBEAT_S
        while not (feed.ended or listener.too_slow or streams().closing):
            left_s = max(0.0, beat_at - time.monotonic())
            is_awake = wake.wait(left_s if visitor.patience_s is None else min(left_s, visitor.patience_s))
            visitor.ask_again()
            if is_awake:
                wake.clear()
                yield from map(_frame, _passed_on(feed, listener))
            if time.monotonic() >= beat_at:
                yield from map(_frame, feed.refresh() if hub().connected else feed.look())
                # Without data it is no event; but browsers keep the id, and whoever has gone is noticed.
                yield f": heartbeat\nid: {feed.id}\n\n"
                beat_at = time.monotonic() + _HEARTBEAT_S
    except SignedOut:
        return  # the client comes back, and is told so
    except (OperationalError, PoolTimeout) as error:
        log.error("the database does not answer: %s", error)  # the client comes back with its last id


def _frame(due: Due) -> str:
    metrics.forwarded.inc()
    return f"id: {due.id}\nevent: {due.event['type']}\ndata: {json.dumps(due.event)}\n\n"


@contextmanager
def _bounded_sends() -> Iterator[None]:
    """Drop a client that takes nothing for a while; gunicorn would wait for it for ever."""
    connection: Any = request.environ["gunicorn.socket"]
    usual_s = connection.gettimeout()
    connection.settimeout(_SEND_S)
    try:
        yield
    finally:
        connection.settimeout(usual_s)
