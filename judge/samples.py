"""How the queue stood, every ten seconds of the last hour: sampled by whoever sweeps, for operators.

A sample says how much waited at its moment, and what has ended since the one before. It is a row, so that it
is there after a restart, and told while Redis is away; a moment at which nobody sampled is missing.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, func, insert, select
from sqlalchemy.orm import Session

from judge import backlog, history
from judge.backlog import DELIVERIES, VERIFICATIONS
from judge.db import at_once, take_turns, transaction
from judge.journal import now
from judge.models import EventRow, RunEventRow, SampleRow, SubmissionRow
from judge.verdict import ENDED

EVERY_S = 10
KEPT_S = 3600
"""The samples are those of this long, no more than 361."""

_LATEST_COUNTED = timedelta(seconds=15)
_EARLIEST_COUNTED = timedelta(seconds=60)
_SLOT = func.date_bin(timedelta(seconds=EVERY_S), now(), func.to_timestamp(0))
_taken = exists().where(SampleRow.at == _SLOT)


@dataclass(frozen=True)
class Sample:
    """Submissions and runs at one moment, and what has ended since the sample before.

    submissions_ended: by language, and then by verdict or by the state of what has none.
    """

    at: datetime
    queued: int
    held: int
    oldest_s: float | None
    runs_ended: int
    submissions_ended: Mapping[str, Mapping[str, int]]

    @property
    def ended(self) -> int:
        """All that has ended since the sample before."""
        return self.runs_ended + sum(sum(counts.values()) for counts in self.submissions_ended.values())


def take() -> None:
    """Take the sample of this moment, unless somebody has. Raises OperationalError."""
    with at_once() as connection:
        if connection.scalar(select(_taken)):
            return
    standing = [of for queue, of in backlog.by_queue().items() if queue not in (VERIFICATIONS, DELIVERIES)]
    settled = history.settled_until()
    with transaction() as session:
        take_turns(session, SampleRow.__tablename__)
        if session.scalar(select(_taken)):
            return
        session.execute(delete(SampleRow).where(SampleRow.at < now() - timedelta(seconds=KEPT_S)))
        since, until = _uncounted(session, settled)
        runs_ended, submissions_ended = _ended(session, since, until)
        values = {
            "at": _SLOT,
            "queued": sum(of.queued for of in standing),
            "held": sum(of.held for of in standing),
            "oldest_s": max((of.oldest_s for of in standing if of.queued), default=None),
            "runs_ended": runs_ended,
            "submissions_ended": submissions_ended,
            "counted_until": until,
        }
        session.execute(insert(SampleRow).values(values))


def of_last_hour() -> list[Sample]:
    """The samples that there are, in order."""
    names = list(Sample.__dataclass_fields__)
    query = select(*(getattr(SampleRow, name) for name in names)).order_by(SampleRow.at)
    with at_once() as connection:
        return [Sample(**row._mapping) for row in connection.execute(query)]


def _uncounted(session: Session, settled: datetime) -> tuple[datetime, datetime]:
    """From when to when what has ended is to be counted: each event once, and none before it is settled.

    No transaction that writes an event is open for long, but others may be; and where nobody sampled for a
    while, nobody judged either.
    """
    latest, earliest, last = session.execute(
        select(
            func.greatest(settled, now() - _LATEST_COUNTED),
            now() - _EARLIEST_COUNTED,
            select(func.max(SampleRow.counted_until)).scalar_subquery(),
        )
    ).one()
    since = max(earliest, last) if last else latest - timedelta(seconds=EVERY_S)
    return since, max(since, latest)


def _ended(session: Session, since: datetime, until: datetime) -> tuple[int, dict[str, dict[str, int]]]:
    """How many runs have ended, and how submissions have, from after one instant up to another."""

    def lately(log: type[EventRow] | type[RunEventRow], subject: str) -> Any:
        return log.at > since, log.at <= until, log.type.in_([f"{subject}.{state}" for state in ENDED])

    runs = session.scalar(select(func.count()).select_from(RunEventRow).where(*lately(RunEventRow, "run")))
    standing = func.coalesce(SubmissionRow.verdict, SubmissionRow.state)
    by_language: dict[str, Counter[str]] = {}
    counted = (
        select(SubmissionRow.language, standing, func.count())
        .join(EventRow, EventRow.submission_id == SubmissionRow.id)
        .where(*lately(EventRow, "submission"))
        .group_by(SubmissionRow.language, standing)
    )
    for language, how, count in session.execute(counted):
        by_language.setdefault(language, Counter())[how] = count
    return runs or 0, {language: dict(counts) for language, counts in by_language.items()}
