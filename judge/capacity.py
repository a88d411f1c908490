"""How many workers the load asks for: one pure formula, and the reading of its figures from Postgres.

docs/scaling.md explains the formula and its constants, with examples.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, func, literal, select, union_all

from judge import workers
from judge.config import settings
from judge.db import transaction
from judge.journal import now
from judge.models import EventRow, RunEventRow, RunRow, SubmissionRow, VerificationRow
from judge.verdict import HELD, State
from judge.workers import Worker

BUSY = 0.7
"""The share of its slots that a worker is meant to have taken: the rest is for what comes next."""

HURRY = 4.0
"""A queue that is late is given this part of the time it would have had, and no less, however late it is."""

UNKNOWN_JUDGING_S = 2.0
"""What a judging is taken to last while none has ended lately."""

_LATELY = timedelta(minutes=5)
_EVENTS_READ = 2000


@dataclass(frozen=True)
class Load:
    """What asks for slots at one moment; a submission or a run takes ``judging_s`` on the mean."""

    queued: int  # submissions and runs that a present worker can judge; all of them while none is present
    stranded: int  # those that no present worker can judge
    verifications: int  # those that wait
    running: int  # slots taken, by verifications too
    oldest_wait_s: float  # of ``queued``; 0 where nothing is
    judging_s: float
    languages: frozenset[str]  # of all submissions and runs that wait


def desired_workers(load: Load, *, slots: float, target_wait_s: float) -> int:
    """How many workers of that many slots would have the queue empty before its oldest waits too long."""
    time_left_s = max(target_wait_s - load.oldest_wait_s, target_wait_s / HURRY)
    # A slot judges several within the time that is left; of long ones each needs a slot of its own.
    for_queue = min(load.queued, load.queued * load.judging_s / time_left_s)
    taken = load.running + load.verifications + for_queue
    return max(math.ceil(round(taken / (slots * BUSY), 6)), 1 if load.queued or load.stranded else 0)


def desired() -> int:
    """What the whole judge asks for, in workers of the size of those present."""
    present = workers.present()
    load = read_load(able(present))
    return desired_workers(load, slots=mean_slots(present), target_wait_s=settings().target_wait_s)


def able(present: Collection[Worker]) -> frozenset[str] | None:
    """The languages that these workers judge; None while there is nobody, and so nobody knows."""
    return frozenset(one for worker in present for one in worker.languages) if present else None


def mean_slots(present: Collection[Worker]) -> float:
    """The size of a worker: of those present, or while there is none, as set here."""
    return sum(worker.slots for worker in present) / len(present) if present else float(settings().slots)


def read_load(languages: Collection[str] | None) -> Load:
    """The load for workers that judge these languages; None: for whichever come.

    What none of them can judge is stranded, or they would have to become more and more of it.
    """
    with transaction() as session:
        rows = session.execute(union_all(_by_language(SubmissionRow), _by_language(RunRow))).all()
        verifying = session.execute(_waiting(VerificationRow)).one()
        judging_s = session.scalar(_mean_judging())
    mine = [row for row in rows if languages is None or row.language in languages]
    queued = sum(row.queued for row in mine)
    return Load(
        queued=queued,
        stranded=sum(row.queued for row in rows) - queued,
        verifications=verifying.queued,
        running=verifying.held + sum(row.held for row in rows),
        oldest_wait_s=max((float(row.oldest_s) for row in mine if row.oldest_s is not None), default=0.0),
        judging_s=UNKNOWN_JUDGING_S if judging_s is None else float(judging_s),
        languages=frozenset(row.language for row in rows if row.queued),
    )


def _waiting(row: type[SubmissionRow] | type[RunRow] | type[VerificationRow]) -> Select[*tuple[Any, ...]]:
    """How much of a table is queued, for how long at most, and how much is held."""
    # As GET /queue has it: what is judged anew waits since then, and what was given back waits on.
    since = func.coalesce(row.started_at, row.changed_at)
    is_queued = row.state == State.QUEUED
    found: Select[*tuple[Any, ...]] = select(
        func.count().filter(is_queued).label("queued"),
        func.count().filter(row.state.in_(HELD)).label("held"),
        func.extract("epoch", now() - func.min(since).filter(is_queued)).label("oldest_s"),
    )
    return found.where(row.finished_at.is_(None))


def _by_language(row: type[SubmissionRow] | type[RunRow]) -> Select[*tuple[Any, ...]]:
    return _waiting(row).add_columns(row.language).group_by(row.language)


def _mean_judging() -> Select[*tuple[Any, ...]]:
    """Over what has ended lately; found by the logs, whose newest entries an index holds."""
    parts = []
    for row, log, key in (
        (SubmissionRow, EventRow, EventRow.submission_id),
        (RunRow, RunEventRow, RunEventRow.run_id),
    ):
        newest = (
            select(key.label("id"), log.type)
            .where(log.at > now() - _LATELY)
            .order_by(log.at.desc())
            .limit(_EVENTS_READ)
            .subquery()
        )
        took_s = func.extract("epoch", row.finished_at - row.started_at).label("took_s")
        parts.append(
            select(took_s).join(newest, newest.c.id == row.id).where(newest.c.type.endswith(literal(".done")))
        )
    ended = union_all(*parts).subquery()
    return select(func.avg(ended.c.took_s))
