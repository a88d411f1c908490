"""A name for each request, the client's or ours: in its answer, and in whatever is logged of it."""

import re
import secrets

from flask import Flask, Response, g, has_request_context, request

from judge import log_lines

HEADER = "X-Request-Id"
_SANE = re.compile(r"[A-Za-z0-9._-]{1,64}")


def register(app: Flask) -> None:
    """Name every request before anything else looks at it, and every answer after all else."""
    app.before_request(_name)
    app.after_request(_tell)


def request_id() -> str:
    """The name of the request that is served, or "-" where none is."""
    if not has_request_context():
        return "-"
    if "request_id" not in g:
        given = request.headers.get(HEADER, "")
        g.request_id = given if _SANE.fullmatch(given) else secrets.token_hex(16)
    name: str = g.request_id
    return name


def _name() -> None:
    # Whatever this greenlet served before, on the same connection, has been answered.
    log_lines.forget()
    log_lines.note(request_id=request_id())


def _tell(response: Response) -> Response:
    response.headers[HEADER] = request_id()
    return response
