"""Real couriers and real receivers: everything arrives, once in effect, whatever happens on the way."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from judge import events, submissions, webhooks
from judge.records import is_id
from judge.submissions import ledger
from judge.verdict import Verdict
from judge.webhooks import deliveries
from tests.servers import PATIENCE_S, Servers, submit
from tests.webhooks.conftest import Courier, webhook
from tests.webhooks.events import age, change, judged, states, swept, told
from tests.webhooks.receiver import Answer, Receiver

StartCourier = Callable[..., Courier]


def test_each_event_arrives_once_and_signed(
    problem: str, receiver: Receiver, start_courier: StartCourier
) -> None:
    """The reference library verifies it; in it is the event as sockets have it."""
    hook, secret = webhook(receiver.url)
    courier = start_courier()
    ids = [judged(verdict=verdict) for verdict in (Verdict.ACCEPTED, Verdict.WRONG_ANSWER)]
    judged(user_id="2")
    courier.until(lambda: states(hook.id) == ["delivered"] * 2)
    requests = {request.id: request for request in receiver.requests}
    assert len(requests) == len(receiver.requests) == 2
    for delivery, submission_id in zip(told(hook.id), ids, strict=True):
        request = requests[delivery.message_id]
        message = request.verified(secret)
        event = ledger.events_after(submission_id, 2)[-1].as_json()
        assert message == {"type": "submission.done", "timestamp": event["at"], "data": event}
        assert message["data"]["data"]["id"] == submission_id
        assert request.headers["content-type"] == "application/json"
        assert request.headers["user-agent"].startswith("judge/")
        [attempt] = delivery.attempts
        assert (attempt["status"], attempt["error"]) == (204, None)
    assert courier.end() == 0


def test_what_fails_is_tried_again(problem: str, receiver: Receiver, start_courier: StartCourier) -> None:
    """500 twice, then 200: three attempts in the log, under one id, each signed for its own instant."""
    answers: Iterator[Answer] = iter([(500, {}, b"broken \xff"), (500, {}, b""), (200, {}, b"fine")])
    receiver.answer = lambda request: next(answers)
    hook, secret = webhook(receiver.url)
    courier = start_courier()
    judged()
    courier.until(swept(lambda: states(hook.id) == ["delivered"]))
    assert len({request.id for request in receiver.requests}) == 1
    assert all(request.verified(secret)["type"] == "submission.done" for request in receiver.requests)
    [delivery] = told(hook.id)
    assert [attempt["status"] for attempt in delivery.attempts] == [500, 500, 200]
    assert [attempt["response"] for attempt in delivery.attempts] == ["broken \ufffd", "", "fine"]
    shown = webhooks.get(hook.id)
    assert (shown.failures, shown.failing_since) == (0, None)


def test_what_fails_to_the_last_has_failed_and_can_be_asked_for_again(
    problem: str, receiver: Receiver, start_courier: StartCourier
) -> None:
    """After five tries; asked for again it has the same id, and all its tries."""
    receiver.answer = lambda request: 500
    hook, secret = webhook(receiver.url)
    courier = start_courier()
    judged()
    courier.until(swept(lambda: states(hook.id) == ["failed"]))
    [delivery] = told(hook.id)
    assert [attempt["status"] for attempt in delivery.attempts] == [500] * 5
    receiver.answer = lambda request: 200
    deliveries.redeliver(hook.id, delivery.id)
    courier.until(lambda: states(hook.id) == ["delivered"])
    deliveries.redeliver(hook.id, delivery.id)
    courier.until(lambda: len(receiver.requests) == 7 and states(hook.id) == ["delivered"])
    assert {request.id for request in receiver.requests} == {delivery.message_id}
    assert receiver.requests[-1].verified(secret)["type"] == "submission.done"


def test_410_is_the_end(problem: str, receiver: Receiver, start_courier: StartCourier) -> None:
    """The webhook is disabled at once, with the reason; what waited has failed, and no more is written."""
    receiver.answer = lambda request: 410
    hook, _ = webhook(receiver.url)
    waiting = judged()
    change("due_at = due_at + interval '1 hour'")
    courier = start_courier()
    judged()
    courier.until(lambda: webhooks.get(hook.id).state == "disabled")
    assert "410" in (webhooks.get(hook.id).disabled_reason or "")
    assert is_id(waiting)
    assert states(hook.id) == ["failed", "failed"]
    judged()
    assert len(told(hook.id)) == 2
    with pytest.raises(webhooks.WebhookRefused, match="410"):
        deliveries.ping(hook.id)
    receiver.answer = lambda request: 200
    assert webhooks.change(hook.id, state="enabled").disabled_reason is None
    deliveries.redeliver(hook.id, told(hook.id)[0].id)
    courier.until(lambda: states(hook.id) == ["delivered", "failed"])
    assert len(receiver.requests) == 2


def test_a_redirect_is_a_failure(problem: str, receiver: Receiver, start_courier: StartCourier) -> None:
    """Nobody goes where it points."""
    with Receiver() as inside:
        receiver.answer = lambda request: (307, {"Location": inside.url}, b"")
        hook, _ = webhook(receiver.url)
        courier = start_courier()
        judged()
        courier.until(lambda: told(hook.id)[0].attempts)
        [attempt, *_] = told(hook.id)[0].attempts
        assert (attempt["status"], attempt["error"]) == (307, "redirects are not followed")
        assert inside.requests == []
    assert states(hook.id) == ["pending"]


def test_receivers_that_hang_hold_up_nobody(problem: str, start_courier: StartCourier) -> None:
    """Two of them, with many deliveries each, beside one that is well and has threads left for it."""
    leave = threading.Event()
    with ExitStack() as stack:
        stack.callback(leave.set)
        hanging = [stack.enter_context(Receiver(lambda _: 200 if leave.wait(120) else 500)) for _ in range(2)]
        good = stack.enter_context(Receiver())
        bad = [
            webhook(hung.url, f"bad-{index}", host=f"hung-{index}")[0] for index, hung in enumerate(hanging)
        ]
        well, _ = webhook(good.url, "good", host="good")
        courier = start_courier(JUDGE_COURIER_THREADS="5", JUDGE_WEBHOOK_TIMEOUT_S="60")
        for _ in range(5):
            judged("bad-0")
            judged("bad-1")
        courier.until(lambda: all(len(hung.requests) == 2 for hung in hanging))
        for _ in range(20):
            judged("good")
        courier.until(swept(lambda: states(well.id) == ["delivered"] * 20))
        assert all(states(hook.id) == ["pending"] * 5 for hook in bad)
        assert [len(hung.requests) for hung in hanging] == [2, 2]
        assert max(Counter(request.id for request in good.requests).values()) == 1
        leave.set()
        courier.until(swept(lambda: all(states(hook.id) == ["delivered"] * 5 for hook in bad)))
        for hung in hanging:
            assert len({request.id for request in hung.requests}) == len(hung.requests) == 5


def test_a_receiver_that_never_answers(problem: str, receiver: Receiver, start_courier: StartCourier) -> None:
    """Is given up after the time that a request may take, and tried again."""
    leave = threading.Event()
    receiver.answer = lambda request: 200 if len(receiver.requests) > 1 or leave.wait(120) else 500
    hook, _ = webhook(receiver.url)
    courier = start_courier(JUDGE_WEBHOOK_TIMEOUT_S="0.5")
    judged()
    courier.until(swept(lambda: states(hook.id) == ["delivered"]))
    leave.set()
    [first, *_] = told(hook.id)[0].attempts
    assert (first["status"], first["error"]) == (None, "no answer within 0.5 s")


def test_a_rotated_secret_signs_beside_the_new_one_for_a_day(
    problem: str, receiver: Receiver, start_courier: StartCourier
) -> None:
    """Receivers with either secret verify; when the day is over, those with the new one."""
    hook, old = webhook(receiver.url)
    rotated, new = webhooks.rotate(hook.id)
    assert rotated.previous_until is not None
    assert new != old
    courier = start_courier()
    judged()
    courier.until(lambda: states(hook.id) == ["delivered"])
    change("previous_until = clock_timestamp()", "webhooks")
    judged()
    courier.until(lambda: states(hook.id) == ["delivered"] * 2)
    both, one = receiver.requests
    assert both.verified(old) == both.verified(new)
    assert len(one.headers["webhook-signature"].split()) == 1
    one.verified(new)
    with pytest.raises(Exception, match="No matching signature"):
        one.verified(old)


def test_a_courier_that_is_killed_in_the_middle(
    problem: str, receiver: Receiver, start_courier: StartCourier
) -> None:
    """Its leases run out and another sends it all, under the same ids; nothing it had not begun is lost."""
    leave = threading.Event()
    receiver.answer = lambda request: 200 if leave.wait(300) else 500
    hook, _ = webhook(receiver.url)
    killed = start_courier(JUDGE_WEBHOOK_TIMEOUT_S="60")
    for _ in range(4):
        judged()
    killed.until(swept(lambda: len(receiver.requests) == 2))  # of one host no more at once
    killed.kill()
    held = {request.id for request in receiver.requests}
    leave.set()
    courier = start_courier()
    change("lease_until = clock_timestamp() WHERE lease_until IS NOT NULL")
    courier.until(swept(lambda: states(hook.id) == ["delivered"] * 4))
    assert len(receiver.requests) == 6
    assert len({request.id for request in receiver.requests}) == 4
    for delivery in told(hook.id):
        errors = [attempt["error"] for attempt in delivery.attempts]
        lost = ["the courier ended before it had the answer"] if delivery.message_id in held else []
        assert errors == [*lost, None]


def test_a_courier_that_is_told_to_end_waits_for_the_answer(
    problem: str, receiver: Receiver, start_courier: StartCourier
) -> None:
    """What it has begun is recorded; nothing is sent twice."""
    entered, leave = threading.Event(), threading.Event()
    receiver.answer = lambda request: entered.set() or (200 if leave.wait(120) else 500)
    hook, _ = webhook(receiver.url)
    courier = start_courier(JUDGE_WEBHOOK_TIMEOUT_S="60")
    judged()
    assert entered.wait(2 * PATIENCE_S)
    courier.process.terminate()
    threading.Timer(1.0, leave.set).start()
    assert courier.process.wait(2 * PATIENCE_S) == 0
    assert states(hook.id) == ["delivered"]
    assert len(receiver.requests) == 1


def test_what_redis_forgot_is_sent_again(
    problem: str, receiver: Receiver, start_courier: StartCourier
) -> None:
    """The rows are the truth: emptied before any courier ran, everything arrives all the same, once."""
    hook, _ = webhook(receiver.url)
    for _ in range(5):
        judged()
    events.connection().flushall()
    courier = start_courier()
    age()
    courier.until(swept(lambda: states(hook.id) == ["delivered"] * 5))
    assert len({request.id for request in receiver.requests}) == len(receiver.requests) == 5


def test_without_redis_a_verdict_is_written_all_the_same(
    problem: str, servers: Servers, receiver: Receiver, start_courier: StartCourier
) -> None:
    """And what webhooks are to be told with it; it is sent once Redis is back."""
    hook, _ = webhook(receiver.url)
    servers.stop_redis()
    try:
        judged()
    finally:
        servers.start_redis()
    assert states(hook.id) == ["pending"]
    courier = start_courier()
    courier.until(swept(lambda: states(hook.id) == ["delivered"]))
    assert len(receiver.requests) == 1


def test_redis_dies_under_a_courier(
    problem: str, servers: Servers, receiver: Receiver, start_courier: StartCourier
) -> None:
    """Answers that come meanwhile are recorded; it lives on, and takes what comes once Redis is back."""
    entered, leave = threading.Event(), threading.Event()
    receiver.answer = lambda request: entered.set() or (200 if leave.wait(300) else 500)
    hook, _ = webhook(receiver.url)
    courier = start_courier(JUDGE_WEBHOOK_TIMEOUT_S="60")
    judged()
    assert entered.wait(2 * PATIENCE_S)
    servers.stop_redis()
    try:
        courier.until(lambda: "Connection to broker lost" in courier.log())
        leave.set()
        courier.until(lambda: states(hook.id) == ["delivered"])
        judged()
    finally:
        servers.start_redis()
    courier.until(swept(lambda: states(hook.id) == ["delivered"] * 2))
    assert len({request.id for request in receiver.requests}) == len(receiver.requests) == 2


def test_what_may_not_be_reached_is_not_reached(
    problem: str, receiver: Receiver, start_courier: StartCourier
) -> None:
    """A courier has its own list: nothing is sent, and the log says why."""
    hook, _ = webhook(receiver.url)
    courier = start_courier(JUDGE_WEBHOOK_ALLOW="")
    judged()
    courier.until(lambda: told(hook.id)[0].attempts)
    [attempt, *_] = told(hook.id)[0].attempts
    assert attempt["status"] is None
    assert "not on the public network" in attempt["error"]
    assert receiver.requests == []


def test_a_ping_is_sent_once(problem: str, receiver: Receiver, start_courier: StartCourier) -> None:
    """It says that the webhook is one; when it fails, whoever asked for it sees that at once."""
    receiver.answer = lambda request: 500
    hook, secret = webhook(receiver.url, events=["submission.failed"])
    courier = start_courier()
    deliveries.ping(hook.id)
    courier.until(lambda: states(hook.id) == ["failed"])
    [request] = receiver.requests
    message = request.verified(secret)
    assert (message["type"], message["data"]) == ("ping", {"webhook_id": hook.id})


def test_a_submission_that_fails_is_told_of(
    problem: str, receiver: Receiver, start_courier: StartCourier
) -> None:
    """Our own failure, after every attempt, is an end as well."""
    hook, _ = webhook(receiver.url, events=["submission.failed"])
    courier = start_courier()
    judged()
    created, _ = submit()
    for attempt in range(1, 6):
        assert submissions.claim(created.id, "worker")
        submissions.give_back(created.id, attempt, lost=True)
    courier.until(lambda: states(hook.id) == ["delivered"])
    [request] = receiver.requests
    assert json.loads(request.body)["data"]["data"]["state"] == "failed"
