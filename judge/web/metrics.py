"""/metrics: what the web processes of this machine have counted, and how the queue stands, for Prometheus."""

import threading
import time
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from flask import Blueprint, Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from judge import backlog, capacity, metrics, workers
from judge.backlog import Waiting
from judge.metrics import shared
from judge.web.asking import may_scrape, require_admin
from judge.web.describing import describe
from judge.web.health import redis_answers
from judge.workers import Worker

blueprint = Blueprint("metrics", __name__)

_KEPT_S = 1.0
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_WAITING = ("/ws", "/piston/api/v2/connect", "/piston/api/v2/execute")
READ = {
    "judge_queue_depth": "What waits: submissions, runs, verifications, and deliveries that are due.",
    "judge_queue_held": "Those that a worker or a courier has in hand.",
    "judge_queue_oldest_seconds": "How long the oldest of a queue has waited.",
    "judge_workers": "Workers that are there.",
    "judge_desired_workers": "Workers that the present load asks for, as GET /queue says.",
    "judge_slots": "Slots of all workers.",
    "judge_slots_busy": "Slots in which something is judged, run or verified.",
    "judge_postgres_up": "1 while Postgres answers within a second.",
    "judge_redis_up": "1 while Redis answers within a second.",
}
"""What is read when it is asked for, with its help. Each web process says the same: take the max."""


def register(app: Flask) -> None:
    """Count every request, and how long it took to answer."""
    app.before_request(_begin)
    app.after_request(_count)


@blueprint.get("/metrics")
@describe("Metrics for Prometheus", tag="About", answers={200: ("text/plain",)})
def show() -> Response:
    """The counts of all processes together; with tokens, for admins and for JUDGE_METRICS_TOKEN."""
    if not may_scrape():
        require_admin()
    standing = CollectorRegistry()
    standing.register(_standing())
    body = generate_latest(shared.collected()) + generate_latest(standing)
    return Response(body, content_type=CONTENT_TYPE_LATEST)


def _begin() -> None:
    g.began = time.perf_counter()


def _count(response: Response) -> Response:
    route = request.url_rule.rule if request.url_rule else "none"
    method = request.method if request.method in _METHODS else "other"
    metrics.requests.inc(method, route, str(response.status_code))
    if not (route in _WAITING or "wait" in request.args or "Prefer" in request.headers):
        metrics.request_s.observe(time.perf_counter() - g.began, method, route)
    return response


class _Standing:
    """A collector of what Postgres and Redis say, kept for a second however often it is asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: list[GaugeMetricFamily] = []
        self._until = 0.0

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing: the library would read everything once more to find the names."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Every figure of ``READ``; those of Postgres are absent while it is away."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._kept = list(_read())
                self._until = time.monotonic() + _KEPT_S
        yield from self._kept


@cache
def _standing() -> Any:
    return _Standing()


def _read() -> Iterator[GaugeMetricFamily]:
    yield _gauge("judge_redis_up", {(): float(redis_answers())})
    try:
        queues, present, desired = backlog.by_queue(), workers.present(), capacity.desired()
    except (OperationalError, PoolTimeout):
        yield _gauge("judge_postgres_up", {(): 0})
        return
    yield _gauge("judge_postgres_up", {(): 1})
    yield from _queues(queues, present)
    yield _gauge("judge_workers", {(): len(present)})
    yield _gauge("judge_desired_workers", {(): desired})
    yield _gauge("judge_slots", {(): sum(worker.slots for worker in present)})
    yield _gauge("judge_slots_busy", {(): sum(worker.busy for worker in present)})


def _queues(queues: dict[str, Waiting], present: list[Worker]) -> Iterator[GaugeMetricFamily]:
    served = {language for worker in present for language in worker.languages}
    all_ = dict.fromkeys(sorted({"verify", "webhooks", *served}), Waiting(0, 0, 0.0)) | queues
    for name, field in (
        ("judge_queue_depth", "queued"),
        ("judge_queue_held", "held"),
        ("judge_queue_oldest_seconds", "oldest_s"),
    ):
        yield _gauge(name, {(queue,): getattr(found, field) for queue, found in all_.items()}, "queue")


def _gauge(name: str, values: Mapping[tuple[str, ...], float], *labels: str) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(name, READ[name], labels=labels)
    for of, value in values.items():
        gauge.add_metric(of, value)
    return gauge
