"""What a client may send: shapes, and the first pass over their values."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

from flask import request
from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)
from werkzeug.exceptions import RequestEntityTooLarge

from judge.accounts import USER_ID
from judge.web.faults import Fault

_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,99}")


def _plain(text: str) -> str:
    if "\0" in text:
        raise ValueError("must not contain the character NUL")
    return text


def _user_id(value: Any) -> str:
    text = str(value)
    if isinstance(value, bool) or not isinstance(value, str | int) or not USER_ID.fullmatch(text):
        raise ValueError("must be 1 to 64 of A-Z a-z 0-9 . _ @ -")
    return text


def _file_name(name: str) -> str:
    if not _FILE_NAME.fullmatch(name):
        raise ValueError("must be 1 to 100 of A-Z a-z 0-9 _ . + - and begin with a letter, a digit or _")
    return name


# A lone surrogate is no Unicode text; pydantic refuses it by itself.
Text = Annotated[str, AfterValidator(_plain)]
Id = Annotated[Text, Field(min_length=1, max_length=64)]
UserId = Annotated[str, BeforeValidator(_user_id)]


class FileIn(BaseModel):
    """One source file."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[Text, AfterValidator(_file_name)]
    content: Text


class SubmissionIn(BaseModel):
    """POST /submissions: either ``code`` or ``files``."""

    model_config = ConfigDict(extra="forbid")

    problem_id: Id
    language: Id
    code: Text | None = None
    files: Annotated[list[FileIn], Field(min_length=1, max_length=100)] | None = None
    user_id: UserId | None = None


class ShortSubmissionIn(BaseModel):
    """POST /submit, as small clients send it; whatever else they add is not ours to judge."""

    problem_id: Id = Field(validation_alias=AliasChoices("problemId"))
    language: Id
    code: Text
    user_id: UserId | None = Field(default=None, validation_alias=AliasChoices("userId"))


Shape = TypeVar("Shape", bound=BaseModel)


def read_json() -> Any:
    """The body of the request as JSON. Raises Fault: 415, 413 or 400."""
    if request.mimetype != "application/json" and not request.mimetype.endswith("+json"):
        raise Fault(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "send the body as JSON, with the header `Content-Type: application/json`",
        )
    try:
        return request.get_json()
    except RequestEntityTooLarge:
        raise
    except (ValueError, RecursionError) as error:
        raise Fault(HTTPStatus.BAD_REQUEST, f"the body is not JSON: {error}") from error


def check(shape: type[Shape], body: Any, errors: list[dict[str, str]]) -> Shape | None:
    """The body in a shape, or None and what is wrong with it, one entry a field, added to ``errors``."""
    try:
        return shape.model_validate(body)
    except ValidationError as error:
        for detail in error.errors():
            pointer = _pointer(detail["loc"], body)
            if all(entry["pointer"] != pointer for entry in errors):  # a union tells of each of its members
                errors.append({"pointer": pointer, "detail": detail["msg"].removeprefix("Value error, ")})
        return None


def _pointer(location: tuple[str | int, ...], body: Any) -> str:
    """The JSON pointer (RFC 6901) of what pydantic names; names of union members are not in the body."""
    parts: list[str] = []
    for part in location:
        if isinstance(body, Mapping) and isinstance(part, str):
            parts.append(part.replace("~", "~0").replace("/", "~1"))
            body = body.get(part)
        elif isinstance(body, list) and isinstance(part, int):
            parts.append(str(part))
            body = body[part] if part < len(body) else None
    return "/" + "/".join(parts) if parts else ""
