"""What is done over HTTP to a submission that is there: cancel it, have it judged anew, delete it."""

from functools import partial
from http import HTTPStatus
from typing import Literal

from flask import Blueprint, Response, jsonify, request
from pydantic import BaseModel, ConfigDict

from judge import line, submissions
from judge.events import publish_cancelled
from judge.records import Submission
from judge.submissions import interventions
from judge.submissions.interventions import Intervention
from judge.web import shapes
from judge.web.announcements import announce, beside
from judge.web.asking import account, require_admin, require_author, sees_everything
from judge.web.describing import describe
from judge.web.faults import Fault
from judge.web.schemas import read
from judge.web.submissions import seen

blueprint = Blueprint("interventions", __name__)


class RejudgeIn(BaseModel):
    """POST /submissions/{id}/rejudge; whoever wants what is by default sends nothing."""

    model_config = ConfigDict(extra="forbid")

    version: Literal["current", "same"] = "current"


@blueprint.post("/submissions/<submission_id>/cancel")
@describe(
    "Cancel a submission", tag="Submissions", answers={202: shapes.Submission}, refusals={409: "it has ended"}
)
def cancel(submission_id: str) -> Response:
    """End it without a verdict and stop its program; 409 once it has ended."""
    return cancelled(submission_id)


@blueprint.post("/submissions/<submission_id>/rejudge")
@describe(
    "Judge a submission anew",
    tag="Submissions",
    body=RejudgeIn,
    body_is_optional=True,
    answers={202: shapes.Submission},
    refusals={409: "it is being judged, or cannot be judged anew"},
)
def rejudge(submission_id: str) -> Response:
    """Judge it anew; its former judgement stays until that is done."""
    require_author()
    asked = read(RejudgeIn) if request.get_data() or request.mimetype else RejudgeIn()
    return judged_anew(submission_id, asked)


@blueprint.delete("/submissions/<one:submission_id>")
@describe("Delete a submission", tag="Submissions", answers={204: None}, refusals={409: "it has not ended"})
def delete(submission_id: str) -> Response:
    """Remove it with its tests and its events; 409 before it has ended."""
    require_admin()
    interventions.delete(seen(submission_id).id)
    return Response(status=HTTPStatus.NO_CONTENT)


def cancelled(submission_id: str) -> Response:
    """The answer to whoever cancels a submission. Raises Fault, NotFound, Conflict."""
    _require_own(seen(submission_id))
    return _accepted(interventions.cancel(submission_id))


def judged_anew(submission_id: str, asked: RejudgeIn) -> Response:
    """The answer to whoever has a submission judged anew, and may. Raises NotFound, Conflict."""
    seen(submission_id)
    return _accepted(interventions.rejudge(submission_id, same_version=asked.version == "same"))


def _require_own(submission: Submission) -> None:
    asker = account()
    if asker is not None and not asker.is_admin and asker.user_id != submission.user_id:
        raise Fault(HTTPStatus.FORBIDDEN, "only who submitted it, or an admin, cancels a submission")


def _accepted(done: Intervention) -> Response:
    beside(lambda: _announce(done))
    response = jsonify(done.submission.as_json(full=sees_everything()))
    response.status_code = HTTPStatus.ACCEPTED
    return response


def _announce(done: Intervention) -> None:
    """Tell workers, watchers and the queue; what does not come through is left to leases and the sweeper."""
    if not done.events:
        return
    send = None
    if done.is_queued:
        send = partial(line.hand_out, done.submission.language)
    else:
        publish_cancelled([done.submission.id])
    announce(done.events, submissions.mark_sent, send)
