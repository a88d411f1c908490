"""Signing in and out; where there are no accounts, saying by which name one goes."""

import re
from http import HTTPStatus

from flask import Blueprint, Response, redirect, request, url_for

from judge.accounts import USER_ID
from judge.accounts.passwords import MOST_BYTES
from judge.config import settings
from judge.web import asking, sign_in
from judge.web.asking import credential
from judge.web.faults import Fault, invalid
from judge.web.pages import frame
from judge.web.schemas import check, sent_form

blueprint = Blueprint("signing_in", __name__)

_YEAR_S = 365 * 24 * 3600


@blueprint.get("/sign-in")
def form() -> Response:
    """Where to sign in, for whoever has been asked to."""
    if settings().auth == "none":
        return redirect(url_for("pages.problems.index"), HTTPStatus.SEE_OTHER)  # type: ignore[return-value]
    return frame.page("sign_in.html", next=_next(request.args.get("next")), problem=None)


@blueprint.post("/sign-in")
def enter() -> Response:
    """Begin a session, and go on to what was asked for."""
    asking.require_accounts()
    sent = sent_form()
    errors: list[dict[str, str]] = []
    fields = {"user_id": sent.get("user_id", ""), "password": sent.get("password", "")[:MOST_BYTES]}
    asked = check(sign_in.SignInIn, fields, errors)
    try:
        if asked is None:
            raise Fault(HTTPStatus.UNAUTHORIZED, "wrong name or password")
        shown = sign_in.begun(asked)
    except Fault as fault:
        # Not 401, which is how a page is refused that somebody must sign in for.
        wrong = fault.status == HTTPStatus.UNAUTHORIZED
        told = {"detail": "Wrong name or password." if wrong else fault.detail, "user_id": fields["user_id"]}
        status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else fault.status
        page = frame.page("sign_in.html", status, next=_next(sent.get("next")), problem=told)
        if "Retry-After" in fault.headers:
            page.headers["Retry-After"] = fault.headers["Retry-After"]
        return page
    response: Response = redirect(_next(sent.get("next")), HTTPStatus.SEE_OTHER)  # type: ignore[assignment]
    sign_in.remember(response, shown)
    return response


@blueprint.post("/sign-out")
def leave() -> Response:
    """End the session."""
    asking.require_accounts()
    response: Response = redirect(url_for("pages.signing_in.form"), HTTPStatus.SEE_OTHER)  # type: ignore[assignment]
    shown = credential()
    sign_in.forget(response, shown if shown and shown.kind == "session" else None)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@blueprint.post("/name")
def name() -> Response:
    """Go by a name, where there are no accounts."""
    if settings().auth != "none":
        raise Fault(HTTPStatus.FORBIDDEN, "with JUDGE_AUTH=token a name is an account's: sign in")
    sent = sent_form()
    if not USER_ID.fullmatch(sent.get("user_id", "")):
        raise invalid("user_id", "must be 1 to 64 of A-Z a-z 0-9 . _ @ -")
    response: Response = redirect(_next(sent.get("next")), HTTPStatus.SEE_OTHER)  # type: ignore[assignment]
    response.set_cookie(frame.NAME_COOKIE, sent["user_id"], max_age=_YEAR_S, httponly=True, samesite="Lax")
    return response


def _next(wanted: str | None) -> str:
    """A path of ours; another address would make a sign-in lead wherever a link says."""
    if wanted and re.fullmatch(r"/(?![/\\])[!-~]*", wanted):
        return wanted
    return url_for("pages.problems.index")
