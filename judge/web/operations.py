"""How the judge does, for whoever runs it: queues, workers and what they are at, what has failed and why."""

import threading
import time
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from judge import backlog, capacity, samples, troubles, workers
from judge.backlog import DELIVERIES, VERIFICATIONS, Waiting
from judge.records import instant
from judge.samples import Sample
from judge.troubles import Case
from judge.web import operations_shapes as shapes
from judge.web.asking import require_admin
from judge.web.describing import describe
from judge.web.health import redis_answers
from judge.workers import Worker

blueprint = Blueprint("operations", __name__)

_KEPT_S = 2.0
_MOST_IN_HAND, _MOST_IN_TROUBLE = 500, 50


@blueprint.get("/operations")
@describe("Show how the judge does", tag="Queue", answers={200: shapes.Operations})
def show() -> Response:
    """Queues, workers and what they are at, the last hour, what has failed and why; for admins.

    All who ask within two seconds are told the same, which was read at ``read_at``.
    """
    require_admin()
    return jsonify(figures())


def figures() -> dict[str, Any]:
    """The figures, read no longer ago than they are kept.

    Raises OperationalError, or TimeoutError of the pool: where Postgres was away a moment ago nobody waits
    for it again.
    """
    return _kept.get()


def read_anew() -> None:
    """Have the next who asks this process be told of what was just done."""
    _kept.forget()


class _Kept:
    """The latest reading of this process, or what came of it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: dict[str, Any] | OperationalError | PoolTimeout = {}
        self._until = 0.0

    def forget(self) -> None:
        self._until = 0.0

    def get(self) -> dict[str, Any]:
        with self._lock:
            if time.monotonic() >= self._until:
                try:
                    self._found = _read()
                except (OperationalError, PoolTimeout) as error:
                    self._found = error
                self._until = time.monotonic() + _KEPT_S
            if isinstance(self._found, Exception):
                raise self._found
            return self._found


_kept = _Kept()


def _read() -> dict[str, Any]:
    read_at = datetime.now(UTC)
    queues, known, hour = backlog.by_queue(), workers.lately(), samples.of_last_hour()
    held = troubles.in_hand(limit=_MOST_IN_HAND)
    standing = [of for queue, of in queues.items() if queue not in (VERIFICATIONS, DELIVERIES)]
    names = {worker.name for worker in known}
    return {
        "read_at": instant(read_at),
        "redis": redis_answers(),
        "queued": sum(of.queued for of in standing),
        "running": sum(of.held for of in standing),
        "oldest_queued_s": max((of.oldest_s for of in standing if of.queued), default=None),
        "ended_last_minute": sum(of.ended for of in hour if of.at > read_at - timedelta(minutes=1)),
        "desired_workers": capacity.desired(),
        "queues": _queues(queues, [worker for worker in known if worker.takes_work]),
        "workers": [_worker(worker, held) for worker in known],
        "elsewhere": [_case(case) for case in held if case.worker not in names],
        "troubles": [_case(case) for case in troubles.in_trouble(limit=_MOST_IN_TROUBLE)],
        "samples": [_sample(sample) for sample in hour],
        "verdicts": _verdicts(hour),
    }


def _queues(queues: dict[str, Waiting], taking: list[Worker]) -> list[dict[str, Any]]:
    served = {language for worker in taking for language in worker.languages}
    if taking:
        served.add(VERIFICATIONS)
    return [
        {
            "name": name,
            "queued": of.queued,
            "running": of.held,
            "oldest_queued_s": of.oldest_s if of.queued else None,
            # Couriers are not known by name.
            "is_served": None if name == DELIVERIES else name in served,
        }
        for name, of in sorted(queues.items())
    ]


def _worker(worker: Worker, held: list[Case]) -> dict[str, Any]:
    return worker.as_json() | {
        "state": _state(worker),
        "unfit": worker.unfit,
        "seen_at": instant(worker.seen_at),
        "in_hand": [_case(case) for case in held if case.worker == worker.name],
    }


def _state(worker: Worker) -> str:
    if worker.is_silent:
        return "silent"
    if worker.is_draining:
        return "draining"
    if worker.unfit:
        return "unfit"
    return "working" if worker.busy else "idle"


def _case(case: Case) -> dict[str, Any]:
    return asdict(case) | {"since": instant(case.since)}


def _sample(sample: Sample) -> dict[str, Any]:
    return {
        "at": instant(sample.at),
        "queued": sample.queued,
        "running": sample.held,
        "oldest_queued_s": sample.oldest_s,
        "ended": sample.ended,
    }


def _verdicts(hour: list[Sample]) -> list[dict[str, Any]]:
    """How the submissions of the last hour have ended, most used languages first."""
    by_language: dict[str, Counter[str]] = {}
    for sample in hour:
        for language, counts in sample.submissions_ended.items():
            by_language.setdefault(language, Counter()).update(counts)
    return [
        {"language": language, "submissions": counts.total(), "ended": dict(counts)}
        for language, counts in sorted(by_language.items(), key=lambda found: -found[1].total())
    ]
