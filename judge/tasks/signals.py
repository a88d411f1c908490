"""Celery's signals and one of our own: what was recorded is published, what was killed is given back."""

import logging
from collections.abc import Sequence
from typing import Any

from celery.exceptions import TimeLimitExceeded
from celery.signals import task_failure
from celery.utils.dispatch import Signal

from judge import submissions
from judge.events import Event
from judge.events import publish as publish_events
from judge.queue import JUDGE
from judge.tasks.lifecycle import worker_name

log = logging.getLogger(__name__)

step_recorded = Signal(name="step_recorded", providing_args={"events"})
"""Sent with the events of a change that has been committed, by whoever committed it."""


@step_recorded.connect
def publish(events: Sequence[Event], **_: Any) -> bool:
    """Publish what was recorded; False where Redis did not take it."""
    return publish_events(events)


def tell(sender: Any, events: Sequence[Event]) -> bool:
    """Announce committed events; whether all of them were published."""
    return all(response is True for _, response in step_recorded.send(sender=sender, events=events))


@task_failure.connect
def give_back_at_hard_limit(sender: Any, exception: BaseException, args: Sequence[Any], **_: Any) -> None:
    """Celery has killed a child at its hard limit, so its parent gives the attempt back in its stead.

    Runs in the parent. A child that dies otherwise tells nobody; its lease does.
    """
    if sender.name == JUDGE and isinstance(exception, TimeLimitExceeded):
        [submission_id] = args
        log.error("submission %s: killed at the hard time limit", submission_id)
        tell(sender, submissions.give_back_of(submission_id, worker_name()))
