"""Submissions over HTTP: accept one, show it, wait for it, list them."""

import logging
import re
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for

from judge import ledger, problems, queue, submissions, workers
from judge.accounts import ANONYMOUS
from judge.config import settings
from judge.errors import NotFound, QueueUnavailable
from judge.events import publish
from judge.languages import table
from judge.problems import CurrentProblem
from judge.records import SourceFile, Submission, is_id
from judge.verdict import ENDED, Verdict
from judge.web import paging
from judge.web.asking import account, may_see, sees_everything
from judge.web.faults import Fault, invalid
from judge.web.schemas import ShortSubmissionIn, SubmissionIn, check, read_json
from judge.web.waiting import until_ended

log = logging.getLogger(__name__)

blueprint = Blueprint("submissions", __name__)
short_form = Blueprint("short_form", __name__)


@blueprint.post("/submissions")
def submit() -> Response:
    """Accept a submission: 202, or 200 if it ended within the wait that was asked for."""
    return _accept(SubmissionIn)


@short_form.post("/submit")
@blueprint.post("/submit")
def submit_short() -> Response:
    """The same in the words that small clients use."""
    return _accept(ShortSubmissionIn)


@blueprint.get("/submissions/<submission_id>")
def show(submission_id: str) -> Response:
    """A submission, at once or when it has ended, whichever the client asked for."""
    submission = _seen(submission_id)
    wait_s = _wait_s()
    if wait_s and submission.state not in ENDED:
        submission = until_ended(submission_id, wait_s)
    response = jsonify(submission.as_json(full=sees_everything()))
    response.add_etag()
    response.headers["Cache-Control"] = "no-cache"
    return response.make_conditional(request)  # type: ignore[return-value]  # it returns itself


@blueprint.get("/submissions/<submission_id>/source")
def source(submission_id: str) -> Response:
    """What was submitted."""
    submission = _seen(submission_id)
    files = [{"name": file.name, "content": file.content} for file in ledger.source(submission_id)]
    return jsonify(id=submission.id, language=submission.language, files=files)


@blueprint.get("/submissions")
def list_submissions() -> Response:
    """The newest first; with tokens, an ordinary user sees their own."""
    limit = paging.limit()
    found = ledger.page(limit=limit + 1, before=_cursor(), **_filters())
    return paging.page([submission.as_json(full=sees_everything()) for submission in found], limit)


def _accept(shape: type[SubmissionIn | ShortSubmissionIn]) -> Response:
    wait_s = _wait_s()
    body = read_json()
    errors: list[dict[str, str]] = []
    asked = check(shape, body, errors)
    problem = _problem(body, errors)
    files = _files(body, asked, problem, errors)
    if errors or asked is None or problem is None:
        detail = "; ".join(f"{error['pointer']}: {error['detail']}" for error in errors)
        raise Fault(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=errors)
    submission, event = submissions.create(
        problem_id=problem.id,
        package_id=problem.package_id,
        test_count=len(problem.manifest.tests),
        user_id=_submitter(asked.user_id),
        language=asked.language,
        files=files,
    )
    published = publish([event])
    sent = _send(submission, problem)
    submissions.mark_sent(submission.id, published_seq=event.seq if published else 0, sent=sent)
    if wait_s:
        submission = until_ended(submission.id, wait_s)
    response = jsonify(submission.as_json(full=sees_everything()))
    response.status_code = HTTPStatus.OK if submission.state in ENDED else HTTPStatus.ACCEPTED
    response.headers["Location"] = url_for("submissions.show", submission_id=submission.id)
    return response


def _send(submission: Submission, problem: CurrentProblem) -> bool:
    try:
        queue.send(submission.id, submission.language, problem.manifest.judging_s)
    except QueueUnavailable as error:
        log.warning("submission %s: left to the sweeper: %s", submission.id, error)
        return False
    return True


