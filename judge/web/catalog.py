"""Which languages there are, and how busy the judge is."""

from typing import Any

from flask import Blueprint, Response, jsonify

from judge import capacity, changes, workers
from judge.cache import Filling, Read
from judge.runs import ledger as run_ledger
from judge.submissions import ledger
from judge.web import cached, shapes
from judge.web.describing import describe

blueprint = Blueprint("catalog", __name__)


@blueprint.get("/languages")
@describe(
    "List the languages",
    tag="Languages",
    answers={200: shapes.LanguageList},
    sends=("Cache-Status",),
    has_etag=True,
)
def list_languages() -> Response:
    """Every language that a worker has proven."""
    return cached.answer(languages())


def languages() -> Read:
    """The languages as they are answered."""

    def fill() -> Filling:
        entry = cached.entry_of(jsonify(items=workers.languages()))
        return Filling(entry, {"": entry})

    return cached.read(changes.LANGUAGES, [""], fill)


@blueprint.get("/queue")
@describe("Show the queue", tag="Queue", answers={200: shapes.Queue})
def show_queue() -> Response:
    """How much waits, how much runs, and on whom."""
    backlogs = [ledger.backlog(), run_ledger.backlog()]
    queued, running = sum(waiting for waiting, _, _ in backlogs), sum(busy for _, busy, _ in backlogs)
    present = workers.present()
    body: dict[str, Any] = {
        "queued": queued,
        "running": running,
        "oldest_queued_s": max((oldest for *_, oldest in backlogs if oldest is not None), default=None),
        "workers": [worker.as_json() for worker in present],
        "desired_workers": capacity.desired(),
    }
    return jsonify(body)
