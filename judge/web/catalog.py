"""Which languages there are, and how busy the judge is."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, jsonify

from judge import backlog, capacity, changes, workers
from judge.backlog import DELIVERIES, VERIFICATIONS
from judge.cache import Filling, Read
from judge.runs import ledger as run_ledger
from judge.submissions import ledger
from judge.web import cached, shapes
from judge.web.describing import describe
from judge.workers import Worker

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
        "unserved": _unserved(present),
    }
    return jsonify(body)


def _unserved(present: Sequence[Worker]) -> list[dict[str, Any]]:
    """What stays where it is until a worker comes that can judge it."""
    served = {language for worker in present if worker.takes_work for language in worker.languages}
    return [
        {"language": queue, "queued": of.queued}
        for queue, of in sorted(backlog.by_queue().items())
        if of.queued and queue not in {*served, VERIFICATIONS, DELIVERIES}
    ]
