"""Celery as couriers use it: threads, one queue, and nothing of what judges."""

import logging
from typing import Any

from celery.signals import setup_logging, worker_init

from judge import db
from judge.config import settings
from judge.queue import COURIERS, QueueApp
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


@setup_logging.connect
def log_plainly(**_: Any) -> None:
    """One line a record, on standard error, as workers do."""
    logging.basicConfig(
        level=settings().log_level.upper(),
        format="%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s",
    )


@worker_init.connect
def check(**_: Any) -> None:
    """Settings that cannot be read are told now, and not by the first delivery."""
    reach.check_settings()
    db.give_up_silent_connections()
