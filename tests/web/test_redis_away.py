"""Redis is a hint: while it is away, what is submitted is kept, and judged when it is back."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import redis

from tests.conftest import Running
from tests.journey.machine import children, command
from tests.web.programs import SUM
from tests.web.test_socket import ends, gapless, somebody
from tests.web.test_streams import opened


def redis_server(judge: Running) -> int | None:
    """The process of a judge's own Redis; None while there is none."""
    return next((pid for pid in children(judge.pid) if "valkey-server" in command(pid)), None)


@contextmanager
def suspended(pid: int) -> Iterator[None]:
    """Connections to a stopped process are open and silent, the worst that a network does."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def submit(judge: Running, user_id: str) -> str:
    """POST while Redis is away."""
    body = {"problem_id": "a-plus-b", "language": "python3", "code": SUM, "user_id": user_id}
    response = judge.request("POST", "/submissions", json=body)
    assert (response.status_code, response.json()["state"]) == (202, "queued")
    assert response.elapsed.total_seconds() < 5, "a client would not have waited"
    id_: str = response.json()["id"]
    return id_


def test_redis_is_silent(frail_judge: Running) -> None:
    """/readyz is 200 and degraded; a POST is 202 all the same, and ends done once Redis answers."""
    pid = redis_server(frail_judge)
    assert pid is not None
    user_id = somebody()
    socket = opened(frail_judge, {"user_id": user_id})
    with suspended(pid):
        ready = frail_judge.request("GET", "/readyz")
        assert (ready.status_code, ready.json()) == (200, {"status": "ok", "degraded": ["redis"]})
        assert ready.elapsed.total_seconds() < 3, "a load balancer would not have waited"
        id_ = submit(frail_judge, user_id)
        assert frail_judge.get(f"/submissions/{id_}")["state"] == "queued"
    assert frail_judge.ended(id_)["verdict"] == "accepted"
    assert gapless(socket.until(ends(id_)))
    assert frail_judge.get("/readyz")["degraded"] == []


def test_redis_dies(frail_judge: Running) -> None:
    """The supervisor starts it again; what was submitted meanwhile ends done, and its owner is told."""
    user_id = somebody()
    socket = opened(frail_judge, {"user_id": user_id})
    pid = redis_server(frail_judge)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    id_ = submit(frail_judge, user_id)
    assert frail_judge.ended(id_)["verdict"] == "accepted"
    assert gapless(socket.until(ends(id_)))
    assert redis_server(frail_judge) not in (None, pid)


def test_redis_drops_every_subscription(frail_judge: Running) -> None:
    """The web's and the workers' alike; workers go on taking submissions, and sockets see every event."""
    user_id = somebody()
    socket = opened(frail_judge, {"user_id": user_id})
    redis.Redis.from_url(frail_judge.env["REDIS_URL"]).client_kill_filter(_type="pubsub")
    id_ = submit(frail_judge, user_id)
    assert frail_judge.ended(id_)["verdict"] == "accepted"
    assert gapless(socket.until(ends(id_)))
