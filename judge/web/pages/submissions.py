"""Submissions as pages: the list, and one with its tests, its source and how it compares."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from flask import Blueprint, Response, request
from markupsafe import Markup, escape

from judge.config import settings
from judge.errors import NotFound
from judge.records import SourceFile, Submission, is_id
from judge.submissions import ledger
from judge.verdict import Verdict
from judge.web import problems as api
from judge.web.asking import sees_everything
from judge.web.figures import of_accepted
from judge.web.pages import frame
from judge.web.submissions import seen

blueprint = Blueprint("submissions", __name__)

_PAGE, _EARLIER = 50, 20
_MOST_LINKS = 1000
# It begins nowhere within a name and looks no further than one is long: an output may be one word of a MiB.
_LINE = re.compile(
    r"(?<![\w./+-])(?P<file>[\w./+-]{1,255}\.\w{1,16})"
    r"(?:\", line |:|\()(?P<line>\d{1,6})(?::(?P<column>\d{1,4}))?"
)


@blueprint.get("/submissions")
def index() -> Response:
    """The newest first: the viewer's own, or those that are asked for by whoever may see them."""
    args = request.args
    mine = frame.user_id()
    sees_all = settings().auth == "none" or sees_everything()
    user_id = args.get("user_id", mine) if sees_all else mine
    verdict = args.get("verdict", "")
    before = args.get("before", "")
    found = ledger.page(
        limit=_PAGE + 1,
        before=before if is_id(before) else None,
        with_tests=False,
        user_id=user_id or None,
        problem_id=args.get("problem_id") or None,
        verdict=verdict if verdict in set(Verdict) else None,
    )
    return frame.page(
        "submissions.html",
        submissions=found[:_PAGE],
        next_before=found[_PAGE - 1].id if len(found) > _PAGE else None,
        asked={"user_id": user_id, "problem_id": args.get("problem_id", ""), "verdict": verdict},
        verdicts=list(Verdict),
        sees_all=sees_all,
    )


@blueprint.get("/submissions/<submission_id>")
def show(submission_id: str) -> Response:
    """How one stands, down to each test, with its source."""
    submission = seen(submission_id)
    shown = submission.as_json(full=sees_everything())
    files, _ = ledger.source(submission_id)
    problem = _problem(submission)
    earlier = ledger.page(
        limit=_EARLIER,
        before=submission.id,
        with_tests=False,
        user_id=submission.user_id,
        problem_id=submission.problem_id,
    )
    return frame.page(
        "submission.html",
        submission=submission,
        shown=shown,
        by_index={test["index"]: test for test in shown["tests"]},
        problem=problem,
        files=files,
        earlier=earlier,
        compile_output=_linked(submission, files),
        bars=_bars(submission),
        failing=next((test for test in shown["tests"] if test["verdict"] != Verdict.ACCEPTED), None),
        told=_told(submission, problem),
    )


def _problem(submission: Submission) -> dict[str, Any] | None:
    """The problem as it is now; None where it is listed no longer."""
    try:
        found: dict[str, Any] = frame.body(api.shown(submission.problem_id, ""))
    except NotFound:
        return None
    return found


def _bars(submission: Submission) -> list[dict[str, Any]]:
    """Where an accepted submission stands among the others in its language."""
    if submission.verdict != Verdict.ACCEPTED:
        return []
    figures = of_accepted(submission.problem_id, submission.language)
    own = (("CPU time", "cpu_time_s", frame.seconds), ("Memory", "memory_bytes", frame.size))
    return [
        _chart(title, figures[name], value, written)
        for title, name, written in own
        if (value := getattr(submission, name)) is not None and figures[name] and figures["submissions"] > 1
    ]


def _chart(title: str, figures: dict[str, Any], value: float, written: Any) -> dict[str, Any]:
    """Bars by the position of their left edge and their height, both from 0 to 1."""
    bounds, counts = figures["bounds"], figures["counts"]
    own = max((bar for bar in range(len(counts)) if value >= bounds[bar]), default=0)
    worse, most = sum(counts[own + 1 :]), max(counts)
    return {
        "title": title,
        "value": written(value),
        "least": written(bounds[0]),
        "greatest": written(bounds[-1]),
        "better_than": worse / sum(counts),
        "of": sum(counts),
        "own": own,
        "bars": [count / most for count in counts],
    }


def _linked(submission: Submission, files: tuple[SourceFile, ...]) -> Markup | None:
    """What the compiler said, with each line that it names linked to the source."""
    said = submission.as_json()["compile_output"]
    if not said:
        return None
    names = [file.name for file in files]
    return Markup("").join(with_links(said, names))


def with_links(said: str, names: list[str]) -> Iterator[Markup]:
    """A compiler's words, of which the first that name a line of these files are links to it."""
    end = 0
    for found in islice(_LINE.finditer(said), _MOST_LINKS):
        name = found["file"].rpartition("/")[2]
        if name in names:
            yield escape(said[end : found.start()])
            yield Markup('<a href="#f{}-{}" data-line="{}" data-column="{}">{}</a>').format(
                names.index(name) + 1, found["line"], found["line"], found["column"] or 1, found[0]
            )
            end = found.end()
    yield escape(said[end:])


def _told(submission: Submission, problem: dict[str, Any] | None) -> dict[str, Any]:
    """What the page's script is told."""
    return {
        "submission": submission.id,
        "user": submission.user_id,
        "names_itself": settings().auth == "none",
        "language": submission.language,
        "samples": problem["samples"] if problem else [],
    }
