"""Which workers are there, what each can judge, and the languages that any has ever proven."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select, union_all, update
from sqlalchemy.dialects.postgresql import insert

from judge import changes
from judge.db import at_once, transaction
from judge.models import LanguageRow, RunRow, SubmissionRow, VerificationRow, WorkerRow
from judge.verdict import HELD, VerificationState

_GONE_AFTER = timedelta(seconds=15)
"""A worker says every few seconds that it is there."""


@dataclass(frozen=True)
class Worker:
    """A worker that was heard of lately; ``busy`` of its ``slots`` judge, run or verify something."""

    name: str
    slots: int
    busy: int
    languages: tuple[str, ...]
    sandbox: str

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
    row = {"slots": slots, "sandbox": sandbox, "languages": [spec["id"] for spec in specs]}
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


def seen(name: str) -> bool:
    """The worker is still there; False where its row is gone and it must register again."""
    said = update(WorkerRow).where(WorkerRow.name == name).values(seen_at=func.clock_timestamp())
    with transaction() as session:
        return bool(session.execute(said.returning(WorkerRow.name)).first())


def leave(name: str) -> None:
    """The worker ends in order; its languages stay."""
    with transaction() as session:
        session.execute(delete(WorkerRow).where(WorkerRow.name == name))


def present() -> list[Worker]:
    """The workers that are there."""
    held = union_all(
        select(SubmissionRow.worker).where(SubmissionRow.state.in_(HELD)),
        select(RunRow.worker).where(RunRow.state.in_(HELD)),
        select(VerificationRow.worker).where(VerificationRow.state == VerificationState.RUNNING),
    ).subquery()
    busy = select(held.c.worker, func.count().label("busy")).group_by(held.c.worker).subquery()
    query = (
        select(WorkerRow, func.coalesce(busy.c.busy, 0))
        .outerjoin(busy, busy.c.worker == WorkerRow.name)
        .where(WorkerRow.seen_at > func.clock_timestamp() - _GONE_AFTER)
        .order_by(WorkerRow.name)
    )
    with transaction() as session:
        return [
            Worker(row.name, row.slots, count, tuple(row.languages), row.sandbox)
            for row, count in session.execute(query)
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


_LANGUAGES = select(LanguageRow.spec).order_by(LanguageRow.id)


def _upsert(table: type[Any], key: str, value: str, columns: dict[str, Any]) -> Any:
    return (
        insert(table).values({key: value} | columns).on_conflict_do_update(index_elements=[key], set_=columns)
    )
