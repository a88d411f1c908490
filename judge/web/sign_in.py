"""Browser sessions over HTTP: sign in with a password, see who one is, sign out."""

from http import HTTPStatus
from typing import Annotated, Any

from flask import Blueprint, Response, jsonify
from pydantic import BaseModel, ConfigDict, Field

from judge import accounts
from judge.accounts import ANONYMOUS, Account, passwords, sessions
from judge.accounts.scopes import SCOPES, included
from judge.config import settings
from judge.records import instant
from judge.web import asking, hashing, shapes, throttling
from judge.web.asking import account, credential
from judge.web.credential import Credential, cookie, cookie_name
from judge.web.describing import describe
from judge.web.faults import Fault
from judge.web.schemas import Text, UserId, read

blueprint = Blueprint("sign_in", __name__)


class SignInIn(BaseModel):
    """POST /session."""

    model_config = ConfigDict(extra="forbid")

    user_id: UserId
    password: Annotated[Text, Field(max_length=passwords.MOST_BYTES)]


@blueprint.post("/session")
@describe(
    "Sign in",
    tag="Session",
    body=SignInIn,
    answers={200: shapes.Session},
    sends=("Set-Cookie",),
    refusals={401: "wrong user_id or password"},
)
def sign_in() -> Response:
    """A new session in a cookie, in place of the one that the browser had."""
    asking.require_accounts()
    shown = begun(read(SignInIn))
    response = _told(shown.account(), shown)
    remember(response, shown)
    return response


def begun(asked: SignInIn) -> Credential:
    """A new session, in place of the one that the browser had. Raises Fault (401, 429, 503)."""
    kept = accounts.password_hash(asked.user_id)
    with throttling.guess(asked.user_id):
        matched = hashing.matches(kept, asked.password)
        secret = sessions.begin(asked.user_id, kept) if matched and kept else None
        if secret is None or kept is None:
            raise Fault(HTTPStatus.UNAUTHORIZED, "wrong user_id or password", headers=asking.CHALLENGE)
    if passwords.is_outdated(kept):
        accounts.replace_hash(asked.user_id, kept, hashing.hashed(asked.password))
    if before := cookie():
        sessions.end(before.secret)
    return Credential("session", secret)


def remember(response: Response, shown: Credential) -> None:
    """Have the browser keep a session that was begun."""
    response.set_cookie(value=shown.secret, max_age=int(settings().session_max_s), **_cookie())


@blueprint.get("/session")
@describe("Show who is asking", tag="Session", answers={200: shapes.Session})
def who_am_i() -> Response:
    """Who is asking, and the csrf_token for unsafe requests; user_id is null for a stranger."""
    return _told(account(), credential())


@blueprint.delete("/session")
@describe("Sign out", tag="Session", answers={204: None}, refusals={409: "a token is no session"})
def sign_out() -> Response:
    """End the session, here and for whoever else has its cookie; nothing to do for a stranger."""
    asking.require_accounts()
    shown = credential()
    if shown is not None and shown.kind == "token":
        raise Fault(
            HTTPStatus.CONFLICT,
            "a token is no session: DELETE /api/v1/users/{user_id}/tokens/{token_id} revokes it",
        )
    response = Response(status=HTTPStatus.NO_CONTENT)
    forget(response, shown)
    return response


def forget(response: Response, shown: Credential | None) -> None:
    """End a session, and have the browser forget it."""
    if shown is not None:
        sessions.end(shown.secret)
    response.delete_cookie(**_cookie())


def _told(asker: Account | None, shown: Credential | None) -> Response:
    body: dict[str, Any] = dict.fromkeys(("user_id", "role", "expires_at", "csrf_token"))
    body |= {"scopes": [], "auth": settings().auth, "registration": settings().registration}
    if settings().auth == "none":
        body |= {"user_id": ANONYMOUS, "scopes": SCOPES, "registration": False}
    elif asker is not None:
        body |= {"user_id": asker.user_id, "role": asker.role, "scopes": included(asker.scope)}
        body["expires_at"] = instant(asker.expires_at)
        body["csrf_token"] = shown.csrf_token if shown and shown.kind == "session" else None
    return jsonify(body)


def _cookie() -> dict[str, Any]:
    return {
        "key": cookie_name(),
        "path": "/",
        "secure": cookie_name().startswith("__Host-"),
        "httponly": True,
        "samesite": "Lax",
    }
