"""Rejudgings over HTTP: a look at whom one would concern, its start, its progress, and what it changes."""

from collections.abc import Sequence
from http import HTTPStatus
from itertools import groupby
from typing import Annotated, Literal, get_args

from flask import Blueprint, Response, jsonify, request, url_for
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from judge import changes, rejudgings, submissions
from judge.accounts import ANONYMOUS
from judge.config import settings
from judge.events import Event, publish_cancelled
from judge.rejudgings import ledger as rejudging_ledger
from judge.rejudgings.ledger import Matched, Rejudging, Wanted
from judge.verdict import State, Verdict
from judge.web import paging
from judge.web import rejudging_shapes as shapes
from judge.web.announcements import announce, beside
from judge.web.asking import account, require_author
from judge.web.describing import describe, query
from judge.web.faults import Fault, invalid
from judge.web.schemas import Id, Instant, QueryFlag, Text, UserId, read

_MOST_IDS = 1000

Outcome = Literal[
    Verdict.ACCEPTED,
    Verdict.WRONG_ANSWER,
    Verdict.TIME_LIMIT_EXCEEDED,
    Verdict.MEMORY_LIMIT_EXCEEDED,
    Verdict.OUTPUT_LIMIT_EXCEEDED,
    Verdict.RUNTIME_ERROR,
    Verdict.COMPILE_ERROR,
    State.FAILED,
    State.CANCELLED,
]
_OUTCOME = {"type": "string", "enum": [str(outcome) for outcome in get_args(Outcome)]}
_FILTERS = ("problem_id", "user_id", "language", "verdict", "submitted_after", "submitted_before", "ids")

blueprint = Blueprint("rejudgings", __name__)


class RejudgingIn(BaseModel):
    """POST /rejudgings: which submissions, why, by which version, and when the new judgements count.

    Of the filter at least one field is given; ``version`` is that of the package they were judged by.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "anyOf": [
                {"required": [name], "properties": {name: {"not": {"type": "null"}}}} for name in _FILTERS
            ],
            "dependentRequired": {"version": ["problem_id"]},
        },
    )

    problem_id: Id | None = None
    user_id: UserId | None = None
    language: Id | None = None
    verdict: Annotated[
        Annotated[list[Outcome], Field(min_length=1)] | None,
        BeforeValidator(lambda given: [given] if isinstance(given, str) else given),
        WithJsonSchema(
            {"anyOf": [_OUTCOME, {"type": "array", "items": _OUTCOME, "minItems": 1}, {"type": "null"}]}
        ),
    ] = None
    version: Annotated[int, Field(ge=1, lt=2**31)] | None = None
    submitted_after: Instant | None = None
    submitted_before: Instant | None = None
    ids: Annotated[list[Id], Field(min_length=1, max_length=_MOST_IDS)] | None = None

    reason: Annotated[Text, Field(max_length=1000)] = ""
    apply: Literal["at_once", "by_hand"] = "at_once"
    judge_by: Literal["current", "same"] = "current"
    dry_run: bool = False

    def wanted(self) -> Wanted:
        """The filter."""
        return Wanted(
            problem_id=self.problem_id,
            user_id=self.user_id,
            language=self.language,
            outcomes=self.verdict and [str(outcome) for outcome in self.verdict],
            version=self.version,
            submitted_after=self.submitted_after,
            submitted_before=self.submitted_before,
            ids=self.ids,
        )


class RejudgingsQuery(paging.IdPage):
    """The query of GET /rejudgings."""

    problem_id: Annotated[Id | None, Field(description="that their filter names")] = None


class ItemsQuery(paging.IdPage):
    """The query of GET /rejudgings/{id}/items."""

    changed: Annotated[QueryFlag | None, Field(description="whether to another verdict or score")] = None


@blueprint.post("/rejudgings")
@describe(
    "Judge many submissions anew",
    tag="Rejudgings",
    body=RejudgingIn,
    answers={200: shapes.RejudgingPreview, 202: shapes.Rejudging},
    sends={202: ("Location",)},
)
def start() -> Response:
    """Judge many submissions anew: 202; with ``dry_run`` say how many they are: 200."""
    require_author()
    asked = read(RejudgingIn)
    if asked.dry_run:
        found = matched(asked.wanted())
        return jsonify(matched=found.count, by_verdict=found.by_outcome, not_ended=found.not_ended)
    begun_now = begun(asked)
    response = _accepted(begun_now)
    response.headers["Location"] = url_for("rejudgings.show", rejudging_id=begun_now.id)
    return response


def matched(wanted: Wanted) -> Matched:
    """Whom a rejudging would concern. Raises Fault: a filter means everything, or what there is not."""
    _check(wanted)
    return rejudging_ledger.matched(wanted)


def begun(asked: RejudgingIn) -> Rejudging:
    """A rejudging of the asker's. Raises Fault where it would concern nobody, or too many."""
    wanted = asked.wanted()
    count = matched(wanted).count
    if not count:
        raise Fault(HTTPStatus.UNPROCESSABLE_ENTITY, "no submission that has ended is meant by this")
    if count > settings().max_rejudged:
        raise Fault(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            f"{count} submissions are meant; narrow it down to {settings().max_rejudged}"
            " (JUDGE_MAX_REJUDGED)",
        )
    asker = account()
    rejudging_id = rejudgings.create(
        wanted,
        user_id=asker.user_id if asker else ANONYMOUS,
        reason=asked.reason,
        by_hand=asked.apply == "by_hand",
        same_version=asked.judge_by == "same",
    )
    return rejudging_ledger.get(rejudging_id)


