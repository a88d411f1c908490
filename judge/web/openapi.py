"""The OpenAPI 3.1 document, made from what the routes tell of themselves."""

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from flask import Flask
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from werkzeug.routing import Rule

import judge
from judge.config import settings
from judge.web import asking, shapes, throttling
from judge.web.describing import Content, Operation, operation_of
from judge.web.examples import examples

Schema = dict[str, Any]

_VARIABLE = re.compile(r"<(?:(\w+):)?(\w+)>")
_PROBLEM = "application/problem+json"
_COMPONENT = "#/components/schemas/{model}"
_MOST = 2**31 - 1
_ID = {"pattern": "^[0-9a-hjkmnp-tv-z]{26}$"}

PATH_PARAMETERS: Mapping[str, tuple[str, Schema]] = {
    "problem_id": ("the id of a problem", {"pattern": "^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$"}),
    "submission_id": ("the id of a submission", _ID),
    "user_id": ("the name of a user", {"pattern": "^[A-Za-z0-9._@-]{1,64}$"}),
    "token_id": ("the id of a token", _ID),
    "run_id": ("the id of a run", _ID),
    "rejudging_id": ("the id of a rejudging", _ID),
    "webhook_id": ("the id of a webhook", _ID),
    "delivery_id": ("the id of a delivery", _ID),
    "number": ("the number of a version, from 1", {"minimum": 1, "maximum": _MOST}),
    "name": ("the name of a file", {"minLength": 1}),
}
"""What the variables of paths are."""

REQUEST_HEADERS: Mapping[str, tuple[str, Schema]] = {
    "X-Request-Id": ("a name for this request, up to 64 of A-Z a-z 0-9 . _ -; else it is given one", {}),
    "X-CSRF-Token": ("the csrf_token of GET /api/v1/session, where a cookie says who is asking", {}),
    "Prefer": ("`wait=N`: answer when it has ended, or after N seconds (RFC 7240)", {}),
    "If-None-Match": ("the ETag of what the client has; 304 where nothing has changed", {}),
    "Idempotency-Key": (
        "a name for what is asked, as a UUID: who asks again with it gets the same answer",
        {"pattern": r'^([!#-~]{1,255}|"[ !#-\[\]-~]{1,255}")$'},
    ),
    "Last-Event-ID": ("of an event stream: the id of the last event that the client has", {}),
    "Accept-Language": ("languages of the statement, the best first", {}),
}
"""By name, what a header of a request says; one that has no pattern is ignored where it cannot be read."""

RESPONSE_HEADERS: Mapping[str, tuple[str, bool]] = {
    "X-Request-Id": ("the name of the request, as in what was logged of it", True),
    "X-RateLimit-Limit": ("requests that are answered in a while", False),
    "X-RateLimit-Remaining": ("how many of them are left", False),
    "X-RateLimit-Reset": ("seconds until there are more again", False),
    "Location": ("where it is found from now on", True),
    "ETag": ("changes with the answer; for If-None-Match", True),
    "Set-Cookie": ("the session", True),
    "Link": ('the next page, as `rel="next"`, where there is one', False),
    "Idempotent-Replayed": ("`true` where the answer is the one to an earlier request", False),
    "Cache-Status": ("`redis; hit`, or `fwd=` and why it was not (RFC 9211)", False),
    "Preference-Applied": ("the wait that was granted", False),
    "Content-Language": ("the language of the statement", True),
    "Retry-After": ("seconds after which to try again", True),
    "WWW-Authenticate": ("how to say who is asking", True),
}
"""By name, what a header of an answer says, and whether it is always there."""

REFUSALS: Mapping[int, str] = {
    400: "the body is not JSON, or a token stands in the URL",
    401: "no valid token",
    403: "not allowed",
    404: "there is no such thing, or none that you may know of",
    408: "the body came too slowly",
    413: "the body is too large",
    415: "the body is of another media type",
    422: "something is wrong with what was sent; `errors` says what, and what to do about it",
    429: "too many requests, or too many submissions that wait",
    500: "our fault, which has been logged",
    503: "cannot be served at the moment",
}

