"""Many runs or submissions in one request, each answered as if it had come alone.

So each item is a request of its own to the route that takes one: whatever is asked of that, tokens, limits
and checks, is asked of the item, and one that is refused does not harm the others.
"""

import json
from collections.abc import Iterator
from http import HTTPStatus
from io import BytesIO
from typing import Annotated, Any

from flask import Blueprint, Flask, Response, current_app, jsonify, request
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.routing import BaseConverter

from judge.config import settings
from judge.web import run_shapes, shapes
from judge.web.describing import describe
from judge.web.faults import invalid
from judge.web.idempotent import check_key
from judge.web.schemas import MOST_VALUES, read_json

blueprint = Blueprint("batches", __name__)

_OF_THE_BATCH = ("HTTP_PREFER", "HTTP_TRANSFER_ENCODING", "HTTP_CONTENT_ENCODING", "HTTP_EXPECT")


class _OneConverter(BaseConverter):
    """An id of one thing, which ``batch`` is not: whatever is asked of that but POST is a 405."""

    regex = "(?!batch$)[^/]+"
    part_isolating = True


def register(app: Flask) -> None:
    """Let routes of single runs and submissions have ``<one:…>`` in their paths."""
    app.url_map.converters["one"] = _OneConverter


class RunsIn(BaseModel):
    """POST /runs/batch: each as POST /runs takes it."""

    model_config = ConfigDict(extra="forbid")

    runs: Annotated[list[Any], Field(min_length=1)]


class SubmissionsIn(BaseModel):
    """POST /submissions/batch: each as POST /submissions takes it."""

    model_config = ConfigDict(extra="forbid")

    submissions: Annotated[list[Any], Field(min_length=1)]


@blueprint.post("/runs/batch")
@describe(
    "Run several programs",
    tag="Runs",
    body=RunsIn,
    headers=("Idempotency-Key",),
    answers={200: run_shapes.RunBatch},
)
def create_runs() -> Response:
    """Have several programs run."""
    return _answered("runs", "run")


@blueprint.post("/submissions/batch")
@describe(
    "Submit several times",
    tag="Submissions",
    body=SubmissionsIn,
    headers=("Idempotency-Key",),
    answers={200: shapes.SubmissionBatch},
)
def submit_many() -> Response:
    """Accept several submissions."""
    return _answered("submissions", "submission")


def _answered(noun: str, one: str) -> Response:
    """200 with an entry an item, in their order; each has the status that it would have had alone."""
    items = []
    path = request.path.removesuffix("/batch")
    for index, item in enumerate(_items(noun)):
        response = alone(item, index, path)
        body = response.get_json()
        key = one if response.status_code < HTTPStatus.BAD_REQUEST else "problem"
        items.append({"status": response.status_code, key: body})
    return jsonify(items=items)


def _items(noun: str) -> Iterator[Any]:
    check_key()
    request.max_content_length = settings().max_batch_bytes
    most = settings().max_batch
    body = read_json(most_values=most * MOST_VALUES)
    items = body.get(noun) if isinstance(body, dict) else None
    if not isinstance(body, dict) or set(body) != {noun} or not isinstance(items, list):
        raise invalid(f"/{noun}", f'send {{"{noun}": […]}} and nothing else')
    if not 1 <= len(items) <= most:
        raise invalid(f"/{noun}", f"give 1 to {most} {noun}, not {len(items)}")
    return iter(items)


def alone(item: Any, index: int, path: str, query: str = "") -> Response:
    """The answer to one item, asked of a path by the same client under the same headers."""
    content = json.dumps(item).encode()
    environ = {
        name: value
        for name, value in request.environ.items()
        if name.startswith(("HTTP_", "SERVER_", "REMOTE_", "wsgi.")) and name not in _OF_THE_BATCH
    }
    environ |= {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": request.environ.get("SCRIPT_NAME", ""),
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(content)),
        "wsgi.input": BytesIO(content),
        "wsgi.input_terminated": True,
    }
    if key := environ.get("HTTP_IDEMPOTENCY_KEY"):
        environ["HTTP_IDEMPOTENCY_KEY"] = _key_of_item(key, index)
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # the proxy has it
    # A context of its own first, so that what the item's request keeps in ``g`` is not the batch's.
    with app.app_context(), app.request_context(environ):
        response: Response = app.full_dispatch_request()
        return response


def _key_of_item(key: str, index: int) -> str:
    """A batch that is sent again under its key sends each item again under the item's own."""
    return f'{key[:-1]}.{index}"' if key.endswith('"') and len(key) > 1 else f"{key}.{index}"
