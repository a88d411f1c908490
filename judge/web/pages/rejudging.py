"""Submissions judged anew, as authors do it: whom it concerns, then what it would change, then that."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.datastructures import MultiDict

from judge import versions
from judge.rejudgings import ledger
from judge.verdict import RejudgingState, Verdict
from judge.web import rejudgings as api
from judge.web.asking import require_author
from judge.web.faults import unprocessable
from judge.web.pages import frame
from judge.web.problems import checked_id
from judge.web.rejudgings import RejudgingIn
from judge.web.schemas import check, sent_form

blueprint = Blueprint("rejudging", __name__)

_ITEMS = 100


@blueprint.get("/authoring/problems/<problem_id>/rejudge")
def preview(problem_id: str) -> Response:
    """Whom a rejudging would concern; nothing is judged for it."""
    require_author()
    asked = _asked(problem_id, request.args)
    return frame.page(
        "rejudge.html",
        problem_id=problem_id,
        matched=api.matched(asked.wanted()),
        asked=asked,
        versions=versions.listed(problem_id),
        verdicts=list(Verdict),
    )


@blueprint.post("/authoring/problems/<problem_id>/rejudge")
def start(problem_id: str) -> Response:
    """Judge them, without anybody being told of it yet."""
    require_author()
    return _to(api.begun(_asked(problem_id, sent_form())).id)


@blueprint.get("/authoring/rejudgings/<rejudging_id>")
def show(rejudging_id: str) -> Response:
    """How far it is, and what it changes."""
    require_author()
    rejudging = ledger.get(rejudging_id)
    changed = ledger.items(rejudging_id, limit=_ITEMS + 1, changed=True)
    return frame.page(
        "rejudging.html",
        rejudging=rejudging,
        problem_id=rejudging.wanted.get("problem_id"),
        goes_on=rejudging.state in (RejudgingState.RUNNING, RejudgingState.APPLYING),
        changed=changed[:_ITEMS],
        has_more=len(changed) > _ITEMS,
        outcomes=sorted({after for line in rejudging.matrix.values() for after in line}, key=_rank),
        before=sorted(rejudging.matrix, key=_rank),
    )


@blueprint.post("/authoring/rejudgings/<rejudging_id>/apply")
def apply(rejudging_id: str) -> Response:
    """Have it count."""
    api.apply(rejudging_id)
    return _to(rejudging_id)


@blueprint.post("/authoring/rejudgings/<rejudging_id>/cancel")
def cancel(rejudging_id: str) -> Response:
    """Drop it."""
    api.cancel(rejudging_id)
    return _to(rejudging_id)


def _asked(problem_id: str, sent: MultiDict[str, str]) -> RejudgingIn:
    """What the form asks for; an empty field restricts nothing. Raises Fault."""
    body: dict[str, Any] = {"problem_id": checked_id(problem_id), "apply": "by_hand"}
    body |= {name: sent[name] for name in ("verdict", "version", "reason") if sent.get(name)}
    errors: list[dict[str, str]] = []
    asked = check(RejudgingIn, body, errors, strict=False)
    if asked is None:
        raise unprocessable(errors)
    return asked


def _rank(outcome: str) -> int:
    """The order in which outcomes are shown: that of their words."""
    return list(map(str, frame.WORDS)).index(outcome) if outcome in frame.WORDS else len(frame.WORDS)


def _to(rejudging_id: str) -> Response:
    url = url_for("pages.rejudging.show", rejudging_id=rejudging_id)
    return redirect(url, HTTPStatus.SEE_OTHER)  # type: ignore[return-value]
