"""Submissions from their first row to their last; what people do to them meanwhile is ``interventions``.

Every change is one transaction that moves the row, appends what happened to its log, and returns the
events for the caller to publish once it has committed. A worker's changes name the attempt they belong
to; where that attempt no longer holds the row they raise AttemptLost and write nothing::

    create ──> queued ──claim──> compiling ──start_running──> running ──finish──> done
                 ^                   │                          │
                 └─── give_back ─────┴────── lapse ─────────────┘──> failed, after max_attempts lost ones

What is judged anew and fails is as it was judged before (``rejudged``).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, cast, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from judge import journal
from judge.config import settings
from judge.db import transaction
from judge.errors import AttemptLost, NotFound
from judge.events import Event, kind
from judge.journal import Published, lease, now
from judge.manifest import Manifest
from judge.models import EventRow, PackageRow, SubmissionRow, TestRow
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
    with _unless_deleted(problem_id), transaction() as session:
        row = session.scalars(
            insert(SubmissionRow).returning(SubmissionRow),
            [
                {
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
                }
            ],
        ).one()
        [event] = append(session, row, [(State.QUEUED, {"attempt": 0})])
        submission = read_row(session, row)
        if also:
            also(session, submission)
        return submission, event


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


def mark_sent(submission_id: str, *, published_after: int = 0, published_seq: int, sent: bool) -> None:
    """Remember what broker and Redis have taken, so that the sweeper need not send it again.

    Redis has taken the events after ``published_after``, up to ``published_seq``.
    """
    journal.mark_sent(
        SubmissionRow, submission_id, published_after=published_after, published_seq=published_seq, sent=sent
    )


def claim(submission_id: str, worker: str) -> Claim | None:
    """Take a submission that is queued, or whose lease has run out, for a new attempt.

    None where it is judged elsewhere or has ended, as with any message that comes twice.
    """
    lapsed = and_(SubmissionRow.state.in_(HELD), SubmissionRow.lease_until < now())
    lost = SubmissionRow.lost_attempts + cast(SubmissionRow.state.in_(HELD), Integer)
    with transaction() as session:
        rows = move(
            session,
            SubmissionRow.id == submission_id,
            or_(SubmissionRow.state == State.QUEUED, lapsed),
            lost < settings().max_attempts,
            entries=1,
            state=State.COMPILING,
            attempt=SubmissionRow.attempt + 1,
            shown_attempt=case(
                (SubmissionRow.is_trial, SubmissionRow.shown_attempt), else_=SubmissionRow.attempt + 1
            ),
            lost_attempts=lost,
            worker=worker,
            lease_until=lease(),
            compile_output=None,  # of an attempt that was lost
            started_at=func.coalesce(SubmissionRow.started_at, now()),
        )
        if not rows:
            return None
        [row] = rows
        events = append(session, row, [(State.COMPILING, {"attempt": row.attempt})])
        files, entry_point, manifest = session.execute(
            select(SubmissionRow.files, SubmissionRow.entry_point, PackageRow.manifest)
            .join(PackageRow, PackageRow.id == SubmissionRow.package_id)
            .where(SubmissionRow.id == submission_id)
        ).one()
    # After the commit: what cannot be read here costs this attempt, instead of being claimed for ever.
    return Claim(
        submission_id=row.id,
        attempt=row.attempt,
        language=row.language,
        files=tuple(SourceFile(**file) for file in files),
        entry_point=entry_point,
        manifest=Manifest.from_json(manifest),
        event=events[0] if events else None,
    )


def renew(submission_id: str, attempt: int) -> None:
    """Keep the lease for another while. Raises AttemptLost."""
    with transaction() as session:
        held = session.execute(
            update(SubmissionRow).where(*_holds(submission_id, attempt)).values(lease_until=lease())
        )
        if not held.rowcount:  # type: ignore[attr-defined]  # an UPDATE's result is a CursorResult
            raise AttemptLost(submission_id)


def start_running(
    submission_id: str, attempt: int, compile_output: bytes | None, *, published: Published
) -> list[Event]:
    """The program is compiled; its tests begin. Raises AttemptLost."""
    with transaction() as session:
        row = _move_held(
            session,
            submission_id,
            attempt,
            published,
            entries=1,
            state=State.RUNNING,
            compile_output=compile_output,
        )
        return append(session, row, [(State.RUNNING, {"attempt": attempt, "test_count": row.test_count})])


def record_tests(
    submission_id: str, attempt: int, tests: Sequence[TestResult], *, published: Published
) -> list[Event]:
    """Some tests have ended; the judging goes on. Raises AttemptLost."""
    with transaction() as session:
        row = _move_held(session, submission_id, attempt, published, entries=len(tests))
        return append(session, row, _add_tests(session, row, tests))


def finish(
    submission_id: str,
    attempt: int,
    judgement: Judgement,
    tests: Sequence[TestResult] = (),
    *,
    published: Published,
) -> list[Event]:
    """The verdict, with every test row before it. Raises AttemptLost."""
    with transaction() as session:
        row = _move_held(
            session,
            submission_id,
            attempt,
            published,
            entries=len(tests) + 1,
            state=State.DONE,
            lease_until=None,
            worker=None,
            finished_at=now(),
            **asdict(judgement),
        )
        entries, was_trial = _add_tests(session, row, tests), row.is_trial
        rejudged.settle(session, row)
        if was_trial:
            return []
        return append(session, row, [*entries, (State.DONE, read_row(session, row).as_json())])


def give_back(submission_id: str, attempt: int, *, lost: bool) -> list[Event]:
    """End an attempt without a verdict: back to the queue or, after too many lost ones, failed.

    ``lost``: the attempt died by a failure of ours. A drain gives back an attempt that is not lost.
    Raises AttemptLost.
    """
    with transaction() as session:
        if not session.execute(select(SubmissionRow.id).where(*_holds(submission_id, attempt))).first():
            raise AttemptLost(submission_id)
        return _give_back(session, *_holds(submission_id, attempt), lost=lost)


def give_back_of(submission_id: str, worker: str) -> list[Event]:
    """Give back, as lost, what a worker holds of a submission: its child was killed."""
    with transaction() as session:
        where = (
            SubmissionRow.id == submission_id,
            SubmissionRow.worker == worker,
            SubmissionRow.state.in_(HELD),
        )
        return _give_back(session, *where, lost=True)


def lapse(*, limit: int = 100) -> list[Event]:
    """Give back every attempt whose lease has run out: its worker is dead, stopped or cut off."""
    with transaction() as session:
        ids = session.scalars(
            select(SubmissionRow.id)
            .where(SubmissionRow.state.in_(HELD), SubmissionRow.lease_until < now())
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        return _give_back(session, SubmissionRow.id.in_(ids), lost=True) if ids else []


def _give_back(session: Session, *where: ColumnElement[bool], lost: bool) -> list[Event]:
    free: dict[str, Any] = {"lease_until": None, "worker": None, "sent_at": None}
    events: list[Event] = []
    if lost:
        spent = SubmissionRow.lost_attempts + 1 >= settings().max_attempts
        lost_attempts = SubmissionRow.lost_attempts + 1
        for row in move(
            session,
            *where,
            spent,
            entries=1,
            state=State.FAILED,
            finished_at=now(),
            lost_attempts=lost_attempts,
            **free,
        ):
            events += end_without_verdict(session, row)
        where = (*where, ~spent, SubmissionRow.state.in_(HELD))
        free["lost_attempts"] = lost_attempts
    for row in move(session, *where, entries=1, state=State.QUEUED, compile_output=None, **free):
        events += append(session, row, [(State.QUEUED, {"attempt": row.attempt})])
    return events


def end_without_verdict(session: Session, row: SubmissionRow) -> list[Event]:
    """A row was moved to failed or cancelled; where it has a former judgement, that counts again.

    Its log then tells of the submission as it is done, for that is what it is.
    """
    was_trial = row.is_trial
    rejudged.settle(session, row)
    return [] if was_trial else append(session, row, [(row.state, read_row(session, row).as_json())])


def _holds(submission_id: str, attempt: int) -> tuple[ColumnElement[bool], ...]:
    return (
        SubmissionRow.id == submission_id,
        SubmissionRow.attempt == attempt,
        SubmissionRow.state.in_(HELD),
    )


def move(
    session: Session, *where: ColumnElement[bool], entries: int, **values: Any
) -> Sequence[SubmissionRow]:
    """Change rows, and reserve in the log of each the numbers of so many entries.

    In a trial nothing is told, so its log has none.
    """
    told = case((SubmissionRow.is_trial, 0), else_=entries)
    return journal.move(session, SubmissionRow, *where, entries=told, **values)


def _move_held(
    session: Session, submission_id: str, attempt: int, published: Published, *, entries: int, **values: Any
) -> SubmissionRow:
    noted = journal.published(SubmissionRow, *published)
    rows = move(session, *_holds(submission_id, attempt), entries=entries, published_seq=noted, **values)
    if not rows:
        raise AttemptLost(submission_id)
    return rows[0]


def append(
    session: Session, row: SubmissionRow, entries: Sequence[tuple[str, dict[str, Any]]]
) -> list[Event]:
    """Write log entries under the numbers that ``move`` has reserved; none in a trial."""
    if row.is_trial:
        return []
    first = row.last_seq - len(entries) + 1
    events = [
        Event(row.id, first + offset, kind(word), row.problem_id, row.user_id, row.changed_at, data)
        for offset, (word, data) in enumerate(entries)
    ]
    session.execute(
        insert(EventRow),
        [
            {"submission_id": e.submission_id, "seq": e.seq, "type": e.type, "at": e.at, "data": e.data}
            for e in events
        ],
    )
    deliveries.note(session, events)
    return events


def _add_tests(
    session: Session, row: SubmissionRow, tests: Sequence[TestResult]
) -> list[tuple[str, dict[str, Any]]]:
    if tests:
        session.execute(
            insert(TestRow),
            [{"submission_id": row.id, "attempt": row.attempt, **asdict(test)} for test in tests],
        )
    return [("test", test.as_json()) for test in tests]
