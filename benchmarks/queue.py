"""Measures the way of a submission through a whole judge, beside the bare runs of the same program.

The program is Python and has one test. Bare, it is started with a file for input and a pipe for output.

- From before the POST to the ``submission.done`` on an open socket, one at a time; with how long after the
  POST each stage was reached: ``answered`` (the client has the 202), ``claimed`` and ``judged`` (as Postgres'
  clock says when the row was written), ``told`` (committed, and heard of on Redis); and how long
  the run in its box took: what else lies between claimed and judged is the compiler's and the box's. A
  program that is new each time is compiled each time; one that is the same is found in the compile cache.
- Submissions with every core busy, from many users who each wait for their verdict before they send the next,
  beside as many loops of bare runs as there are cores. A time is that of a round over what ended in it.
- POSTs that are accepted, with no worker there, beside an empty Flask route under the same gunicorn.

Bare and judged rounds take turns. Clients, web, Postgres, Redis and workers all share this machine.
"""

import json
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import partial
from itertools import count
from multiprocessing import get_context
from pathlib import Path

from benchmarks.bare import output_of
from benchmarks.report import HEADING, Figure, Times, compared, show, timed
from benchmarks.whole import (
    CODE,
    PROBLEM,
    QUIET,
    Poster,
    greeted,
    servers_alone,
    submission,
    until_done,
    whole_judge,
)
from judge import events
from judge.languages import table
from tests.conftest import REPOSITORY, Running
from tests.servers import new_language, new_problem, until
from tests.web.conftest import web_alone

BENCH = "queue"
JUDGINGS = 150
SECONDS_A_CASE = 20.0
ROUNDS = 5
BARE_S, JUDGED_S = 2.0, 4.0
USERS = 32
CLIENTS = 2
"""Processes from which POSTs come."""
STAGES = ("answered", "claimed", "judged", "told")

numbers = count()
WAYS: dict[str, Callable[[], str]] = {
    "the same each time": lambda: CODE,
    "new each time": lambda: f"{CODE}# {next(numbers)}\n",
}


def measured(folder: Path) -> Iterator[Figure]:
    """Every case."""
    with whole_judge(folder) as judge:
        program = Program(folder)
        yield from to_done(judge, program)
        yield from every_core(judge, program)
    yield from accepted(folder)


class Program:
    """The program and its input as files."""

    def __init__(self, folder: Path) -> None:
        self._source, self._input = folder / "main.py", folder / "1.in"
        self._source.write_text(CODE)
        command = table()["python3"].run_command(256 << 20, "main.py")
        self._argv = [word.replace("/code/main.py", str(self._source)) for word in command]

    def run(self) -> None:
        """Once, bare."""
        assert output_of(self._argv, stdin=str(self._input)) == self._input.read_bytes()


def to_done(judge: Running, program: Program) -> Iterator[Figure]:
    """From the POST to the verdict."""
    with (
        greeted(judge.url, "1") as opened,
        Poster(f"{judge.url}/api/v1/submissions") as poster,
        told() as heard,
    ):

        def judged(code: Callable[[], str], times: Times) -> None:
            began = time.time()
            poster.send(submission(code(), user_id="1"))
            poster.receive()
            answered = time.time()
            log = until_done(opened)
            received = time.time()
            until(lambda: log[-1]["submission_id"] in heard)
            at = {event["type"]: datetime.fromisoformat(event["at"]).timestamp() for event in log}
            written = [at[f"submission.{word}"] for word in ("compiling", "done")]
            reached = (answered, *written, heard[log[-1]["submission_id"]])
            times["received"].append(received - began)
            times["the run alone"].append(log[-1]["data"]["tests"][0]["wall_time_s"])
            for stage, instant in zip(STAGES, reached, strict=True):
                times[stage].append(instant - began)

        for way, code in WAYS.items():
            times: Times = {case: [] for case in ("bare", "received", *STAGES, "the run alone")}
            for _ in range(10):
                judged(code, {case: [] for case in times})  # every slot has its connections then
            deadline = time.monotonic() + SECONDS_A_CASE
            while len(times["bare"]) < JUDGINGS and time.monotonic() < deadline:
                with timed(times["bare"]):
                    program.run()
                judged(code, times)
            yield from compared(BENCH, f"POST to .done, {way}", times)


@contextmanager
def told() -> Iterator[dict[str, float]]:
    """When Redis told of the end of each submission, by its id."""
    heard: dict[str, float] = {}
    with events.connection().pubsub() as pubsub:
        pubsub.subscribe(events.PROBLEM_DONE)
        ended = threading.Event()

        def listen() -> None:
            while not ended.is_set():
                message = pubsub.get_message(timeout=0.2)
                if message and message["type"] == "message":
                    now = time.time()
                    heard[json.loads(message["data"])["id"]] = now

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield heard
        finally:
            ended.set()
            thread.join()


