"""What was committed, told to workers, watchers and the queue; the client hardly waits for that."""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from judge import log_lines
from judge.errors import QueueUnavailable
from judge.events import AnyEvent, publish

log = logging.getLogger(__name__)

_PATIENCE_S = 2.0


class MarkSent(Protocol):
    """``mark_sent`` of judge.submissions, and of whatever else has a log."""

    def __call__(self, id_: str, /, *, published_after: int, published_seq: int, sent: bool) -> None:
        """Remember what broker and Redis have taken."""


def beside(tell: Callable[[], object]) -> None:
    """Tell others what is done already, waiting for no Redis that is slow to take it or to be given up."""
    telling = threading.Thread(target=log_lines.carried(tell), daemon=True)
    telling.start()
    telling.join(_PATIENCE_S)


def announce(events: Sequence[AnyEvent], mark_sent: MarkSent, send: Callable[[], None] | None = None) -> None:
    """Publish what has just happened to one thing, and have it sent to a worker where ``send`` does so.

    What does not come through is left to the sweeper.
    """
    id_, kind = events[0].subject_id, events[0].type.partition(".")[0]
    log_lines.note(**{f"{kind}_id": id_})
    log.info("%s", events[0].type)
    published = publish(events)
    if send is not None:
        try:
            send()
        except QueueUnavailable as error:
            log.warning("%s %s: left to the sweeper: %s", kind, id_, error)
    if published:
        mark_sent(id_, published_after=events[0].seq - 1, published_seq=events[-1].seq, sent=False)
