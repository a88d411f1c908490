"""Whether the process lives, and whether it can serve."""

from functools import cache
from http import HTTPStatus

import redis
from flask import Blueprint, Response, jsonify
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from judge import schema
from judge.config import settings
from judge.web import shapes
from judge.web.describing import describe
from judge.web.faults import answer

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@describe("Whether the process lives", tag="About", answers={200: shapes.Health})
def alive() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@describe("Whether it can serve", tag="About", answers={200: shapes.Readiness})
def ready() -> Response:
    """503 with the reasons while the database is away or not migrated; Redis away only degrades."""
    reasons = []
    try:
        if not schema.is_current():
            reasons.append("migrations: the database is not up to date; run `judge migrate`")
    except (OperationalError, PoolTimeout):
        reasons.append("database: does not answer")
    degraded = [] if redis_answers() else ["redis"]
    if reasons:
        detail = "; ".join(reasons)
        return answer(
            HTTPStatus.SERVICE_UNAVAILABLE,
            detail,
            headers={"Retry-After": "2"},
            reasons=reasons,
            degraded=degraded,
        )
    return jsonify(status="ok", degraded=degraded)


def redis_answers() -> bool:
    """Whether Redis does, within a second."""
    try:
        return bool(_connection().ping())
    except redis.RedisError:
        return False


@cache
def _connection() -> redis.Redis:
    """One that gives up within a second, as whoever asks for health does."""
    return redis.Redis.from_url(
        settings().redis_url, socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0)
    )
