"""Deliveries as rows: who hears of what, in which transaction, and what holds them within bounds."""

import io
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from judge import accounts, blobs, config, db, queue, submissions, verifications, versions, webhooks
from judge.errors import AttemptLost
from judge.events import Event
from judge.records import Judgement
from judge.submissions import Compiled, ledger
from judge.tasks import sweeping
from judge.verdict import Verdict
from judge.webhooks import WebhookRefused, attempts, deliveries
from judge.webhooks import ledger as delivery_ledger
from judge.webhooks.attempts import Attempt
from tests.servers import Servers, new_package, submit, until
from tests.webhooks.conftest import webhook
from tests.webhooks.events import age, change, judged, states, told

URL = "http://hook.example/"
GOOD, BAD = Attempt("", 0.1, 200, None), Attempt("", 0.1, 500, None)

Set = Callable[..., None]


@pytest.fixture
def set_(monkeypatch: pytest.MonkeyPatch) -> Set:
    """Change settings for this test."""

    def set_(**changed: Any) -> None:
        copy = config.settings().model_copy(update=changed)
        for module in (deliveries, attempts, delivery_ledger, webhooks):
            monkeypatch.setattr(module, "settings", lambda: copy)
        for name in ("backoff", "messages"):
            monkeypatch.setattr(f"judge.webhooks.{name}.settings", lambda: copy)

    return set_


def test_who_hears_of_what(problem: str) -> None:
    """Of one's own events, unless all were asked for; of the types and the problem that were named."""
    hooks = {
        name: webhook(URL, user_id, **values)[0].id
        for name, (user_id, values) in {
            "own": ("1", {}),
            "other": ("2", {}),
            "all": ("3", {"scope": "all"}),
            "done": ("1", {"events": ["submission.done", "verification.done"]}),
            "failed": ("1", {"events": ["submission.failed"]}),
            "echo": ("1", {"problem_id": "echo"}),
            "elsewhere": ("3", {"scope": "all", "problem_id": "elsewhere"}),
            "off": ("1", {}),
        }.items()
    }
    webhooks.change(hooks["off"], state="disabled")
    judged("1")
    heard = {name for name, id_ in hooks.items() if told(id_)}
    assert heard == {"own", "all", "done", "echo"}
    assert len({told(hooks[name])[0].message_id for name in heard}) == 1


def test_who_hears_of_accounts(problem: str) -> None:
    """Those that were made with a token, while their owner is there, and for all only while an admin."""
    for name, role in (("ann", "user"), ("zoe", "admin"), ("eve", "author")):
        accounts.add(name, role)  # type: ignore[arg-type]
    hooks = {
        name: webhook(URL, user_id, has_account=has_account, scope=scope)[0].id
        for name, user_id, has_account, scope in (
            ("ann's", "ann", True, "own"),
            ("admin's", "zoe", True, "all"),
            ("author's", "eve", True, "all"),
            ("nobody's", "nobody", False, "all"),
            ("gone", "gone", True, "all"),
        )
    }

    def heard() -> set[str]:
        submission_id = judged("ann")
        return {
            name
            for name, id_ in hooks.items()
            if any(submission_id in delivery.body for delivery in told(id_))
        }

    assert heard() == {"ann's", "admin's"}
    change("role = 'user' WHERE id = 'zoe'", "users")
    assert heard() == {"ann's"}
    for gone in ("disabled_at", "removed_at"):
        change(f"{gone} = clock_timestamp() WHERE id = 'ann'", "users")
        assert heard() == set()
        change(f"{gone} = NULL WHERE id = 'ann'", "users")
    with pytest.raises(WebhookRefused, match="JUDGE_AUTH=token"):
        webhook(URL, "ann")
    with db.transaction() as session:
        session.execute(text("DELETE FROM users WHERE id = 'ann'"))
    assert heard() == {"nobody's"}


def test_what_is_not_committed_is_not_told(problem: str) -> None:
    """A worker that has lost its attempt writes nothing, here neither; and nothing of steps on the way."""
    hook, _ = webhook(URL)
    created, _ = submit()
    assert submissions.claim(created.id, "worker")
    submissions.record(created.id, 1, [Compiled(None)], published=(0, 0))
    with pytest.raises(AttemptLost):
        submissions.finish(created.id, 2, Judgement(Verdict.ACCEPTED), published=(0, 0))
    assert told(hook.id) == []

    def note_and_fail() -> None:
        with db.transaction() as session:
            deliveries.note(session, [event_of(created.id)])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        note_and_fail()
    assert told(hook.id) == []
    assert queue.depth_of(queue.COURIERS) == 0
    submissions.finish(created.id, 1, Judgement(Verdict.ACCEPTED), published=(0, 0))
    assert states(hook.id) == ["pending"]
    assert queue.depth_of(queue.COURIERS) == 1


def event_of(submission_id: str) -> Any:
    """An event of a submission that has ended."""
    submission = ledger.get(submission_id)
    return Event(
        submission.id, 9, "submission.done", "echo", "1", submission.created_at, submission.as_json()
    )


