"""Runs of a program on its owner's own input, from first row to last; what is typed to one is ``inputs``.

As with submissions, every change is one transaction that returns the events to publish once it has
committed, and a worker's changes name their attempt, or raise AttemptLost and write nothing::

    create ──> queued ──claim──> compiling ──start_running──> running ──finish──> done
                 ^                   │                          │
                 └─── give_back ─────┴────── lapse ─────────────┘──> failed, after max_attempts lost ones

and from each state before the last ``cancel`` leads to cancelled.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, ClassVar

from sqlalchemy import Interval, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session, undefer

from judge import counting, turns
from judge.config import settings
from judge.db import delete_in_parts, take_turns, transaction
from judge.errors import Conflict, NotFound, TooManyOpen
from judge.events import RunEvent
from judge.execution import Execution, ExecutionResult, RunLimits
from judge.journal import Entry, Journal, Published, now
from judge.languages import table
from judge.models import RunEventRow, RunRow
from judge.records import SourceFile, new_id, storable
from judge.runs import callbacks
from judge.runs.ledger import read_row
from judge.runs.records import Piece, Run
from judge.verdict import ENDED, HELD, State


@dataclass(frozen=True)
class Claim:
    """What a worker needs to run a program, and the attempt number that its every write must name.

    stdin_open: whether what is typed comes after the execution's own stdin.
    """

    run_id: str
    attempt: int
    execution: Execution
    stdin_open: bool
    longest_s: float
    event: RunEvent


def create(
    execution: Execution,
    *,
    user_id: str,
    stdin_open: bool = False,
    asked_as: dict[str, Any] | None = None,
    also: Callable[[Session, Run], None] | None = None,
) -> tuple[Run, RunEvent]:
    """A new run, queued. Raises TooManyOpen where the user has as many with open input as they may.

    asked_as: how it was asked for in the words of another API, for that one to show.
    also: what is to be written in the same transaction; what it raises ends that.
    """
    with transaction() as session:
        if stdin_open:
            _check_room_for(session, user_id)
        row = session.scalars(
            insert(RunRow)
            .values(
                id=new_id(),
                user_id=user_id,
                language=execution.language.id,
                files=[asdict(file) for file in execution.files],
                entry_point=execution.entry_point,
                stdin=execution.stdin,
                stdin_open=stdin_open,
                args=list(execution.args),
                # What is not asked for is left out: a worker of an older release knows fewer limits.
                limits={name: limit for name, limit in asdict(execution.limits).items() if limit is not None},
                expected_output=execution.expected_output,
                comparison=list(execution.comparison),
                compile_options=list(execution.compile_options),
                repeat=execution.repeat,
                merge_stderr=execution.merge_stderr,
                archive=execution.archive,
                asked_as=asked_as,
                longest_s=execution.longest_s(is_fed=stdin_open),
                expires_at=_EXPIRY,
                last_seq=1,
                **turns.join(session, RunRow, execution.language.id, user_id, at_once=True),
            )
            .returning(RunRow)
        ).one()
        [event] = _journal.append(session, row, [(State.QUEUED, {"attempt": 0})])
        run = read_row(session, row)
        if also:
            also(session, run)
        return run, event


def claim(run_id: str, worker: str) -> Claim | None:
    """Take a run that is queued, or whose lease has run out, for a new attempt.

    None where it is run elsewhere or has ended, and where this worker serves as many people who type as it
    may: then it is sent again a little later.
    """
    with transaction() as session:
        if not _has_slot_for(session, run_id, worker):
            again = {"sent_at": None, "put_off_until": turns.put_off_until()}
            session.execute(
                update(RunRow).where(RunRow.id == run_id, RunRow.state == State.QUEUED).values(**again)
            )
            return None
        row = _journal.claim(session, run_id, worker, state=State.COMPILING)
        if row is None:
            return None
        [event] = _journal.append(session, row, [(State.COMPILING, {"attempt": row.attempt})])
        whole = session.scalars(
            select(RunRow)
            .where(RunRow.id == run_id)
            .options(*(undefer(column) for column in _ASKED))
            .execution_options(populate_existing=True)
        ).one()
    # After the commit: what cannot be read here costs this attempt, instead of being claimed for ever.
    execution = Execution(
        language=table()[whole.language],
        files=tuple(SourceFile(**file) for file in whole.files),
        entry_point=whole.entry_point,
        args=tuple(whole.args),
        stdin=whole.stdin,
        compile_options=tuple(whole.compile_options),
        limits=RunLimits(**whole.limits),
        expected_output=whole.expected_output,
        comparison=tuple(whole.comparison),
        repeat=whole.repeat,
        merge_stderr=whole.merge_stderr,
        archive=whole.archive,
    )
    return Claim(row.id, row.attempt, execution, row.stdin_open, row.longest_s, event)


def start_running(
    run_id: str, attempt: int, compile_output: bytes | None, *, published: Published
) -> list[RunEvent]:
    """The program is compiled; it runs from now on. Raises AttemptLost."""
    with transaction() as session:
        row = _journal.move_held(
            session,
            run_id,
            attempt,
            published,
            entries=1,
            state=State.RUNNING,
            compile_output=compile_output,
        )
        return _journal.append(session, row, [(State.RUNNING, {"attempt": attempt})])


def record_output(
    run_id: str, attempt: int, pieces: Sequence[Piece], *, published: Published
) -> list[RunEvent]:
    """The program has printed something; it runs on. Raises AttemptLost."""
    with transaction() as session:
        row = _journal.move_held(session, run_id, attempt, published, entries=len(pieces))
        return _journal.append(session, row, _printed(pieces, attempt))


def finish(
    run_id: str,
    attempt: int,
    result: ExecutionResult,
    pieces: Sequence[Piece] = (),
    *,
    published: Published,
) -> list[RunEvent]:
    """What came of it, with everything printed before it. Raises AttemptLost."""
    with transaction() as session:
        row = _journal.move_held(
            session,
            run_id,
            attempt,
            published,
            entries=len(pieces) + 1,
            is_end=True,
            **storable(asdict(result)),
        )
        callbacks.note_end(session, row)
        done = State.DONE, read_row(session, row).as_json()
        return _journal.append(session, row, [*_printed(pieces, attempt), done])


def cancel(run_id: str) -> list[RunEvent]:
    """End a run, wherever it stands; an attempt that held it is lost. Nothing where it has ended already."""
    with transaction() as session:
        rows = _journal.move(
            session,
            RunRow.id == run_id,
            RunRow.state.not_in(ENDED),
            entries=1,
            state=State.CANCELLED,
            lease_until=None,
            worker=None,
            finished_at=now(),
        )
        for row in rows:
            callbacks.note_end(session, row)
        return [
            event
            for row in rows
            for event in _journal.append(session, row, [(State.CANCELLED, read_row(session, row).as_json())])
        ]


def delete_(run_id: str) -> None:
    """Remove a run that has ended, with all that is known of it. Raises NotFound, Conflict."""
    with transaction() as session:
        ended = session.scalar(
            select(RunRow.finished_at.is_not(None)).where(RunRow.id == run_id).with_for_update()
        )
        if ended is None:
            raise NotFound(f"there is no run {run_id!r}")
        if not ended:
            raise Conflict("the run has not ended; cancel it first")
        session.execute(delete(RunRow).where(RunRow.id == run_id))


def purge(*, at_once: int = 200) -> int:
    """Remove the runs that were kept long enough, also those that nobody could run; how many."""
    old = select(RunRow.id).where(RunRow.expires_at < now(), RunRow.state.not_in(HELD)).limit(at_once)
    return delete_in_parts(delete(RunRow).where(RunRow.id.in_(old)))


_ASKED = (
    RunRow.files,
    RunRow.entry_point,
    RunRow.stdin,
    RunRow.args,
    RunRow.expected_output,
    RunRow.comparison,
    RunRow.compile_options,
    RunRow.archive,
)


_EXPIRY = now() + bindparam(None, callable_=lambda: timedelta(hours=settings().run_hours), type_=Interval)


def _check_room_for(session: Session, user_id: str) -> None:
    """Raises TooManyOpen; until the transaction ends, nobody else counts this user's."""
    take_turns(session, f"open runs of {user_id}")
    query = select(func.count()).where(
        RunRow.user_id == user_id, RunRow.finished_at.is_(None), RunRow.stdin_open
    )
    most = settings().max_open_runs
    if session.scalars(query).one() >= most:
        raise TooManyOpen(f"{most} runs of yours wait for input already; end or cancel one of them first")


