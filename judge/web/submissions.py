"""Submissions over HTTP: accept one, show it, wait for it, list them."""

from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any

from flask import Blueprint, Response, jsonify, request, url_for
from pydantic import Field
from sqlalchemy.orm import Session

from judge import cache, line, problems, queue, submissions
from judge.accounts import ANONYMOUS
from judge.cache import Entry, Filling, Read
from judge.config import settings
from judge.errors import NotFound
from judge.idempotency import Key
from judge.problems import CurrentProblem
from judge.records import SourceFile, Submission, is_id
from judge.submissions import ledger
from judge.verdict import ENDED, Verdict
from judge.web import cached, paging, shapes, throttling
from judge.web.announcements import announce, beside
from judge.web.asking import account, may_see, sees_everything
from judge.web.describing import describe, query
from judge.web.faults import Fault, unprocessable
from judge.web.idempotent import amend, key_of, remember, replayed
from judge.web.schemas import Id, ShortSubmissionIn, SubmissionIn, UserName, check, read_json
from judge.web.sources import Error, proven_language, sent_files, sound
from judge.web.waiting import WaitQuery, asked_wait_s, preferred_wait, until_ended

blueprint = Blueprint("submissions", __name__)
short_form = Blueprint("short_form", __name__)


_ACCEPTED: dict[str, Any] = {
    "query": WaitQuery,
    "headers": ("Prefer", "Idempotency-Key"),
    "answers": {200: shapes.Submission, 202: shapes.Submission},
    "sends": ("Location", "Preference-Applied", "Idempotent-Replayed"),
    "refusals": {
        400: "the body is not JSON, or the Idempotency-Key is of no shape that it may have",
        409: "a request with this Idempotency-Key is being answered",
    },
}


class SubmissionsQuery(paging.IdPage):
    """The query of GET /submissions."""

    user_id: Annotated[UserName | None, Field(description="whose; an ordinary user's are their own")] = None
    problem_id: Id | None = None
    verdict: Verdict | None = None


@blueprint.post("/submissions")
@describe("Submit", tag="Submissions", body=SubmissionIn, **_ACCEPTED)
def submit() -> Response:
    """Accept a submission: 202, or 200 if it ended within the wait that was asked for."""
    return _accept(SubmissionIn)


@short_form.post("/submit")
@blueprint.post("/submit")
@describe("Submit, in the short form", tag="Submissions", body=ShortSubmissionIn, **_ACCEPTED)
def submit_short() -> Response:
    """The same in the words that small clients use."""
    return _accept(ShortSubmissionIn)


@blueprint.get("/submissions/<one:submission_id>")
@describe(
    "Show a submission",
    tag="Submissions",
    query=WaitQuery,
    headers=("Prefer",),
    answers={200: shapes.Submission},
    sends=("Preference-Applied", "Cache-Status"),
    has_etag=True,
)
def show(submission_id: str) -> Response:
    """A submission, at once or when it has ended, whichever the client asked for."""
    found = _read(submission_id)
    if not may_see(found.entry.owner):
        raise NotFound(f"there is no submission {submission_id!r}")
    wait_s = asked_wait_s()
    if wait_s and not found.is_kept:
        found = Read(_entry(until_ended(submission_id, wait_s)), "miss")
    return with_preference(cached.answer(found), wait_s)


def _read(submission_id: str) -> Read:
    """A submission in the asker's view, if it is theirs to see; kept once it has ended. Raises NotFound."""
    field = "full" if sees_everything() else "plain"

    def fill() -> Filling:
        submission = ledger.get(submission_id)
        entry = _entry(submission)
        return Filling(entry, {field: entry} if submission.state in ENDED else {})

    if not is_id(submission_id):
        return cache.bypass(fill)
    # Nobody waits for who fills: while a submission has not ended, there is nothing to be waited for.
    return cached.read(f"submission:{submission_id}", [field], fill, patience_s=0)


def _entry(submission: Submission) -> Entry:
    return cached.entry_of(jsonify(submission.as_json(full=sees_everything())), owner=submission.user_id)


@blueprint.get("/submissions/<submission_id>/source")
@describe("Show what was submitted", tag="Submissions", answers={200: shapes.Source})
def source(submission_id: str) -> Response:
    """What was submitted."""
    submission = seen(submission_id)
    kept, entry_point = ledger.source(submission_id)
    files = [{"name": file.name, "content": file.content} for file in kept]
    return jsonify(id=submission.id, language=submission.language, files=files, entry_point=entry_point)


@blueprint.get("/submissions")
@describe(
    "List submissions",
    tag="Submissions",
    query=SubmissionsQuery,
    answers={200: shapes.SubmissionPage},
    sends=("Link",),
)
def list_submissions() -> Response:
    """The newest first; with tokens, an ordinary user sees their own."""
    asked = query(SubmissionsQuery)
    found = ledger.page(
        limit=asked.limit + 1,
        before=asked.cursor,
        user_id=_listed_user(asked.user_id),
        problem_id=asked.problem_id,
        verdict=asked.verdict,
    )
    return paging.page([submission.as_json(full=sees_everything()) for submission in found], asked.limit)


