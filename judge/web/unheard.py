"""Requests that gunicorn refuses before any route hears of them, answered in the one shape of errors."""

import json
import secrets
from http import HTTPStatus
from typing import Any

from gunicorn import util

from judge.web.request_ids import HEADER


def answer_in_one_shape() -> None:
    """From now on this process writes such refusals as problem details, where gunicorn has a page of HTML."""
    util.write_error = _write


def _write(socket: Any, status: int, reason: str, message: str) -> None:
    request_id = secrets.token_hex(16)
    body = json.dumps(
        {
            "type": "about:blank",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": message or reason,
            "errors": [],
            "request_id": request_id,
        }
    ).encode()
    head = (
        f"HTTP/1.1 {status} {reason}\r\n"
        "Connection: close\r\n"
        "Content-Type: application/problem+json\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Cache-Control: no-store\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        f"{HEADER}: {request_id}\r\n\r\n"
    )
    util.write_nonblock(socket, head.encode("latin-1") + body)