def test_a_webhook_that_is_removed_while_a_submission_ends(problem: str) -> None:
    """The verdict is recorded, and the removal waits for it."""
    hook, _ = webhook(URL)
    created, _ = submit()
    removing = threading.Thread(target=webhooks.remove, args=(hook.id,))
    with db.transaction() as session:
        deliveries.note(session, [event_of(created.id)])
        removing.start()
        waits = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        until(lambda: session.scalar(waits))
    removing.join(30)
    assert not removing.is_alive()
    with db.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM webhook_deliveries")) == 0


def test_a_claim_is_for_one(problem: str) -> None:
    """Nobody else gets it while it holds; who comes back too late records nothing."""
    hook, _ = webhook(URL)
    judged()
    [delivery] = told(hook.id)
    first = attempts.claim(delivery.id)
    assert first is not None
    assert attempts.claim(delivery.id) is None
    change("lease_until = clock_timestamp()")
    second = attempts.claim(delivery.id)
    assert second is not None
    attempts.record(first, GOOD)
    assert states(hook.id) == ["pending"]
    attempts.record(second, BAD)
    assert attempts.claim(delivery.id) is None  # not due
    age()
    third = attempts.claim(delivery.id)
    assert third is not None
    attempts.record(third, GOOD)
    assert states(hook.id) == ["delivered"]
    assert attempts.claim(delivery.id) is None
    assert attempts.claim("0" * 26) is None


def test_what_ends_every_courier_comes_to_an_end(problem: str) -> None:
    """A try counts when it begins, so that none is made for ever."""
    hook, _ = webhook(URL)
    judged()
    [delivery] = told(hook.id)
    tries = len(config.settings().webhook_delays_s) + 1
    for _ in range(tries):
        assert attempts.claim(delivery.id)
        change("lease_until = clock_timestamp()")
    assert attempts.claim(delivery.id) is None
    [delivery] = told(hook.id)
    assert (delivery.state, len(delivery.attempts)) == ("failed", tries)
    assert {attempt["error"] for attempt in delivery.attempts} == {
        "the courier ended before it had the answer"
    }


def test_only_so_many_at_once_to_a_host_and_for_a_user(problem: str, set_: Set) -> None:
    """Whoever comes too early is left in the rows, and told when another has ended."""
    set_(courier_per_host=2, courier_per_user=3)
    hooks = [webhook(URL, "1", host=host)[0].id for host in ("a", "a", "b", "c")]
    other = webhook(URL, "2", host="a", scope="own")[0].id
    judged("1")
    judged("2")
    first, second, third, fourth = (told(id_)[0].id for id_ in hooks)
    claims = [attempts.claim(id_) for id_ in (first, second)]
    assert all(claims)
    assert attempts.claim(told(other)[0].id) is None  # the host has two
    assert attempts.claim(third)
    assert attempts.claim(fourth) is None  # the user has three
    assert delivery_ledger.next_after("a", "1") in ([fourth], [told(other)[0].id])
    assert claims[0]
    attempts.record(claims[0], GOOD)
    assert attempts.claim(fourth)
    assert attempts.claim(told(other)[0].id)


def test_a_host_that_hangs_hides_no_other_from_the_sweeper(problem: str, set_: Set) -> None:
    """Of each a few are sent again, however many wait."""
    busy, calm = webhook(URL, "1", host="busy")[0].id, webhook(URL, "2", host="calm")[0].id
    for _ in range(10):
        judged("1")
    judged("2")
    change("sent_at = NULL")
    age()
    found = delivery_ledger.unsent()
    assert len(found) == 3
    assert told(calm)[0].id in found
    assert told(busy)[0].id in found


def test_a_sweep_sends_what_was_not_sent_and_nothing_twice(problem: str, servers: Servers) -> None:
    """Nor what merely waits, for a courier that is not there."""
    hook, _ = webhook(URL)
    judged()
    assert queue.depth_of(queue.COURIERS) == 1
    change("sent_at = NULL")
    for _ in range(3):
        age()
        sweeping.sweep()
    assert queue.depth_of(queue.COURIERS) == 2
    assert states(hook.id) == ["pending"]


def test_a_backlog_is_bounded(problem: str, set_: Set) -> None:
    """Further deliveries have failed from the beginning, say why, and can be asked for."""
    set_(webhook_backlog=3)
    hook, _ = webhook(URL)
    for _ in range(5):
        judged()
    assert states(hook.id) == ["pending"] * 3 + ["failed"] * 2
    [attempt] = told(hook.id)[-1].attempts
    assert attempt["error"] == "3 deliveries waited already"
    with pytest.raises(WebhookRefused, match="too many"):
        deliveries.ping(hook.id)
    deliveries.redeliver(hook.id, told(hook.id)[-1].id)
    assert states(hook.id)[-1] == "pending"


