"""Errors in Judge0's shapes."""

from http import HTTPStatus
from typing import Any

_EMPTY = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


def error(status: HTTPStatus, detail: str) -> Any:
    """The body of an error; None for an empty one."""
    return None if status in _EMPTY else {"error": detail}