_REFUSAL_HEADERS = {401: ("WWW-Authenticate",), 429: ("Retry-After",), 503: ("Retry-After",)}


_TAGS = (
    "Submissions",
    "Runs",
    "Events",
    "Problems",
    "Versions",
    "Rejudgings",
    "Leaderboards",
    "Languages",
    "Queue",
    "Session",
    "Users",
    "Webhooks",
    "About",
)
"""In the order in which somebody new wants to read of them."""


def document(app: Flask) -> dict[str, Any]:
    """The document of every described route, as this judge is configured."""
    described = sorted(_described(app), key=lambda found: (found[0].rule, found[1]))
    references, components = _schemas([operation for _, _, operation in described])
    paths: dict[str, dict[str, Any]] = {}
    for rule, method, operation in described:
        view = app.view_functions[rule.endpoint]
        paths.setdefault(_VARIABLE.sub(r"{\2}", rule.rule), {})[method.lower()] = {
            "operationId": _id(rule),
            "tags": [operation.tag],
            "summary": operation.summary,
            "description": view.__doc__ or operation.summary,
            "parameters": [
                *_path_parameters(rule),
                *_query_parameters(operation),
                *_headers(rule, method, operation),
            ],
            **_request_body(rule, operation, references),
            "responses": _responses(rule, operation, references),
            "security": _security(rule),
        }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "judge",
            "version": judge.__version__,
            "description": "Code in, verdicts out. Events are on the WebSocket `/ws`.",
        },
        "tags": [{"name": tag} for tag in _TAGS],
        "paths": paths,
        "components": {
            "schemas": components,
            "responses": {
                str(status): _refusal(status, meaning, references) for status, meaning in REFUSALS.items()
            },
            **({"securitySchemes": _SECURITY} if settings().auth == "token" else {}),
        },
    }


_SECURITY: Schema = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "`judge user token NAME` makes one"},
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "judge_session",
        "description": "of a session; unsafe methods want the header X-CSRF-Token beside it",
    },
}


def _described(app: Flask) -> Iterator[tuple[Rule, str, Operation]]:
    for rule in app.url_map.iter_rules():
        operation = operation_of(app.view_functions[rule.endpoint])
        if operation is not None:
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                yield rule, method, operation


class _Plain(GenerateJsonSchema):
    """Tells no default of what is answered, nor that what may be left out is null then."""

    def default_schema(self, schema: Any) -> JsonSchemaValue:
        """As it would be without a default."""
        if self.mode == "serialization" or schema.get("default") is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)


def _id(rule: Rule) -> str:
    return str(rule.endpoint).replace(".", "_")


def _schemas(operations: list[Operation]) -> tuple[dict[Any, Schema], Schema]:
    """A reference to each shape, and all of them with what they refer to."""
    sent = [operation.body for operation in operations]
    answered = [content for operation in operations for content in operation.answers.values()]
    wanted: dict[Any, None] = dict.fromkeys(
        [
            *((shape, "validation") for shape in sent if _is_shape(shape)),
            *((shape, "serialization") for shape in (*answered, shapes.Problem) if _is_shape(shape)),
        ]
    )
    references, found = models_json_schema(list(wanted), ref_template=_COMPONENT, schema_generator=_Plain)
    return {shape: reference for (shape, _), reference in references.items()}, found["$defs"]


def _is_shape(content: Content) -> bool:
    return isinstance(content, type)


def _path_parameters(rule: Rule) -> Iterator[Schema]:
    for converter, name in _VARIABLE.findall(rule.rule):
        description, schema = PATH_PARAMETERS[name]
        kind = "integer" if converter == "int" else "string"
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "description": description,
            "schema": {"type": kind, **schema},
        }


def _query_parameters(operation: Operation) -> Iterator[Schema]:
    shape = operation.query.model_json_schema(ref_template=_COMPONENT, schema_generator=_Plain)
    for name, schema in shape.get("properties", {}).items():
        # What may be left out is null to us; a query has no such value.
        [schema, *_] = schema.get("anyOf", [schema])
        if "$ref" in schema:
            schema = shape["$defs"][schema["$ref"].rpartition("/")[2]]
        kept = {key: value for key, value in schema.items() if key not in ("title", "description")}
        field = operation.query.model_fields[name]
        yield {
            "name": name,
            "in": "query",
            "required": field.is_required(),
            **({"description": field.description} if field.description else {}),
            "schema": kept,
        }


