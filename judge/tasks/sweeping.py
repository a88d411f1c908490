"""The sweeper: what died between two steps is found in the rows and done again."""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from itertools import groupby

from sqlalchemy.exc import OperationalError

from judge import (
    changes,
    idempotency,
    line,
    metrics,
    queue,
    rejudgings,
    runs,
    samples,
    submissions,
    upkeep,
    verifications,
    workers,
)
from judge.accounts import sessions
from judge.config import settings
from judge.errors import QueueUnavailable
from judge.events import AnyEvent
from judge.queue import COURIERS, PURGE, VERIFYING, app
from judge.runs import callbacks
from judge.runs import ledger as run_ledger
from judge.submissions import ledger
from judge.tasks.signals import tell
from judge.verifications import ledger as verification_ledger
from judge.webhooks import deliveries
from judge.webhooks import ledger as delivery_ledger

log = logging.getLogger(__name__)

_PATIENCE_S = 2.0


def sweep() -> None:
    """Give back what dead workers hold, send what no broker has, publish what nobody has heard.

    One sweeper at a time is enough, so it does nothing while another is at it.
    """
    metrics.sweeps.inc()
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
            line.hand_out_all()
            line.send_again()
            _send_verifications(verification_ledger.unsent())
            # As many messages wait as rows: they are only slow. Fewer: the broker has forgotten some.
            if queue.depth_of(VERIFYING) < len(overdue := verification_ledger.overdue()):
                _send_verifications(overdue)
            deliveries.send(delivery_ledger.unsent())
            callbacks.send(callbacks.unsent())
            late, late_calls = delivery_ledger.overdue(), callbacks.overdue()
            if queue.depth_of(COURIERS) < len(late) + len(late_calls):
                deliveries.send(late)
                callbacks.send(late_calls)
        except QueueUnavailable as error:
            log.warning("the queue is away: %s", error)
        _tell(ledger.unpublished(), submissions.mark_sent)
        _tell(run_ledger.unpublished(), runs.mark_sent)
        _tell(verification_ledger.unpublished(), verifications.mark_sent)


def give_back_lapsed() -> None:
    """Give back what dead workers hold, and no more; the next sweep tells of it.

    However many do so at once, each row is given back once.
    """
    submissions.lapse()
    runs.lapse()
    verifications.lapse()


class Sweeper:
    """One sweep at a time, beside whoever asks for it: with a silent Redis it outlasts any lease."""

    def __init__(self) -> None:
        self._going_on: threading.Thread | None = None

    def sweep(self) -> None:
        """See to it that a sweep goes on; should it take long, do meanwhile what needs no Redis.

        The sample is such a thing. Raises OperationalError where it is this for which Postgres is away.
        """
        if self._going_on is None or not self._going_on.is_alive():
            self._going_on = threading.Thread(target=_sweep, daemon=True)
            self._going_on.start()
        self._going_on.join(_PATIENCE_S)
        if self._going_on.is_alive():
            give_back_lapsed()
        samples.take()


def _sweep() -> None:
    try:
        sweep()
    except OperationalError as error:
        log.warning("Postgres is away: %s", error.orig)  # the next sweep may find it


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


def _send_verifications(ids: Iterable[str]) -> None:
    for id_ in ids:
        verifications.send(id_)
        metrics.resent.inc()
        log.info("verification %s: sent again", id_)


def _tell(events: Sequence[AnyEvent], mark_sent: Callable[..., None]) -> None:
    for id_, group in groupby(events, key=lambda event: event.subject_id):
        told = list(group)
        if not tell(sweep, told):
            return  # Redis is away; the rows stay as they are
        mark_sent(id_, published_after=told[0].seq - 1, published_seq=told[-1].seq, sent=False)
