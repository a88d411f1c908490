"""Lists a page at a time: ``limit`` and ``cursor`` in, ``next_cursor`` and a Link header out."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Response, jsonify, request

from judge.records import is_id
from judge.web.faults import invalid

_DEFAULT, _LARGEST = 50, 200


def limit() -> int:
    """How many items were asked for. Raises Fault."""
    text = request.args.get("limit", str(_DEFAULT))
    if not re.fullmatch("[0-9]{1,9}", text) or not 1 <= int(text) <= _LARGEST:
        raise invalid("limit", f"give a number from 1 to {_LARGEST}")
    return int(text)


def cursor() -> str | None:
    """The id after which a list by ids goes on. Raises Fault."""
    given = request.args.get("cursor")
    if given is not None and not is_id(given):
        raise invalid("cursor", "give a next_cursor of this list, or none")
    return given


def page(
    items: list[dict[str, Any]], limit: int, query: Mapping[str, Any] | None = None, *, key: str = "id"
) -> Response:
    """The answer for ``limit`` items, of which one more was read to know whether there are more.

    key: the field of an item that a cursor names.
    query: what the next page is asked for by, beside its cursor; as this one was, where that is None.
    """
    shown = items[:limit]
    return answer(shown, shown[-1][key] if len(items) > limit else None, query)


def answer(
    items: list[dict[str, Any]], next_cursor: str | None, query: Mapping[str, Any] | None = None
) -> Response:
    """The answer for these items; next_cursor: where the next page begins, if there is one."""
    response = jsonify(items=items, next_cursor=next_cursor)
    if next_cursor is not None:
        asked = request.args.to_dict() if query is None else dict(query)
        next_page = urlencode(asked | {"cursor": next_cursor})
        response.headers["Link"] = f'<{request.path}?{next_page}>; rel="next"'
    return response
