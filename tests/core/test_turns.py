"""The order of judging, as a worker meets it that takes one message after the other off the queue."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from judge import db, line, queue, rejudgings, runs, submissions, workers
from judge.records import Judgement
from judge.rejudgings.ledger import Wanted
from judge.submissions import interventions, ledger
from judge.tasks import sweeping
from judge.verdict import State, Verdict
from tests.runs import RESULT, new_run
from tests.servers import Servers, expire, new_language, new_problem, submit

HEAD = 2
"""How many messages are on the queue of a language that no present worker has."""


@pytest.fixture(autouse=True)
def _problem(clean: Servers, tmp_path: Path) -> None:
    new_problem(tmp_path, tests=1)
    new_language()


def post(user_id: str, language: str = "python3") -> str:
    """A submission as the web process makes and sends it."""
    created, _ = submit(user_id=user_id, language=language)
    line.send_submission(created, 200.0)
    return created.id


def post_run(user_id: str) -> str:
    """A run, in the same way."""
    run, _ = new_run(user_id=user_id)
    line.send_run(run, 60.0)
    return run.id


def taken(language: str = "python3") -> str | None:
    """The id in the next message of a queue, which is off it then."""
    with queue.app.connection_for_read() as connection:
        message = connection.default_channel.basic_get(f"judge.{language}", no_ack=True)
    if message is None:
        return None
    [[id_], *_] = json.loads(message.body)
    return str(id_)


def served() -> str | None:
    """What a worker takes next; it has judged it when this returns. None where the queue is empty."""
    id_ = taken()
    if id_ is None:
        return None
    if claim := submissions.claim(id_, "worker"):
        line.hand_out("python3")
        submissions.finish(id_, claim.attempt, Judgement(Verdict.ACCEPTED), published=(0, 0))
    elif run := runs.claim(id_, "worker"):
        line.hand_out("python3")
        runs.finish(id_, run.attempt, RESULT, published=(0, 0))
    return id_


def served_until(wanted: str) -> list[str]:
    """What is served before something, and then that."""
    order = []
    while wanted not in order:
        id_ = served()
        assert id_ is not None, "the queue is empty"
        order.append(id_)
    return order


def all_served() -> list[str]:
    """What is served until the queue is empty."""
    order = []
    while (id_ := served()) is not None:
        order.append(id_)
    return order


def test_whoever_comes_alone_is_served_in_order() -> None:
    """One user's are judged in the order in which they came, and the broker has only the first."""
    ids = [post("ann") for _ in range(10)]
    assert queue.depth("python3") == HEAD
    assert all_served() == ids


def test_a_flood_costs_another_user_two_places() -> None:
    """What is on the queue already, and no more, however long the flood is and however far it has come."""
    flood = [post("ann") for _ in range(60)]
    for _ in range(5):
        assert len(served_until(post("ben"))) <= HEAD + 1
    rest = all_served()
    assert rest == flood[-len(rest) :]


def test_of_everybody_one_in_each_round() -> None:
    """Five who send four each, one user after the other; the first two were sent before anybody else came."""
    others = ["ben", "cay", "dan", "eve"]
    whose = {post(user): user for user in ["ann", *others] for _ in range(4)}
    order = [whose[id_] for id_ in all_served()]
    assert order == ["ann", "ann", *others, *(["ann", *others] * 2), *others]


def test_newcomers_overtake_nobody_for_ever() -> None:
    """While somebody new comes for each that is served, all of a flood are served all the same."""
    flood = [post("ann") for _ in range(10)]
    order = []
    for number in range(200):
        post(f"new-{number}")
        order.append(served())
    assert [id_ for id_ in order if id_ in flood] == flood


def test_a_rejudging_is_as_one_user() -> None:
    """A run, a first submission and a second one pass a hundred that are judged anew."""
    ids = [post(f"user-{number}") for number in range(100)]
    assert len(all_served()) == 100
    rejudging_id = rejudgings.create(
        Wanted(problem_id="echo"), user_id="eve", reason="", by_hand=False, same_version=False
    )
    sweeping.sweep()
    assert len(rejudgings.judging(rejudging_id)) == 100
    assert queue.depth("python3") == HEAD
    for another in (post_run("ann"), post("ann"), post("ben")):
        assert len(served_until(another)) <= HEAD + 2
    assert len(set(all_served()) & set(ids)) > 90
    sweeping.sweep()
    assert rejudgings.judging(rejudging_id) == []