def every_core(judge: Running, program: Program) -> Iterator[Figure]:
    """Submissions a second beside bare runs a second."""
    cpus = sorted(os.sched_getaffinity(0))
    times: Times = {"bare": [], **{f"judged, {way}": [] for way in WAYS}}
    with ExitStack() as stack:
        spawned = ProcessPoolExecutor(len(cpus), mp_context=get_context("spawn"))
        bare: Executor = stack.enter_context(spawned)
        clients: Executor = stack.enter_context(ThreadPoolExecutor(USERS))
        sockets = [stack.enter_context(greeted(judge.url, f"user-{number}")) for number in range(USERS)]
        posters = [stack.enter_context(Poster(f"{judge.url}/api/v1/submissions")) for _ in range(USERS)]

        def judged(number: int, code: Callable[[], str]) -> None:
            posters[number].send(submission(code(), user_id=f"user-{number}"))
            posters[number].receive()
            until_done(sockets[number])

        for _ in range(ROUNDS):
            times["bare"].append(a_turn(bare, [partial(bare_runs, program, cpu, BARE_S) for cpu in cpus]))
            for way, code in WAYS.items():
                loops = [
                    partial(repeated, partial(judged, number, code), JUDGED_S) for number in range(USERS)
                ]
                times[f"judged, {way}"].append(a_turn(clients, loops))
    yield from compared(BENCH, "every core busy, one program", times)


def bare_runs(program: Program, cpu: int, seconds: float) -> tuple[int, float]:
    """So many runs on that processor, and when the last of them ended."""
    os.sched_setaffinity(0, {cpu})
    return repeated(program.run, seconds)


def repeated(action: Callable[[], object], seconds: float) -> tuple[int, float]:
    """How often something was done in that time, and when it was for the last time."""
    done, ends = 0, time.monotonic() + seconds
    while (now := time.monotonic()) < ends:
        action()
        done += 1
    return done, now


def a_turn(executor: Executor, loops: list[Callable[[], tuple[int, float]]]) -> float:
    """Seconds from the first to the last of what these do at once, over how often they did it."""
    began = time.monotonic()
    parts = [future.result() for future in [executor.submit(loop) for loop in loops]]
    return (max(ended for _, ended in parts) - began) / sum(done for done, _ in parts)


def accepted(folder: Path) -> Iterator[Figure]:
    """POSTs a second beside those of a route that does nothing."""
    times: Times = {"bare": [], "accepted": []}
    cores = str(len(os.sched_getaffinity(0)))
    with ExitStack() as stack:
        servers = stack.enter_context(servers_alone())
        new_language()
        new_problem(folder, tests=1, problem_id=PROBLEM)
        web = stack.enter_context(web_alone(servers, WEB_CONCURRENCY=cores, **QUIET))
        empty = stack.enter_context(empty_route(cores))
        clients = ProcessPoolExecutor(CLIENTS, mp_context=get_context("spawn"))
        stack.enter_context(clients)
        for _ in range(ROUNDS):
            for way, address in (("bare", empty), ("accepted", f"{web.url}/api/v1/submissions")):
                loops = [partial(posts, address, USERS // CLIENTS, BARE_S) for _ in range(CLIENTS)]
                times[way].append(a_turn(clients, loops))
    yield from compared(BENCH, "one POST of many at once", times)


def posts(address: str, users: int, seconds: float) -> tuple[int, float]:
    """How many POSTs of so many users at once are accepted in that time, and when the last one was."""
    done, deadline = 0, time.monotonic() + seconds
    with ExitStack() as stack, select.epoll() as poll:
        posters = [stack.enter_context(Poster(address)) for _ in range(users)]
        waiting = {
            poster.fileno(): (poster, submission(user_id=f"user-{n}")) for n, poster in enumerate(posters)
        }
        for descriptor, (poster, body) in waiting.items():
            poll.register(descriptor, select.EPOLLIN)
            poster.send(body)
        while waiting:
            for descriptor, _ in poll.poll():
                poster, body = waiting[descriptor]
                poster.receive()
                done += 1
                if (now := time.monotonic()) < deadline:
                    poster.send(body)
                else:
                    del waiting[descriptor]
    return done, now


@contextmanager
def empty_route(cores: str) -> Iterator[str]:
    """The address of a Flask application that answers 202 to everything, served as ours is."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        command = ["-m", "gunicorn", "-c", "gunicorn.conf.py", "-b", f"fd://{listening.fileno()}"]
        process = subprocess.Popen(
            [sys.executable, *command, "benchmarks.empty:create_app()"],
            cwd=REPOSITORY,
            env={**os.environ, "WEB_CONCURRENCY": cores, **QUIET},
            pass_fds=[listening.fileno()],
        )
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            process.terminate()
            process.wait(30)


if __name__ == "__main__":
    show(__doc__, HEADING, measured)
