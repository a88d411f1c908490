"""What people do to a submission that is there: cancel it.

As in judge.submissions, every change is one transaction that returns the events to publish after it.
"""

from dataclasses import dataclass

from judge.db import transaction
from judge.errors import Conflict
from judge.events import Event
from judge.journal import now
from judge.ledger import get, read_row
from judge.models import SubmissionRow
from judge.records import Submission
from judge.submissions import append, move
from judge.verdict import ENDED, State


@dataclass(frozen=True)
class Intervention:
    """The submission as it stands after it, and what there is to tell."""

    submission: Submission
    events: tuple[Event, ...] = ()


def cancel(submission_id: str) -> Intervention:
    """End a submission without a verdict; whoever judges it can write nothing more.

    One that is cancelled already is left as it is. Raises NotFound; Conflict where it has ended otherwise.
    """
    with transaction() as session:
        rows = move(
            session,
            SubmissionRow.id == submission_id,
            SubmissionRow.state.not_in(ENDED),
            entries=1,
            state=State.CANCELLED,
            finished_at=now(),
            lease_until=None,
            worker=None,
        )
        if rows:
            cancelled = read_row(session, rows[0])
            events = append(session, rows[0], [(State.CANCELLED, cancelled.as_json())])
            return Intervention(cancelled, tuple(events))
    submission = get(submission_id)
    if submission.state != State.CANCELLED:
        raise Conflict(
            f"the submission is {submission.state}, so there is nothing to cancel; a rejudge judges it anew"
        )
    return Intervention(submission)
