"""A run's rows: the order of its states, who may write, what is typed, what is kept and for how long."""

import base64
import threading
from datetime import timedelta
from typing import Any

import pytest

from judge import db, queue, runs
from judge.config import settings
from judge.errors import AttemptLost, Conflict, NotFound, TooManyOpen
from judge.models import RunEventRow, RunInputRow, RunRow
from judge.runs import inputs
from judge.runs import ledger as run_ledger
from judge.runs.records import Piece
from judge.tasks import sweeping  # the module: pytest looks at names here, and a task wants its broker
from judge.verdict import State
from tests.runs import RESULT, change, expire, log_of, new_run
from tests.servers import Servers, new_language

ONE, TWO = "one@here", "two@here"
UNKNOWN = "0" * 26


@pytest.fixture(autouse=True)
def _language(clean: Servers) -> None:
    new_language()


def claimed(worker: str = ONE, **asked: Any) -> runs.Claim:
    """A new run, claimed."""
    run, _ = new_run(**asked)
    claim = runs.claim(run.id, worker)
    assert claim is not None
    return claim


def published(claim: runs.Claim) -> tuple[int, int]:
    return claim.event.seq - 1, claim.event.seq - 1


def test_the_way_of_a_run() -> None:
    """From queued to done, each step with its event, and the whole run in the last."""
    run, event = new_run(args=("a", "b"), stdin=b"\xff\0", repeat=3, expected_output=b"x",
                         comparison=("case_sensitive",))  # fmt: skip
    assert event.as_json() | {"at": None} == {
        "type": "run.queued", "seq": 1, "run_id": run.id, "user_id": "1", "at": None, "data": {"attempt": 0},
    }  # fmt: skip
    assert event.channels == ("user:1", f"run:{run.id}")
    claim = runs.claim(run.id, ONE)
    assert claim is not None
    assert (claim.attempt, claim.stdin_open, claim.longest_s) == (1, False, 3 * 60 + 60 + 10)
    execution = claim.execution
    assert (execution.args, execution.stdin, execution.repeat) == (("a", "b"), b"\xff\0", 3)
    assert (execution.expected_output, execution.comparison) == (b"x", ("case_sensitive",))
    assert execution.files[0].content == "print(input())"
    at = published(claim)
    runs.start_running(run.id, 1, b"note", published=at)
    assert run_ledger.get(run.id).compile_output == b"note"
    runs.record_output(run.id, 1, [Piece("stdout", b"caf", 0, 1)], published=at)
    [*_, done] = runs.finish(run.id, 1, RESULT, [Piece("stderr", b"w", 0, 1)], published=at)
    words = ["queued", "compiling", "running", "stdout", "stderr", "done"]
    assert log_of(run.id) == list(enumerate(words, 1))
    kept = run_ledger.get(run.id)
    assert done.data == kept.as_json()
    assert (kept.stdout, kept.stderr, kept.verdict) == (RESULT.stdout, RESULT.stderr, "accepted")
    assert kept.repetitions == RESULT.repetitions
    assert kept.finished_at is not None
    assert kept.expires_at > kept.finished_at


def test_output_as_text_and_as_bytes() -> None:
    """Text has U+FFFD for what is none; base64 has every byte; lists have neither."""
    claim = claimed()
    runs.finish(claim.run_id, 1, RESULT, published=published(claim))
    run = run_ledger.get(claim.run_id)
    assert run.as_json()["stdout"] == "café \ufffd\ufffd"
    shown = run.as_json(encoding="base64")
    assert shown["encoding"] == "base64"
    assert base64.b64decode(shown["stdout"]) == RESULT.stdout
    [listed] = run_ledger.page(limit=5, user_id="1")
    assert "stdout" not in listed.as_json(output=False)
    assert listed.as_json(output=False) == {
        name: value
        for name, value in run.as_json().items()
        if not name.endswith(("stdout", "stderr", "_output"))
    }
    assert run_ledger.many([run.id, UNKNOWN]) == [run]
    assert run_ledger.printed_bytes([run.id]) == len(b"".join([RESULT.stdout, RESULT.stderr, b"note"]))


def test_what_is_long_is_read_where_it_is_wanted() -> None:
    """Whoever asks how a run stands need not have its archive read."""
    run, _ = new_run("print(input())", archive=b"zip")
    whole, short = run_ledger.asked(run.id), run_ledger.asked(run.id, whole=False)
    assert (whole.stdin, whole.archive) == (b"", b"zip")
    assert (short.stdin, short.archive, short.files) == (b"", None, ())
    assert short.compile_options == whole.compile_options
    assert run_ledger.asked_bytes([run.id, UNKNOWN]) == len(b"zip")


@pytest.mark.parametrize(
    ("content", "whole"), [(b"plain", True), ("é".encode(), True), (b"\xff", False), (b"\0", False)]
)
def test_a_piece_has_its_bytes_where_the_text_is_not_all(content: bytes, whole: bool) -> None:
    """base64 is there only where it is needed."""
    data = Piece("stdout", content, 3, 2).as_json(attempt=4)
    assert (data["offset_bytes"], data["repetition"], data["attempt"]) == (3, 2, 4)
    assert ("base64" not in data) == whole
    if not whole:
        assert base64.b64decode(data["base64"]) == content


