"""The sweeper: what died between two steps is found in the rows and done again, and nothing else is."""

import json
from collections.abc import Iterator

import pytest
from redis.client import PubSub
from sqlalchemy import text

from judge import db, events, queue, submissions, upkeep, workers
from judge.records import Judgement
from judge.submissions import Compiled, ledger
from judge.tasks import sweeping
from judge.verdict import Verdict
from tests.servers import Servers, expire, log_of, new_language, submit, until
from tests.tasks.workers import age, send


@pytest.fixture
def listener(clean: Servers) -> Iterator[PubSub]:
    """Somebody who hears everything that is said of submissions."""
    with events.connection().pubsub() as pubsub:
        pubsub.psubscribe("submission:*")
        assert pubsub.get_message(timeout=10)["type"] == "psubscribe"
        yield pubsub


def heard(listener: PubSub) -> list[tuple[int, str]]:
    """Number and type of every event published so far."""
    events.connection().publish("submission:", "{}")
    told = []
    while message := json.loads(listener.get_message(timeout=10)["data"]):
        told.append((message["seq"], message["type"].removeprefix("submission.")))
    return told


def test_what_was_never_sent_is_sent_once(problem: str) -> None:
    """A web process that died after its commit has left a row; a second sweep finds it sent."""
    submit()
    sweeping.sweep()
    assert queue.depth("python3") == 0  # whoever has just committed is about to send
    age()
    sweeping.sweep()
    sweeping.sweep()
    assert queue.depth("python3") == 1


def test_what_waits_is_not_sent_again(problem: str) -> None:
    """A queue that is merely slow has every message still: none is added, however long they wait."""
    for _ in range(3):
        send("print()")
    for _ in range(3):
        age()
        sweeping.sweep()
    assert queue.depth("python3") == 3


def test_what_the_broker_forgot_is_sent_again(problem: str) -> None:
    """After FLUSHALL every queued submission comes back, by its own language's queue."""
    new_language("c")
    send("print()")
    other, event = submit(language="c")
    queue.send(other.id, "c", 1.0)
    submissions.mark_sent(other.id, published_seq=event.seq, sent=True)
    events.connection().flushall()
    sweeping.sweep()
    assert (queue.depth("python3"), queue.depth("c")) == (0, 0)  # sent a moment ago: a child may be at it
    age()
    sweeping.sweep()
    sweeping.sweep()
    assert (queue.depth("python3"), queue.depth("c")) == (1, 1)


def test_what_a_dead_worker_held_comes_back(problem: str, listener: PubSub) -> None:
    """Its lease has run out: queued again, told at once, and sent to somebody else."""
    created, _ = submit()
    assert submissions.claim(created.id, "dead")
    expire(created.id)
    sweeping.sweep()
    assert (ledger.get(created.id).state, heard(listener)) == ("queued", [(3, "queued")])
    age()
    sweeping.sweep()
    assert queue.depth("python3") == 1
    assert submissions.claim(created.id, "alive")


def test_what_nobody_has_heard_is_told(problem: str, listener: PubSub) -> None:
    """Events of which nobody has noted that Redis took them are published, once, in their order."""
    created, _ = submit()
    submissions.mark_sent(created.id, published_seq=1, sent=True)
    assert submissions.claim(created.id, "worker")
    submissions.finish(created.id, 1, Judgement(Verdict.ACCEPTED), published=(1, 1))
    sweeping.sweep()
    assert heard(listener) == []  # whoever has just committed is about to publish
    age()
    sweeping.sweep()
    assert heard(listener) == [(2, "compiling"), (3, "done")]
    age()
    sweeping.sweep()
    assert heard(listener) == []


def test_an_event_lost_before_the_last_is_told_too(problem: str, listener: PubSub) -> None:
    """A worker died between commit and publish: its lapse is told, and so is what it had done before."""
    created, _ = submit()
    submissions.mark_sent(created.id, published_seq=1, sent=True)
    assert submissions.claim(created.id, "dead")
    submissions.record(created.id, 1, [Compiled(None)], published=(1, 1))
    expire(created.id)
    sweeping.sweep()
    age()
    sweeping.sweep()
    assert heard(listener) == [(4, "queued"), (2, "compiling"), (3, "running"), (4, "queued")]
    assert log_of(created.id)[-1] == (4, "queued")


def test_without_redis_the_rows_are_kept_in_order(problem: str, servers: Servers) -> None:
    """Leases lapse all the same; what could neither be sent nor told waits for Redis to come back."""
    created, _ = submit()
    assert submissions.claim(created.id, "dead")
    expire(created.id)
    servers.stop_redis()
    try:
        sweeping.sweep()
        assert ledger.get(created.id).state == "queued"
        age()
        sweeping.sweep()
    finally:
        servers.start_redis()
    assert queue.depth("python3") == 0
    with events.connection().pubsub() as listener:
        listener.psubscribe("submission:*")
        assert listener.get_message(timeout=10)["type"] == "psubscribe"
        sweeping.sweep()
        assert heard(listener) == [(1, "queued"), (2, "compiling"), (3, "queued")]
    assert queue.depth("python3") == 1


def test_old_events_are_removed(problem: str) -> None:
    """After seven days only the submission itself is left, and its numbers go on from where they were."""
    old, new = submit()[0].id, submit()[0].id
    workers.register("gone", slots=1, sandbox="", languages=[])
    with db.transaction() as session:
        for days, id_ in ((8, old), (6, new)):
            query = "UPDATE events SET at = at - make_interval(days => :days) WHERE submission_id = :id"
            session.execute(text(query), {"days": days, "id": id_})
        session.execute(text("UPDATE workers SET seen_at = seen_at - interval '2 days'"))
    sweeping.purge()
    assert (log_of(old), log_of(new)) == ([], [(1, "queued")])
    with db.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM workers")) == 0
    assert submissions.claim(old, "worker")
    assert log_of(old) == [(2, "compiling")]


def test_who_stands_still_does_not_sweep_alone_for_long(clean: Servers) -> None:
    """Postgres takes its lock, and that is no failure of what it did."""

    def may_sweep() -> bool:
        with upkeep.alone_in_sweeping() as alone:
            return alone

    with upkeep.alone_in_sweeping() as alone:
        assert alone
        assert not may_sweep()
        until(may_sweep, 8.0)  # sooner than other transactions are ended