def _has_slot_for(session: Session, run_id: str, worker: str) -> bool:
    """Whether this worker may hold this run, too: people who think must leave slots to all others."""
    if not session.scalar(select(RunRow.stdin_open).where(RunRow.id == run_id)):
        return True
    take_turns(session, f"open runs on {worker}")
    query = select(func.count()).where(RunRow.worker == worker, RunRow.state.in_(HELD), RunRow.stdin_open)
    return session.scalars(query).one() < (settings().open_run_slots or max(1, settings().slots // 2))


def _printed(pieces: Sequence[Piece], attempt: int) -> list[Entry]:
    return [(piece.stream, piece.as_json(attempt)) for piece in pieces]


class _Journal(Journal[RunRow, RunEvent]):
    table = RunRow
    held = HELD
    cleared: ClassVar = {"compile_output": None}
    ended: ClassVar = {**Journal.ended, "expires_at": _EXPIRY}

    def queued_again(self, *, put_off: bool) -> dict[str, Any]:
        return turns.joined_again(RunRow, put_off=put_off)

    def failed(self, session: Session, row: RunRow) -> list[RunEvent]:
        callbacks.note_end(session, row)
        return self.append(session, row, [(State.FAILED, read_row(session, row).as_json())])

    def append(self, session: Session, row: RunRow, entries: Sequence[Entry]) -> list[RunEvent]:
        first = row.last_seq - len(entries) + 1
        events = [
            RunEvent(row.id, first + offset, f"run.{word}", row.user_id, row.changed_at, data)
            for offset, (word, data) in enumerate(entries)
        ]
        session.execute(
            insert(RunEventRow),
            [{"run_id": e.run_id, "seq": e.seq, "type": e.type, "at": e.at, "data": e.data} for e in events],
        )
        counting.count(session, row, events)
        return events


_journal = _Journal()
mark_sent = _journal.mark_sent
renew = _journal.renew
give_back = _journal.give_back
lapse = _journal.lapse
