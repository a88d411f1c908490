"""Event streams as a load: too many, too slow, left without a word, and the end of their process."""

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text

from judge import accounts, db
from judge.accounts import tokens
from tests.conftest import PATIENCE_S, Running
from tests.servers import Servers, new_language, new_problem
from tests.servers import submit as submitted
from tests.web.conftest import web_alone
from tests.web.eventsource import ACCEPT, EventSource
from tests.web.test_events import end, go_on, keys, start
from tests.web.test_guards import handshake
from tests.web.test_refusals import refused
from tests.web.test_streams import until

LARGE = 200
"""Events of 100 kB, which are more than fits between two ends of a connection."""


@pytest.fixture
def narrow(clean: Servers, tmp_path: Path) -> Iterator[Running]:
    """A web process with room for one stream, and a problem to submit to."""
    new_problem(tmp_path)
    new_language()
    with web_alone(clean, JUDGE_MAX_STREAMS="1") as running:
        yield running


def has_room(judge: Running) -> bool:
    """Whether another stream could be opened."""
    return handshake(judge) == 101


def test_streams_share_the_cap(narrow: Running) -> None:
    """503 with Retry-After above it, for whatever waits; what does not is answered."""
    path = f"/submissions/{start().id}/events"
    with EventSource(narrow, path) as source:
        next(source.events())
        assert handshake(narrow) == 503
        for where in (path, "/events", "/events?wait=5", f"{path}?wait=5&after_seq=1"):
            headers = {} if "wait" in where else ACCEPT
            full = narrow.request("GET", where, headers=headers)
            refused(full, 503)
            assert int(full.headers["Retry-After"]) > 0
        assert narrow.get(path)["last_seq"] == 1


def test_a_client_that_has_gone_makes_room(narrow: Running) -> None:
    """It says nothing, and nothing happens that it could be told; the heartbeat notices."""
    with EventSource(narrow, "/events") as source:
        next(source.blocks())
        assert not has_room(narrow)
    until(lambda: has_room(narrow))


def test_a_heartbeat_and_nothing_else(narrow: Running) -> None:
    """A comment for whatever counts silence, and no event."""
    with EventSource(narrow, "/events") as source:
        blocks = source.blocks()
        assert next(blocks).retry
        beat = next(blocks)
        assert (beat.comment, beat.data, beat.id) == ("heartbeat", None, source.last_event_id)


def test_a_reader_too_slow_is_dropped(narrow: Running) -> None:
    """It keeps its place for seconds, not for ever; who reads gets everything."""
    submission = start()
    with db.transaction() as session:
        session.execute(
            text(
                "INSERT INTO events (submission_id, seq, type, at, data)"
                " SELECT :id, number, 'submission.test', clock_timestamp(),"
                " jsonb_build_object('message', repeat('x', 100000))"
                " FROM generate_series(2, :last) AS number;"
                "UPDATE submissions SET last_seq = :last WHERE id = :id"
            ),
            {"id": submission.id, "last": LARGE},
        )
    address = urlsplit(narrow.url)
    path = f"/submissions/{submission.id}/events"
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.settimeout(PATIENCE_S)
        slow.connect((address.hostname, address.port))
        request = f"GET /api/v1{path} HTTP/1.1\r\nHost: {address.netloc}\r\nAccept: text/event-stream\r\n\r\n"
        slow.sendall(request.encode())
        assert slow.recv(12) == b"HTTP/1.1 200"
        until(lambda: has_room(narrow))
        received = 0
        while piece := slow.recv(1 << 16):
            received += len(piece)
        assert received < LARGE * 100_000
    with EventSource(narrow, path) as source:
        events = source.until(lambda event: event["seq"] == LARGE)
    assert [event["seq"] for event in events] == list(range(1, LARGE + 1))


def test_a_token_that_is_revoked_ends_its_streams(clean: Servers) -> None:
    """Within seconds; who comes back with it is told so."""
    accounts.add("ada", "user")
    token, kept = tokens.new("ada")
    secret = {"JUDGE_AUTH": "token", "SECRET_KEY": "x" * 32, "JUDGE_RECHECK_S": "0.2"}
    with web_alone(clean, **secret) as running:
        running.token = token
        with EventSource(running, "/events") as source:
            assert next(source.blocks()).id
            tokens.revoke("ada", kept.id)
            assert list(source.blocks()) == []
        refused(running.request("GET", "/events", headers=ACCEPT), 401)


def test_sigterm_ends_streams_at_once(narrow: Running) -> None:
    """As if they were over, so that browsers come back with their last id; polls are answered."""
    submission = start()
    with EventSource(narrow, f"/submissions/{submission.id}/events") as source:
        next(source.events())
        os.kill(narrow.pid, signal.SIGTERM)
        assert list(source.events()) == []
        assert source.last_event_id == "1"


def test_redis_is_away(narrow: Running, clean: Servers) -> None:
    """What happens meanwhile is read from the rows, and sent once it is back."""
    submission = start()
    path = f"/submissions/{submission.id}/events"
    try:
        with EventSource(narrow, "/events", user_id=1) as source:
            next(source.blocks())
            clean.stop_redis()
            go_on(submission.id, publish=False)
            other, _ = submitted()
            assert [event["seq"] for event in narrow.get(path)["items"]] == [1, 2, 3]
            clean.start_redis()
            found = source.until(lambda event: event["submission_id"] == other.id)
            assert keys(found) == [(submission.id, 2), (submission.id, 3), (other.id, 1)]
            end(submission.id)
            assert keys(source.until(lambda event: event["seq"] == 5)) == [
                (submission.id, 4),
                (submission.id, 5),
            ]
    finally:
        if clean.redis is None:
            clean.start_redis()
