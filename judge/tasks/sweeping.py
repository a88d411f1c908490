"""The sweeper: what died between two steps is found in the rows and done again."""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import groupby

from judge import changes, idempotency, queue, rejudgings, runs, submissions, upkeep, verifications, workers
from judge.accounts import sessions
from judge.config import settings
from judge.errors import QueueUnavailable
from judge.events import Event, RunEvent, VerificationEvent
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
        _tell(submissions.lapse())
        _tell_of_runs(runs.lapse())
        _tell_of_verifications(verifications.lapse())
        rejudged = rejudgings.go_on()
        _tell(rejudged.events)
        changes.settle()
        try:
            _send(rejudged.to_send)
            _send(ledger.unsent())
            _send_runs(run_ledger.unsent())
            for language in _overdue_counts():
                # As many messages wait as rows: they are only slow. Fewer: the broker has forgotten some.
                # The messages are counted first, since whoever claims meanwhile takes one of each.
                depth = queue.depth(language)
                if depth < _overdue_counts()[language]:
                    _send(ledger.overdue(language))
                    _send_runs(run_ledger.overdue(language))
            _send_verifications(verification_ledger.unsent())
            if queue.depth_of(VERIFYING) < len(overdue := verification_ledger.overdue()):
                _send_verifications(overdue)
            deliveries.send(delivery_ledger.unsent())
            if queue.depth_of(COURIERS) < len(late := delivery_ledger.overdue()):
                deliveries.send(late)
        except QueueUnavailable as error:
            log.warning("the queue is away: %s", error)
        _tell(ledger.unpublished())
        _tell_of_runs(run_ledger.unpublished())
        _tell_of_verifications(verification_ledger.unpublished())


@app.task(name=PURGE, soft_time_limit=600, time_limit=660)
def purge() -> None:
    """Remove what is older than it is kept: runs, events, sessions, abandoned versions and data, workers."""
    log.info("%d old runs removed", runs.purge())
    """Remove what is older than it is kept: events, deliveries, sessions, and workers long gone."""
    removed = upkeep.purge_events(older_than=timedelta(days=settings().event_days))
    log.info("%d old events removed", removed)
    upkeep.purge_deliveries(older_than=timedelta(days=settings().delivery_days))
    idempotency.purge()
    sessions.purge()
    removed = upkeep.purge_drafts(older_than=timedelta(days=settings().draft_days))
    log.info("%d versions that never became good removed", removed)
    log.info("%d pieces of data that nothing names removed", upkeep.purge_blobs())
    workers.forget_gone()


def _overdue_counts() -> Counter[str]:
    """How many submissions and runs the broker should have on each language's queue."""
    return Counter(ledger.overdue_counts()) + Counter(run_ledger.overdue_counts())


def _send(rows: Iterable[tuple[str, str, float]]) -> None:
    for submission_id, language, judging_s in rows:
        queue.send(submission_id, language, judging_s)
        submissions.mark_sent(submission_id, published_seq=0, sent=True)
        log.info("submission %s: sent again", submission_id)


def _tell(events: Sequence[Event]) -> None:
    for submission_id, group in groupby(events, key=lambda event: event.submission_id):
        told = list(group)
        if not tell(sweep, told):
            return  # Redis is away; the rows stay as they are
        submissions.mark_sent(
            submission_id, published_after=told[0].seq - 1, published_seq=told[-1].seq, sent=False
        )


def _send_runs(rows: Iterable[tuple[str, str, float]]) -> None:
    for run_id, language, longest_s in rows:
        queue.send_run(run_id, language, longest_s)
        runs.mark_sent(run_id, published_seq=0, sent=True)
        log.info("run %s: sent again", run_id)


def _tell_of_runs(events: Sequence[RunEvent]) -> None:
    for run_id, group in groupby(events, key=lambda event: event.run_id):
        told = list(group)
        if not tell(sweep, told):
            return
        runs.mark_sent(run_id, published_after=told[0].seq - 1, published_seq=told[-1].seq, sent=False)


def _send_verifications(ids: Iterable[str]) -> None:
    for verification_id in ids:
        queue.send_verification(verification_id)
        verifications.mark_sent(verification_id, published_seq=0, sent=True)
        log.info("verification %s: sent again", verification_id)


def _tell_of_verifications(events: Sequence[VerificationEvent]) -> None:
    for verification_id, group in groupby(events, key=lambda event: event.verification_id):
        told = list(group)
        if not tell(sweep, told):
            return
        verifications.mark_sent(
            verification_id, published_after=told[0].seq - 1, published_seq=told[-1].seq, sent=False
        )
