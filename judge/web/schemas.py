"""What a client may send: shapes, and the first pass over their values."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus
from itertools import islice
from typing import Annotated, Any, TypeVar

from flask import request
from gevent import Timeout
from pydantic import (
    AfterValidator,
    AliasChoices,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
)
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from judge.accounts import USER_ID
from judge.config import settings
from judge.records import is_id
from judge.web import multipart
from judge.web.faults import Fault, unprocessable

MOST_VALUES = 5000
"""Of a body, names of fields left out; no sound one has as many."""
_MOST_ERRORS = 100
_RECEIVE_S = 60.0
"""Strangers send bodies, too, and each holds a connection and what has come of it so far."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_ENTRY_POINT = re.compile(r"[A-Za-z_][A-Za-z0-9_.$-]{0,199}")
_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,99}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE)
_OUR_ID = re.compile("[0-9a-hjkmnp-tv-z]{26}")


def _user_id(value: Any) -> str:
    text = str(value)
    if isinstance(value, bool) or not isinstance(value, str | int) or not USER_ID.fullmatch(text):
        raise ValueError("must be 1 to 64 of A-Z a-z 0-9 . _ @ -")
    return text


def _file_name(name: str) -> str:
    if not _FILE_NAME.fullmatch(name):
        raise ValueError("must be 1 to 100 of A-Z a-z 0-9 _ . + - and begin with a letter, a digit or _")
    return name


def _entry_point(name: str) -> str:
    if not _ENTRY_POINT.fullmatch(name):
        raise ValueError("must be a file's name, or a class such as org.example.Main")
    return name


def _instant(text: Any) -> Any:
    if not isinstance(text, str) or not _INSTANT.fullmatch(text):
        raise ValueError("give an instant as RFC 3339 writes it, such as 2030-01-31T12:00:00Z")
    return datetime.fromisoformat(text.upper())


def _whole(text: Any) -> Any:
    if not isinstance(text, str) or not re.fullmatch("[0-9]{1,9}", text):
        raise ValueError("give a whole number")
    return int(text)


def _our_id(text: str) -> str:
    if not is_id(text):
        raise ValueError("give a next_cursor of this list, or none")
    return text


def _flag(text: Any) -> Any:
    if text not in ("true", "false"):
        raise ValueError("give true or false, or leave it out")
    return text == "true"


def text(**more: Any) -> WithJsonSchema:
    """How the document describes a text, which is always one without NUL."""
    return WithJsonSchema({"type": "string", "pattern": r"^[^\u0000]*$", **more})


def _matching(pattern: re.Pattern[str]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern.pattern}$"})


Text = Annotated[str, text()]
EntryPoint = Annotated[str, AfterValidator(_entry_point), _matching(_ENTRY_POINT)]
Id = Annotated[str, Field(min_length=1, max_length=64), text(minLength=1, maxLength=64)]
UserName = Annotated[str, BeforeValidator(_user_id), _matching(USER_ID)]
"""A user_id in a query, where all is text."""
UserId = Annotated[
    str,
    BeforeValidator(_user_id),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": f"^{USER_ID.pattern}$"}, {"type": "integer"}]}),
]
Instant = Annotated[AwareDatetime, BeforeValidator(_instant)]
Cursor = Annotated[str, AfterValidator(_our_id), _matching(_OUR_ID)]
"""Where a list of what has ids of ours goes on."""
DIGITS = BeforeValidator(_whole)
"""A whole number from 0 in a query; stands behind its bounds."""
QueryFlag = Annotated[bool, BeforeValidator(_flag)]


class FileIn(BaseModel):
    """One source file."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, AfterValidator(_file_name), _matching(_FILE_NAME)]
    content: Text


EITHER: list[Any] = [
    {"required": ["code"], "properties": {"code": {"type": "string"}, "files": {"type": "null"}}},
    {"required": ["files"], "properties": {"files": {"type": "array"}, "code": {"type": "null"}}},
]
"""How the document says that of ``code`` and ``files`` one is given."""


class SubmissionIn(BaseModel):
    """POST /submissions: either ``code`` or ``files``; entry_point: the file or class that is run first."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"oneOf": EITHER})

    problem_id: Id
    language: Id
    code: Text | None = None
    files: Annotated[list[FileIn], Field(min_length=1, max_length=100)] | None = None
    entry_point: EntryPoint | None = None
    user_id: UserId | None = None


class ShortSubmissionIn(BaseModel):
    """POST /submit, as small clients send it; whatever else they add is not ours to judge."""

    problem_id: Id = Field(validation_alias=AliasChoices("problemId"))
    language: Id
    code: Text
    user_id: UserId | None = Field(default=None, validation_alias=AliasChoices("userId"))


Shape = TypeVar("Shape", bound=BaseModel)


