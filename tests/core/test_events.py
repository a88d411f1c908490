"""Committed events on Redis: on which channels, how often, and what happens while Redis is away."""

import json
import signal
import time
from collections.abc import Iterator

import pytest
from redis.client import PubSub

from judge import events, submissions
from judge.events import Event
from judge.records import Judgement
from judge.verdict import Verdict
from tests.servers import Servers, submit


@pytest.fixture
def listener(clean: Servers) -> Iterator[PubSub]:
    """Somebody who hears everything, from before anything is said."""
    with events.connection().pubsub() as pubsub:
        pubsub.psubscribe("*")
        assert pubsub.get_message(timeout=10)["type"] == "psubscribe"
        yield pubsub


def heard(listener: PubSub) -> list[tuple[str, dict[str, object]]]:
    """Every message so far, with its channel; whatever was published before this call is in it."""
    events.connection().publish("end", "{}")
    messages = []
    while (message := listener.get_message(timeout=10))["channel"] != "end":
        messages.append((message["channel"], json.loads(message["data"])))
    return messages


def judged(verdict: Verdict | None) -> list[Event]:
    """All events of one submission; without a verdict it fails."""
    created, queued = submit(user_id="ada@example.org")
    claim = submissions.claim(created.id, "worker")
    assert claim is not None
    if verdict:
        return [queued, claim.event, *submissions.finish(created.id, 1, Judgement(verdict), published=(0, 0))]
    told = [queued, claim.event]
    for attempt in range(1, 6):
        told += submissions.give_back(created.id, attempt, lost=True)
        if again := submissions.claim(created.id, "worker"):
            told.append(again.event)
    return told


def test_every_event_goes_to_its_user_and_its_submission(problem: str, listener: PubSub) -> None:
    """In their order, on both channels, and the end of a judging once more for everybody."""
    told = judged(Verdict.WRONG_ANSWER)
    assert events.publish(told) is True
    [one, *_] = told
    expected: list[tuple[str, object]] = []
    for event in told:
        expected += [
            ("user:ada@example.org", event.as_json()),
            (f"submission:{one.submission_id}", event.as_json()),
        ]
    summary = {
        "id": one.submission_id,
        "problem_id": "echo",
        "user_id": "ada@example.org",
        "verdict": "wrong_answer",
    }
    assert heard(listener) == [*expected, ("problem_done", summary)]
    assert set(told[0].as_json()) == {"type", "seq", "submission_id", "problem_id", "user_id", "at", "data"}


def test_a_failed_submission_is_done_too_without_a_verdict(problem: str, listener: PubSub) -> None:
    """Whoever waits for problem_done hears of our failures as well; once, however often it was tried."""
    assert events.publish(judged(None))
    [summary] = [message for channel, message in heard(listener) if channel == "problem_done"]
    assert summary["verdict"] is None


def test_nothing_to_publish_is_no_failure(clean: Servers) -> None:
    """An empty change is published at once."""
    assert events.publish([]) is True


def test_redis_that_is_gone_is_told_and_nothing_more(problem: str, servers: Servers) -> None:
    """False, at once, and no exception; as soon as Redis is back, so are the events."""
    _, event = submit()
    servers.stop_redis()
    try:
        began = time.monotonic()
        assert events.publish([event]) is False
        assert time.monotonic() - began < 2
    finally:
        servers.start_redis()
    assert events.publish([event]) is True


def test_redis_that_is_silent_costs_seconds_not_a_lease(problem: str, servers: Servers) -> None:
    """A connection that is open and answers nothing is given up well within a lease of 15 s."""
    _, event = submit()
    assert events.publish([event])
    servers.redis.send(signal.SIGSTOP)
    try:
        began = time.monotonic()
        assert events.publish([event]) is False
        assert time.monotonic() - began < 7
    finally:
        servers.redis.send(signal.SIGCONT)
    assert events.publish([event]) is True
