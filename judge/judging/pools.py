"""Boxes made ahead, as the sandbox makes them, and counted."""

import time
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager

from judge import metrics
from judge.sandbox import Box, pool

Take = Callable[[Collection[str]], AbstractContextManager[Box]]
"""Gives a box as ``Pool.take`` does; it is ended with the judging, or when whoever gave it sees fit."""


class Pool(pool.Pool):
    """A pool of whose boxes the metrics tell; those begun beside a run are counted with the next."""

    _made_before = 0
    _lost_before = 0

    def take(self, hidden: Collection[str] | None = None) -> Box:
        began = time.perf_counter()
        try:
            box = super().take(hidden)
        finally:
            metrics.boxes_made.inc(by=self.made - self._made_before)
            metrics.boxes_lost.inc(by=self.lost - self._lost_before)
            self._made_before, self._lost_before = self.made, self.lost
        metrics.box_wait_s.observe(time.perf_counter() - began)
        metrics.boxes_taken.inc()
        return box
