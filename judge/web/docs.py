"""The API told to programs, as the OpenAPI document, and to people, as a page made from it."""

from functools import cache
from typing import Any

from flask import Blueprint, Flask, Response, current_app, json, render_template, request
from markdown_it import MarkdownIt
from markupsafe import Markup

from judge.web import openapi
from judge.web.describing import describe
from judge.web.examples import examples

blueprint = Blueprint(
    "docs", __name__, template_folder="templates", static_folder="static", static_url_path="/static"
)

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


@blueprint.get("/openapi.json")
@describe("This document", tag="About", answers={200: ("application/json",)}, has_etag=True)
def openapi_json() -> Response:
    """What this server takes and answers, for programs."""
    response = Response(json.dumps(_document(_app())), content_type="application/json")
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[return-value]  # it returns itself


@blueprint.get("/docs")
def page() -> Response:
    """The same for people; it needs no script, and nothing from elsewhere."""
    document = _document(_app())
    html = render_template(
        "docs.html",
        document=document,
        groups=_by_tag(document),
        examples=examples(),
        url=request.host_url.rstrip("/"),
        shown=_shown,
        type_of=_type,
        marked=_marked,
    )
    response = Response(html)
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[return-value]  # it returns itself


def _app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # the proxy has it
    return app


@cache
def _document(app: Flask) -> dict[str, Any]:
    """What follows from code and settings alone; making it takes 50 ms, for which any stranger may ask."""
    return openapi.document(app)


def _by_tag(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Operations with their method and path, by tag, in the document's order."""
    groups: dict[str, list[dict[str, Any]]] = {tag["name"]: [] for tag in document["tags"]}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            groups[operation["tags"][0]].append(operation | {"method": method.upper(), "path": path})
    return groups


def _marked(text: str) -> Markup:
    """A description, which OpenAPI takes for CommonMark; of HTML in it nothing is left."""
    return Markup(MarkdownIt("commonmark", {"html": False}).renderInline(text))  # noqa: S704  # it escapes


def _shown(answer: Any) -> str:
    """An answer as it is read best."""
    return answer if isinstance(answer, str) else json.dumps(answer, indent=2, ensure_ascii=False)


def _type(schema: dict[str, Any]) -> list[tuple[str, str]]:
    """A schema in words, each with the name of the shape that it stands for, or with an empty one."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return [(name, name)]
    if choices := schema.get("anyOf"):
        first, *others = [_type(choice) for choice in choices]
        return first + [word for words in others for word in ((" or ", ""), *words)]
    if "items" in schema:
        return [("list of ", ""), *_type(schema["items"])]
    if "enum" in schema:
        return [(" | ".join(map(str, schema["enum"])), "")]
    if isinstance(schema.get("additionalProperties"), dict):
        return [("object of ", ""), *_type(schema["additionalProperties"])]
    return [(schema.get("format") or str(schema.get("const", schema.get("type", "anything"))), "")]
