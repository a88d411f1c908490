"""Errors as pages, for whoever asked for a page; programs go on getting problem details."""

import json
from http import HTTPStatus

from flask import Flask, Response, request

from judge.config import settings
from judge.web.pages import frame

_FOR_PROGRAMS = (
    "/api",
    "/healthz",
    "/judge0",
    "/metrics",
    "/openapi.json",
    "/piston",
    "/readyz",
    "/submit",
    "/ws",
)


def register(app: Flask) -> None:
    """Look at every answer that is an error."""
    app.after_request(_as_page)


def _as_page(response: Response) -> Response:
    if response.mimetype != "application/problem+json" or not _wants_page():
        return response
    problem = json.loads(response.get_data())
    status = HTTPStatus(response.status_code)
    if status == HTTPStatus.UNAUTHORIZED and settings().auth == "token":
        shown = frame.page("sign_in.html", status, next=_left(), problem=None)
    else:
        shown = frame.page("error.html", status, problem=problem)
    for name in ("Retry-After", "Allow", "WWW-Authenticate"):
        if name in response.headers:
            shown.headers[name] = response.headers[name]
    shown.vary.add("Accept")
    return shown


def _left() -> str:
    """The page to come back to: the one that was asked for or, of a form, the one that it stands on."""
    stood_on = request.referrer or ""
    if request.method == "GET" or not stood_on.startswith(request.host_url):
        return request.full_path.rstrip("?")
    return "/" + stood_on.removeprefix(request.host_url)


def _is_for_programs(path: str) -> bool:
    return any(path == own or path.startswith(f"{own}/") for own in _FOR_PROGRAMS)


def _wants_page() -> bool:
    """Browsers name HTML; a program that takes anything does not."""
    return "text/html" in request.headers.get("Accept", "") and not _is_for_programs(request.path)
