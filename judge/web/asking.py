"""Who is asking, and whether the request may be heard at all: Host, Origin, bearer token."""

from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Flask, g, request

from judge import accounts
from judge.accounts import Account
from judge.config import LOOPBACK, is_loopback, settings
from judge.web.faults import Fault

_OPEN = ("health.alive", "health.ready")  # answered to anybody: they tell nothing of anybody's
_SAFE = ("GET", "HEAD", "OPTIONS")


def register(app: Flask) -> None:
    """Look at every request before its route does."""
    app.before_request(_check_address)
    app.before_request(_check_host)
    app.before_request(_check_origin)
    app.before_request(_find_account)


def account() -> Account | None:
    """Who is asking; None with JUDGE_AUTH=none, where a user_id is only a name."""
    found: Account | None = g.get("account")
    return found


def sees_everything() -> bool:
    """Whether the asker may see whatever there is of secret tests: authors and admins."""
    asker = account()
    return asker is not None and asker.is_author


def require_author() -> None:
    """Raises Fault (403) where the asker may change no problem; with JUDGE_AUTH=none everybody may."""
    asker = account()
    if asker is not None and not asker.is_author:
        raise Fault(HTTPStatus.FORBIDDEN, "only authors and admins see and change versions of problems")


def require_admin() -> None:
    """Raises Fault (403) for whoever is no admin; with JUDGE_AUTH=none everybody on this machine may."""
    asker = account()
    if asker is not None and not asker.is_admin:
        raise Fault(HTTPStatus.FORBIDDEN, "only admins may do this")


def may_see(user_id: str) -> bool:
    """Whether the asker may see what is a user's; with JUDGE_AUTH=none whoever is on this machine may."""
    asker = account()
    return asker is None or asker.is_author or asker.user_id == user_id


def hosts() -> set[str]:
    """The Host names that are answered to."""
    return {*LOOPBACK, "[::1]", settings().bind, *_listed(settings().hosts)}


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
    if origin not in (request.host_url.rstrip("/"), *_listed(settings().origins)):
        raise Fault(
            HTTPStatus.FORBIDDEN,
            f"requests from {origin!r} are refused; JUDGE_ORIGINS lists those that are not",
        )


def _find_account() -> None:
    if settings().auth == "none" or request.endpoint in _OPEN or request.path == "/ws":
        return  # a socket says who it is in its hello
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    g.account = accounts.holder(token.strip()) if scheme.lower() == "bearer" else None
    if g.account is None:
        raise Fault(
            HTTPStatus.UNAUTHORIZED,
            "send a valid token as `Authorization: Bearer …`; `judge user token NAME` makes one",
            headers={"WWW-Authenticate": 'Bearer realm="judge"'},
        )


def _listed(names: str) -> list[str]:
    return [name.strip() for name in names.split(",") if name.strip()]
