"""What the tables say of runs, of their logs and of what was typed to them; reads only."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, undefer

from judge.db import transaction
from judge.errors import NotFound
from judge.events import RunEvent
from judge.execution import Repetition, RunLimits
from judge.journal import now
from judge.logs import Log
from judge.models import RunEventRow, RunInputRow, RunRow
from judge.records import is_id
from judge.runs.records import OUTPUT, Run
from judge.verdict import HELD, State, Verdict


@dataclass(frozen=True)
class Asked:
    """What a run was asked to do, beside what the run itself shows.

    Where it was not wanted whole, what may be long is empty: files, stdin, expected_output and archive.
    """

    files: Sequence[dict[str, str]]
    entry_point: str | None
    stdin: bytes
    args: Sequence[str]
    expected_output: bytes | None
    comparison: Sequence[str]
    compile_options: Sequence[str]
    merge_stderr: bool
    archive: bytes | None
    asked_as: dict[str, Any] | None


_EMPTY: dict[str, Any] = {"files": (), "stdin": b"", "expected_output": None, "archive": None}


@dataclass(frozen=True)
class Mark:
    """How far a run's log has come."""

    id: str
    last_seq: int


def get(run_id: str) -> Run:
    """A run with what it has printed. Raises NotFound."""
    with transaction() as session:
        row = session.get(RunRow, run_id, options=_WITH_OUTPUT) if is_id(run_id) else None
        if row is None:
            raise NotFound(f"there is no run {run_id!r}")
        return read_row(session, row)


def owner(run_id: str) -> str:
    """Whose a run is. Raises NotFound."""
    with transaction() as session:
        found = session.scalar(select(RunRow.user_id).where(RunRow.id == run_id))
    if found is None:
        raise NotFound(f"there is no run {run_id!r}")
    return found


def asked(run_id: str, *, whole: bool = True) -> Asked:
    """What a run was asked to do; without ``whole``, only what of it is short. Raises NotFound."""
    found = asked_of([run_id], whole=whole)
    if not found:
        raise NotFound(f"there is no run {run_id!r}")
    return found[run_id]


def asked_of(ids: Collection[str], *, whole: bool = True) -> dict[str, Asked]:
    """The same of several, by their ids; without those that there are not."""
    names = [name for name in Asked.__dataclass_fields__ if whole or name not in _EMPTY]
    columns = [getattr(RunRow, name) for name in names]
    with transaction() as session:
        found = session.execute(select(RunRow.id, *columns).where(RunRow.id.in_(ids)))
        return {id_: Asked(**_EMPTY | dict(zip(names, rest, strict=True))) for id_, *rest in found}


def page(*, limit: int, before: str | None = None, **equal: str | None) -> list[Run]:
    """The newest runs first, without what they printed; ``equal`` names columns and what they must hold."""
    query = select(RunRow).order_by(RunRow.id.desc()).limit(limit)
    if before is not None:
        query = query.where(RunRow.id < before)
    for column, value in equal.items():
        if value is not None:
            query = query.where(getattr(RunRow, column) == value)
    with transaction() as session:
        return [_run(row, printed=False) for row in session.scalars(query)]


def asked_otherwise(*, limit: int, offset: int) -> tuple[list[str], int]:
    """The runs that were asked for in another API's words, the newest first, and how many there are."""
    is_one = RunRow.asked_as.is_not(None)
    query = select(RunRow.id).where(is_one).order_by(RunRow.id.desc())
    with transaction() as session:
        count = session.scalars(select(func.count()).select_from(RunRow).where(is_one)).one()
        return list(session.scalars(query.limit(limit).offset(offset))), count


@dataclass(frozen=True)
class Tally:
    """How many runs that were asked for in another API's words came out alike; language_id: in its words."""

    language_id: int
    state: State
    verdict: str | None
    signal: int | None
    total: int
    month: int
    today: int


def tallies() -> tuple[list[Tally], int]:
    """All such runs that are kept, counted, and how many bytes the database takes."""
    language_id = RunRow.asked_as["language_id"].as_integer()
    month = RunRow.created_at >= now() - timedelta(days=30)
    today = RunRow.created_at >= func.date_trunc("day", now())
    alike = (language_id, RunRow.state, RunRow.verdict, RunRow.signal)
    query = (
        select(*alike, func.count(), func.count().filter(month), func.count().filter(today))
        .where(RunRow.asked_as.is_not(None))
        .group_by(*alike)
    )
    with transaction() as session:
        counted = [Tally(id_, State(state), *rest) for id_, state, *rest in session.execute(query)]
        size = session.scalar(select(func.pg_database_size(func.current_database())))
        return counted, int(size or 0)