def _problem(body: Any, errors: list[dict[str, str]]) -> CurrentProblem | None:
    """The problem and the language that the body names, if they are there."""
    if not isinstance(body, dict):
        return None
    pointer = "/problemId" if "problemId" in body and "problem_id" not in body else "/problem_id"
    named = {error["pointer"] for error in errors}
    if "/language" not in named:
        known = [language["id"] for language in workers.languages()]
        if body["language"] not in known:
            detail = (
                f"unknown language; there are: {', '.join(known) or 'none yet, for no worker has proven any'}"
            )
            errors.append({"pointer": "/language", "detail": detail})
    if pointer in named:
        return None
    try:
        return problems.get(body[pointer[1:]])
    except NotFound:
        errors.append({"pointer": pointer, "detail": "unknown problem; GET /api/v1/problems lists them"})
        return None


def _files(
    body: Any,
    asked: SubmissionIn | ShortSubmissionIn | None,
    problem: CurrentProblem | None,
    errors: list[dict[str, str]],
) -> list[SourceFile]:
    """The source files that were sent, as the language wants them."""
    language = table().get(asked.language) if asked else None
    if asked is None or language is None:
        return []
    sent = asked.files if isinstance(asked, SubmissionIn) else None
    if (asked.code is None) == (sent is None):
        errors.append({"pointer": "/code", "detail": "give either code or files"})
        return []
    if sent is None:
        files, pointer = [SourceFile(language.source, asked.code or "")], "/code"
    else:
        files, pointer = [SourceFile(file.name, file.content) for file in sent], "/files"
        names = [file.name for file in files]
        if len(set(names)) < len(names):
            errors.append({"pointer": pointer, "detail": "two files have the same name"})
        elif language.source not in names:
            errors.append({"pointer": pointer, "detail": f"one file must be {language.source}"})
    size = sum(len(file.content.encode()) for file in files)
    limit = min(settings().max_code_bytes, problem.manifest.code_bytes if problem else size)
    if size > limit:
        errors.append({"pointer": pointer, "detail": f"{size} bytes of code; at most {limit} are taken"})
    return files


def _submitter(named: str | None) -> str:
    asker = account()
    if asker is None:
        return named or ANONYMOUS
    if named not in (None, asker.user_id):
        raise Fault(HTTPStatus.FORBIDDEN, f"the token is {asker.user_id}'s; leave user_id out")
    return asker.user_id


def _seen(submission_id: str) -> Submission:
    """A submission that the asker may see. Raises NotFound, for one that they may not as well."""
    submission = ledger.get(submission_id)
    if not may_see(submission.user_id):
        raise NotFound(f"there is no submission {submission_id!r}")
    return submission


def _filters() -> dict[str, str | None]:
    asker = account()
    wanted = {name: request.args.get(name) for name in ("user_id", "problem_id", "verdict")}
    if wanted["verdict"] not in (None, *Verdict):
        raise invalid("verdict", f"give one of {', '.join(Verdict)}")
    if any("\0" in (value or "") for value in wanted.values()):
        raise invalid("user_id", "must not contain the character NUL")
    if asker is not None and not asker.is_author:
        if wanted["user_id"] not in (None, asker.user_id):
            raise Fault(HTTPStatus.FORBIDDEN, "only your own submissions are listed to you")
        wanted["user_id"] = asker.user_id
    return wanted


def _cursor() -> str | None:
    cursor = request.args.get("cursor")
    if cursor is not None and not is_id(cursor):
        raise invalid("cursor", "give a next_cursor of this list, or none")
    return cursor


def _wait_s() -> float:
    """How long the client wants to wait, in seconds, from ?wait=N or ``Prefer: wait=N`` (RFC 7240)."""
    preferred = re.search(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,9})", request.headers.get("Prefer", ""))
    text = request.args.get("wait", preferred.group(1) if preferred else "0")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise invalid("wait", f"give a whole number of seconds, at most {settings().max_wait_s:g}")
    return min(float(text), settings().max_wait_s)
