"""The sweeper: what died between two steps is found in the rows and done again."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any

from judge import changes, idempotency, queue, rejudgings, runs, submissions, upkeep, verifications, workers
from judge.accounts import sessions
from judge.config import settings
from judge.errors import QueueUnavailable
from judge.events import AnyEvent
from judge.queue import COURIERS, PURGE, SWEEP, VERIFYING, app
from judge.runs import ledger as run_ledger
from judge.submissions import ledger
from judge.tasks.signals import tell
from judge.verifications import ledger as verification_ledger
from judge.webhooks import deliveries
from judge.webhooks import ledger as delivery_ledger

log = logging.getLogger(__name__)


@app.task(name=SWEEP, soft_time_limit=60, time_limit=90)
def sweep() -> None:
    """The sweep that beat asks for. It needs a slot; while all are taken, companions sweep."""
    sweep_once()


def sweep_once() -> None:
    """Give back what dead workers hold, send what no broker has, publish what nobody has heard.

    One sweeper at a time is enough, so it does nothing while another is at it.
    """
    with upkeep.alone_in_sweeping() as alone:
        if not alone:
            return
        _tell(submissions.lapse(), submissions.mark_sent)
        _tell(runs.lapse(), runs.mark_sent)
        _tell(verifications.lapse(), verifications.mark_sent)
        rejudged = rejudgings.go_on()
        _tell(rejudged.events, submissions.mark_sent)
        changes.settle()
        try:
            _send_submissions(rejudged.to_send)
            _send_submissions(ledger.unsent())
            _send_runs(run_ledger.unsent())
            for language in _overdue_counts():
                # As many messages wait as rows: they are only slow. Fewer: the broker has forgotten some.
                # The messages are counted first, since whoever claims meanwhile takes one of each.
                depth = queue.depth(language)
                if depth < _overdue_counts()[language]:
                    _send_submissions(ledger.overdue(language))
                    _send_runs(run_ledger.overdue(language))
            _send_verifications(verification_ledger.unsent())
            if queue.depth_of(VERIFYING) < len(overdue := verification_ledger.overdue()):
                _send_verifications(overdue)
            deliveries.send(delivery_ledger.unsent())
            if queue.depth_of(COURIERS) < len(late := delivery_ledger.overdue()):
                deliveries.send(late)
        except QueueUnavailable as error:
            log.warning("the queue is away: %s", error)
        _tell(ledger.unpublished(), submissions.mark_sent)
        _tell(run_ledger.unpublished(), runs.mark_sent)
        _tell(verification_ledger.unpublished(), verifications.mark_sent)


@app.task(name=PURGE, soft_time_limit=600, time_limit=660)
def purge() -> None:
    """Remove whatever is older than it is kept, and workers long gone."""
    log.info("%d old runs removed", runs.purge())
    removed = upkeep.purge_events(older_than=timedelta(days=settings().event_days))
    log.info("%d old events removed", removed)
    removed = upkeep.purge_deliveries(older_than=timedelta(days=settings().delivery_days))
    log.info("%d old messages to webhooks removed", removed)
    log.info("%d old idempotency keys removed", idempotency.purge())
    sessions.purge()
    removed = upkeep.purge_drafts(older_than=timedelta(days=settings().draft_days))
    log.info("%d versions that never became good removed", removed)
    log.info("%d pieces of data that nothing names removed", upkeep.purge_blobs())
    workers.forget_gone()


def _overdue_counts() -> Counter[str]:
    """How many submissions and runs the broker should have on each language's queue."""
    return Counter(ledger.overdue_counts()) + Counter(run_ledger.overdue_counts())


def _send_submissions(rows: Iterable[tuple[str, str, float]]) -> None:
    _send(rows, queue.send, submissions.mark_sent)


def _send_runs(rows: Iterable[tuple[str, str, float]]) -> None:
    _send(rows, queue.send_run, runs.mark_sent)


def _send_verifications(ids: Iterable[str]) -> None:
    _send(((id_,) for id_ in ids), queue.send_verification, verifications.mark_sent)


def _send(
    rows: Iterable[tuple[str, *tuple[Any, ...]]], send: Callable[..., None], mark_sent: Callable[..., None]
) -> None:
    for id_, *where in rows:
        send(id_, *where)
        mark_sent(id_, published_seq=0, sent=True)
        log.info("%s: sent again", id_)


def _tell(events: Sequence[AnyEvent], mark_sent: Callable[..., None]) -> None:
    for id_, group in groupby(events, key=lambda event: event.subject_id):
        told = list(group)
        if not tell(sweep, told):
            return  # Redis is away; the rows stay as they are
        mark_sent(id_, published_after=told[0].seq - 1, published_seq=told[-1].seq, sent=False)
