"""Workers and every broker: whichever of them dies, nothing is lost, and nothing is judged twice."""

import os
import signal
import time
from collections.abc import Callable

import pytest

from judge import queue
from judge.submissions import ledger
from tests.brokers.conftest import queue_in
from tests.brokers.servers import Broker, RabbitMQ, Sqs, WatchedRedis
from tests.servers import Servers, log_of
from tests.tasks.workers import (
    SHORT,
    Worker,
    assert_whole,
    ended,
    lasting,
    lost_attempts,
    running,
    send,
)

Start = Callable[..., Worker]


def test_what_comes_twice_is_judged_once(broker: Broker, problem: str, start_worker: Start) -> None:
    """The second message finds nothing to claim."""
    worker = start_worker()
    first = send("print(input())")
    queue.send(first, "python3", 1.0)
    assert ended(first, worker).verdict == "accepted"
    second = send("print(input())")
    assert ended(second, worker).verdict == "accepted"
    assert [word for _, word in log_of(first)] == ["queued", "compiling", "running", "test", "done"]
    assert_whole(first)


def test_a_child_is_killed(broker: Broker, problem: str, start_worker: Start) -> None:
    """The second attempt ends what it held."""
    worker = start_worker(**SHORT)
    submission_id = send(lasting(3))
    running(submission_id, worker)
    os.kill(worker.child, signal.SIGKILL)
    judged = ended(submission_id, worker, swept=True)
    assert (judged.verdict, judged.attempt, lost_attempts(submission_id)) == ("accepted", 2, 1)
    assert_whole(submission_id)


def test_a_worker_is_killed(broker: Broker, problem: str, start_worker: Start) -> None:
    """Another takes over as soon as the lease has run out, whenever the broker gives the message again."""
    first = start_worker("one", **SHORT)
    submission_id = send(lasting(3))
    running(submission_id, first)
    first.process.kill()
    first.process.wait()
    second = start_worker("two", **SHORT)
    judged = ended(submission_id, second, swept=True)
    assert (judged.verdict, judged.attempt, lost_attempts(submission_id)) == ("accepted", 2, 1)
    assert_whole(submission_id)


@pytest.mark.parametrize("forgetting", [False, True], ids=["with-its-data", "without"])
def test_the_broker_dies_while_a_program_runs(
    broker: Broker, problem: str, start_worker: Start, forgetting: bool
) -> None:
    """The verdict is recorded without it; what waited is judged once it is back."""
    if not (forgetting or broker.keeps_data):
        pytest.skip("it keeps nothing")
    worker = start_worker(**SHORT)
    first, waiting = send(lasting(3)), send("print(input())")
    running(first, worker)
    with broker.away(forgetting=forgetting):
        assert ended(first, worker).verdict == "accepted"
    assert ended(waiting, worker, swept=True).verdict == "accepted"
    after = send("print(input())")
    assert ended(after, worker, swept=True).verdict == "accepted"
    assert worker.process.poll() is None
    for each in (first, waiting, after):
        assert lost_attempts(each) == 0
        assert_whole(each)


def test_a_connection_that_is_open_and_silent(broker: Broker, problem: str, start_worker: Start) -> None:
    """It is given up within seconds, and the worker takes work again once somebody answers."""
    worker = start_worker(**SHORT)
    first = send(lasting(3))
    running(first, worker)
    with broker.silent():
        assert ended(first, worker).verdict == "accepted"
        time.sleep(25)  # what is tested is that silence lasts; twice a heartbeat of RabbitMQ and more
    after = send("print(input())")
    assert ended(after, worker, swept=True).verdict == "accepted"
    assert worker.process.poll() is None
    assert_whole(first)
    assert_whole(after)


def test_a_drain(broker: Broker, problem: str, start_worker: Start) -> None:
    """What lasts is given back within 25 s, and the message of what was not begun is there for another."""
    first = start_worker("one", **SHORT)
    submission_id, waiting = send(lasting(22)), send("print(input())")
    running(submission_id, first)
    began = time.monotonic()
    first.process.terminate()
    second = start_worker("two", **SHORT)
    assert first.process.wait(25 - (time.monotonic() - began)) == 0
    assert ended(waiting, second, swept=True).verdict == "accepted"
    judged = ended(submission_id, second, swept=True)
    assert (judged.verdict, judged.attempt, lost_attempts(submission_id)) == ("accepted", 2, 0)
    assert_whole(submission_id)
    assert_whole(waiting)


@pytest.mark.xdist_group("sentinel")
def test_the_master_of_sentinel_dies(
    sentinel: WatchedRedis, clean: Servers, problem: str, start_worker: Start
) -> None:
    """Sentinel names another master, and the worker goes on there."""
    with queue_in(sentinel):
        worker = start_worker(**SHORT)
        first = send(lasting(3))
        running(first, worker)
        sentinel.kill_master()
        after = send("print(input())")
        for each in (first, after):
            assert ended(each, worker, swept=True).verdict == "accepted"
            assert_whole(each)
        assert worker.process.poll() is None
        worker.end()
    sentinel.forget()
    sentinel.start()


@pytest.mark.xdist_group("rabbitmq")
def test_rabbitmq_is_tired_of_waiting(
    rabbitmq: RabbitMQ, clean: Servers, problem: str, start_worker: Start
) -> None:
    """It closes the channel of a worker that acknowledges nothing for long; the judging is not disturbed."""
    rabbitmq.control("eval", "application:set_env(rabbit, consumer_timeout, 2000).")
    try:
        with queue_in(rabbitmq):
            worker = start_worker(**SHORT)
            submission_id = send(lasting(8))
            running(submission_id, worker)
            judged = ended(submission_id, worker, swept=True)
            assert (judged.verdict, judged.attempt) == ("accepted", 1)
            after = send("print(input())")
            assert ended(after, worker, swept=True).verdict == "accepted"
            assert worker.process.poll() is None
            assert "delivery acknowledgement on channel" in rabbitmq.log()
            assert_whole(submission_id)
            worker.end()
    finally:
        rabbitmq.control("eval", "application:set_env(rabbit, consumer_timeout, 1800000).")


@pytest.mark.xdist_group("sqs")
def test_sqs_loses_its_queues(sqs: Sqs, clean: Servers, problem: str, start_worker: Start) -> None:
    """Somebody deletes them while a worker asks: it makes them again."""
    with queue_in(sqs):
        worker = start_worker(**SHORT)
        sqs.lose_queues()
        after = send("print(input())")
        assert ended(after, worker, swept=True).verdict == "accepted"
        assert ledger.get(after).attempt == 1
        worker.end()