def read_json(*, most_values: int = MOST_VALUES) -> Any:
    """The body of the request as JSON. Raises Fault: 415, 413, 408, 400, or 422 for too many values."""
    if request.mimetype != "application/json" and not request.mimetype.endswith("+json"):
        raise Fault(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "send the body as JSON, with the header `Content-Type: application/json`",
        )
    try:
        read = json.loads(read_body())
    except (ValueError, RecursionError) as error:
        raise Fault(HTTPStatus.BAD_REQUEST, f"the body is not JSON: {error}") from error
    # What is wrong with each of them would take hundreds of times the memory of what was sent.
    if not _has_at_most(most_values, read):
        detail = f"the body has too many values: at most {most_values} are read"
        raise Fault(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    return read


def read_body() -> bytes:
    """The body of the request, of whatever media type. Raises Fault (408), RequestEntityTooLarge."""
    with Timeout(_RECEIVE_S, Fault(HTTPStatus.REQUEST_TIMEOUT, "the body came too slowly")):
        body = request.get_data()
    # Of a body that does not tell its length, werkzeug reads as much as is allowed, and no further.
    most = request.max_content_length or settings().max_body_bytes
    if request.content_length is None and len(body) >= most:
        raise RequestEntityTooLarge
    return body


def sent_form() -> MultiDict[str, str]:
    """The fields of a form that was sent, those before its file where it has one. Raises Fault (400, 408)."""
    with Timeout(_RECEIVE_S, Fault(HTTPStatus.REQUEST_TIMEOUT, "the body came too slowly")):
        return multipart.sent().fields if request.mimetype == multipart.MEDIA_TYPE else request.form


def read(shape: type[Shape]) -> Shape:
    """The body of the request in a shape. Raises Fault, with every field that is wrong."""
    errors: list[dict[str, str]] = []
    sound = check(shape, read_json(), errors)
    if sound is None:
        raise unprocessable(errors)
    return sound


def check(
    shape: type[Shape], body: Any, errors: list[dict[str, str]], *, strict: bool = True
) -> Shape | None:
    """The body in a shape, or None and what is wrong with it, one entry a field, added to ``errors``.

    strict: "5" is no number, and 1 is not true; in a query, where all is text, they are.
    """
    found = dict(islice(_no_text(body), _MOST_ERRORS))
    try:
        sound = shape.model_validate(body, strict=strict)
    except ValidationError as error:
        sound = None
        for detail in error.errors(include_url=False, include_context=False, include_input=False):
            if len(found) == _MOST_ERRORS:
                break
            # The first of a field counts: a union tells of each of its members.
            found.setdefault(_pointer(detail["loc"], body), detail["msg"].removeprefix("Value error, "))
    errors += [{"pointer": pointer, "detail": detail} for pointer, detail in found.items()]
    return None if found else sound


def _has_at_most(most: int, body: Any) -> bool:
    """Whether there are so many values in a body, in lists and objects together."""
    left, count = [body], 0
    while left:
        value = left.pop()
        if isinstance(value, list | dict):
            count += len(value)
            if count > most:
                return False
            left += value.values() if isinstance(value, dict) else value
    return True


def _no_text(body: Any) -> Iterator[tuple[str, str]]:
    """Whatever in a body is a string to JSON and no text to Postgres, names of fields included."""
    left: list[tuple[Any, Any]] = [(body, None)]
    while left:
        value, path = left.pop()
        if isinstance(value, str):
            if "\0" in value:
                yield _joined(path), "must not contain the character NUL"
            elif _SURROGATE.search(value):
                yield _joined(path), "must not contain a lone surrogate"
        elif isinstance(value, list):
            left += [(item, (path, str(index))) for index, item in enumerate(value)]
        elif isinstance(value, dict):
            left += [(part, (path, name)) for name, item in value.items() for part in (item, name)]


def _joined(path: Any) -> str:
    """The JSON pointer of a path that is linked from its end; few are ever wanted, and depth costs."""
    parts = []
    while path is not None:
        path, part = path
        parts.append(_escaped(part))
    return "".join(reversed(parts))


def _pointer(location: tuple[str | int, ...], body: Any) -> str:
    """The JSON pointer of what pydantic names; names of union members are not in the body."""
    parts = []
    for part in location:
        if isinstance(body, dict) and isinstance(part, str):
            parts.append(_escaped(part))
            body = body.get(part)
        elif isinstance(body, list) and isinstance(part, int):
            parts.append(_escaped(str(part)))
            body = body[part] if part < len(body) else None
    return "".join(parts)


def _escaped(part: str) -> str:
    """A step of a JSON pointer (RFC 6901)."""
    return "/" + _SURROGATE.sub("\ufffd", part).replace("~", "~0").replace("/", "~1")
