"""Lists a page at a time: ``limit`` and ``cursor`` in, ``next_cursor`` and a Link header out."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from flask import Response, jsonify, request
from pydantic import BaseModel, ConfigDict, Field

from judge.web.schemas import DIGITS, Cursor, Text

_DEFAULT, _LARGEST = 50, 200


class Page(BaseModel):
    """The query of a list."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=_LARGEST, description="items at most"), DIGITS] = _DEFAULT
    cursor: Annotated[Text | None, Field(description="next_cursor of the page before")] = None


class IdPage(Page):
    """The query of a list in the order of ids of ours."""

    cursor: Annotated[Cursor | None, Field(description="next_cursor of the page before")] = None


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
