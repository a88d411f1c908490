"""The list of problems, and the page on which one is solved."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.datastructures import MultiDict

from judge.accounts import ANONYMOUS
from judge.config import settings
from judge.errors import NotFound
from judge.submissions import ledger
from judge.verdict import ENDED
from judge.web import catalog
from judge.web import problems as api
from judge.web.pages import frame, statement
from judge.web.schemas import SubmissionIn, sent_form
from judge.web.submissions import accepted, seen

blueprint = Blueprint("problems", __name__)

_HISTORY = 20
_BEGINNERS = ("python3", "cpp")
"""What is offered first to who has chosen nothing yet."""
_YEAR_S = 365 * 24 * 3600


@blueprint.get("/")
def home() -> Response:
    """There is one thing to begin with."""
    return redirect(url_for("pages.problems.index"), HTTPStatus.SEE_OTHER)  # type: ignore[return-value]


@blueprint.get("/problems")
def index() -> Response:
    """All problems, or those that are looked for, with those marked that the viewer has solved."""
    asked = _asked(request.args)
    found = frame.body(api.listed(asked))
    ids = [problem["id"] for problem in found["items"]]
    return frame.page(
        "problems.html",
        problems=found["items"],
        next_cursor=found["next_cursor"],
        solved=set(ledger.solved(frame.user_id(), limit=len(ids), among=ids)) if ids else set(),
        keywords=frame.body(api.keywords())["items"],
        asked=asked,
    )


@blueprint.get("/problems/<problem_id>")
def show(problem_id: str) -> Response:
    """A problem with an editor, and what the viewer has submitted to it."""
    return _shown(problem_id)


@blueprint.post("/problems/<problem_id>")
def submit(problem_id: str) -> Response:
    """What the editor's form sends without script; an error leaves in the editor what was written."""
    form = sent_form()
    body: dict[str, Any] = {
        "problem_id": api.checked_id(problem_id),
        "language": form.get("language", ""),
        "code": form.get("code", "").replace("\r\n", "\n"),
    }
    if settings().auth == "none":
        body["user_id"] = frame.user_id()
    made = accepted(SubmissionIn, body).get_json()
    response = redirect(url_for("pages.submissions.show", submission_id=made["id"]), HTTPStatus.SEE_OTHER)
    response.set_cookie(frame.LANGUAGE_COOKIE, body["language"], max_age=_YEAR_S, samesite="Lax")
    return response  # type: ignore[return-value]


def _shown(problem_id: str) -> Response:
    problem = frame.body(api.shown(problem_id, request.args.get("language", "")))
    languages = [
        {"id": each["id"], "name": each["name"], "version": each.get("version", "")}
        for each in frame.body(catalog.languages())["items"]
        if problem["allowed_languages"] is None or each["id"] in problem["allowed_languages"]
    ]
    offered = [each["id"] for each in languages]
    chosen = request.cookies.get(frame.LANGUAGE_COOKIE, "")
    if chosen not in offered:
        chosen = next((each for each in (*_BEGINNERS, *offered) if each in offered), "")
    code, chosen = _begun_with(request.args.get("from", ""), offered) or (
        problem["templates"].get(chosen, ""),
        chosen,
    )
    whose = frame.user_id()
    # Of whom nobody knows who it is, everybody's would be shown.
    mine = ledger.page(limit=_HISTORY, with_tests=False, user_id=whose, problem_id=problem_id)
    return frame.page(
        "problem.html",
        problem=problem,
        statement=statement.shown(problem),
        languages=languages,
        chosen=chosen,
        code=code,
        history=mine,
        is_anonymous=whose == ANONYMOUS,
        nonce=frame.nonce(),
        told=_told(problem, whose, mine[0].id if mine and mine[0].state not in ENDED else None),
    )


def _begun_with(submission_id: str, offered: list[str]) -> tuple[str, str] | None:
    """The code and the language of a submission that is to be gone on with, if it may be seen."""
    if not submission_id:
        return None
    try:
        submission = seen(submission_id)
    except NotFound:
        return None
    files, _ = ledger.source(submission_id)
    if len(files) != 1 or submission.language not in offered:
        return None
    return files[0].content, submission.language


def _told(problem: dict[str, Any], whose: str, unfinished: str | None) -> dict[str, Any]:
    """What the page's script is told."""
    limits, most = problem["limits"], settings()
    judged_alone = not (problem["type"]["interactive"] or problem["type"]["multi_pass"])
    return {
        "problem": problem["id"],
        "user": whose,
        "names_itself": settings().auth == "none",
        "unfinished": unfinished,
        "samples": problem["samples"],
        "validated": problem["type"]["validated"],
        "can_run": judged_alone,
        "included": problem["included_languages"],
        "limits": {
            "cpu_time_s": min(limits["time_limit_s"], most.max_run_cpu_time_s),
            "memory_bytes": min(limits["memory_bytes"], most.max_run_memory_bytes),
        },
    }


def _asked(args: MultiDict[str, str]) -> api.ProblemsQuery:
    """What is looked for; a link of somebody's that means nothing shows everything."""
    sent = {name: args[name][:100] for name in ("q", "keyword") if args.get(name)}
    cursor = args.get("after") or None
    return api.ProblemsQuery.model_validate({**sent, "cursor": cursor})
