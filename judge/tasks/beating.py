"""What beat, which sends the sweeps, shows of itself."""

from typing import Any

from celery.signals import beat_init, before_task_publish

from judge import log_lines, metrics
from judge.metrics import serving


@beat_init.connect
def begin(**_: Any) -> None:
    """Log under the name of beat, and count what it sends."""
    log_lines.begin("beat")
    before_task_publish.connect(_count)
    serving.serve("beat")


def _count(**_: Any) -> None:
    metrics.ticks.inc()