def test_it_is_claimed_once() -> None:
    """By whoever comes first, and by nobody once it has ended."""
    run, _ = new_run()
    won: list[runs.Claim | None] = []
    threads = [
        threading.Thread(target=lambda name=name: won.append(runs.claim(run.id, name)))  # type: ignore[misc]
        for name in (ONE, TWO)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [claim] = [one for one in won if one is not None]
    runs.finish(run.id, claim.attempt, RESULT, published=published(claim))
    assert runs.claim(run.id, ONE) is None
    assert runs.claim(UNKNOWN, ONE) is None


def test_who_has_lost_the_lease_writes_nothing() -> None:
    """The successor's attempt has another number, whatever the first still has to say."""
    claim = claimed()
    id_, at = claim.run_id, published(claim)
    runs.start_running(id_, 1, None, published=at)
    runs.record_output(id_, 1, [Piece("stdout", b"first", 0, 1)], published=at)
    expire(id_)
    [event] = runs.lapse()
    assert (event.type, event.data) == ("run.queued", {"attempt": 1})
    second = runs.claim(id_, TWO)
    assert second is not None
    assert second.attempt == 2
    before = log_of(id_)
    for write in (
        lambda: runs.start_running(id_, 1, None, published=at),
        lambda: runs.record_output(id_, 1, [Piece("stdout", b"x", 5, 1)], published=at),
        lambda: runs.finish(id_, 1, RESULT, published=at),
        lambda: runs.give_back(id_, 1, lost=True),
        lambda: runs.renew(id_, 1),
    ):
        with pytest.raises(AttemptLost):
            write()
    assert log_of(id_) == before
    runs.renew(id_, 2)
    runs.record_output(id_, 2, [Piece("stdout", b"again", 0, 1)], published=published(second))
    told = [event.data["attempt"] for event in run_ledger.events_after(id_, 0) if event.type == "run.stdout"]
    assert told == [1, 2]


def test_it_fails_after_too_many_lost_attempts() -> None:
    """A drain counts as none; the last lost one ends it, without a verdict."""
    run, _ = new_run()
    assert runs.claim(run.id, ONE) is not None
    runs.give_back(run.id, 1, lost=False)
    for attempt in range(2, settings().max_attempts + 2):
        assert runs.claim(run.id, ONE) is not None
        [event] = runs.give_back(run.id, attempt, lost=True)
    assert event.type == "run.failed"
    assert event.data == run_ledger.get(run.id).as_json()
    assert (event.data["state"], event.data["verdict"]) == ("failed", None)


@pytest.mark.parametrize("state", ["queued", "compiling", "running"])
def test_cancel(state: str) -> None:
    """Wherever it stands, at once, and whoever held it may write nothing more."""
    run, _ = new_run()
    if state != "queued":
        assert runs.claim(run.id, ONE) is not None
    if state == "running":
        runs.start_running(run.id, 1, None, published=(1, 1))
    [event] = runs.cancel(run.id)
    assert event.type == "run.cancelled"
    assert event.data == run_ledger.get(run.id).as_json()
    assert event.data["state"] == "cancelled"
    assert event.data["finished_at"] is not None
    if state != "queued":
        with pytest.raises(AttemptLost):
            runs.finish(run.id, 1, RESULT, published=(1, 1))
    assert runs.claim(run.id, TWO) is None
    assert runs.cancel(run.id) == []
    assert [word for _, word in log_of(run.id)].count("cancelled") == 1


def test_what_is_typed_is_kept_in_order() -> None:
    """Numbered from 1, read after any number, and nothing comes after the end."""
    run, _ = new_run(stdin_open=True)
    assert [inputs.enter(run.id, data, eof=eof) for data, eof in ((b"a\n", False), (b"\xff", True))] == [1, 2]
    assert run_ledger.inputs_after(run.id, 0) == [(1, b"a\n", False), (2, b"\xff", True)]
    assert run_ledger.inputs_after(run.id, 1) == [(2, b"\xff", True)]
    with pytest.raises(Conflict, match="end of its input"):
        inputs.enter(run.id, b"more", eof=False)


def test_what_cannot_be_typed() -> None:
    """To a run that reads nothing more, or too much; refused without a trace."""
    with pytest.raises(NotFound):
        inputs.enter(UNKNOWN, b"", eof=True)
    closed, _ = new_run()
    with pytest.raises(Conflict, match="stdin_open"):
        inputs.enter(closed.id, b"", eof=True)
    run, _ = new_run(stdin_open=True)
    most = settings().max_run_input_bytes
    inputs.enter(run.id, b"x" * most, eof=False)
    with pytest.raises(Conflict, match=f"at most {most} bytes"):
        inputs.enter(run.id, b"y", eof=False)
    runs.cancel(run.id)
    with pytest.raises(Conflict, match="has ended"):
        inputs.enter(run.id, b"", eof=True)
    assert [seq for seq, _, _ in run_ledger.inputs_after(run.id, 0)] == [1]


def test_a_user_has_few_runs_that_wait_for_input() -> None:
    """The next is refused until one has ended; others and other users' are not concerned."""
    first = [new_run(stdin_open=True)[0] for _ in range(settings().max_open_runs)]
    with pytest.raises(TooManyOpen):
        new_run(stdin_open=True)
    new_run()
    new_run(stdin_open=True, user_id="2")
    runs.cancel(first[0].id)
    new_run(stdin_open=True)


def test_people_who_type_leave_slots_to_others() -> None:
    """A worker with its share of such runs takes no other; the sweeper will send it again."""
    share = max(1, settings().slots // 2)
    for number in range(share):
        claimed(stdin_open=True, user_id=f"typing-{number}")
    waiting, event = new_run(stdin_open=True, user_id="waiting")
    runs.mark_sent(waiting.id, published_seq=event.seq, sent=True)
    assert runs.claim(waiting.id, ONE) is None
    assert run_ledger.get(waiting.id).state == State.QUEUED
    sweeping.sweep()
    assert queue.depth("python3") == 0, "not at once: it would be refused again"
    change(waiting.id, put_off_until="clock_timestamp() - interval '1 ms'")
    sweeping.sweep()
    assert queue.depth("python3") == 1
    claimed()
    assert runs.claim(waiting.id, TWO) is not None


def test_the_sweeper_sends_and_publishes_what_was_lost() -> None:
    """What no broker has taken, what one has forgotten, and what Redis has not been told."""
    run, event = new_run()
    long_ago = "clock_timestamp() - interval '1 min'"
    change(run.id, changed_at=long_ago, sent_at=long_ago)
    assert run_ledger.unpublished() == [event]
    sweeping.sweep()
    assert queue.depth("python3") == 1
    assert run_ledger.unpublished() == []
    queue.app.control.purge()
    with queue.app.connection_for_write() as connection:
        connection.default_channel.queue_purge("judge.python3")
    change(run.id, sent_at=long_ago)
    sweeping.sweep()
    assert queue.depth("python3") == 1
    sweeping.sweep()
    assert queue.depth("python3") == 1, "as many messages wait as rows"


def test_delete() -> None:
    """Once it has ended, and then with all that is known of it."""
    run, _ = new_run(stdin_open=True)
    inputs.enter(run.id, b"x", eof=False)
    with pytest.raises(Conflict):
        runs.delete_(run.id)
    runs.cancel(run.id)
    runs.delete_(run.id)
    with pytest.raises(NotFound):
        run_ledger.get(run.id)
    with pytest.raises(NotFound):
        runs.delete_(run.id)
    with db.transaction() as session:
        assert [session.query(table).count() for table in (RunRow, RunInputRow, RunEventRow)] == [0, 0, 0]


def test_purge() -> None:
    """A day after its end it goes, and so does one that nobody could run; not one that is held."""
    kept, _ = new_run()
    assert kept.expires_at - kept.created_at >= timedelta(hours=23.9)
    old = [new_run()[0].id, claimed().run_id, claimed().run_id]
    runs.finish(old[1], 1, RESULT, published=(1, 1))
    for run_id in old:
        change(run_id, expires_at="clock_timestamp() - interval '1 s'")
    sweeping.purge()
    left = {run.id for run in run_ledger.page(limit=10)}
    assert left == {kept.id, old[2]}


def test_who_follows_a_user_knows_how_far_all_is() -> None:
    """Runs that changed lately or are open."""
    run, _ = new_run()
    other, _ = new_run(user_id="2")
    change(run.id, changed_at="clock_timestamp() - interval '1 h'")
    assert [(mark.id, mark.last_seq) for mark in run_ledger.recent("1", within=timedelta(minutes=1))] == [
        (run.id, 1)
    ]
    assert [event.run_id for event in run_ledger.events_of_user("2", within=timedelta(hours=1))] == [other.id]


def test_a_page_of_a_users_events() -> None:
    """After a place, in the order of their instants, whatever run they are of; and a part of one log."""
    first, begun = new_run()
    second, _ = new_run()
    new_run(user_id="2")
    assert runs.claim(first.id, ONE) is not None
    page = run_ledger.events_of_user_after("1", (begun.at, begun.subject_id, begun.seq), limit=5)
    assert [(event.run_id, event.type) for event in page] == [
        (second.id, "run.queued"),
        (first.id, "run.compiling"),
    ]
    assert run_ledger.events_of_user_after("1", (begun.at, "", 0), limit=1) == [begun]
    assert run_ledger.events_after(first.id, 0, limit=1) == [begun]


def test_runs_count_as_work() -> None:
    """What waits and what is run, as the queue's figures want it."""
    assert run_ledger.backlog() == (0, 0, None)
    claimed()
    new_run()
    queued, running, oldest_s = run_ledger.backlog()
    assert (queued, running) == (1, 1)
    assert oldest_s is not None