def test_a_body_is_bounded(problem: str, set_: Set) -> None:
    """What is longest is left out, and named; the rest is there."""
    set_(webhook_body_bytes=4096)
    hook, _ = webhook(URL)
    created, _ = submit()
    assert submissions.claim(created.id, "worker")
    submissions.record(created.id, 1, [Compiled(b"warning \0 \xff" * 2000)], published=(0, 0))
    submissions.finish(created.id, 1, Judgement(Verdict.ACCEPTED), published=(0, 0))
    judgement = Judgement(Verdict.COMPILE_ERROR, compile_output=b"error \0" * 2000)
    other, _ = submit()
    assert submissions.claim(other.id, "worker")
    submissions.finish(other.id, 1, judgement, published=(0, 0))
    short, long = judged(), told(hook.id)[1]
    message = json.loads(long.body)
    assert len(long.body) <= 4096
    assert message["omitted"] == ["compile_output"]
    data = message["data"]["data"]
    assert (data["compile_output"], data["verdict"], data["id"]) == (None, "compile_error", other.id)
    assert "omitted" not in json.loads(told(hook.id)[-1].body)
    assert short in told(hook.id)[-1].body


def test_days_of_failures_disable_a_webhook(problem: str) -> None:
    """Not before so many failures and so many days; one success, and it all begins anew."""
    hook, _ = webhook(URL)

    def fails() -> None:
        judged()
        claim = attempts.claim(told(hook.id)[-1].id)
        assert claim
        attempts.record(claim, BAD)

    fails()
    change("failing_since = failing_since - interval '30 days'", "webhooks")
    fails()
    assert webhooks.get(hook.id).state == "enabled"  # twice is not often
    change("failures = 18", "webhooks")
    change("failing_since = clock_timestamp()", "webhooks")
    fails()
    fails()
    assert webhooks.get(hook.id).state == "enabled"  # nor is a minute long
    change("failing_since = clock_timestamp() - interval '121 hours'", "webhooks")
    fails()
    shown = webhooks.get(hook.id)
    assert (shown.state, shown.failures) == ("disabled", 21)
    assert "21 tries in 5 days or more" in (shown.disabled_reason or "")
    assert set(states(hook.id)) == {"failed"}
    enabled = webhooks.change(hook.id, state="enabled")
    assert (enabled.state, enabled.failures, enabled.disabled_reason) == ("enabled", 0, None)


def test_a_webhook_that_was_disabled_at_the_last_moment(problem: str) -> None:
    """Its delivery, written in the same moment, is not sent; one in flight is still recorded."""
    hook, _ = webhook(URL)
    judged()
    claim = attempts.claim(told(hook.id)[0].id)
    assert claim
    webhooks.change(hook.id, state="disabled")
    assert webhooks.get(hook.id).disabled_reason == "switched off"
    attempts.record(claim, BAD)
    [delivery] = told(hook.id)
    assert (delivery.state, len(delivery.attempts)) == ("failed", 1)
    change("state = 'pending', finished_at = NULL, due_at = clock_timestamp()")
    assert attempts.claim(delivery.id) is None
    assert states(hook.id) == ["failed"]


def test_the_log_keeps_the_latest_attempts(problem: str) -> None:
    """Thirty of them, however often something is asked for again."""
    hook, _ = webhook(URL)
    judged()
    [delivery] = told(hook.id)
    for number in range(35):
        deliveries.redeliver(hook.id, delivery.id)
        claim = attempts.claim(delivery.id)
        assert claim
        attempts.record(claim, Attempt(str(number), 0.1, 500, None, "nul \0"))
    [delivery] = told(hook.id)
    assert [attempt["at"] for attempt in delivery.attempts] == [str(number) for number in range(5, 35)]


def test_old_deliveries_are_removed(problem: str) -> None:
    """With what they told, after seven days."""
    hook, _ = webhook(URL)
    judged()
    judged()
    [old, new] = told(hook.id)
    query = "UPDATE webhook_messages SET created_at = created_at - interval '8 days' WHERE id = :id"
    with db.transaction() as session:
        session.execute(text(query), {"id": old.message_id})
    sweeping.purge()
    assert [delivery.id for delivery in told(hook.id)] == [new.id]


def test_a_user_has_so_many_webhooks(problem: str, set_: Set) -> None:
    """And not one more by asking for several at once."""
    set_(webhooks_per_user=3)
    refused: list[Exception] = []

    def make() -> None:
        try:
            webhook(URL)
        except WebhookRefused as error:
            refused.append(error)

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(webhooks.page(limit=100, before=None, user_id="1")) == 3
    assert len(refused) == 5
    webhook(URL, "2")


def test_a_verification_is_told_to_who_asked_for_it(problem: str, tmp_path: Path) -> None:
    """With its report; and not before it has ended."""
    hook, _ = webhook(URL, "ann", events=["verification.done"])
    version, archive = versions.prepared(new_package(tmp_path), None), b"a zip"
    asked = verifications.upload(
        version, io.BytesIO(archive), archive_digest=blobs.digest_of(archive), user_id="ann"
    ).verification_id
    assert asked is not None
    assert verifications.claim(asked, "worker")
    assert told(hook.id) == []
    verifications.finish(asked, 1, {"ok": False}, None, published=(0, 0))
    [delivery] = told(hook.id)
    message = json.loads(delivery.body)
    assert (message["type"], message["data"]["verification_id"]) == ("verification.done", asked)
    assert message["data"]["data"] == {"ok": False, "report": {"ok": False}}
