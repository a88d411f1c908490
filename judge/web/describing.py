"""What a route takes and answers, told beside it: read by the OpenAPI document, and enforced on its query."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import Flask, current_app, g, request
from pydantic import BaseModel, ConfigDict

from judge.web.faults import unprocessable
from judge.web.schemas import check

View = TypeVar("View", bound=Callable[..., Any])
Shape = TypeVar("Shape", bound=BaseModel)
MediaTypes = tuple[str, ...]
Content = type[BaseModel] | MediaTypes | None
"""A body: JSON of a shape, bytes of one of these media types, or nothing."""


class NoQuery(BaseModel):
    """No parameters at all."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class Operation:
    """A route as people and programs see it.

    tag: the noun under which it is listed. answers: by status, the body of each answer that is no error.
    headers: names of request headers that it heeds. sends: names of headers of its answers, or by status of
    those of one. Both stand beside those that all routes have, and are explained in ``judge.web.openapi``.
    streams: the pattern of the Last-Event-ID of an event stream, which it answers 200 with as well. has_etag:
    it answers 304 to what the client has already. refusals: by status, when it refuses for reasons
    of its own.
    """

    summary: str
    tag: str
    answers: Mapping[int, Content]
    query: type[BaseModel] = NoQuery
    body: Content = None
    headers: tuple[str, ...] = ()
    sends: tuple[str, ...] | Mapping[int, tuple[str, ...]] = ()
    body_is_optional: bool = False
    streams: str = ""
    has_etag: bool = False
    refusals: Mapping[int, str] = field(default_factory=dict)


def describe(summary: str, **told: Any) -> Callable[[View], View]:
    """Describe a route by the fields of an Operation; its docstring is the description.

    Stands below the route's own decorator. A parameter that is not described is refused (422).
    """

    def described(view: View) -> View:
        view.operation = Operation(summary, **told)  # type: ignore[attr-defined]  # functions may have any
        return view

    return described


def operation_of(view: Callable[..., Any]) -> Operation | None:
    """What was told of a view."""
    return getattr(view, "operation", None)


def query(shape: type[Shape]) -> Shape:
    """The query of this request, in the shape that its route was described with."""
    found = g.query
    assert isinstance(found, shape), "the route is described with another query"
    return found


def register(app: Flask) -> None:
    """Look at the query of every request for a described route."""
    app.before_request(_check_query)


def _check_query() -> None:
    operation = operation_of(current_app.view_functions.get(request.endpoint or "", _check_query))
    if operation is not None:
        g.query = _checked(operation.query)


def _checked(shape: type[BaseModel]) -> BaseModel:
    """The query in a shape. Raises Fault: a misspelt filter that is ignored would list everything."""
    known = shape.model_fields
    errors = []
    for name, values in request.args.lists():
        if name not in known:
            there_are = f"there are: {', '.join(known)}" if known else "there are none here"
            errors.append({"pointer": name, "detail": f"unknown parameter; {there_are}"})
        elif len(values) > 1:
            errors.append({"pointer": name, "detail": "is given more than once"})
    faults: list[dict[str, str]] = []
    sound = check(
        shape, {name: request.args[name] for name in known if name in request.args}, faults, strict=False
    )
    errors += [{"pointer": fault["pointer"][1:], "detail": fault["detail"]} for fault in faults]
    if errors or sound is None:
        raise unprocessable(errors)
    return sound
