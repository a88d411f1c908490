"""Callbacks of runs: told once the run has ended, tried again where nobody answers, and to nobody inside."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from judge import db, events, judge0, runs
from judge.config import settings
from judge.execution import Execution, RunLimits
from judge.languages import table
from judge.records import SourceFile
from judge.runs import callbacks
from tests.conftest import PATIENCE_S
from tests.runs import RESULT, expire
from tests.servers import Servers, new_language
from tests.web.judge0.test_words import AS_TOLD
from tests.webhooks.conftest import Courier
from tests.webhooks.events import change, swept
from tests.webhooks.receiver import Receiver

StartCourier = Callable[..., Courier]


def asked(url: str) -> str:
    """A run whose end is to be told there."""
    python = table()["python3"]
    execution = Execution(python, [SourceFile("main.py", "1")], limits=RunLimits(wall_time_s=60.0))
    run, _ = runs.create(
        execution,
        user_id="1",
        asked_as=AS_TOLD | {"callback_url": url},
        also=lambda session, made: callbacks.ask(session, made.id, user_id="1", url=url, host="127.0.0.1"),
    )
    return run.id


def ended(run_id: str) -> None:
    """It has been run."""
    claim = runs.claim(run_id, "worker")
    assert claim is not None
    runs.finish(run_id, claim.attempt, RESULT, published=(0, 0))


def waiting() -> int:
    return counted("true")


@pytest.fixture(autouse=True)
def _python(clean: Servers) -> None:
    new_language()


def test_the_end_is_told_once(receiver: Receiver, start_courier: StartCourier) -> None:
    """By PUT, with the default fields as base64; nothing is told before the run has ended."""
    courier = start_courier()
    run_id = asked(receiver.url)
    quick = asked(receiver.url)
    ended(quick)
    courier.until(lambda: waiting() == 1)
    assert len(receiver.requests) == 1
    ended(run_id)
    courier.until(lambda: waiting() == 0)
    first, second = receiver.requests
    assert (second.method, second.headers["content-type"]) == ("PUT", "application/json")
    body = json.loads(second.body)
    assert set(body) == set(judge0.DEFAULT_FIELDS)
    assert (body["token"], body["status"]["id"]) == (judge0.token_of(run_id), 3)
    assert base64.b64decode(body["stdout"]) == RESULT.stdout
    assert json.loads(first.body)["token"] == judge0.token_of(quick)
    assert courier.end() == 0
    told = [line for line in courier.log().splitlines() if "called back: " in line]
    assert [f"run_id={each}" in line for each, line in zip((quick, run_id), told, strict=True)] == [True] * 2
    assert "Traceback" not in courier.log()


@pytest.mark.parametrize("end", ["cancel", "fail"])
def test_whatever_ends_it(end: str, receiver: Receiver, start_courier: StartCourier) -> None:
    """Who cancels it and who gives it up tell of it as well."""
    courier = start_courier()
    run_id = asked(receiver.url)
    if end == "cancel":
        runs.cancel(run_id)
    else:
        for _ in range(5):
            assert runs.claim(run_id, "worker")
            expire(run_id)
            runs.lapse()
    courier.until(lambda: waiting() == 0)
    [request] = receiver.requests
    assert json.loads(request.body)["status"] == {"id": 13, "description": "Internal Error"}


def test_an_error_of_theirs_is_tried_again(receiver: Receiver, start_courier: StartCourier) -> None:
    """Three times in all; whatever else they answer is an answer."""
    answers: Iterator[int] = iter([500, 503, 500, 404])
    receiver.answer = lambda request: next(answers)
    courier = start_courier()
    ended(asked(receiver.url))
    for tries in (1, 2, 3):
        courier.until(lambda tries=tries: len(receiver.requests) == tries)  # type: ignore[misc]
        courier.until(lambda: not held())
        change("due_at = due_at - interval '1 minute'", "run_callbacks")
        swept(lambda: True)()
    courier.until(lambda: waiting() == 0)
    ended(asked(receiver.url))
    courier.until(lambda: waiting() == 0)
    assert len(receiver.requests) == 4


def held() -> int:
    return counted("lease_until IS NOT NULL")


def test_a_lost_hint(clean: Servers, receiver: Receiver, start_courier: StartCourier) -> None:
    """The sweeper finds what no broker has taken, and what it has forgotten."""
    clean.stop_redis()
    ended(untaken := asked(receiver.url))
    assert callbacks.unsent() == [untaken]
    clean.start_redis()
    ended(forgotten := asked(receiver.url))
    events.connection().flushall()
    assert callbacks.overdue() == []
    change("sent_at = sent_at - interval '1 minute'", "run_callbacks")
    assert callbacks.overdue() == [forgotten]
    courier = start_courier()
    courier.until(swept(lambda: waiting() == 0))
    assert len(receiver.requests) == 2


def test_a_host_that_gets_many(receiver: Receiver, start_courier: StartCourier) -> None:
    """So many at once, and each that ends makes room for the next, with no sweeper."""
    go_on = threading.Event()

    def answer(_: object) -> int:
        assert go_on.wait(PATIENCE_S)
        return 204

    receiver.answer = answer
    courier = start_courier(JUDGE_COURIER_PER_HOST="2")
    for run_id in [asked(receiver.url) for _ in range(12)]:
        ended(run_id)
    courier.until(lambda: held() == 2 and counted("sent_at IS NULL") == 10)
    go_on.set()
    courier.until(lambda: waiting() == 0)
    assert len(receiver.requests) == 12


def test_couriers_count_each_other() -> None:
    """However many ask at the same moment."""
    ids = [asked("https://example.org/") for _ in range(8)]
    for run_id in ids:
        ended(run_id)
    begin = threading.Barrier(len(ids))

    def claimed(run_id: str) -> bool:
        begin.wait()
        return callbacks.claim(run_id) is not None

    with ThreadPoolExecutor(len(ids)) as executor:
        for _ in range(10):
            assert sum(executor.map(claimed, ids)) == settings().courier_per_host
            change("lease_until = NULL, tries = 0", "run_callbacks")


def counted(condition: str) -> int:
    with db.transaction() as session:
        query = f"SELECT count(*) FROM run_callbacks WHERE {condition}"
        return int(session.execute(text(query)).scalar_one())


def test_nobody_inside_is_called(receiver: Receiver, start_courier: StartCourier) -> None:
    """The address that is connected to is looked at, and a refusal is final."""
    courier = start_courier(JUDGE_WEBHOOK_ALLOW="")
    ended(asked(receiver.url))
    courier.until(lambda: waiting() == 0)
    assert receiver.requests == []
    assert "is not on the public network" in courier.log()


def test_a_courier_that_dies(receiver: Receiver, start_courier: StartCourier) -> None:
    """Its lease runs out, and its successor tells it; the dead one's word does not count any more."""
    ended(run_id := asked(receiver.url))
    first = callbacks.claim(run_id)
    assert first is not None
    assert callbacks.claim(run_id) is None
    change("lease_until = clock_timestamp() - interval '1 second'", "run_callbacks")
    second = callbacks.claim(run_id)
    assert second is not None
    callbacks.record(first, again=False)
    assert waiting() == 1
    callbacks.record(second, again=True)
    assert callbacks.claim(run_id) is None
    change("due_at = due_at - interval '1 minute'", "run_callbacks")
    assert callbacks.claim(run_id) is not None
    change("lease_until = clock_timestamp() - interval '1 second'", "run_callbacks")
    assert callbacks.claim(run_id) is None
    assert waiting() == 0
