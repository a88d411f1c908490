"""Which workers are there, what each can judge, and the languages that any has ever proven."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, union_all, update
from sqlalchemy.dialects.postgresql import insert

from judge import changes
from judge.db import at_once, transaction
from judge.models import LanguageRow, RunRow, SubmissionRow, VerificationRow, WorkerRow
from judge.prepared import prepared
from judge.verdict import HELD, VerificationState

_GONE_AFTER = timedelta(seconds=15)
"""A worker says every few seconds that it is there."""

_MISSED_FOR = timedelta(hours=1)


@dataclass(frozen=True)
class Worker:
    """A worker that was heard of lately; ``busy`` of its ``slots`` judge, run or verify something.

    is_draining: it was told to end. unfit: why it takes nothing for the moment, if it does not. is_silent: it
    was heard of no longer than a while ago; only ``lately`` tells of such.
    """

    name: str
    slots: int
    busy: int
    languages: tuple[str, ...]
    sandbox: str
    seen_at: datetime
    is_draining: bool
    unfit: str | None
    is_silent: bool

    @property
    def takes_work(self) -> bool:
        """Whether it claims what comes, or will once it has a slot free."""
        return self.unfit is None and not self.is_draining and not self.is_silent

    def as_json(self) -> dict[str, Any]:
        """An entry of GET /queue."""
        return {
            "name": self.name,
            "slots": self.slots,
            "busy": self.busy,
            "languages": list(self.languages),
            "sandbox": self.sandbox,
        }


def register(name: str, *, slots: int, sandbox: str, languages: Iterable[dict[str, Any]]) -> None:
    """A worker is there and has proven these languages, each given as GET /languages shows it."""
    specs = list(languages)
    row = {"slots": slots, "sandbox": sandbox, "languages": [spec["id"] for spec in specs], "unfit": None}
    with transaction() as session:
        known = {known.id: known.spec for known in session.scalars(select(LanguageRow))}
        new = [spec for spec in specs if known.get(spec["id"]) != spec]
        for spec in new:
            session.execute(_upsert(LanguageRow, "id", spec["id"], {"spec": spec}))
        session.execute(_upsert(WorkerRow, "name", name, row | {"seen_at": func.clock_timestamp()}))
        if new:
            changes.note(session, changes.LANGUAGES)
    if new:
        changes.changed(changes.LANGUAGES)


def seen(name: str, *, is_draining: bool = False) -> bool:
    """The worker is still there; False where its row is gone and it must register again."""
    values = {"seen_at": func.clock_timestamp(), "is_draining": is_draining}
    said = update(WorkerRow).where(WorkerRow.name == name).values(values)
    with transaction() as session:
        return bool(session.execute(said.returning(WorkerRow.name)).first())


def note_fitness(name: str, unfit: str | None) -> None:
    """Say why the worker takes nothing for the moment; None: it takes what comes."""
    with transaction() as session:
        session.execute(update(WorkerRow).where(WorkerRow.name == name).values(unfit=unfit))


def leave(name: str) -> None:
    """The worker ends in order; its languages stay."""
    with transaction() as session:
        session.execute(delete(WorkerRow).where(WorkerRow.name == name))


def present() -> list[Worker]:
    """The workers that are there."""
    return [worker for worker in _heard_of(_GONE_AFTER) if not worker.is_silent]


def lately() -> list[Worker]:
    """The workers that are there, and those that have fallen silent within the last hour."""
    return _heard_of(_MISSED_FOR)


def _heard_of(within: timedelta) -> list[Worker]:
    held = union_all(
        select(SubmissionRow.worker).where(SubmissionRow.state.in_(HELD)),
        select(RunRow.worker).where(RunRow.state.in_(HELD)),
        select(VerificationRow.worker).where(VerificationRow.state == VerificationState.RUNNING),
    ).subquery()
    busy = select(held.c.worker, func.count().label("busy")).group_by(held.c.worker).subquery()
    is_silent = WorkerRow.seen_at <= func.clock_timestamp() - _GONE_AFTER
    query = (
        select(WorkerRow, func.coalesce(busy.c.busy, 0), is_silent)
        .outerjoin(busy, busy.c.worker == WorkerRow.name)
        .where(WorkerRow.seen_at > func.clock_timestamp() - within)
        .order_by(WorkerRow.name)
    )
    with transaction() as session:
        return [
            Worker(
                name=row.name,
                slots=row.slots,
                busy=count,
                languages=tuple(row.languages),
                sandbox=row.sandbox,
                seen_at=row.seen_at,
                is_draining=row.is_draining,
                unfit=row.unfit,
                is_silent=silent,
            )
            for row, count, silent in session.execute(query)
        ]


def forget_gone() -> None:
    """Remove workers that were last heard of a day ago."""
    with transaction() as session:
        long_ago = func.clock_timestamp() - timedelta(days=1)
        session.execute(delete(WorkerRow).where(WorkerRow.seen_at < long_ago))


def languages() -> list[dict[str, Any]]:
    """Every language that a worker has proven, as GET /languages shows it, by id."""
    with at_once() as connection:
        return list(connection.scalars(_LANGUAGES))


_LANGUAGES = prepared(select(LanguageRow.spec).order_by(LanguageRow.id))


def _upsert(table: type[Any], key: str, value: str, columns: dict[str, Any]) -> Any:
    return (
        insert(table).values({key: value} | columns).on_conflict_do_update(index_elements=[key], set_=columns)
    )
