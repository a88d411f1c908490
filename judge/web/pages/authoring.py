"""What authors do: upload packages, watch them being verified, publish those that are good."""

import re
from http import HTTPStatus
from pathlib import PurePath
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for

from judge import history, versions
from judge.config import settings
from judge.rejudgings import ledger as rejudging_ledger
from judge.verdict import VersionState
from judge.verifications import ledger as verification_ledger
from judge.verifications.ledger import Verification
from judge.versions import Version
from judge.web import multipart
from judge.web import versions as api
from judge.web.asking import require_author
from judge.web.faults import Fault, invalid
from judge.web.pages import frame, matrix
from judge.web.problems import checked_id
from judge.web.schemas import sent_form

blueprint = Blueprint("authoring", __name__)

_PAGE, _REJUDGINGS = 50, 10


@blueprint.get("/authoring")
def index() -> Response:
    """The newest version of each problem, and where a package is uploaded."""
    require_author()
    return _index()


@blueprint.post("/authoring")
def upload() -> Response:
    """What the form sends without script; what is wrong with the package is shown on its page."""
    require_author()
    form = sent_form()
    problem_id = form.get("problem_id", "").strip()
    try:
        sent = multipart.sent() if request.mimetype == multipart.MEDIA_TYPE else None
        if sent is None or not sent.file_name:
            raise invalid("package", "choose a zip of a problem package")
        problem_id = problem_id or PurePath(sent.file_name).stem
        taken = api.take(problem_id, sent.blocks, user_id=frame.user_id()).get_json()
    except Fault as fault:
        shown = _index(fault.status, refused=fault, problem_id=problem_id)
        shown.headers.update(fault.headers)
        return shown
    return _to_version(taken["problem_id"], taken["version"])


@blueprint.get("/authoring/problems/<problem_id>")
def problem(problem_id: str) -> Response:
    """The versions of a problem, and its rejudgings."""
    require_author()
    found = versions.listed(checked_id(problem_id))
    return frame.page(
        "author_problem.html",
        problem_id=problem_id,
        versions=found,
        rejudgings=rejudging_ledger.page(limit=_REJUDGINGS, problem_id=problem_id),
        current=next((version.number for version in found if version.is_current), None),
        told=_told(),
    )


@blueprint.get("/authoring/problems/<problem_id>/versions/<int:number>")
def version(problem_id: str, number: int) -> Response:
    """How a version does: each of its submissions on each test, as far as that is known."""
    require_author()
    shown = versions.get(checked_id(problem_id), number)
    verification = verification_ledger.latest(shown.package_id)
    report = verification.report if verification else None
    return frame.page(
        "author_version.html",
        problem_id=problem_id,
        version=shown,
        verification=verification,
        report=report,
        warnings=report["warnings"] if report else shown.as_json()["warnings"],
        matrix=_matrix(verification),
        hindrance=_hindrance(shown, verification),
        told=_told(),
    )


@blueprint.post("/authoring/problems/<problem_id>/versions/<int:number>/publish")
def publish(problem_id: str, number: int) -> Response:
    """Have new submissions judged by a version."""
    api.publish(problem_id, number)
    return _to_version(problem_id, number)


@blueprint.post("/authoring/problems/<problem_id>/versions/<int:number>/verify")
def verify(problem_id: str, number: int) -> Response:
    """Have a version verified once more."""
    require_author()
    api.verify(problem_id, number, user_id=frame.user_id())
    return _to_version(problem_id, number)


def _index(
    status: HTTPStatus = HTTPStatus.OK, *, refused: Fault | None = None, problem_id: str = ""
) -> Response:
    before = request.args.get("before", "")
    # A link that means nothing shows the beginning.
    cursor = int(before) if re.fullmatch("[0-9]{1,18}", before) else None
    found = versions.newest(limit=_PAGE + 1, before=cursor)
    return frame.page(
        "authoring.html",
        status,
        newest=found[:_PAGE],
        next_before=found[_PAGE - 1].version.package_id if len(found) > _PAGE else None,
        refused=refused,
        problem_id=problem_id,
        told=_told(),
    )


def _matrix(verification: Verification | None) -> matrix.Matrix:
    if verification is None:
        return matrix.Matrix()
    if verification.report is not None:
        return matrix.of_report(verification.report)
    return matrix.so_far(history.events_after(verification.id, 0))


def _hindrance(shown: Version, verification: Verification | None) -> str:
    """Why a version cannot be published; empty where it can be."""
    if shown.state == VersionState.VERIFIED or shown.is_current:
        return ""
    if shown.state == VersionState.REJECTED:
        return "What is wrong stands below. Mend it, and upload the package again: that makes a new version."
    if verification is None or verification.finished_at is not None:
        return "It has not been verified."
    return "It can be published once it is verified."


def _told() -> dict[str, Any]:
    """What the pages' scripts are told."""
    return {
        "user": frame.user_id(),
        "names_itself": settings().auth == "none",
        "most_bytes": settings().max_package_bytes,
    }


def _to_version(problem_id: str, number: int) -> Response:
    url = url_for("pages.authoring.version", problem_id=problem_id, number=number)
    return redirect(url, HTTPStatus.SEE_OTHER)  # type: ignore[return-value]