@blueprint.get("/rejudgings")
@describe(
    "List the rejudgings",
    tag="Rejudgings",
    query=RejudgingsQuery,
    answers={200: shapes.RejudgingPage},
    sends=("Link",),
)
def list_rejudgings() -> Response:
    """The newest first; all, or those of one problem's submissions."""
    require_author()
    asked = query(RejudgingsQuery)
    found = rejudging_ledger.page(limit=asked.limit + 1, before=asked.cursor, problem_id=asked.problem_id)
    return paging.page([rejudging.as_json() for rejudging in found], asked.limit)


@blueprint.get("/rejudgings/<rejudging_id>")
@describe("Show a rejudging", tag="Rejudgings", answers={200: shapes.Rejudging}, has_etag=True)
def show(rejudging_id: str) -> Response:
    """How far it is, and how many submissions went from which verdict to which."""
    require_author()
    response = jsonify(rejudging_ledger.get(rejudging_id).as_json())
    response.add_etag()
    response.headers["Cache-Control"] = "no-cache"
    return response.make_conditional(request)  # type: ignore[return-value]  # it returns itself


@blueprint.get("/rejudgings/<rejudging_id>/items")
@describe(
    "List what a rejudging changes",
    tag="Rejudgings",
    query=ItemsQuery,
    answers={200: shapes.RejudgingItemPage},
    sends=("Link",),
)
def list_items(rejudging_id: str) -> Response:
    """Its submissions one by one; with ``changed=true`` those with another verdict or score."""
    require_author()
    rejudging_ledger.get(rejudging_id)
    asked = query(ItemsQuery)
    found = rejudging_ledger.items(
        rejudging_id, limit=asked.limit + 1, after=asked.cursor or "", changed=asked.changed
    )
    return paging.page([item.as_json() for item in found], asked.limit, key="submission_id")


@blueprint.post("/rejudgings/<rejudging_id>/apply")
@describe(
    "Have a rejudging count",
    tag="Rejudgings",
    answers={202: shapes.Rejudging},
    refusals={409: "it is still judging, or counts already, or was cancelled"},
)
def apply(rejudging_id: str) -> Response:
    """Have what was judged by hand count; 409 before all is judged."""
    require_author()
    rejudging_ledger.get(rejudging_id)
    rejudgings.apply(rejudging_id)
    return _accepted(rejudging_ledger.get(rejudging_id))


@blueprint.post("/rejudgings/<rejudging_id>/cancel")
@describe(
    "Cancel a rejudging",
    tag="Rejudgings",
    answers={202: shapes.Rejudging},
    refusals={409: "it counts already"},
)
def cancel(rejudging_id: str) -> Response:
    """Judge nothing more of it, and drop what does not count yet; 409 once it was applied."""
    require_author()
    rejudging_ledger.get(rejudging_id)
    in_queue = rejudgings.judging(rejudging_id)
    events = rejudgings.cancel(rejudging_id)
    beside(lambda: _announce(in_queue, events))
    return _accepted(rejudging_ledger.get(rejudging_id))


def _check(wanted: Wanted) -> None:
    """Raises Fault for a filter that means everything, or what there is not."""
    if wanted == Wanted():
        raise invalid("", "name the submissions: by ids, problem_id, user_id, language, verdict, or by when")
    if wanted.version is not None and wanted.problem_id is None:
        raise invalid("/version", "a version is one of a problem: give problem_id, too")
    if unknown := rejudging_ledger.unknown(wanted.ids or ()):
        raise Fault(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            f"there is no submission {', '.join(sorted(unknown))}",
            errors=[
                {"pointer": f"/ids/{index}", "detail": "there is no such submission"}
                for index, id_ in enumerate(wanted.ids or ())
                if id_ in unknown
            ],
        )


def _accepted(rejudging: Rejudging) -> Response:
    response = jsonify(rejudging.as_json())
    response.status_code = HTTPStatus.ACCEPTED
    return response


def _announce(in_queue: Sequence[str], events: Sequence[Event]) -> None:
    """Have workers stop, then tell; what does not come through is left to leases and to the sweeper."""
    publish_cancelled(in_queue)
    # All at once: while Redis is away, each call would wait.
    changes.changed(
        *{changes.submission(event.submission_id, event.user_id, event.problem_id) for event in events}
    )
    for _, group in groupby(events, key=lambda event: event.submission_id):
        announce(list(group), submissions.mark_sent)
