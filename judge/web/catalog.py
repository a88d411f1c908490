"""What can be solved, in which languages, and how busy the judge is."""

import math
from typing import Any

from flask import Blueprint, Response, jsonify, request

from judge import ledger, problems, workers
from judge.errors import NotFound
from judge.web import paging
from judge.web.faults import invalid

blueprint = Blueprint("catalog", __name__)


@blueprint.get("/problems")
def list_problems() -> Response:
    """Problems in the order of their ids, a page at a time."""
    limit, cursor = paging.limit(), request.args.get("cursor", "")
    if "\0" in cursor:
        raise invalid("cursor", "must not contain the character NUL")
    found = problems.page(limit=limit + 1, after=cursor)
    return paging.page([problem.summary() for problem in found], limit)


@blueprint.get("/problems/<problem_id>")
def show_problem(problem_id: str) -> Response:
    """A problem with its statement and samples."""
    if "\0" in problem_id:  # which Postgres takes in no text
        raise NotFound(f"there is no problem {problem_id!r}")
    response = jsonify(problems.get(problem_id).as_json())
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[return-value]  # it returns itself


@blueprint.get("/languages")
def list_languages() -> Response:
    """Every language that a worker has proven."""
    return jsonify(items=workers.languages())


@blueprint.get("/queue")
def show_queue() -> Response:
    """How much waits, how much runs, and on whom."""
    queued, running, oldest_queued_s = ledger.backlog()
    present = workers.present()
    body: dict[str, Any] = {
        "queued": queued,
        "running": running,
        "oldest_queued_s": oldest_queued_s,
        "workers": [worker.as_json() for worker in present],
        "desired_workers": _desired(queued + running, [worker.slots for worker in present]),
    }
    return jsonify(body)


def _desired(load: int, slots: list[int]) -> int:
    """Workers of the present size that would be busy to seven tenths."""
    mean_slots = sum(slots) / len(slots) if slots else 1
    return math.ceil(load / (mean_slots * 0.7))
