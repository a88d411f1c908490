"""Who is asking, and whether the request may be heard at all: Host, Origin, token or session, scope.

A route that says nothing about it is closed to strangers, and its unsafe methods to read-only tokens; what
only authors or admins may do, it says by calling ``require_author`` or ``require_admin`` first.
"""

import hmac
from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Flask, g, request

from judge.accounts import Account
from judge.accounts.scopes import Scope, included, scope_of
from judge.config import LOOPBACK, is_loopback, listed, settings
from judge.metrics.serving import is_shown
from judge.web import cors
from judge.web.credential import Credential, bearer, cookie
from judge.web.faults import Fault
from judge.web.schemas import sent_form

# Answered to anybody without asking who it is: they tell nothing of anybody's.
_OPEN = (
    "health.alive",
    "health.ready",
    "sign_in.sign_in",
    "docs.openapi_json",
    "docs.page",
    "docs.static",
    "pages.assets.file",
    "pages.signing_in.form",
    "pages.signing_in.enter",
)
# Answered to those who have not signed in as well; account() is None then.
_OPTIONAL = ("sign_in.who_am_i", "sign_in.sign_out", "users.create")
_SAFE = ("GET", "HEAD", "OPTIONS")
_IN_URL = ("token", "access_token", "X-Auth-Token", "X-Auth-User")
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="judge"'}
"""The header that a 401 must have."""


def register(app: Flask) -> None:
    """Look at every request before its route does."""
    app.before_request(_check_address)
    app.before_request(_check_host)
    app.before_request(cors.answer_preflight)
    app.before_request(_check_origin)
    app.before_request(_check_url)
    app.before_request(_find_account)


def is_open(endpoint: str | None) -> bool:
    """Whether a route is answered to anybody, in either mode."""
    return endpoint in _OPEN


def is_optional(endpoint: str | None) -> bool:
    """Whether a route is answered to those who have not signed in as well."""
    return endpoint in _OPTIONAL


def account() -> Account | None:
    """Who is asking; None with JUDGE_AUTH=none, where a user_id is only a name.

    None is also a stranger, where a route is in ``_OPTIONAL``.
    """
    found: Account | None = g.get("account")
    return found


def credential() -> Credential | None:
    """What the asker has proven it by; a stream asks it again now and then, for it may be revoked."""
    found: Credential | None = g.get("credential")
    return found


def sees_everything() -> bool:
    """Whether the asker may see whatever there is of secret tests: authors and admins."""
    asker = account()
    return asker is not None and asker.is_author


def require_accounts() -> None:
    """Raises Fault (403) where there are no users to speak of."""
    if settings().auth == "none":
        raise Fault(
            HTTPStatus.FORBIDDEN,
            "with JUDGE_AUTH=none there are no users, and nobody to sign in as; set JUDGE_AUTH=token",
        )


def require_account() -> Account:
    """Who is asking. Raises Fault (401) for a stranger, (403) where there are no users."""
    require_accounts()
    asker = account()
    if asker is None:
        raise _unknown()
    return asker


def require_author() -> None:
    """Raises Fault (403) where the asker may change no problem; with JUDGE_AUTH=none everybody may."""
    if settings().auth == "token" and not require_account().is_author:
        raise _too_little("author", "only authors and admins see and change versions of problems")


def require_admin() -> None:
    """Raises Fault (403) for whoever is no admin; with JUDGE_AUTH=none everybody on this machine may."""
    if settings().auth == "token" and not require_account().is_admin:
        raise _too_little("admin", "only admins may do this")


def may_see(user_id: str) -> bool:
    """Whether the asker may see what is a user's; with JUDGE_AUTH=none whoever is on this machine may."""
    asker = account()
    if asker is None:
        return settings().auth == "none"
    return asker.is_author or asker.user_id == user_id


def hosts() -> set[str]:
    """The Host names that are answered to."""
    return {*LOOPBACK, "[::1]", settings().bind, *listed(settings().hosts)}


def _check_address() -> None:
    """However the process was made to listen: who asks for no tokens serves this machine alone."""
    if settings().auth == "none" and not is_loopback(request.remote_addr or ""):
        raise Fault(
            HTTPStatus.FORBIDDEN, "JUDGE_AUTH=none serves loopback only; beyond it, set JUDGE_AUTH=token"
        )


