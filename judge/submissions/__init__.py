"""Submissions from their first row to their last; what people do to them meanwhile is ``interventions``.

Every change is one transaction that moves the row, appends what happened to its log, and returns the
events for the caller to publish once it has committed. A worker's changes name the attempt they belong
to; where that attempt no longer holds the row they raise AttemptLost and write nothing::

    create ──> queued ──claim──> compiling ──record──> running ──finish──> done
                 ^                   │                          │
                 └─── give_back ─────┴────── lapse ─────────────┘──> failed, after max_attempts lost ones

What is judged anew and fails is as it was judged before (``rejudged``).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Integer, bindparam, case, func, insert, literal, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from judge import counting, turns
from judge.db import transaction
from judge.errors import NotFound
from judge.events import Event, kind
from judge.journal import Entry, Journal, Published
from judge.manifest import Manifest
from judge.models import EventRow, PackageRow, SubmissionRow, TestRow
from judge.prepared import prepared
from judge.records import Judgement, SourceFile, Submission, TestResult, new_id
from judge.submissions import rejudged
from judge.submissions.ledger import read_row
from judge.verdict import HELD, State
from judge.webhooks import deliveries


@dataclass(frozen=True)
class Claim:
    """What a worker needs to judge, and the attempt number that its every write must name.

    event: None in a trial, of which nobody is told.
    """

    submission_id: str
    attempt: int
    language: str
    files: tuple[SourceFile, ...]
    entry_point: str | None
    manifest: Manifest
    event: Event | None


@dataclass(frozen=True)
class Compiled:
    """The program is compiled, with this output; its tests begin."""

    output: bytes | None


Step = Compiled | TestResult
"""Something in the course of a judging."""


def create(
    *,
    problem_id: str,
    package_id: int,
    test_count: int,
    user_id: str,
    language: str,
    files: Sequence[SourceFile],
    entry_point: str | None = None,
    judging_s: float | None = None,
    also: Callable[[Session, Submission], None] | None = None,
) -> tuple[Submission, Event]:
    """A new submission, queued. The caller has checked every value; nothing accepted is refused later.

    judging_s: how long its judging may take; as the package says, where that is None. also: what is to be
    written in the same transaction; what it raises ends that. Raises NotFound where the problem has been
    deleted meanwhile.
    """
    values = {
        "id": new_id(),
        "problem_id": problem_id,
        "package_id": package_id,
        "test_count": test_count,
        "user_id": user_id,
        "language": language,
        "files": [asdict(file) for file in files],
        "entry_point": entry_point,
        "judging_s": judging_s,
        "last_seq": 1,
        turns.LANGUAGE.key: language,
        turns.TURN_OF.key: user_id,
    }
    with _unless_deleted(problem_id), transaction(of_one=also is None) as session:
        row: Any = session.connection().execute(_create(), values).one()
        event = Event(row.id, 1, _QUEUED, problem_id, user_id, row.changed_at, _FIRST)
        counting.count(session, row, [event])
        submission = read_row(session, row)
        if also:
            also(session, submission)
        return submission, event


_QUEUED, _FIRST = kind(State.QUEUED), {"attempt": 0}


@cache
def _create() -> Any:
    """The row and its first event; made once, for to make it takes longer than to carry it out."""
    shown = [column for column in SubmissionRow.__table__.c if column.name != "files"]
    told = {name: bindparam(name, type_=SubmissionRow.__table__.c[name].type) for name in _TOLD}
    made = (
        insert(SubmissionRow)
        .values(told | turns.joining(SubmissionRow))
        .returning(*shown, _VERSION)
        .cte("made")
    )
    first = select(made.c.id, made.c.last_seq, literal(_QUEUED), made.c.changed_at, literal(_FIRST, JSONB))
    event = insert(EventRow).from_select(["submission_id", "seq", "type", "at", "data"], first).cte("event")
    return prepared(select(made).add_cte(event))


_TOLD = ("id", "problem_id", "package_id", "test_count", "user_id", "language", "files", "entry_point",
         "judging_s", "last_seq")  # fmt: skip


# What is computed no statement returns by itself, and it would be asked for afterwards. As text, for of a
# table that is inserted into SQLAlchemy correlates no subquery.
_VERSION = literal_column(
    "(SELECT version FROM packages WHERE packages.id = submissions.package_id)", Integer
).label("version")


@contextmanager
def _unless_deleted(problem_id: str) -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        if "submissions_problem_id_fkey" in str(error.orig) or "submissions_package_id_fkey" in str(
            error.orig
        ):
            raise NotFound(f"problem {problem_id!r} has just been deleted") from error
        raise


def claim(submission_id: str, worker: str) -> Claim | None:
    """Take a submission that is queued, or whose lease has run out, for a new attempt.

    None where it is judged elsewhere or has ended, as with any message that comes twice.
    """
    claimant = _journal.claimant(submission_id, worker, state=State.COMPILING)
    with transaction(of_one=True) as session:
        row: Any = session.connection().execute(_claim(), claimant).one_or_none()
        if row is None:
            return None
        told = row.id, row.last_seq, _COMPILING, row.problem_id, row.user_id, row.changed_at
        event = None if row.is_trial else Event(*told, {"attempt": row.attempt})
        counting.count(session, row, [event] if event else [])
    # After the commit: what cannot be read here costs this attempt, instead of being claimed for ever.
    return Claim(
        submission_id=row.id,
        attempt=row.attempt,
        language=row.language,
        files=tuple(SourceFile(**file) for file in row.files),
        entry_point=row.entry_point,
        manifest=Manifest.from_json(row.manifest),
        event=event,
    )


_COMPILING = kind(State.COMPILING)


@cache
def _claim() -> Any:
    """The row as claimed, what is asked for with it, and its event, of which a trial has none."""
    claimed = _journal.claiming().returning(*SubmissionRow.__table__.c).cte("claimed")
    told = select(
        claimed.c.id,
        claimed.c.last_seq,
        literal(_COMPILING),
        claimed.c.changed_at,
        func.jsonb_build_object("attempt", claimed.c.attempt),
    ).where(~claimed.c.is_trial)
    event = insert(EventRow).from_select(["submission_id", "seq", "type", "at", "data"], told).cte("event")
    asked = select(claimed, PackageRow.manifest).join(PackageRow, PackageRow.id == claimed.c.package_id)
    return prepared(asked.add_cte(event))


def record(submission_id: str, attempt: int, steps: Sequence[Step], *, published: Published) -> list[Event]:
    """What has come of it so far; the judging goes on. Raises AttemptLost."""
    with transaction() as session:
        row = _journal.move_held(
            session, submission_id, attempt, published, entries=len(steps), **_moved_by(steps)
        )
        return append(session, row, _write(session, row, steps))


def finish(
    submission_id: str,
    attempt: int,
    judgement: Judgement,
    steps: Sequence[Step] = (),
    *,
    published: Published,
) -> list[Event]:
    """The verdict, with every step before it that is not recorded yet. Raises AttemptLost."""
    with transaction() as session:
        row = _journal.move_held(
            session,
            submission_id,
            attempt,
            published,
            entries=len(steps) + 1,
            is_end=True,
            **asdict(judgement),
        )
        entries, was_trial = _write(session, row, steps), row.is_trial
        rejudged.settle(session, row)
        if was_trial:
            return []
        done = read_row(session, row, tests=_all_tests(steps))
        return append(session, row, [*entries, (State.DONE, done.as_json())])


def _all_tests(steps: Sequence[Step]) -> list[TestResult] | None:
    """The tests of an attempt of which these are the last steps; None where some may have been recorded."""
    if not steps or not isinstance(steps[0], Compiled):
        return None
    return sorted((step for step in steps if isinstance(step, TestResult)), key=lambda test: test.index)


def end_without_verdict(session: Session, row: SubmissionRow) -> list[Event]:
    """A row was moved to failed or cancelled; where it has a former judgement, that counts again.

    Its log then tells of the submission as it is done, for that is what it is.
    """
    was_trial = row.is_trial
    rejudged.settle(session, row)
    return [] if was_trial else append(session, row, [(row.state, read_row(session, row).as_json())])


def _moved_by(steps: Sequence[Step]) -> dict[str, Any]:
    """The columns that these change."""
    moved: dict[str, Any] = {}
    for step in steps:
        if isinstance(step, Compiled):
            moved = {"state": State.RUNNING, "compile_output": step.output}
    return moved


def _write(session: Session, row: SubmissionRow, steps: Sequence[Step]) -> list[Entry]:
    """The rows of those that are tests; what is to be logged of all of them."""
    tests = [step for step in steps if isinstance(step, TestResult)]
    if tests:
        session.connection().execute(  # the session would make entities of them first
            insert(TestRow),
            [{"submission_id": row.id, "attempt": row.attempt, **asdict(test)} for test in tests],
        )
    running = State.RUNNING, {"attempt": row.attempt, "test_count": row.test_count}
    return [running if isinstance(step, Compiled) else ("test", step.as_json()) for step in steps]


class _Journal(Journal[SubmissionRow, Event]):
    """In a trial nothing is told, so its log has no entries."""

    table = SubmissionRow
    held = HELD
    cleared: ClassVar = {"compile_output": None}
    computed: ClassVar = (_VERSION,)
    claimed: ClassVar = {
        "shown_attempt": case(
            (SubmissionRow.is_trial, SubmissionRow.shown_attempt), else_=SubmissionRow.attempt + 1
        )
    }

    def told(self, entries: ColumnElement[int] | int) -> ColumnElement[int]:
        return case((SubmissionRow.is_trial, 0), else_=entries)

    def queued_again(self, *, put_off: bool) -> dict[str, Any]:
        return turns.joined_again(SubmissionRow, put_off=put_off)

    def append(self, session: Session, row: SubmissionRow, entries: Sequence[Entry]) -> list[Event]:
        if row.is_trial:
            return []
        first = row.last_seq - len(entries) + 1
        events = [
            Event(row.id, first + offset, kind(word), row.problem_id, row.user_id, row.changed_at, data)
            for offset, (word, data) in enumerate(entries)
        ]
        session.connection().execute(
            insert(EventRow),
            [
                {"submission_id": e.submission_id, "seq": e.seq, "type": e.type, "at": e.at, "data": e.data}
                for e in events
            ],
        )
        deliveries.note(session, events)
        counting.count(session, row, events)
        return events

    def failed(self, session: Session, row: SubmissionRow) -> list[Event]:
        return end_without_verdict(session, row)


_journal = _Journal()
move = _journal.move
append = _journal.append
mark_sent = _journal.mark_sent
renew = _journal.renew
give_back = _journal.give_back
lapse = _journal.lapse
