"""What is typed to a run: read from its rows, and written to the program by a thread beside it."""

import logging
import threading
import time
from types import TracebackType
from typing import Self

import redis
from sqlalchemy.exc import OperationalError

from judge import log_lines
from judge.events import typings
from judge.judging import Feed
from judge.runs import ledger as run_ledger

log = logging.getLogger(__name__)

_LOOK_AGAIN_S = 1.0
"""How often the rows are read while Redis, which would tell of them, is away."""


class Reader:
    """Writes all that was and is typed to a run to a feed, in order, until the feed is abandoned."""

    def __init__(self, run_id: str, feed: Feed) -> None:
        self._run_id, self._feed = run_id, feed
        self._read_seq = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(
            target=log_lines.carried(self._run), name=f"input of {run_id}", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()  # the thread looks at it within a second, and nobody needs to wait for that
        self._feed.abandon()

    def _run(self) -> None:
        while self._is_wanted():
            try:
                for _ in typings(self._run_id):
                    if not self._is_wanted():
                        return
                    self._read()
            except redis.RedisError as error:
                log.warning("redis: what is typed to run %s comes later: %s", self._run_id, error)
                self._read()
                time.sleep(_LOOK_AGAIN_S)
            except Exception:
                log.exception("run %s: what is typed to it is not read", self._run_id)
                self._feed.end()  # rather than to have the program wait for what never comes
                return

    def _read(self) -> None:
        try:
            typed = run_ledger.inputs_after(self._run_id, self._read_seq)
        except OperationalError as error:
            log.warning("run %s: %s", self._run_id, error.orig)  # asked again a little later
            return
        for seq, content, eof in typed:
            self._feed.write(content)  # it has room for all that can be typed to a run
            self._read_seq = seq
            if eof:
                self._feed.end()

    def _is_wanted(self) -> bool:
        return self._feed.is_open and not self._ended.is_set()
