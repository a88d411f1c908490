"""Every error in one shape: RFC 9457 problem details."""

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, json, request
from gunicorn.http.errors import ParseException
from psycopg2.errors import UndefinedColumn, UndefinedTable  # type: ignore[import-untyped]
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException
from wsproto.utilities import RemoteProtocolError

from judge.errors import Conflict, NotFound
from judge.web.request_ids import request_id

_SHAPES: dict[str, Callable[[HTTPStatus, str], Any]] = {}
"""Of other APIs' errors, by the prefix of their paths."""

log = logging.getLogger(__name__)


class Fault(Exception):
    """An answer that is an error.

    errors: list of {"pointer": JSON pointer into the body, or a parameter's name; "detail": what to do}.
    """

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        *,
        errors: list[dict[str, str]] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail
        self.errors, self.headers = errors or [], headers or {}


def invalid(pointer: str, detail: str) -> Fault:
    """422 for one wrong value."""
    return unprocessable([{"pointer": pointer, "detail": detail}])


def unprocessable(errors: list[dict[str, str]]) -> Fault:
    """422 for every value that is wrong."""
    detail = "; ".join(f"{error['pointer']}: {error['detail']}" for error in errors)
    return Fault(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=errors)


def shape_below(prefix: str, body: Callable[[HTTPStatus, str], Any]) -> None:
    """Have all errors of paths below a prefix told in another API's shape; body: None for an empty one."""
    _SHAPES[f"{prefix}/"] = body


def answer(
    status: HTTPStatus,
    detail: str,
    *,
    errors: list[dict[str, str]] | None = None,
    headers: dict[str, Any] | None = None,
    **more: Any,
) -> Response:
    """A problem+json response; ``more`` are members of its own beside those that all have.

    Of a path below which errors have another shape it is that one.
    """
    for prefix, shape in _SHAPES.items():
        if request.path.startswith(prefix):
            told = shape(status, detail)
            text = "" if told is None else json.dumps(told)
            return Response(text, status=status, headers=headers, content_type="application/json")
    body = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
        "errors": errors or [],
        "request_id": request_id(),
        **more,
    }
    return Response(json.dumps(body), status=status, headers=headers, content_type="application/problem+json")


def register(app: Flask) -> None:
    """Let every failure of a request end in that shape."""

    @app.errorhandler(Fault)
    def fault(error: Fault) -> Response:
        return answer(error.status, error.detail, errors=error.errors, headers=error.headers)

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        status = HTTPStatus(error.code or 500)
        kept = ("allow", "retry-after", "location")
        headers = {name: value for name, value in error.get_headers() if name.lower() in kept}
        return answer(status, error.description or status.phrase, headers=headers)

    @app.errorhandler(NotFound)
    def not_found(error: NotFound) -> Response:
        return answer(HTTPStatus.NOT_FOUND, str(error))

    @app.errorhandler(Conflict)
    def conflict(error: Conflict) -> Response:
        return answer(HTTPStatus.CONFLICT, str(error))

    @app.errorhandler(OperationalError)
    @app.errorhandler(PoolTimeout)
    def database_away(error: Exception) -> Response:
        log.error("the database does not answer: %s", error)
        return answer(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "the database does not answer; try again soon",
            headers={"Retry-After": "2"},
        )

    @app.errorhandler(ProgrammingError)
    def database_old(error: ProgrammingError) -> Response:
        if not isinstance(error.orig, UndefinedTable | UndefinedColumn):
            return unforeseen(error)
        log.error("the database is not migrated: %s", error.orig)
        return answer(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "the database is not migrated yet; its operator runs `judge migrate`",
            headers={"Retry-After": "10"},
        )

    @app.errorhandler(RemoteProtocolError)
    def no_handshake(error: RemoteProtocolError) -> Response:
        detail = f"this is no WebSocket handshake of version 13: {error}"
        return answer(HTTPStatus.BAD_REQUEST, detail, headers={"Sec-WebSocket-Version": "13"})

    @app.errorhandler(ParseException)
    def unreadable(error: ParseException) -> Response:
        return answer(HTTPStatus.BAD_REQUEST, f"the body cannot be read: {error}")

    @app.errorhandler(Exception)
    def unforeseen(error: Exception) -> Response:
        log.exception("a request failed")
        return answer(HTTPStatus.INTERNAL_SERVER_ERROR, "this is our fault, and it has been logged")
