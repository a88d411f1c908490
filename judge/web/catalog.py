"""Which languages there are, and how busy the judge is."""

import math
from typing import Any

from flask import Blueprint, Response, jsonify

from judge import ledger, workers
from judge.web import shapes
from judge.web.describing import describe

blueprint = Blueprint("catalog", __name__)


@blueprint.get("/languages")
@describe("List the languages", tag="Languages", answers={200: shapes.LanguageList})
def list_languages() -> Response:
    """Every language that a worker has proven."""
    return jsonify(items=workers.languages())


@blueprint.get("/queue")
@describe("Show the queue", tag="Queue", answers={200: shapes.Queue})
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
