"""Events over HTTP: of a submission, of a run, of a verification, or of all that is a user's.

``Accept: text/event-stream`` gets Server-Sent Events; anything else a list, for which it may wait.
"""

import re
from http import HTTPStatus
from typing import Annotated, Any

from flask import Blueprint, Response, jsonify, request
from pydantic import Field

from judge import versions
from judge.accounts import ANONYMOUS
from judge.errors import NotFound
from judge.events import run_channel, submission_channel, verification_channel
from judge.records import Submission, is_id
from judge.runs.records import Run
from judge.verdict import ENDED
from judge.verifications import ledger as verification_ledger
from judge.verifications.ledger import Verification
from judge.web import event_shapes as shapes
from judge.web.asking import account, require_author
from judge.web.bookmark import Bookmark
from judge.web.describing import describe, query
from judge.web.event_stream import MOST_ITEMS, poll, serve
from judge.web.faults import Fault, invalid
from judge.web.feeds import Log, LogFeed, UserFeed
from judge.web.problems import checked_id
from judge.web.runs import seen as run_seen
from judge.web.schemas import DIGITS, Id, Text, UserName
from judge.web.submissions import seen
from judge.web.topics import VERIFICATION
from judge.web.waiting import WaitQuery, asked_wait_s

blueprint = Blueprint("events", __name__)

_LAST_EVENT_ID = "Last-Event-ID"
_SEQ = "[0-9]{1,9}"
_NUMBER = re.compile(_SEQ)
_LOG: dict[str, Any] = {
    "tag": "Events",
    "headers": ("Prefer",),
    "answers": {200: shapes.EventList, 204: None},
}
"""What the routes of all logs have in common."""


class LogQuery(WaitQuery):
    """Which events of a log."""

    after_seq: Annotated[
        int,
        Field(ge=0, le=999_999_999, description="the number of the last event that the client has"),
        DIGITS,
    ] = 0


class VerificationLogQuery(LogQuery):
    """Which events of which verification."""

    verification_id: Annotated[Id | None, Field(description="another than the latest one")] = None


class UserQuery(WaitQuery):
    """Which events of a user."""

    after: Annotated[Text | None, Field(description="last_event_id of the answer before")] = None
    user_id: Annotated[UserName | None, Field(description="whose; heeded with JUDGE_AUTH=none alone")] = None


@blueprint.get("/submissions/<submission_id>/events")
@describe("Follow a submission", query=LogQuery, streams=f"^({_SEQ})?$", **_LOG)
def of_submission(submission_id: str) -> Response:
    """The log of a submission."""
    return _log_of(seen(submission_id), submission_channel(submission_id))


@blueprint.get("/runs/<run_id>/events")
@describe("Follow a run", query=LogQuery, streams=f"^({_SEQ})?$", **_LOG)
def of_run(run_id: str) -> Response:
    """The log of a run."""
    return _log_of(run_seen(run_id), run_channel(run_id))


@blueprint.get("/problems/<problem_id>/versions/<int:number>/events")
@describe(
    "Follow a verification",
    query=VerificationLogQuery,
    streams=f"^([0-9a-hjkmnp-tv-z]{{26}}:{_SEQ})?$",
    **_LOG,
)
def of_version(problem_id: str, number: int) -> Response:
    """The log of a version's latest verification, or of the one that is named or was begun with."""
    require_author()
    resumed_id, colon, resumed_seq = request.headers.get(_LAST_EVENT_ID, "").partition(":")
    if resumed_id and not colon:
        raise invalid(_LAST_EVENT_ID, "give the id of an event of this stream, or leave it out")
    verification = _verification(
        problem_id, number, resumed_id or query(VerificationLogQuery).verification_id
    )
    log = Log(
        verification.id,
        verification.last_seq,
        verification.finished_at is not None,
        verification_channel(verification.id),
        prefix=f"{verification.id}:",
    )
    return _log(log, _seq(resumed_seq if resumed_id else None))


@blueprint.get("/events")
@describe(
    "Follow all that is one's own",
    tag="Events",
    query=UserQuery,
    headers=("Prefer",),
    answers={200: shapes.UserEventList},
    streams="^[!-~]*$",
)
def of_user() -> Response:
    """Whatever happens to what is the asker's, from now on, or after an id of this stream."""
    asker = account()
    asked = query(UserQuery)
    user_id = asked.user_id or (asker.user_id if asker else ANONYMOUS)
    if asker is not None and user_id != asker.user_id:
        raise Fault(HTTPStatus.FORBIDDEN, f"the token is {asker.user_id}'s; leave user_id out")
    where = _LAST_EVENT_ID if request.headers.get(_LAST_EVENT_ID) else "after"
    resumed = request.headers.get(_LAST_EVENT_ID) or asked.after
    try:
        bookmark = Bookmark.parse(resumed) if resumed else None
    except ValueError as error:
        raise invalid(where, f"give the id of an event of this stream, or leave it out: {error}") from error
    feed = UserFeed(user_id, bookmark, is_author=VERIFICATION.sees_all(asker))
    if _wants_stream():
        return serve(feed)
    due = poll(feed, asked_wait_s())
    return _answer(items=[one.event for one in due], last_event_id=due[-1].id if due else feed.id)


def _log_of(found: Submission | Run, channel: str) -> Response:
    log = Log(found.id, found.last_seq, found.state in ENDED, channel)
    return _log(log, _seq(request.headers.get(_LAST_EVENT_ID)))


def _log(log: Log, after_seq: int) -> Response:
    feed = LogFeed(log, after_seq)
    if _wants_stream():
        return serve(feed)
    due = poll(feed, asked_wait_s())
    return _answer(
        items=[one.event for one in due],
        last_seq=feed.last_seq,
        ended=feed.ended and len(due) < MOST_ITEMS,
    )


def _answer(**body: object) -> Response:
    response = jsonify(**body)
    response.headers["Vary"] = "Accept"
    return response


def _wants_stream() -> bool:
    accepted = request.accept_mimetypes
    return accepted["text/event-stream"] > accepted["application/json"]


def _seq(resumed: str | None) -> int:
    """The number after which to begin: a resumed stream's, or that of ``after_seq``."""
    if not resumed:
        return query(LogQuery).after_seq
    if not _NUMBER.fullmatch(resumed):
        raise invalid(
            _LAST_EVENT_ID, "give the number of the last event that you have; 0 is before the first"
        )
    return int(resumed)


def _verification(problem_id: str, number: int, named: str | None) -> Verification:
    """A verification of a version. Raises NotFound; Fault where another's, or nobody's, is named."""
    checked_id(problem_id)
    if named is None:
        found = verification_ledger.latest(versions.get(problem_id, number).package_id)
        if found is None:
            raise NotFound(f"version {number} of problem {problem_id!r} was never verified")
        return found
    found = verification_ledger.get(named) if is_id(named) else None
    if found is None or (found.problem_id, found.version) != (problem_id, number):
        raise NotFound(f"version {number} of problem {problem_id!r} has no verification {named!r}")
    return found