def printed_bytes(ids: Collection[str], *, user_id: str | None = None) -> int:
    """How much these runs, or those of them that are a user's, have printed all together."""
    return _size_bytes(OUTPUT, ids, user_id)


def asked_bytes(ids: Collection[str], *, user_id: str | None = None) -> int:
    """How much lies in their input, their expected output and their archives."""
    return _size_bytes(("stdin", "expected_output", "archive"), ids, user_id)


def _size_bytes(columns: Collection[str], ids: Collection[str], user_id: str | None) -> int:
    sizes = (func.coalesce(func.octet_length(getattr(RunRow, name)), 0) for name in columns)
    with transaction() as session:
        return int(session.scalar(select(func.sum(sum(sizes))).where(*_named(ids, user_id))) or 0)


def many(ids: Collection[str], *, user_id: str | None = None) -> list[Run]:
    """Those of these runs that there are, or that are a user's, with what they have printed."""
    query = select(RunRow).where(*_named(ids, user_id)).options(*_WITH_OUTPUT)
    with transaction() as session:
        return [_run(row) for row in session.scalars(query)]


def _named(ids: Collection[str], user_id: str | None) -> list[ColumnElement[bool]]:
    return [RunRow.id.in_(ids), *([] if user_id is None else [RunRow.user_id == user_id])]


def recent(user_id: str, *, within: timedelta) -> list[Mark]:
    """How far a user's runs have come that have changed in the last while, or are not ended."""
    changed = select(RunRow.id, RunRow.last_seq).where(
        RunRow.user_id == user_id, RunRow.changed_at > now() - within
    )
    open_ = select(RunRow.id, RunRow.last_seq).where(RunRow.user_id == user_id, RunRow.finished_at.is_(None))
    with transaction() as session:
        return [Mark(*row) for row in session.execute(changed.union(open_))]


def inputs_after(run_id: str, seq: int) -> list[tuple[int, bytes, bool]]:
    """What was typed to a run after a number: each with its own, and whether the input ends with it."""
    query = (
        select(RunInputRow.seq, RunInputRow.content, RunInputRow.eof)
        .where(RunInputRow.run_id == run_id, RunInputRow.seq > seq)
        .order_by(RunInputRow.seq)
    )
    with transaction() as session:
        return [(row.seq, row.content, row.eof) for row in session.execute(query)]


def backlog() -> tuple[int, int, float | None]:
    """How many runs wait, how many are run, and how many seconds the oldest has waited."""
    is_queued = RunRow.state == State.QUEUED
    query = select(
        func.count().filter(is_queued),
        func.count().filter(RunRow.state.in_(HELD)),
        func.extract("epoch", now() - func.min(RunRow.created_at).filter(is_queued)),
    ).where(RunRow.finished_at.is_(None))
    with transaction() as session:
        queued, running, oldest_s = session.execute(query).one()
    return queued, running, None if oldest_s is None else float(oldest_s)


def pending(user_id: str, *, at_most: int) -> int:
    """How many runs of a user have not ended, counted no further than ``at_most``."""
    open_ = select(RunRow.id).where(RunRow.user_id == user_id, RunRow.finished_at.is_(None))
    with transaction() as session:
        return session.scalars(select(func.count()).select_from(open_.limit(at_most).subquery())).one()


def read_row(session: Session, row: RunRow) -> Run:
    """A row as a value, with what it has printed, read in the caller's transaction."""
    session.refresh(row, OUTPUT)
    return _run(row)


_WITH_OUTPUT = tuple(undefer(getattr(RunRow, name)) for name in OUTPUT)


def _run(row: RunRow, *, printed: bool = True) -> Run:
    names = Run.__dataclass_fields__.keys() - (() if printed else OUTPUT)
    fields: dict[str, Any] = dict.fromkeys(OUTPUT) | {name: getattr(row, name) for name in names}
    made = {
        "state": State(row.state),
        "repetitions": tuple(
            Repetition(**each | {"verdict": Verdict(each["verdict"])}) for each in row.repetitions
        ),
        "limits": RunLimits(**row.limits),
    }
    return Run(**fields | made)


def _event(row: RunEventRow, user_id: str) -> RunEvent:
    return RunEvent(row.run_id, row.seq, row.type, user_id, row.at, row.data)


_log = Log(
    RunRow,
    RunEventRow,
    RunEventRow.run_id,
    select(RunEventRow, RunRow.user_id).join(RunRow, RunRow.id == RunEventRow.run_id),
    _event,
)
events_after = _log.after
events_of_user = _log.of_user
events_of_user_after = _log.of_user_after
unpublished = _log.unpublished
