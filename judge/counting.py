"""What a change of a submission, a run or a verification adds to the metrics, once it has committed.

Every time comes from Postgres: what lies between two instants of one row needs no clocks that agree.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from judge import metrics
from judge.db import after_commit
from judge.events import AnyEvent, Event, RunEvent, VerificationEvent, kind
from judge.models import EventRow, RunEventRow, VerificationEventRow
from judge.verdict import State, Verdict

_LOGS: dict[type[AnyEvent], tuple[Any, Any]] = {
    Event: (EventRow, EventRow.submission_id),
    RunEvent: (RunEventRow, RunEventRow.run_id),
    VerificationEvent: (VerificationEventRow, VerificationEventRow.verification_id),
}
_CLAIMED = (kind(State.COMPILING), "run.compiling", "verification.running")


def count(session: Session, row: Any, events: Sequence[AnyEvent]) -> None:
    """Have events of a row counted when the transaction has committed, by whichever process wrote them.

    row: as it stands after them; of its attempts only the first is timed, for the others wait in between.
    """
    # What is read later must be read now: another change may move the row.
    seen = {name: getattr(row, name, None) for name in ("attempt", "language", "created_at", "started_at")}
    after_commit(session, partial(_count, seen, events))
    for event in events:
        if event.type in _CLAIMED and row.attempt > 1 and _was_held(session, event):
            after_commit(session, partial(metrics.give_backs.inc, "lease"))


def _was_held(session: Session, claimed: AnyEvent) -> bool:
    """Whether a row was claimed from one whose lease had run out, before a sweeper gave it back."""
    log, of = _LOGS[type(claimed)]
    before = session.scalar(select(log.type).where(of == claimed.subject_id, log.seq == claimed.seq - 1))
    return before is not None and not before.endswith(f".{State.QUEUED}")


def _count(row: dict[str, Any], events: Sequence[AnyEvent]) -> None:
    for event in events:
        metrics.events.inc(event.type)
        is_first = row["attempt"] == 1
        if event.type in _CLAIMED:
            of = event.type.partition(".")[0]
            metrics.attempts.inc(of)
            if is_first:
                metrics.wait_s.observe((event.at - row["created_at"]).total_seconds(), of)
        elif isinstance(event, Event):
            _count_judging(event, row["language"], row["started_at"] if is_first else None)


def _count_judging(event: Event, language: str, started_at: Any) -> None:
    lasted_s = None if started_at is None else (event.at - started_at).total_seconds()
    if event.type == kind("test"):
        metrics.test_s.observe(event.data["wall_time_s"], language)
    elif event.type == kind(State.RUNNING):
        if lasted_s is not None:
            metrics.compiling_s.observe(lasted_s, language)
    elif event.type == kind(State.DONE):
        metrics.verdicts.inc(language, event.data["verdict"])
        if lasted_s is not None:
            metrics.judging_s.observe(lasted_s, language)
            if event.data["verdict"] == Verdict.COMPILE_ERROR:
                metrics.compiling_s.observe(lasted_s, language)
