"""The web process dies by SIGKILL in the middle of streams: each client gets every event, once, in order."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from judge.client import Client
from tests.conftest import PATIENCE_S, Running, judge_up, open_folder
from tests.journey.machine import children
from tests.web.programs import SLOWER, SUM
from tests.web.test_streams import until, web_process

Event = dict[str, Any]
KILLS = 2


@pytest.fixture(scope="module")
def own_judge() -> Iterator[Running]:
    """A judge that may be hurt, and that starts its web process again."""
    with open_folder() as folder, judge_up(folder, env={"WEB_CONCURRENCY": "2"}) as running:
        yield running


def over_sse(judge: Running, id_: str) -> Iterator[Event]:
    return Client(judge.url).events(id_)


def over_the_socket(judge: Running, id_: str) -> Iterator[Event]:
    return Client(judge.url).events(id_, over="websocket")


def over_polls(judge: Running, id_: str) -> Iterator[Event]:
    client, answer = Client(judge.url), {"ended": False, "last_seq": 0}
    while not answer["ended"]:
        params = {"after_seq": answer["last_seq"], "wait": 20}
        answer = client.request("GET", f"/submissions/{id_}/events", params=params)
        yield from answer["items"]


WAYS: list[Callable[[Running, str], Iterator[Event]]] = [over_sse, over_the_socket, over_polls]


def kill_web(judge: Running) -> None:
    """The process and its children at once; returns when another is there."""
    killed = web_process(judge)
    for pid in (killed, *children(killed)):
        os.kill(pid, signal.SIGKILL)
    until(lambda: [pid for pid in children(judge.pid) if pid != killed] and another(judge, killed))


def another(judge: Running, killed: int) -> bool:
    try:
        return web_process(judge) != killed
    except ValueError:
        return False  # there is none


def test_web_killed_while_clients_follow(own_judge: Running) -> None:
    """Over Server-Sent Events, the socket and polls alike, and on the stream of the user."""
    with Client(own_judge.url, user_id="watcher") as client, Client(own_judge.url) as waiter:
        of_user = client.user_events()
        submission = client.submit("a-plus-b", "python3", SLOWER)
        id_ = submission["id"]
        seen = threading.Semaphore(0)

        def read(events: Iterator[Event]) -> list[Event]:
            found = []
            for event in events:
                found.append(event)
                if event["type"] == "submission.test":
                    seen.release()
                if event["type"] == "submission.done":
                    return found
            raise AssertionError(f"ended early: {found}")

        with ThreadPoolExecutor() as pool:
            streams = [pool.submit(read, way(own_judge, id_)) for way in WAYS]
            streams.append(pool.submit(read, of_user))
            waiting = pool.submit(waiter.wait, id_)
            for _ in range(KILLS):
                for _ in streams:  # each is in the middle of it
                    assert seen.acquire(timeout=PATIENCE_S)
                kill_web(own_judge)
            told = [stream.result() for stream in streams]
            assert waiting.result()["verdict"] == "accepted"
        assert [event["seq"] for event in told[0]] == list(range(1, len(told[0]) + 1))
        assert all(events == told[0] for events in told)


def test_a_client_submits_while_there_is_no_web_process(own_judge: Running) -> None:
    """It asks until somebody answers."""
    kill_web(own_judge)
    client = Client(own_judge.url)
    assert client.wait(client.submit("a-plus-b", "python3", SUM)["id"])["verdict"] == "accepted"
