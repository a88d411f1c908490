"""Runs on real workers: live output, typed input, cancelling, and what becomes of them when a worker dies."""

import os
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

from judge import queue, runs
from judge.events import publish_cancelled, wake_reader
from judge.runs import inputs
from judge.runs import ledger as run_ledger
from judge.runs.records import Run
from judge.tasks import sweeping  # the module: pytest looks at names here, and a task wants its broker
from judge.verdict import ENDED, State
from tests.runs import change, log_of, new_run
from tests.servers import Servers, new_language
from tests.tasks.workers import SHORT, Worker, command, descendants, is_alive

Start = Callable[..., Worker]

TALK = """
print("name?", flush=True)
name = input()
print("hello", name, flush=True)
print("bye", input())
"""
ENDLESS = "import time\nprint('on', flush=True)\ntime.sleep(50)\n"


@pytest.fixture(autouse=True)
def _language(clean: Servers) -> None:
    new_language()


def send(code: str, **asked: Any) -> str:
    """Ask for a run as the web process does; its id."""
    run, event = new_run(code, **asked)
    queue.send_run(run.id, run.language, 200.0)
    runs.mark_sent(run.id, published_seq=event.seq, sent=True)
    return run.id


def enter(run_id: str, data: bytes, *, eof: bool = False) -> None:
    wake_reader(run_id, inputs.enter(run_id, data, eof=eof))


def printed(run_id: str, attempt: int = 1, stream: str = "stdout") -> str:
    """What an attempt has told of a stream so far."""
    return "".join(
        event.data["text"]
        for event in run_ledger.events_after(run_id, 0)
        if event.type == f"run.{stream}" and event.data["attempt"] == attempt
    )


def ended(run_id: str, worker: Worker, *, swept: bool = False) -> Run:
    def look() -> bool:
        if swept:
            ago = "clock_timestamp() - interval '1 min'"
            change(run_id, changed_at=ago, sent_at="sent_at - interval '1 min'")
            sweeping.sweep()
        return run_ledger.get(run_id).state in ENDED

    worker.until(look)
    return run_ledger.get(run_id)


def test_a_run(start_worker: Start) -> None:
    """Arguments, input, both streams as they come, repetitions, and the bytes untouched at the end."""
    worker = start_worker()
    code = (
        "import sys\n"
        "sys.stdout.buffer.write(sys.stdin.buffer.read() + b'\\xff')\n"
        "print(sys.argv[1:], file=sys.stderr)\n"
    )
    run_id = send(code, args=("a b", "c"), stdin=b"in\0", repeat=2)
    run = ended(run_id, worker)
    assert (run.verdict, run.exit_code, run.stdout) == ("accepted", 0, b"in\0\xff")
    assert run.stderr == b"['a b', 'c']\n"
    assert [one.exit_code for one in run.repetitions] == [0, 0]
    told = [event for event in run_ledger.events_after(run_id, 0) if event.type == "run.stdout"]
    assert [(event.data["repetition"], event.data["base64"]) for event in told] == [
        (1, "aW4A/w=="),
        (2, "aW4A/w=="),
    ]
    log = log_of(run_id)
    assert [seq for seq, _ in log] == list(range(1, len(log) + 1))
    assert [word for _, word in log][:3] == ["queued", "compiling", "running"]
    assert log[-1][1] == "done"


def test_a_talk(start_worker: Start) -> None:
    """The program's words come while it waits for those of a person, which come while it runs."""
    worker = start_worker()
    run_id = send(TALK, stdin_open=True)
    worker.until(lambda: printed(run_id) == "name?\n")
    enter(run_id, b"Ada\n")
    worker.until(lambda: printed(run_id) == "name?\nhello Ada\n")
    enter(run_id, b"Lovelace", eof=True)
    run = ended(run_id, worker)
    assert (run.verdict, run.stdout) == ("accepted", b"name?\nhello Ada\nbye Lovelace\n")
    assert printed(run_id) == "name?\nhello Ada\nbye Lovelace\n"


