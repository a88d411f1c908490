"""Which foreign pages may use the API from a browser: those of JUDGE_ORIGINS (the Fetch standard's CORS)."""

from http import HTTPStatus

from flask import Flask, Response, request

from judge.config import listed, settings

_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
_SENT = (
    "Accept, Accept-Language, Authorization, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID, "
    "Prefer, X-Auth-Token, X-Auth-User, X-CSRF-Token, X-Request-Id"
)
_READ = (
    "Cache-Status, Content-Disposition, Content-Language, ETag, Idempotent-Replayed, Link, Location, "
    "Preference-Applied, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, "
    "X-Request-Id"
)
_KEPT_S = 7200
"""How long a browser may remember an answer to a preflight; none remembers it for longer."""


def register(app: Flask) -> None:
    """Tell browsers of it in every answer."""
    app.after_request(_allow)


def answer_preflight() -> Response | None:
    """The answer to a browser that asks on behalf of a listed page; it sends nobody's credentials with it."""
    if (
        request.method != "OPTIONS"
        or "Access-Control-Request-Method" not in request.headers
        or not _is_listed(request.headers.get("Origin"))
    ):
        return None
    response = Response(status=HTTPStatus.NO_CONTENT)
    response.headers["Access-Control-Allow-Methods"] = _METHODS
    response.headers["Access-Control-Allow-Headers"] = _SENT
    response.headers["Access-Control-Max-Age"] = str(_KEPT_S)
    return response


def _allow(response: Response) -> Response:
    if not settings().origins:
        return response
    response.vary.add("Origin")
    origin = request.headers.get("Origin")
    if _is_listed(origin):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Credentials"] = "true"
        response.headers["Access-Control-Expose-Headers"] = _READ
    return response


def _is_listed(origin: str | None) -> bool:
    return origin in listed(settings().origins)
