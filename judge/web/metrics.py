"""/metrics: what the web processes of this machine have counted, for Prometheus."""

import os

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from judge.web.asking import require_admin
from judge.web.describing import describe

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
@describe("Metrics for Prometheus", tag="About", answers={200: ("text/plain",)})
def metrics() -> Response:
    """The counts of all processes together; with tokens, for admins."""
    require_admin()
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # it has no types
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