def test_typed_while_redis_is_away(start_worker: Start, clean: Servers) -> None:
    """Redis only wakes: without it, the rows are read all the same."""
    worker = start_worker()
    run_id = send(TALK, stdin_open=True)
    worker.until(lambda: printed(run_id) == "name?\n")
    clean.stop_redis()
    try:
        enter(run_id, b"Ada\nLovelace\n")
        run = ended(run_id, worker)
    finally:
        clean.start_redis()
    assert run.stdout == b"name?\nhello Ada\nbye Lovelace\n"


def test_a_worker_killed_in_the_middle(start_worker: Start) -> None:
    """Another attempt begins anew, reads again what was typed, and its output is told from the first's."""
    first = start_worker("one", **SHORT)
    run_id = send(TALK, stdin_open=True)
    first.until(lambda: printed(run_id) == "name?\n")
    enter(run_id, b"Ada\n")
    first.until(lambda: "hello Ada" in printed(run_id))
    everything = [first.process.pid, *descendants(first.process.pid)]
    first.process.kill()
    first.process.wait()
    worker = start_worker("two", **SHORT)

    def again() -> bool:
        ago = "clock_timestamp() - interval '1 min'"
        change(run_id, changed_at=ago, sent_at="sent_at - interval '1 min'")
        sweeping.sweep()
        return "hello Ada" in printed(run_id, attempt=2)

    worker.until(again)
    enter(run_id, b"Lovelace\n")
    run = ended(run_id, worker)
    assert (run.attempt, run.stdout) == (2, b"name?\nhello Ada\nbye Lovelace\n")
    assert printed(run_id, 1) == "name?\nhello Ada\n"
    assert printed(run_id, 2) == "name?\nhello Ada\nbye Lovelace\n"
    words = [word for _, word in log_of(run_id)]
    assert words.count("queued") == words.count("running") == 2
    assert words.count("done") == 1
    worker.until(lambda: not any(is_alive(pid) for pid in everything))


def test_cancelled_while_it_runs(start_worker: Start) -> None:
    """Its program is gone at once, long before it would have ended, and the slot is free."""
    worker = start_worker()
    run_id = send(ENDLESS, stdin_open=True)
    worker.until(lambda: printed(run_id) == "on\n")
    programs = [pid for pid in descendants(worker.child) if b"/code/main.py" in command(pid)]
    assert programs
    started = time.monotonic()
    [event] = runs.cancel(run_id)
    publish_cancelled([event.run_id])
    worker.until(lambda: not any(is_alive(pid) for pid in programs))
    assert ended(send("print(1)"), worker).stdout == b"1\n"
    assert time.monotonic() - started < 50, "it was waited for"
    assert run_ledger.get(run_id).state == State.CANCELLED
    assert log_of(run_id)[-1][1] == "cancelled"


def test_a_drain_gives_it_back(start_worker: Start) -> None:
    """A child that is told to end gives the run back, which costs it no attempt that counts."""
    worker = start_worker()
    run_id = send(ENDLESS)
    worker.until(lambda: printed(run_id) == "on\n")
    os.kill(worker.child, signal.SIGTERM)
    worker.until(lambda: "queued" in [word for seq, word in log_of(run_id) if seq > 1])
    assert run_ledger.get(run_id).state in (State.QUEUED, State.COMPILING, State.RUNNING)
    runs.cancel(run_id)
    publish_cancelled([run_id])


def test_what_the_program_does_wrong(start_worker: Start) -> None:
    """Each is a verdict with a sentence, never a failure of ours."""
    worker = start_worker()
    wrong = send("print(1)", expected_output=b"2\n")
    broken = send("print(")
    crashed = send("import sys; print('so far'); sys.exit(3)")
    right = send(
        "print('1.0000001')", expected_output=b"1\n", comparison=("float_absolute_tolerance", "1e-3")
    )
    assert ended(wrong, worker).verdict == "wrong_answer"
    run = ended(broken, worker)
    assert (run.verdict, run.exit_code) == ("compile_error", None)
    assert run.compile_output
    assert b"SyntaxError" in run.compile_output
    run = ended(crashed, worker)
    assert (run.verdict, run.exit_code, run.stdout) == ("runtime_error", 3, b"so far\n")
    assert run.message
    assert ended(right, worker).verdict == "accepted"
