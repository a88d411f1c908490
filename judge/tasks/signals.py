"""A signal of Celery's kind: what was recorded is published."""

from collections.abc import Sequence
from typing import Any

from celery.utils.dispatch import Signal

from judge import changes
from judge.events import ENDINGS, AnyEvent, Event, kind
from judge.events import publish as publish_events
from judge.verdict import State

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
