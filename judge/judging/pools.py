"""Boxes made ahead, as the sandbox makes them, and counted."""

import time

from judge import metrics
from judge.sandbox import Box, pool


class Pool(pool.Pool):
    """A pool of whose boxes the metrics tell; those begun beside a run are counted with the next."""

    _made_before = 0
    _lost_before = 0

    def take(self) -> Box:
        began = time.perf_counter()
        try:
            box = super().take()
        finally:
            metrics.boxes_made.inc(by=self.made - self._made_before)
            metrics.boxes_lost.inc(by=self.lost - self._lost_before)
            self._made_before, self._lost_before = self.made, self.lost
        metrics.box_wait_s.observe(time.perf_counter() - began)
        metrics.boxes_taken.inc()
        return box