def _accept(shape: type[SubmissionIn | ShortSubmissionIn]) -> Response:
    return accepted(shape, read_json(), asked_wait_s())


def accepted(shape: type[SubmissionIn | ShortSubmissionIn], body: Any, wait_s: float = 0) -> Response:
    """The answer to a body that asks for a submission, which is made of it. Raises Fault."""
    errors: list[Error] = []
    asked = check(shape, body, errors)
    key = key_of(submitter_of(asked.user_id), body) if asked else None
    if before := replayed(key):
        return before
    problem = _problem(shape, body, errors)
    files = _files(shape, body, problem, _language(body, problem, errors), errors)
    if errors or asked is None or problem is None:
        raise unprocessable(errors)
    owner = submitter_of(asked.user_id)
    throttling.check_pending(owner)
    judging_s = queue.judging_s(problem.manifest, asked.language)
    submission, event = submissions.create(
        problem_id=problem.id,
        package_id=problem.package_id,
        test_count=len(problem.manifest.tests),
        user_id=owner,
        language=asked.language,
        files=files,
        entry_point=asked.entry_point if isinstance(asked, SubmissionIn) else None,
        judging_s=judging_s,
        also=partial(_remember, key) if key else None,
    )
    send = partial(line.send_submission, submission, judging_s)
    beside(lambda: announce([event], submissions.mark_sent, send))
    if wait_s:
        with suppress(Fault):  # no room to wait in; it is accepted all the same
            submission = until_ended(submission.id, wait_s)
    response = _accepted(submission, full=sees_everything())
    if wait_s:
        # As everybody may see it: the key may come again with a lesser token.
        amend(key, _accepted(submission, full=False))
    return with_preference(response, wait_s)


def _remember(key: Key, session: Session, made: Submission) -> None:
    remember(session, key, _accepted(made, full=False))


def _accepted(submission: Submission, *, full: bool) -> Response:
    response = jsonify(submission.as_json(full=full))
    response.status_code = HTTPStatus.OK if submission.state in ENDED else HTTPStatus.ACCEPTED
    response.headers["Location"] = url_for("submissions.show", submission_id=submission.id)
    return response


def _problem(
    shape: type[SubmissionIn | ShortSubmissionIn], body: Any, errors: list[Error]
) -> CurrentProblem | None:
    """The problem that the body names, if it is there."""
    name = "problemId" if shape is ShortSubmissionIn else "problem_id"
    problem_id = sound(body, name, errors)
    if problem_id is None:
        return None
    try:
        return problems.get(problem_id)
    except NotFound:
        errors.append({"pointer": f"/{name}", "detail": "unknown problem; GET /api/v1/problems lists them"})
        return None


def _language(body: Any, problem: CurrentProblem | None, errors: list[Error]) -> dict[str, Any] | None:
    """The language that the body names, if a worker has ever proven it and the problem allows it."""
    language = proven_language(body, errors)
    if language and problem and not problem.allows(language["id"]):
        allowed = ", ".join(problem.manifest.languages or ())
        errors.append({"pointer": "/language", "detail": f"this problem allows only: {allowed}"})
    return language


def _files(
    shape: type[SubmissionIn | ShortSubmissionIn],
    body: Any,
    problem: CurrentProblem | None,
    language: dict[str, Any] | None,
    errors: list[Error],
) -> list[SourceFile]:
    """The source files that were sent, as the language wants them."""
    most = settings().max_code_bytes
    if problem:
        most = min(most, problem.manifest.code_bytes)
    return sent_files(body, language, errors, may_be_many=shape is SubmissionIn, most_bytes=most)


def submitter_of(named: str | None) -> str:
    """In whose name something is asked for. Raises Fault (403) where that is not the asker's own."""
    asker = account()
    if asker is None:
        return named or ANONYMOUS
    if named not in (None, asker.user_id):
        raise Fault(HTTPStatus.FORBIDDEN, f"the token is {asker.user_id}'s; leave user_id out")
    return asker.user_id


def seen(submission_id: str) -> Submission:
    """A submission that the asker may see. Raises NotFound, for one that they may not as well."""
    submission = ledger.get(submission_id)
    if not may_see(submission.user_id):
        raise NotFound(f"there is no submission {submission_id!r}")
    return submission


def _listed_user(named: str | None) -> str | None:
    """Whose submissions are listed; None where everybody's are."""
    asker = account()
    if asker is None or asker.is_author:
        return named
    if named not in (None, asker.user_id):
        raise Fault(HTTPStatus.FORBIDDEN, "only your own submissions are listed to you")
    return asker.user_id


def with_preference(response: Response, wait_s: float) -> Response:
    """Tell a client that has asked by a preference how long a wait was granted."""
    if preferred_wait() and "wait" not in request.args:
        response.headers["Preference-Applied"] = f"wait={wait_s:.0f}"
    return response
