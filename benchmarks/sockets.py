"""Measures 5,000 sockets on one web process, each of which is sent an event, beside a bare asyncio server.

An event's way begins just before the first of all is published and ends when its client has read it; of the
bare server's, when it is asked to say one text to all of its clients. Both servers have all of their clients
all the time and take turns, and one process reads for all clients. Requests without a stream are timed before
there is any client, while all are silent, and while events go out. Memory is what the process has grown by.
"""

import json
import os
import resource
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import requests

from benchmarks.report import HEADING, Figure, Times, compared, show, timed
from benchmarks.whole import PROBLEM, QUIET, greeted, servers_alone
from judge import events
from judge.events import Event
from judge.records import new_id
from tests.servers import new_language, new_problem
from tests.tasks.workers import children
from tests.web.conftest import web_alone
from tests.web.rawsocket import PING, PONG, RawSocket

BENCH = "sockets"
SOCKETS = 5000
TURNS = 7
OPENED_AT_ONCE = 32
WITHIN_S = 30.0
REQUESTS = 200
_SPARE = 1000


@dataclass(frozen=True)
class Memory:
    """What one socket takes of the server's memory."""

    bench: str
    case: str
    n: int
    memory_bytes: float
    bare_memory_bytes: float
    ratio: float

    def __str__(self) -> str:
        return f"{self.case:52} {self.n:5} {self.memory_bytes / 1024:8.1f} KiB {'':14} {self.ratio:8.2f}"


def measured(folder: Path) -> Iterator[Figure | Memory]:
    """Every case."""
    allow_open_files(2 * SOCKETS + _SPARE)
    requested: Times = {}
    with ExitStack() as stack:
        servers = stack.enter_context(servers_alone())
        new_language()
        new_problem(folder, tests=1, problem_id=PROBLEM)
        roomy = {"JUDGE_MAX_STREAMS": str(SOCKETS + _SPARE), "WEB_CONCURRENCY": "1", **QUIET}
        web = stack.enter_context(web_alone(servers, **roomy))
        bare_url, bare_pid = stack.enter_context(bare_server())
        address = f"{web.url}/api/v1/problems/{PROBLEM}"
        requested["bare"] = requests_to(address)
        [serving] = children(web.pid)
        grown = {"bare": -resident_bytes(bare_pid), "ours": -resident_bytes(serving)}
        pool = stack.enter_context(ThreadPoolExecutor(OPENED_AT_ONCE))
        plain = [stack.enter_context(one) for one in pool.map(RawSocket, [bare_url] * SOCKETS)]
        names = [f"user-{number}" for number in range(SOCKETS)]
        ours = [stack.enter_context(one) for one in pool.map(lambda name: greeted(web.url, name), names)]
        grown["bare"] += resident_bytes(bare_pid)
        grown["ours"] += resident_bytes(serving)
        requested["all sockets silent"] = requests_to(address)
        publisher = stack.enter_context(ProcessPoolExecutor(1, mp_context=get_context("spawn")))
        publisher.submit(os.getpid).result()  # it is there before anything is timed
        times: Times = {"bare": [], "ours": []}
        requested["while events go out"] = []
        for _ in range(TURNS):
            message = some_event("1")
            with Crowd(plain) as crowd:
                began = time.monotonic()
                plain[0].send(message)
                times["bare"] += [arrived - began for arrived in crowd.arrivals()]
            with Crowd(ours) as crowd, requesting(address, requested["while events go out"]):
                published = publisher.submit(publish, names)
                arrived_at = list(crowd.arrivals())
                times["ours"] += [arrived - published.result() for arrived in arrived_at]
    case = f"{SOCKETS} sockets, one event to each"
    yield from compared(BENCH, case, times)
    yield from compared(BENCH, "GET of a problem", requested)
    for way, size in grown.items():
        ratio = size / grown["bare"]
        yield Memory(
            BENCH, f"memory of a socket, {way}", SOCKETS, size / SOCKETS, grown["bare"] / SOCKETS, ratio
        )


def allow_open_files(count: int) -> None:
    """So many for this process and for those it starts, or the end with a word on why."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < count:
        sys.exit(f"{count} open files are needed, and {most} allowed: ulimit -Hn {count}, as root")
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, most))


@contextmanager
def bare_server() -> Iterator[tuple[str, int]]:
    """The address and the process of benchmarks.bare_sockets."""
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listening:
        descriptor = listening.fileno()
        command = [sys.executable, "-m", "benchmarks.bare_sockets", str(descriptor)]
        process = subprocess.Popen(command, pass_fds=[descriptor])
        try:
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            with RawSocket(url):
                yield url, process.pid
        finally:
            process.kill()
            process.wait()


class Crowd:
    """Many clients, of which each is to be sent one message."""

    def __init__(self, clients: Sequence[RawSocket]) -> None:
        self._clients = {client.fileno(): client for client in clients}
        self._poll = select.epoll()
        for descriptor in self._clients:
            self._poll.register(descriptor, select.EPOLLIN)

    def __enter__(self) -> "Crowd":
        return self

    def __exit__(self, *_: object) -> None:
        self._poll.close()

    def arrivals(self) -> Iterator[float]:
        """When the message of each has come; all must come."""
        left, deadline = len(self._clients), time.monotonic() + WITHIN_S
        while left:
            assert time.monotonic() < deadline, f"{left} clients have been told nothing"
            for descriptor, _ in self._poll.poll(1.0):
                client = self._clients[descriptor]
                opcode, payload = client.receive()
                if opcode == PING:
                    client.send(payload, PONG)
                    continue
                yield time.monotonic()
                left -= 1


def publish(names: Sequence[str]) -> float:
    """An event to each of these users, at once; when that began."""
    connection = events.connection().connection_pool.get_connection()
    commands = connection.pack_commands(
        [("PUBLISH", events.user_channel(name), some_event(name)) for name in names]
    )
    began = time.monotonic()
    connection.send_packed_command(commands)
    for _ in names:
        connection.read_response()
    return began


def some_event(user_id: str) -> bytes:
    """As it is sent."""
    data: dict[str, Any] = {"attempt": 1, "test_count": 1}
    event = Event(new_id(), 1, "submission.queued", PROBLEM, user_id, datetime.now(UTC), data)
    return json.dumps(event.as_json()).encode()


def requests_to(address: str) -> list[float]:
    """How long some requests take, one after the other."""
    times: list[float] = []
    with requests.Session() as client:
        for _ in range(REQUESTS):
            with timed(times):
                client.get(address).raise_for_status()
    return times


@contextmanager
def requesting(address: str, times: list[float]) -> Iterator[None]:
    """While the block runs, requests go on."""
    ended = threading.Event()

    def go_on() -> None:
        with requests.Session() as client:
            while not ended.is_set():
                with timed(times):
                    client.get(address).raise_for_status()

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def resident_bytes(pid: int) -> int:
    """Of its memory, what is not elsewhere."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()


if __name__ == "__main__":
    show(__doc__, HEADING, measured)