def _check_host() -> None:
    """A page that has its own name resolve to this machine (DNS rebinding) still sends that name."""
    name = urlsplit(f"//{request.host}").hostname or ""
    if name not in hosts() and request.host not in hosts():
        raise Fault(
            HTTPStatus.FORBIDDEN,
            f"the Host {request.host!r} is not served here; JUDGE_HOSTS lists those that are",
        )


def _check_origin() -> None:
    """A foreign page may not act in the name of whoever visits it."""
    origin = request.headers.get("Origin")
    is_websocket = request.headers.get("Upgrade", "").lower() == "websocket"
    if origin is None or (request.method in _SAFE and not is_websocket):
        return
    if origin not in (request.host_url.rstrip("/"), *listed(settings().origins)):
        raise Fault(
            HTTPStatus.FORBIDDEN,
            f"requests from {origin!r} are refused; JUDGE_ORIGINS lists those that are not",
        )


def _check_url() -> None:
    """What stands in a URL stands in logs and histories too."""
    for name in _IN_URL:
        if name in request.args:
            raise Fault(
                HTTPStatus.BAD_REQUEST,
                f"{name} stands in the URL, where others may read it: revoke that token, "
                "and send another as `Authorization: Bearer …`, or in a socket's hello",
            )
    # Of the API's parameters their shapes say it.
    if _is_of_page() and any("\0" in value for _, value in request.args.items(multi=True)):
        raise Fault(HTTPStatus.UNPROCESSABLE_ENTITY, "a NUL stands in the URL, and in no text of ours")


def may_scrape() -> bool:
    """Whether the request shows JUDGE_METRICS_TOKEN, which opens the metrics and no other route.

    It needs no Postgres: metrics are wanted most of all while that is away.
    """
    return request.endpoint == "metrics.show" and is_shown(request.headers.get("Authorization", ""))


def _find_account() -> None:
    if settings().auth == "none" or is_open(request.endpoint) or may_scrape():
        return
    if request.path == "/ws":
        _find_visitor()
        return
    g.credential = bearer() or cookie()
    g.account = g.credential and g.credential.account()
    if g.account is None:
        # A cookie may be old, and whoever sends it need not know; a token was meant.
        if request.endpoint not in _OPTIONAL or bearer():
            raise _unknown()
    elif request.method not in _SAFE:
        _check_csrf(g.credential)
        _check_scope(g.account)


def _find_visitor() -> None:
    """A socket says who it is in its hello; a page's, which has no token to say, has come with a cookie."""
    g.credential = cookie()
    if g.credential and "Origin" not in request.headers:
        raise Fault(HTTPStatus.FORBIDDEN, "a socket that comes with a cookie must say its Origin")


def _check_csrf(shown: Credential) -> None:
    """A cookie is sent by browsers unasked, so it does not show who wanted the request."""
    if shown.kind == "token":
        return
    sent = (request.headers.get("X-CSRF-Token") or _csrf_field()).encode()
    if not hmac.compare_digest(sent, shown.csrf_token.encode()):
        raise Fault(
            HTTPStatus.FORBIDDEN,
            "send the csrf_token of GET /api/v1/session as the header X-CSRF-Token; "
            "it changes with every sign-in",
        )


def _csrf_field() -> str:
    """A page's form carries the token in a field, for without script it can set no header."""
    return sent_form().get("csrf_token", "") if _is_of_page() else ""


def _is_of_page() -> bool:
    """Whether what is asked for serves people, and not programs."""
    return (request.blueprint or "").partition(".")[0] == "pages"


def _check_scope(asker: Account) -> None:
    if not asker.may_write:
        raise _too_little("submit", "this token may only read")


def _unknown() -> Fault:
    return Fault(
        HTTPStatus.UNAUTHORIZED,
        "sign in by POST /api/v1/session, or send a valid token as `Authorization: Bearer …`; "
        "`judge user token NAME` makes one",
        headers=CHALLENGE,
    )


def _too_little(scope: Scope, reason: str) -> Fault:
    """403, with the way out for whose token is what holds them back."""
    asker = account()
    if asker is not None and scope in included(scope_of(asker.role)):
        reason += f"; your role may: use a token with the scope {scope}"
    return Fault(HTTPStatus.FORBIDDEN, reason)
