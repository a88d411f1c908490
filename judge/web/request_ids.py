"""A name for each request, the client's or ours: in its answer, and in whatever is logged of it."""

import logging
import re
import secrets

from flask import Flask, Response, g, has_request_context, request

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


class Naming(logging.Filter):
    """Gives each line that is logged the name of its request, as ``request_id``."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every line pass."""
        record.request_id = request_id()
        return True


def _name() -> None:
    request_id()


def _tell(response: Response) -> Response:
    response.headers[HEADER] = request_id()
    return response
