"""Many submissions judged anew, at once or for a preview: the only module that changes a rejudging.

The sweeper brings each a step further every few seconds (``go_on``), so that however many submissions are
meant, only JUDGE_REJUDGING_SLICE of them are in the queue at a time::

    create ──> running ──> applied                          at_once: each new verdict counts when it is there
                  │
                  └──> done ──apply──> applying ──> applied    by_hand: nobody is told before that
                         │
    cancel, from running or done ──> cancelled

By hand a submission is judged as a trial (judge.submissions.rejudged): until the rejudging is applied
everybody goes on seeing the former judgement, in the state done and without an event. To show it queued,
or test by test, would tell contestants of verdicts that perhaps never count.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, exists, func, insert, literal, select, update
from sqlalchemy.orm import Session

from judge import changes
from judge.config import settings
from judge.db import transaction
from judge.errors import Conflict, NotFound
from judge.events import Event
from judge.journal import now
from judge.models import RejudgedRow, RejudgingRow, SubmissionRow
from judge.records import new_id
from judge.rejudgings.ledger import Wanted
from judge.submissions import append, interventions, move, rejudged
from judge.submissions.interventions import Target
from judge.submissions.ledger import read_row
from judge.verdict import RejudgedState, RejudgingState, State


@dataclass
class Step:
    """What a step has come to: events to publish, and the ids of what has joined a line."""

    events: list[Event] = field(default_factory=list)
    queued: list[str] = field(default_factory=list)


def create(wanted: Wanted, *, user_id: str, reason: str, by_hand: bool, same_version: bool) -> str:
    """A new rejudging of all submissions that are meant and have ended; its id.

    The caller has looked how many those are.
    """
    rejudging_id = new_id()
    ended = (*wanted.where(), SubmissionRow.finished_at.is_not(None))
    with transaction() as session:
        session.execute(
            insert(RejudgingRow).values(
                id=rejudging_id,
                user_id=user_id,
                reason=reason,
                wanted=wanted.as_json(),
                apply="by_hand" if by_hand else "at_once",
                judge_by="same" if same_version else "current",
            )
        )
        meant = select(literal(rejudging_id), SubmissionRow.id).where(*ended)
        session.execute(insert(RejudgedRow).from_select(["rejudging_id", "submission_id"], meant))
    return rejudging_id


def go_on() -> Step:
    """Bring every rejudging that is not ended a step further."""
    open_ = select(RejudgingRow.id).where(RejudgingRow.state.in_(_STEPS)).order_by(RejudgingRow.id)
    with transaction() as session:
        ids = session.scalars(open_).all()
    step = Step()
    for rejudging_id in ids:
        told = len(step.events)
        with transaction() as session:
            row = session.scalar(
                select(RejudgingRow).where(RejudgingRow.id == rejudging_id).with_for_update(skip_locked=True)
            )
            if row is not None and row.state in _STEPS:
                _STEPS[RejudgingState(row.state)](session, row, step)
            changed = {
                changes.submission(event.submission_id, event.user_id, event.problem_id)
                for event in step.events[told:]
            }
            changes.note(session, *changed)
        changes.changed(*changed)  # before anybody is told, and whoever is to tell may die
    return step


def apply(rejudging_id: str) -> None:
    """Have the new judgements count. Raises NotFound; Conflict where that cannot be, or not yet."""
    with transaction() as session:
        row = _locked(session, rejudging_id)
        if row.apply == "at_once":
            raise Conflict("its judgements count at once; there is nothing to apply")
        if row.state == RejudgingState.RUNNING:
            raise Conflict("it is still judging: wait until its state is done")
        if row.state == RejudgingState.CANCELLED:
            raise Conflict("it was cancelled: start another rejudging")
        if row.state == RejudgingState.DONE:
            row.state = RejudgingState.APPLYING


def cancel(rejudging_id: str) -> list[Event]:
    """Judge nothing more of it, and drop what is not applied; what counts already stays.

    Raises NotFound; Conflict where it has been applied. Returns the events of submissions that were in the
    queue or being judged.
    """
    with transaction() as session:
        row = _locked(session, rejudging_id)
        if row.state in (RejudgingState.APPLYING, RejudgingState.APPLIED):
            raise Conflict("its judgements count already; another rejudging is the way back")
        row.state, row.finished_at = RejudgingState.CANCELLED, row.finished_at or now()
        session.execute(
            update(RejudgedRow).where(_of(row, RejudgedState.WAITING)).values(state=RejudgedState.CANCELLED)
        )
        is_trial = row.apply == "by_hand"
        judging = session.scalars(select(RejudgedRow.submission_id).where(_of(row, RejudgedState.JUDGING)))
        return [
            event
            for submission_id in judging.all()
            for event in interventions.end(session, submission_id, is_trial=is_trial)
        ]


def judging(rejudging_id: str) -> list[str]:
    """The submissions of it that are in the queue or being judged."""
    query = select(RejudgedRow.submission_id).where(
        RejudgedRow.rejudging_id == rejudging_id, RejudgedRow.state == RejudgedState.JUDGING
    )
    with transaction() as session:
        return list(session.scalars(query))


def _locked(session: Session, rejudging_id: str) -> RejudgingRow:
    row = session.scalar(select(RejudgingRow).where(RejudgingRow.id == rejudging_id).with_for_update())
    if row is None:
        raise NotFound(f"there is no rejudging {rejudging_id!r}")
    return row


def _of(row: RejudgingRow, *states: RejudgedState) -> ColumnElement[bool]:
    return (RejudgedRow.rejudging_id == row.id) & RejudgedRow.state.in_(states)


def _judge_some(session: Session, row: RejudgingRow, step: Step) -> None:
    """Put as many submissions into the queue as there is room for; at last, say that all are judged."""
    in_queue = select(func.count()).select_from(RejudgedRow).where(_of(row, RejudgedState.JUDGING))
    room = settings().rejudging_slice - (session.scalar(in_queue) or 0)
    waiting = (
        select(RejudgedRow, SubmissionRow)
        .join(SubmissionRow, SubmissionRow.id == RejudgedRow.submission_id)
        .where(_of(row, RejudgedState.WAITING), SubmissionRow.finished_at.is_not(None))
        .order_by(RejudgedRow.submission_id)
        .limit(max(room, 0))
        .with_for_update(of=SubmissionRow, skip_locked=True)
    )
    targets: dict[tuple[str, int], Target] = {}
    for item, submission in session.execute(waiting).all():
        key = submission.problem_id, submission.package_id
        if key not in targets:  # a manifest may be large
            same = row.judge_by == "same"
            targets[key] = interventions.target_of(session, submission, same_version=same)
        item.state = RejudgedState.JUDGING
        item.before = submission.verdict or submission.state
        item.score_before, item.attempt_before = submission.score, submission.shown_attempt
        step.events += interventions.judge_anew(
            session, submission, targets[key], rejudging_id=row.id, is_trial=row.apply == "by_hand"
        )
        step.queued.append(submission.id)
    session.flush()
    if not session.scalar(select(exists().where(_of(row, RejudgedState.WAITING, RejudgedState.JUDGING)))):
        row.state = RejudgingState.DONE if row.apply == "by_hand" else RejudgingState.APPLIED
        row.finished_at = now()


def _apply_some(session: Session, row: RejudgingRow, step: Step) -> None:
    """Have some of the new judgements count, but for submissions that were judged otherwise meanwhile."""
    judged = (
        select(RejudgedRow, SubmissionRow)
        .join(SubmissionRow, SubmissionRow.id == RejudgedRow.submission_id)
        .where(_of(row, RejudgedState.JUDGED))
        .order_by(RejudgedRow.submission_id)
        .limit(settings().rejudging_slice)
        .with_for_update(of=SubmissionRow)
    )
    found = session.execute(judged).all()
    for item, submission in found:
        is_as_before = submission.finished_at and submission.shown_attempt == item.attempt_before
        if is_as_before:
            assert item.judgement is not None, "it is judged"
            [changed] = move(
                session, SubmissionRow.id == submission.id, entries=1, **rejudged.columns(item.judgement)
            )
            step.events += append(session, changed, [(State.DONE, read_row(session, changed).as_json())])
        item.state = RejudgedState.APPLIED if is_as_before else RejudgedState.SKIPPED
        item.judgement = None
    if not found:
        row.state = RejudgingState.APPLIED


_STEPS: dict[RejudgingState, Callable[[Session, RejudgingRow, Step], None]] = {
    RejudgingState.RUNNING: _judge_some,
    RejudgingState.APPLYING: _apply_some,
}