def _headers(rule: Rule, method: str, operation: Operation) -> Iterator[Schema]:
    csrf = ("X-CSRF-Token",) if _security(rule) and method != "GET" else ()
    resumed = ("Last-Event-ID",) if operation.streams else ()
    names = (
        "X-Request-Id",
        *csrf,
        *resumed,
        *operation.headers,
        *(("If-None-Match",) if operation.has_etag else ()),
    )
    for name in names:
        description, schema = REQUEST_HEADERS[name]
        if name == "Last-Event-ID":
            schema = {"pattern": operation.streams}
        yield {
            "name": name,
            "in": "header",
            "description": description,
            "schema": {"type": "string", **schema},
        }


def _request_body(rule: Rule, operation: Operation, references: Mapping[Any, Schema]) -> Schema:
    if operation.body is None:
        return {}
    content = _content(operation.body, references)
    shown = {
        example.name: {"value": example.body}
        for example in examples().get(_id(rule), ())
        if example.body is not None and example.status < 400
    }
    if shown:
        content["application/json"]["examples"] = shown
    return {"requestBody": {"required": not operation.body_is_optional, "content": content}}


def _content(content: Content, references: Mapping[Any, Schema]) -> Schema:
    if content is None:
        return {}
    if isinstance(content, tuple):
        return {media_type: {"schema": {}} for media_type in content}
    return {"application/json": {"schema": references[content]}}


def _responses(rule: Rule, operation: Operation, references: Mapping[Any, Schema]) -> Schema:
    every = ("X-Request-Id", *(("ETag",) if operation.has_etag else ()))
    found: dict[int, Schema] = {}
    for status, content in operation.answers.items():
        kinds = _content(content, references)
        if operation.streams and content:
            kinds["text/event-stream"] = {"schema": {"type": "string"}}
        body = {"content": kinds} if kinds else {}
        sends = operation.sends if isinstance(operation.sends, tuple) else operation.sends.get(status, ())
        headers = _told((*every, *sends))
        found[status] = {"description": HTTPStatus(status).phrase, "headers": headers, **body}
    if operation.has_etag:
        found[304] = {"description": "nothing has changed", "headers": _told(("X-Request-Id", "ETag"))}
    for status in _refused(rule, operation):
        found[status] = {"$ref": f"#/components/responses/{status}"}
    for status, meaning in operation.refusals.items():
        found[status] = _refusal(status, meaning, references)
    return {str(status): found[status] for status in sorted(found)}


def _refused(rule: Rule, operation: Operation) -> Iterator[int]:
    """The statuses with which any route of its kind may refuse."""
    yield from (400, 403, 422, 500, 503)
    if _security(rule):
        yield 401
    if rule.rule not in throttling.UNLIMITED:
        yield 429
    if rule.arguments:
        yield 404
    if operation.body is not None:
        yield from (408, 413, 415)


def _refusal(status: int, meaning: str, references: Mapping[Any, Schema]) -> Schema:
    return {
        "description": meaning,
        "headers": _told(("X-Request-Id", *_REFUSAL_HEADERS.get(status, ()))),
        "content": {_PROBLEM: {"schema": references[shapes.Problem]}},
    }


def _told(names: tuple[str, ...]) -> Schema:
    return {
        name: {"description": description, "required": required, "schema": {"type": "string"}}
        for name, (description, required) in ((name, RESPONSE_HEADERS[name]) for name in names)
    }


def _security(rule: Rule) -> list[dict[str, list[str]]]:
    """Which of the ways to say who is asking a route demands; none where anybody may."""
    if settings().auth == "none" or asking.is_open(rule.endpoint):
        return []
    ways: list[dict[str, list[str]]] = [{name: []} for name in _SECURITY]
    return [{}, *ways] if asking.is_optional(rule.endpoint) else ways
