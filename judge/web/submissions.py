"""Submissions over HTTP: accept one, show it, wait for it, list them."""

import logging
import re
import threading
from collections.abc import Iterator
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for

from judge import ledger, problems, queue, submissions, workers
from judge.accounts import ANONYMOUS
from judge.config import settings
from judge.errors import NotFound, QueueUnavailable
from judge.events import Event, publish
from judge.problems import CurrentProblem
from judge.records import SourceFile, Submission
from judge.verdict import ENDED, Verdict
from judge.web import paging, throttling
from judge.web.asking import account, may_see, sees_everything
from judge.web.faults import Fault, invalid
from judge.web.idempotent import amend, key_of, remember, replayed
from judge.web.schemas import ShortSubmissionIn, SubmissionIn, check, read_json
from judge.web.waiting import until_ended

log = logging.getLogger(__name__)

_ANNOUNCE_S = 2.0

Error = dict[str, str]
"""An entry of a problem's ``errors``: pointer and detail."""

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
    submission = seen(submission_id)
    wait_s = _wait_s()
    if wait_s and submission.state not in ENDED:
        submission = until_ended(submission_id, wait_s)
    response = jsonify(submission.as_json(full=sees_everything()))
    response.add_etag()
    response.headers["Cache-Control"] = "no-cache"
    return _with_preference(response, wait_s).make_conditional(request)  # type: ignore[return-value]  # it returns itself


@blueprint.get("/submissions/<submission_id>/source")
def source(submission_id: str) -> Response:
    """What was submitted."""
    submission = seen(submission_id)
    kept, entry_point = ledger.source(submission_id)
    files = [{"name": file.name, "content": file.content} for file in kept]
    return jsonify(id=submission.id, language=submission.language, files=files, entry_point=entry_point)


@blueprint.get("/submissions")
def list_submissions() -> Response:
    """The newest first; with tokens, an ordinary user sees their own."""
    limit = paging.limit()
    found = ledger.page(limit=limit + 1, before=paging.cursor(), **_filters())
    return paging.page([submission.as_json(full=sees_everything()) for submission in found], limit)


def _accept(shape: type[SubmissionIn | ShortSubmissionIn]) -> Response:
    wait_s = _wait_s()
    body = read_json()
    errors: list[Error] = []
    asked = check(shape, body, errors)
    key = key_of(_submitter(asked.user_id), body) if asked else None
    if before := replayed(key):
        return before
    problem = _problem(shape, body, errors)
    files = _files(shape, body, problem, _language(body, problem, errors), errors)
    if errors or asked is None or problem is None:
        detail = "; ".join(f"{error['pointer']}: {error['detail']}" for error in errors)
        raise Fault(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=errors)
    submitter = _submitter(asked.user_id)
    throttling.check_pending(submitter)
    submission, event = submissions.create(
        problem_id=problem.id,
        package_id=problem.package_id,
        test_count=len(problem.manifest.tests),
        user_id=submitter,
        language=asked.language,
        files=files,
        entry_point=asked.entry_point if isinstance(asked, SubmissionIn) else None,
        judging_s=queue.judging_s(problem.manifest, asked.language),
        also=lambda session, made: remember(session, key, _accepted(made)),
    )
    # It is accepted already: a Redis that is slow to take it, or to be given up, is not to be waited for.
    announcing = threading.Thread(target=_announce, args=(submission, event, problem), daemon=True)
    announcing.start()
    announcing.join(_ANNOUNCE_S)
    if wait_s:
        with suppress(Fault):  # no room to wait in; it is accepted all the same
            submission = until_ended(submission.id, wait_s)
    response = _accepted(submission)
    if wait_s:
        amend(key, response)
    return _with_preference(response, wait_s)


def _accepted(submission: Submission) -> Response:
    response = jsonify(submission.as_json(full=sees_everything()))
    response.status_code = HTTPStatus.OK if submission.state in ENDED else HTTPStatus.ACCEPTED
    response.headers["Location"] = url_for("submissions.show", submission_id=submission.id)
    return response


def _announce(submission: Submission, event: Event, problem: CurrentProblem) -> None:
    """Publish and queue a new submission; what does not come through is left to the sweeper."""
    published = publish([event])
    sent = True
    try:
        judging_s = queue.judging_s(problem.manifest, submission.language)
        queue.send(submission.id, submission.language, judging_s)
    except QueueUnavailable as error:
        log.warning("submission %s: left to the sweeper: %s", submission.id, error)
        sent = False
    submissions.mark_sent(submission.id, published_seq=event.seq if published else 0, sent=sent)


