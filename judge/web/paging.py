"""Lists a page at a time: ``limit`` and ``cursor`` in, ``next_cursor`` and a Link header out."""

import re
from typing import Annotated, Any
from urllib.parse import urlencode

from flask import Response, jsonify, request
from pydantic import BaseModel, ConfigDict, Field

from judge.web.faults import invalid
from judge.web.schemas import DIGITS, Text

_DEFAULT, _LARGEST = 50, 200


class Page(BaseModel):
    """The query of a list."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=_LARGEST, description="items at most"), DIGITS] = _DEFAULT
    cursor: Annotated[Text | None, Field(description="next_cursor of the page before")] = None


def limit() -> int:
    """How many items were asked for. Raises Fault."""
    text = request.args.get("limit", str(_DEFAULT))
    if not re.fullmatch("[0-9]{1,9}", text) or not 1 <= int(text) <= _LARGEST:
        raise invalid("limit", f"give a number from 1 to {_LARGEST}")
    return int(text)


def page(items: list[dict[str, Any]], limit: int) -> Response:
    """The answer for ``limit`` items, of which one more was read to know whether there are more."""
    shown = items[:limit]
    next_cursor = shown[-1]["id"] if len(items) > limit else None
    response = jsonify(items=shown, next_cursor=next_cursor)
    if next_cursor is not None:
        query = urlencode(request.args.to_dict() | {"cursor": next_cursor})
        response.headers["Link"] = f'<{request.path}?{query}>; rel="next"'
    return response
