"""What is done over HTTP to a submission that is there: cancel it."""

import threading
from collections.abc import Sequence
from http import HTTPStatus

from flask import Blueprint, Response, jsonify

from judge import interventions, submissions
from judge.events import Event, publish, publish_cancelled
from judge.records import Submission
from judge.web.asking import account, sees_everything
from judge.web.faults import Fault
from judge.web.submissions import seen

_ANNOUNCE_S = 2.0

blueprint = Blueprint("interventions", __name__)


@blueprint.post("/submissions/<submission_id>/cancel")
def cancel(submission_id: str) -> Response:
    """End it without a verdict and stop its program; 409 once it has ended."""
    _require_own(seen(submission_id))
    done = interventions.cancel(submission_id)
    # It is cancelled already: a Redis that is slow to take it is not to be waited for.
    announcing = threading.Thread(target=_announce, args=(done.events,), daemon=True)
    announcing.start()
    announcing.join(_ANNOUNCE_S)
    return _accepted(done.submission)


def _require_own(submission: Submission) -> None:
    asker = account()
    if asker is not None and not asker.is_admin and asker.user_id != submission.user_id:
        raise Fault(HTTPStatus.FORBIDDEN, "only who submitted it, or an admin, cancels a submission")


def _accepted(submission: Submission) -> Response:
    response = jsonify(submission.as_json(full=sees_everything()))
    response.status_code = HTTPStatus.ACCEPTED
    return response


def _announce(events: Sequence[Event]) -> None:
    """Have workers stop, then tell; what does not come through is left to leases and to the sweeper."""
    publish_cancelled(event.submission_id for event in events)
    for event in events if publish(events) else ():
        submissions.mark_sent(
            event.submission_id, published_after=event.seq - 1, published_seq=event.seq, sent=False
        )