def _problem(
    shape: type[SubmissionIn | ShortSubmissionIn], body: Any, errors: list[Error]
) -> CurrentProblem | None:
    """The problem that the body names, if it is there."""
    name = "problemId" if shape is ShortSubmissionIn else "problem_id"
    problem_id = _sound(body, name, errors)
    if problem_id is None:
        return None
    try:
        return problems.get(problem_id)
    except NotFound:
        errors.append({"pointer": f"/{name}", "detail": "unknown problem; GET /api/v1/problems lists them"})
        return None


def _language(body: Any, problem: CurrentProblem | None, errors: list[Error]) -> dict[str, Any] | None:
    """The language that the body names, if a worker has ever proven it and the problem allows it."""
    language_id = _sound(body, "language", errors)
    if language_id is None:
        return None
    known = {language["id"]: language for language in workers.languages()}
    if language_id not in known:
        detail = (
            f"unknown language; there are: {', '.join(known) or 'none yet, for no worker has proven any'}"
        )
        errors.append({"pointer": "/language", "detail": detail})
    elif problem and not problem.allows(language_id):
        allowed = ", ".join(problem.manifest.languages or ())
        errors.append({"pointer": "/language", "detail": f"this problem allows only: {allowed}"})
    return known.get(language_id)


def _files(
    shape: type[SubmissionIn | ShortSubmissionIn],
    body: Any,
    problem: CurrentProblem | None,
    language: dict[str, Any] | None,
    errors: list[Error],
) -> list[SourceFile]:
    """The source files that were sent, as the language wants them."""
    code = _sound(body, "code", errors)
    sent = None
    if shape is SubmissionIn and isinstance(body, dict):
        sent = _sound(body, "files", errors)
        given = [name for name in ("code", "files") if body.get(name) is not None]
        if len(given) != 1:
            errors.append({"pointer": "/code", "detail": "give either code or files"})
            return []
    if code is not None:
        files, pointer = [SourceFile(language["source"] if language else "", code)], "/code"
    elif sent is not None:
        files, pointer = [SourceFile(**file) for file in sent], "/files"
        errors += _misnamed(files, language)
    else:
        return []
    size = sum(len(file.content.encode()) for file in files)
    limit = min(settings().max_code_bytes, problem.manifest.code_bytes if problem else size)
    if size > limit:
        errors.append({"pointer": pointer, "detail": f"{size} bytes of code; at most {limit} are taken"})
    return files


def _misnamed(files: list[SourceFile], language: dict[str, Any] | None) -> Iterator[Error]:
    names = [file.name for file in files]
    for index, name in enumerate(names):
        if name in names[:index]:
            yield {"pointer": f"/files/{index}/name", "detail": "another file has this name"}
    if language and not any(name.endswith(tuple(language["extensions"])) for name in names):
        endings = " or ".join(language["extensions"])
        yield {"pointer": "/files", "detail": f"one file's name must end in {endings}"}


def _sound(body: Any, name: str, errors: list[Error]) -> Any:
    """A field of the body that nothing is wrong with so far; None where it is missing, too."""
    if not isinstance(body, dict):
        return None
    at_fault = (error["pointer"] for error in errors)
    return None if any(f"{at}/".startswith(f"/{name}/") or not at for at in at_fault) else body.get(name)


def _submitter(named: str | None) -> str:
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


def _filters() -> dict[str, str | None]:
    asker = account()
    wanted = {name: request.args.get(name) for name in ("user_id", "problem_id", "verdict")}
    if wanted["verdict"] not in (None, *Verdict):
        raise invalid("verdict", f"give one of {', '.join(Verdict)}")
    for name, value in wanted.items():
        if "\0" in (value or ""):
            raise invalid(name, "must not contain the character NUL")
    if asker is not None and not asker.is_author:
        if wanted["user_id"] not in (None, asker.user_id):
            raise Fault(HTTPStatus.FORBIDDEN, "only your own submissions are listed to you")
        wanted["user_id"] = asker.user_id
    return wanted


def _wait_s() -> float:
    """How long the client wants to wait, in seconds, from ?wait=N or ``Prefer: wait=N`` (RFC 7240)."""
    text = request.args.get("wait", _preferred_wait() or "0")
    if not re.fullmatch("[0-9]{1,9}", text):
        raise invalid("wait", f"give a whole number of seconds, at most {settings().max_wait_s:g}")
    return min(float(text), settings().max_wait_s)


def _preferred_wait() -> str | None:
    preferred = re.search(r'(?:^|[,;\s])wait\s*=\s*"?([0-9]{1,9})', request.headers.get("Prefer", ""), re.I)
    return preferred and preferred.group(1)


def _with_preference(response: Response, wait_s: float) -> Response:
    """Tell a client that has asked by a preference how long a wait was granted."""
    if _preferred_wait() and "wait" not in request.args:
        response.headers["Preference-Applied"] = f"wait={wait_s:.0f}"
    return response
