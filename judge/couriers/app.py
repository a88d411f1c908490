"""Celery as couriers use it: threads, one queue, and nothing of what judges."""

from collections.abc import Sequence
from typing import Any

from celery.signals import celeryd_init, setup_logging, task_postrun, task_prerun, worker_init

from judge import db, log_lines, redis_checks
from judge.config import settings
from judge.metrics import serving
from judge.queue import COURIERS, SUBJECTS, QueueApp
from judge.webhooks import reach


class _CourierApp(QueueApp):
    """The judge's Celery but for its queue and its pool."""

    def on_configure(self) -> None:
        super().on_configure()
        self.conf.update(
            task_queues=[COURIERS],
            task_default_queue=COURIERS.name,
            task_default_routing_key=COURIERS.name,
            # They wait for others nearly all of the time. Celery's time limits are not for threads, so a
            # request has one of its own (judge.webhooks.outbound).
            worker_pool="threads",
            worker_concurrency=settings().courier_threads,
            beat_schedule={},
        )


app = _CourierApp("judge.couriers", set_as_current=True)


@celeryd_init.connect
def begin_log(sender: str, instance: Any, **_: Any) -> None:
    """Log as every process does. A banner is for people."""
    log_lines.begin("courier", sender)
    instance.quiet = instance.quiet or settings().log_format == "json"


@setup_logging.connect
def leave_log_alone(**_: Any) -> None:
    """Where nobody listens to this signal Celery sets up a log of its own."""


@worker_init.connect
def check(**_: Any) -> None:
    """Settings that cannot be read are told now, and not by the first delivery."""
    reach.check_settings()
    db.give_up_silent_connections()
    redis_checks.check_or_exit()
    serving.serve("courier")


@task_prerun.connect
def note(task: Any, args: Sequence[Any], **_: Any) -> None:
    """Every line of a delivery names it."""
    log_lines.forget()
    log_lines.note(**{SUBJECTS[task.name]: args[0]})


@task_postrun.connect
def forget(**_: Any) -> None:
    """The thread's next lines are about something else."""
    log_lines.forget()