def test_one_by_one_is_no_way_round(clean: Servers) -> None:
    """What an author has judged anew, one after the other, takes nobody's turn but that of its like."""
    ids = [post(f"user-{number}") for number in range(20)]
    all_served()
    for id_ in ids:
        interventions.rejudge(id_)
        line.hand_out("python3")
    assert len(served_until(post("user-3"))) <= HEAD + 1


def test_what_is_given_back_is_next() -> None:
    """It does not wait for its user's others, nor for a round that came later."""
    first, *others = [post("ann") for _ in range(20)]
    assert taken() == first
    claim = submissions.claim(first, "worker")
    assert claim is not None
    line.hand_out("python3")
    assert [served() for _ in range(8)] == others[:8]
    submissions.give_back(first, claim.attempt, lost=False)
    line.hand_out("python3")
    assert len(served_until(first)) <= HEAD + 1


def test_what_has_failed_here_is_not_tried_at_once() -> None:
    """A fault of ours may pass; and what waits meanwhile is judged in its place, as if it were not there."""
    failed, *others = [post("ann") for _ in range(5)]
    assert taken() == failed
    claim = submissions.claim(failed, "worker")
    assert claim is not None
    submissions.give_back(failed, claim.attempt, lost=True)
    line.hand_out("python3")
    assert all_served() == others
    sweeping.sweep()
    assert ledger.get(failed).state == State.QUEUED
    assert queue.depth("python3") == 0


def test_a_dead_workers_come_back_at_once() -> None:
    """Its lease has told for long enough."""
    id_ = post("ann")
    assert taken() == id_
    assert submissions.claim(id_, "dead")
    expire(id_)
    sweeping.sweep()
    assert served() == id_


def test_the_head_is_as_long_as_there_are_slots() -> None:
    """Of the workers that are there and have the language."""
    workers.register("one", slots=3, sandbox="", languages=[{"id": "python3"}, {"id": "c"}])
    workers.register("two", slots=4, sandbox="", languages=[{"id": "python3"}])
    for _ in range(10):
        post("ann")
        post("ann", "c")
    assert (queue.depth("python3"), queue.depth("c")) == (7, 3)
    workers.register("three", slots=1, sandbox="", languages=[{"id": "c"}])
    sweeping.sweep()
    assert (queue.depth("python3"), queue.depth("c")) == (7, 4)


def test_who_makes_room_and_who_comes_see_each_other() -> None:
    """A submission held back for a full head is sent by whoever commits last, its writer or the claim."""
    first, second = post("ann"), post("ann")
    created, _ = submit(user_id="ben")
    assert created.sent_at is None
    for id_ in (first, second):
        assert taken() == id_
        assert submissions.claim(id_, "worker")  # and dies, before it has called the next
    line.send_submission(created, 200.0)
    assert taken() == created.id


def test_a_broker_that_is_away(servers: Servers) -> None:
    """What it does not take waits as before, in its order, and the sweeper sends it."""
    ids = [post("ann")]
    servers.stop_redis()
    try:
        for _ in range(3):
            created, _ = submit(user_id="ann")
            ids.append(created.id)
            with pytest.raises(line.QueueUnavailable):
                line.send_submission(created, 200.0)
    finally:
        servers.start_redis()
    sweeping.sweep()
    assert set(all_served()) >= set(ids[1:])


def test_one_that_is_lost_while_others_flow() -> None:
    """It is sent again although the queue has as many messages as rows are late: they are others'."""
    lost = post("ann")
    assert taken() == lost
    for _ in range(5):
        post("ann")
    later = taken()
    assert later is not None
    assert submissions.claim(later, "worker")
    line.hand_out("python3")
    assert queue.depth("python3") > 0
    _age(lost, 60)
    _age(later, 30)
    sweeping.sweep()
    assert lost in all_served()


def _age(submission_id: str, by_s: float) -> None:
    query = "UPDATE submissions SET sent_at = sent_at - make_interval(secs => :by) WHERE id = :id"
    with db.transaction() as session:
        session.execute(text(query), {"by": by_s, "id": submission_id})
