"""Whoever has taken something from the head of a line sees to it that the next in line is sent."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import OperationalError

from judge import line
from judge.errors import QueueUnavailable

log = logging.getLogger(__name__)

_LATEST_S = 0.04
"""After this at the latest; what ends sooner is not to share its CPU with the sending."""


def call_next(language: str) -> None:
    """Have those sent whose turn it is."""
    try:
        line.hand_out(language)
    except (QueueUnavailable, OperationalError) as error:
        log.warning("the next for %s is left to the sweeper: %s", language, error)


@contextmanager
def next_called(language: str) -> Iterator[None]:
    """Have those sent whose turn it is, beside a block that lasts, or at its end."""
    beside = threading.Timer(_LATEST_S, call_next, (language,))
    beside.daemon = True
    beside.start()
    try:
        yield
    finally:
        was_done = beside.finished.is_set()
        beside.cancel()
        if not was_done:
            call_next(language)
