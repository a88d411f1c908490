"""Celery's signals and one of our own: what was recorded is published, what was killed is given back."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from celery.exceptions import TimeLimitExceeded
from celery.signals import task_failure
from celery.utils.dispatch import Signal

from judge import changes, runs, submissions, verifications
from judge.events import ENDINGS, AnyEvent, Event, kind
from judge.events import publish as publish_events
from judge.queue import JUDGE, RUN, VERIFY
from judge.tasks.lifecycle import worker_name
from judge.verdict import State

log = logging.getLogger(__name__)

_GIVE_BACK: dict[str, Callable[[str, str], Sequence[AnyEvent]]] = {
    JUDGE: submissions.give_back_of,
    RUN: runs.give_back_of,
    VERIFY: verifications.give_back_of,
}

_COUNTING = (*ENDINGS, kind(State.QUEUED))
"""Types of events after which a submission is worth more or less to its user than before."""

step_recorded = Signal(name="step_recorded", providing_args={"events"})
"""Sent with the events of a change that has been committed, by whoever committed it."""


@step_recorded.connect
def publish(events: Sequence[AnyEvent], **_: Any) -> bool:
    """Publish what was recorded; False where Redis did not take it.

    Caches and leaderboards come first: who hears of an end finds it there.
    """
    ended = {
        changes.submission(event.submission_id, event.user_id, event.problem_id)
        for event in events
        if isinstance(event, Event) and event.type in _COUNTING
    }
    told = changes.told_of(ended)
    return publish_events(events) and told


def tell(sender: Any, events: Sequence[AnyEvent]) -> bool:
    """Announce committed events; whether all of them were published."""
    return all(response is True for _, response in step_recorded.send(sender=sender, events=events))


@task_failure.connect
def give_back_at_hard_limit(sender: Any, exception: BaseException, args: Sequence[Any], **_: Any) -> None:
    """Celery has killed a child at its hard limit, so its parent gives the attempt back in its stead.

    Runs in the parent. A child that dies otherwise tells nobody; its lease does.
    """
    give_back = _GIVE_BACK.get(sender.name)
    if give_back and isinstance(exception, TimeLimitExceeded):
        [id_] = args
        log.error("%s %s: killed at the hard time limit", sender.name, id_)
        tell(sender, give_back(id_, worker_name()))
