"""An attempt with a thread beside it that renews its lease and writes what has come in since it last did."""

import logging
import threading
import time
from abc import abstractmethod
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from sqlalchemy.exc import OperationalError

from judge import log_lines, metrics
from judge.config import settings
from judge.errors import AttemptLost
from judge.events import AnyEvent
from judge.judging import Box
from judge.tasks.held import Held, Rows

log = logging.getLogger(__name__)

LATE_S = 0.04
"""How long something may wait to be written, so that what comes soon after it shares a transaction."""

Item = TypeVar("Item")


class Recorder(Held, Generic[Item]):
    """An attempt in which something goes on that is to be recorded bit by bit, without being held up.

    Once it is lost, because its lease ran out, somebody took it or it was cancelled, its boxes are killed and
    every step raises AttemptLost.
    """

    def __init__(self, rows: Rows, id_: str, attempt: int, task: Any, claimed: AnyEvent | None) -> None:
        super().__init__(rows, id_, attempt, task, claimed)
        self._boxes: list[Box] = []
        self._changed = threading.Condition()
        self._pending: list[Item] = []
        self._pending_since = 0.0
        self._ending = False
        self._keeper = threading.Thread(
            target=log_lines.carried(self._keep), name=f"attempt {self._id}", daemon=True
        )

    def __enter__(self) -> Self:
        self._keeper.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_keeper()

    def guard(self, box: Box) -> Box:
        """Kill this box, too, when the attempt must end before its work does; returns it."""
        self._boxes.append(box)
        if self._failure is not None:
            box.kill()
        return box

    def interrupt(self, reason: Exception) -> None:
        """End the attempt, as any; its boxes are killed."""
        super().interrupt(reason)
        for box in self._boxes:
            box.kill()
            metrics.boxes_killed.inc()

    def give_back(self, *, lost: bool, failure: str = "") -> None:
        """End without a result; what still waits is recorded first."""
        items = self._end_keeper()
        if items:
            self._tell(self._write(items))
        super().give_back(lost=lost, failure=failure)

    @abstractmethod
    def _write(self, items: Sequence[Item]) -> Sequence[AnyEvent]:
        """Record what has come in. Raises AttemptLost."""

    def _await_writing(self) -> None:
        """There is something pending; called with the lock held."""
        if self._pending_since == 0.0:
            self._pending_since = time.monotonic()
            self._changed.notify()

    def _end_keeper(self) -> list[Item]:
        """Stop the thread; returns what it has not written."""
        with self._changed:
            self._ending = True
            self._changed.notify()
        if self._keeper.is_alive():
            self._keeper.join()
        return self._taken()

    # The thread

    def _keep(self) -> None:
        renew_at = time.monotonic() + settings().lease_renew_s
        while True:
            items = self._wait(renew_at)
            if items is None:
                return
            try:
                if items:
                    self._tell(self._write(items))
                    items = []
                if time.monotonic() >= renew_at:
                    self._check_lease()
                    asked_at = time.monotonic()
                    self._rows.renew(self._id, self._number)
                    self._renewed(asked_at)
                    renew_at = asked_at + settings().lease_renew_s
            except OperationalError as error:
                # Postgres is away. What it did not take is tried again until the lease has run out.
                log.warning("%s: %s", self._id, error.orig)
                with self._changed:
                    self._pending[:0] = items
                    self._pending_since = renew_at = time.monotonic() + 1.0
                if time.monotonic() > self._held_until:
                    self.interrupt(AttemptLost(self._id))
                    return
            except Exception as error:  # noqa: BLE001  # AttemptLost, or what nobody has thought of
                self.interrupt(error)  # no lease is kept from now on, and these items were not written
                return

    def _wait(self, renew_at: float) -> list[Item] | None:
        """Until there is something to write or to renew; None at the end."""
        with self._changed:
            while not self._ending:
                write_at = self._pending_since + LATE_S if self._pending else renew_at
                left = min(write_at, renew_at) - time.monotonic()
                if left <= 0:
                    return self._taken()
                self._changed.wait(left)
            return None

    def _taken(self) -> list[Item]:
        items, self._pending, self._pending_since = self._pending, [], 0.0
        return items
