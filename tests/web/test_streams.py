"""Sockets and long polls as a load: slow readers, too many of them, and the end of their process."""

import json
import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import redis
from simple_websocket import ConnectionClosed
from simple_websocket import ConnectionError as HandshakeError

from tests.conftest import PATIENCE_S, Running, Socket
from tests.journey.machine import children, command
from tests.web.conftest import BACKLOG, STREAMS
from tests.web.programs import SLOW, SUM
from tests.web.rawsocket import RawSocket
from tests.web.test_guards import handshake
from tests.web.test_refusals import refused
from tests.web.test_socket import ends, gapless, somebody, submit

LOUD = "#error " + "x" * 60_000
"""C whose compiler's complaint is about as long as what is kept of one."""


def web_process(judge: Running) -> int:
    """The gunicorn that a judge runs, which holds its workers."""
    [pid] = [pid for pid in children(judge.pid) if "gunicorn" in command(pid)]
    return pid


def until(found: Callable[[], Any]) -> Any:
    """Ask again and again for what tells nobody when it comes."""
    end = time.monotonic() + PATIENCE_S
    while not (answer := found()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return answer


def closed(socket: Socket) -> int:
    """Read on until the server closes this socket; its code."""
    try:
        while True:
            socket.receive()
    except ConnectionClosed as end:
        return int(end.reason)


def opened(judge: Running, hello: dict[str, Any] | None = None) -> Socket:
    """A socket, as soon as there is room for it: those closed a moment ago may still count."""

    def try_it() -> Socket | None:
        try:
            return judge.socket(hello)
        except (HandshakeError, OSError):
            return None

    socket: Socket = until(try_it)
    return socket


def test_streams_are_capped_and_requests_are_not(frail_judge: Running) -> None:
    """503 with Retry-After for the socket above the cap, while everything that does not wait is answered."""
    for _ in range(STREAMS):
        opened(frail_judge, {"user_id": somebody()})
    assert handshake(frail_judge) == 503
    id_ = submit(frail_judge, somebody(), SLOW)
    for path in ("/healthz", "/readyz", "/problems", f"/submissions/{id_}"):
        assert frail_judge.request("GET", path).status_code == 200
    poll = frail_judge.request("GET", f"/submissions/{id_}?wait=20")
    refused(poll, 503)
    assert int(poll.headers["Retry-After"]) > 0
    frail_judge.close_sockets()
    opened(frail_judge).close()
    assert frail_judge.ended(id_)["verdict"] == "accepted"


def test_a_post_that_finds_no_room_to_wait_is_accepted(frail_judge: Running) -> None:
    """202 and no 503, after which a client would submit it again."""
    for _ in range(STREAMS):
        opened(frail_judge, {"user_id": somebody()})
    body = {"problem_id": "a-plus-b", "language": "python3", "code": SUM}
    response = frail_judge.request("POST", "/submissions?wait=20", json=body)
    assert response.status_code == 202
    frail_judge.close_sockets()
    opened(frail_judge).close()
    assert frail_judge.ended(response.json()["id"])["verdict"] == "accepted"


def test_a_reader_too_slow_is_closed_and_another_misses_nothing(frail_judge: Running) -> None:
    """1013 for one that does not read; another socket of the same user gets every event."""
    user_id = somebody()
    loud = frail_judge.submit("a-plus-b", "c", LOUD, user_id=user_id)["id"]
    assert frail_judge.ended(loud)["verdict"] == "compile_error"
    quick = opened(frail_judge, {"user_id": user_id})
    with RawSocket(frail_judge.url, receive_buffer=4096) as slow:
        slow.send(json.dumps({"type": "hello", "user_id": user_id}).encode())
        # Far more than fits between the two ends is asked for, and nothing is read of it.
        for _ in range(100):
            slow.send(json.dumps({"type": "subscribe", "submission_id": loud, "after_seq": 0}).encode())
        ids = []
        for _ in range(2 * BACKLOG // 15 + 1):
            ids.append(submit(frail_judge, user_id))
            assert gapless(quick.until(ends(ids[-1])))
        assert slow.close_code() == 1013
    again = opened(frail_judge, {"user_id": user_id, "resume": True})
    snapshots = [again.receive()["submission"] for _ in range(1 + len(ids))]
    assert [snapshot["id"] for snapshot in snapshots] == [loud, *ids]


def test_nothing_is_missed_when_the_subscription_is_cut(frail_judge: Running) -> None:
    """Redis drops the subscriber in the middle of a judging: every event comes, once and in order."""
    user_id = somebody()
    rude = opened(frail_judge, {"user_id": somebody()})
    rude.send({"type": "subscribe", "submission_id": "\ud800"})
    assert rude.receive()["type"] == "error"
    user, subscriber = (
        opened(frail_judge, {"user_id": user_id}),
        opened(frail_judge, {"user_id": user_id, "stream": False}),
    )
    id_ = submit(frail_judge, user_id, SLOW)
    subscriber.send({"type": "subscribe", "submission_id": id_, "after_seq": 0})
    assert subscriber.receive()["type"] == "snapshot"
    events = user.until(lambda event: event["type"] == "submission.test")
    with redis.Redis.from_url(frail_judge.env["REDIS_URL"], decode_responses=True) as client:
        for _ in range(3):
            for connection in client.client_list(_type="pubsub"):
                if connection["psub"] == "0":  # Celery's subscribe to patterns
                    client.client_kill_filter(_id=connection["id"])
            events.append(user.receive())
    events += user.until(ends(id_))
    assert gapless(events)
    assert subscriber.until(ends(id_)) == events


def test_everybody_is_told_of_a_restart(frail_judge: Running) -> None:
    """SIGTERM closes sockets with 1012 and lets long polls answer; its successor serves them again."""
    user_id = somebody()
    socket, silent = opened(frail_judge, {"user_id": user_id}), opened(frail_judge)
    id_ = submit(frail_judge, user_id, SLOW)
    socket.until(lambda event: event["type"] == "submission.running")
    with ThreadPoolExecutor() as pool:
        # Its connection must not outlive its answer: one that is kept alive is waited for.
        polling = pool.submit(frail_judge.get, f"/submissions/{id_}?wait=20")
        until(lambda: handshake(frail_judge) == 503)
        os.kill(web_process(frail_judge), signal.SIGTERM)
        assert closed(socket) == 1012
        assert closed(silent) == 1012
        assert polling.result(PATIENCE_S)["id"] == id_

    socket = opened(frail_judge, {"user_id": user_id, "stream": False})
    socket.send({"type": "subscribe", "submission_id": id_, "after_seq": 0})
    assert socket.receive()["type"] == "snapshot"
    assert gapless(socket.until(ends(id_)))
