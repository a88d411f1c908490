"""Whether the process lives, and whether it can serve."""

import redis
from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import OperationalError

from judge import events, schema

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def ready() -> tuple[Response, int]:
    """503 with the reasons while the database is away or not migrated; Redis away only degrades."""
    reasons = []
    try:
        if not schema.is_current():
            reasons.append("migrations: the database is not up to date; run `judge migrate`")
    except OperationalError:
        reasons.append("database: does not answer")
    degraded = [] if _redis_answers() else ["redis"]
    if reasons:
        return jsonify(status="unavailable", reasons=reasons, degraded=degraded), 503
    return jsonify(status="ok", degraded=degraded), 200


def _redis_answers() -> bool:
    try:
        return bool(events.connection().ping())
    except redis.RedisError:
        return False
