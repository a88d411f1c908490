"""What people do to a submission that is there: cancel it, have it judged anew, delete it.

As in judge.submissions, every change is one transaction that returns the events to publish after it.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from judge import changes, queue, turns
from judge.db import transaction
from judge.errors import Conflict, NotFound
from judge.events import Event
from judge.journal import now
from judge.manifest import Manifest
from judge.models import PackageRow, Problem, SubmissionRow
from judge.records import Submission
from judge.submissions import append, end_without_verdict, move, rejudged
from judge.submissions.ledger import get, read_row
from judge.verdict import ENDED, State


@dataclass(frozen=True)
class Intervention:
    """The submission as it stands after it, and what there is to tell.

    is_queued: whether it has joined its language's line.
    """

    submission: Submission
    events: tuple[Event, ...] = ()
    is_queued: bool = False


@dataclass(frozen=True)
class Target:
    """The version of a problem that submissions are to be judged by."""

    package_id: int
    manifest: Manifest


def cancel(submission_id: str) -> Intervention:
    """End a judging without a verdict; whoever judges can write nothing more.

    A submission that was judged before is as it was then. One that is cancelled already is left as it is.
    Raises NotFound; Conflict where it has ended otherwise.
    """
    with transaction() as session:
        if events := end(session, submission_id):
            submission = read_row(session, session.get_one(SubmissionRow, submission_id))
    if not events:
        submission = get(submission_id)
        if submission.state != State.CANCELLED:
            raise Conflict(
                f"the submission is {submission.state}: there is nothing to cancel; a rejudge judges it anew"
            )
        return Intervention(submission)
    _changed(submission)
    return Intervention(submission, tuple(events))


def end(session: Session, submission_id: str, *, is_trial: bool = False) -> list[Event]:
    """End a judging that is going on, without a verdict; a trial only by whoever knows of it."""
    rows = move(
        session,
        SubmissionRow.id == submission_id,
        SubmissionRow.state.not_in(ENDED),
        SubmissionRow.is_trial == is_trial,
        entries=1,
        state=State.CANCELLED,
        finished_at=now(),
        lease_until=None,
        worker=None,
    )
    return [event for row in rows for event in end_without_verdict(session, row)]


def rejudge(submission_id: str, *, same_version: bool = False) -> Intervention:
    """Judge a submission that has ended anew, by its problem's current version or the same as before.

    A problem that is withdrawn has no current version, so it is the same then. Raises NotFound; Conflict
    where the submission has not ended.
    """
    with transaction() as session:
        row = session.scalar(select(SubmissionRow).where(SubmissionRow.id == submission_id).with_for_update())
        if row is None:
            raise NotFound(f"there is no submission {submission_id!r}")
        _check_ended(row)
        events = judge_anew(session, row, target_of(session, row, same_version=same_version))
        submission = read_row(session, session.get_one(SubmissionRow, submission_id))
    _changed(submission)
    return Intervention(submission, tuple(events), is_queued=True)


def target_of(session: Session, row: SubmissionRow, *, same_version: bool) -> Target:
    """The version that a submission is judged anew by."""
    current = session.scalar(select(Problem.package_id).where(Problem.id == row.problem_id))
    package_id = row.package_id if same_version or current is None else current
    manifest = session.scalars(select(PackageRow.manifest).where(PackageRow.id == package_id)).one()
    return Target(package_id, Manifest.from_json(manifest))


def judge_anew(
    session: Session,
    row: SubmissionRow,
    target: Target,
    *,
    rejudging_id: str | None = None,
    is_trial: bool = False,
) -> list[Event]:
    """Put a submission that has ended, and whose row is locked, back into its line.

    is_trial: whatever comes of it is for the rejudging alone.
    """
    former = rejudged.laid_aside(row) if is_trial or row.state == State.DONE else None
    row.is_trial = is_trial  # from here on, so that a trial's log says nothing of its beginning either
    row.former, row.rejudging_id = former, rejudging_id
    session.flush()
    turn_of = turns.of_rejudging(rejudging_id) if rejudging_id else turns.REJUDGED
    [row] = move(
        session,
        SubmissionRow.id == row.id,
        entries=1,
        state=State.QUEUED,
        package_id=target.package_id,
        test_count=len(target.manifest.tests),
        judging_s=queue.judging_s(target.manifest, row.language),
        lost_attempts=0,
        lost_to=None,
        started_at=None,
        finished_at=None,
        **turns.join(session, SubmissionRow, row.language, turn_of, at_once=False),
        **dict.fromkeys(_RESULTS, None),
    )
    return append(session, row, [(State.QUEUED, {"attempt": row.attempt})])


_RESULTS = (
    "verdict",
    "score",
    "cpu_time_s",
    "wall_time_s",
    "memory_bytes",
    "compile_output",
    "groups",
)


def delete(submission_id: str) -> None:
    """Remove a submission that has ended, with its tests and its log. Raises NotFound, Conflict."""
    with transaction() as session:
        row = session.scalar(select(SubmissionRow).where(SubmissionRow.id == submission_id).with_for_update())
        if row is None:
            raise NotFound(f"there is no submission {submission_id!r}")
        _check_ended(row)
        submission = read_row(session, row)
        session.delete(row)
        changes.note(session, _subject(submission))  # its log, which would tell the sweeper, is gone
    _changed(submission)


def _check_ended(row: SubmissionRow) -> None:
    """Raises Conflict where a submission is being judged."""
    if row.is_trial:
        raise Conflict(f"rejudging {row.rejudging_id} judges it anew: wait for that to end, or cancel it")
    if row.state not in ENDED:
        raise Conflict(f"the submission is {row.state}: wait for it to end, or cancel it first")


def _changed(submission: Submission) -> None:
    changes.changed(_subject(submission))


def _subject(submission: Submission) -> changes.Subject:
    return changes.submission(submission.id, submission.user_id, submission.problem_id)
