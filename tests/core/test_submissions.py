"""Submissions: their way from row to row, the fence of attempts, and what the database itself refuses."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from judge import db, submissions
from judge.config import settings as judge_settings
from judge.errors import AttemptLost, NotFound
from judge.events import ENDINGS
from judge.records import GroupResult, Judgement, TestResult, is_id, new_id
from judge.submissions import Compiled, ledger
from judge.verdict import ENDED, HELD, State, Verdict
from tests.servers import expire, forget_settings, log_of, submit

NOTHING = (0, 0)
ACCEPTED = Judgement(Verdict.ACCEPTED, cpu_time_s=0.25, wall_time_s=0.5, memory_bytes=2**20)


def result(index: int, **fields: Any) -> TestResult:
    """How one test of the problem ended; the first is a sample."""
    name = "sample/1" if index == 1 else f"secret/{index - 1}"
    own = {"author_name": name if index == 1 else f"secret/overflow-{index - 1}", "exit_code": 0}
    kept = {"verdict": "accepted", "cpu_time_s": 0.25, "wall_time_s": 0.5, "memory_bytes": 2**20}
    return TestResult(
        **{"index": index, "name": name, "signal": None, "message": None, **own, **kept, **fields}
    )


def column(submission_id: str, name: str) -> Any:
    """What a row holds."""
    with db.transaction() as session:
        return session.scalar(text(f"SELECT {name} FROM submissions WHERE id = :id"), {"id": submission_id})


def test_the_way_to_a_verdict(problem: str) -> None:
    """Each step is an event with the next number; .done brings the whole submission, secrets masked."""
    created, queued = submit("print(1)")
    assert (queued.seq, queued.type) == (1, "submission.queued")
    claim = submissions.claim(created.id, "worker")
    assert claim is not None
    assert (claim.attempt, claim.language, claim.files[0].content) == (1, "python3", "print(1)")
    assert [test.name for test in claim.manifest.tests] == ["sample/1", "secret/1", "secret/2"]
    [running] = submissions.record(created.id, 1, [Compiled(b"warning: \xff")], published=NOTHING)
    assert running.data == {"attempt": 1, "test_count": 3}
    crash = result(3, verdict="runtime_error", exit_code=None, signal=11)
    first, second = submissions.record(created.id, 1, [result(1), result(2)], published=NOTHING)
    third, done = submissions.finish(
        created.id, 1, Judgement(Verdict.RUNTIME_ERROR, 0.25, 0.5, 2**20, None, b"warning: \xff"), [crash],
        published=NOTHING,
    )  # fmt: skip
    assert log_of(created.id) == [
        (1, "queued"), (2, "compiling"), (3, "running"), (4, "test"), (5, "test"), (6, "test"), (7, "done"),
    ]  # fmt: skip
    assert [event.seq for event in (claim.event, running, first, second, third, done)] == [2, 3, 4, 5, 6, 7]
    assert first.data["exit_code"] == 0
    assert third.data == {
        "index": 3, "name": "secret/2", "verdict": "runtime_error", "cpu_time_s": 0.25, "wall_time_s": 0.5,
        "memory_bytes": 2**20, "exit_code": None, "signal": None, "message": None,
        "score": None, "repeated_cpu_s": None,
    }  # fmt: skip
    ended = ledger.get(created.id)
    assert done.data == ended.as_json()
    assert [event.data for event in ledger.events_after(created.id, 3)][-1] == done.data
    assert (ended.state, ended.verdict, ended.attempt) == (State.DONE, "runtime_error", 1)
    assert done.data["tests"] == [first.data, second.data, third.data]
    assert done.data["compile_output"] == "warning: \ufffd"
    assert "overflow" not in str(done.data)


def test_what_is_recorded_with_the_verdict_alone_is_told_as_it_is_kept(problem: str) -> None:
    """A judging that is soon over writes all of its steps in one transaction, and reads none of them."""
    created, _ = submit()
    assert submissions.claim(created.id, "worker")
    steps = [Compiled(None), result(2, score=0.5, repeated_cpu_s=[0.98, 1.01]), result(1)]
    *_, done = submissions.finish(created.id, 1, ACCEPTED, steps, published=NOTHING)
    ended = ledger.get(created.id)
    assert done.data == ended.as_json()
    assert [test["index"] for test in done.data["tests"]] == [1, 2]
    assert done.data["version"] == created.version
    assert [word for _, word in log_of(created.id)] == [
        "queued", "compiling", "running", "test", "test", "done",
    ]  # fmt: skip


def test_a_statement_that_was_made_before_asks_for_the_lease_of_now(
    problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Statements are made once a process; what the settings say is asked at each call."""
    lasting = "extract(epoch FROM lease_until - changed_at)"
    for lease_s in (30, 60):
        monkeypatch.setenv("JUDGE_LEASE_S", str(lease_s))
        forget_settings()
        created, _ = submit()
        assert submissions.claim(created.id, "worker")
        assert round(column(created.id, lasting)) == lease_s
    monkeypatch.delenv("JUDGE_LEASE_S")
    forget_settings()


def test_an_author_sees_the_names_of_the_files(problem: str) -> None:
    """What the author called a secret test, and how the program ended, are kept for the author."""
    created, _ = submit()
    assert submissions.claim(created.id, "worker")
    submissions.finish(created.id, 1, ACCEPTED, [result(1), result(2, exit_code=3)], published=NOTHING)
    shown = ledger.get(created.id).as_json(full=True)["tests"]
    assert [(test["name"], test["exit_code"]) for test in shown] == [
        ("sample/1", 0),
        ("secret/overflow-1", 3),
    ]


def test_groups_are_told_by_their_public_names(problem: str) -> None:
    """Each group's verdict and score go to everybody; the author's names and judge messages to authors."""
    created, _ = submit()
    assert created.as_json()["groups"] is None
    assert submissions.claim(created.id, "worker")
    groups = (
        GroupResult("", "", "wrong_answer", 40.0, 100.0),
        GroupResult("secret/1", "secret/trees", "accepted", 40.0, None),
        GroupResult("secret/2", "secret/cycles", None, None, 60.0),
    )
    scored = result(
        2, group="secret/trees", score=0.5, judge_message="for authors", repeated_cpu_s=[0.98, 1.01]
    )
    judgement = Judgement(Verdict.WRONG_ANSWER, 0.25, 0.5, 2**20, 40.0, groups=groups)
    test, done = submissions.finish(created.id, 1, judgement, [scored], published=NOTHING)
    assert (test.data["score"], test.data["repeated_cpu_s"]) == (0.5, [0.98, 1.01])
    ended = ledger.get(created.id)
    assert done.data == ended.as_json()
    assert done.data["score"] == 40.0
    assert done.data["groups"][1:] == [
        {"name": "secret/1", "verdict": "accepted", "score": 40.0, "max_score": None},
        {"name": "secret/2", "verdict": None, "score": None, "max_score": 60.0},
    ]
    for word in ("trees", "cycles", "for authors"):
        assert word not in str([test.data, done.data])
    full = ended.as_json(full=True)
    assert [group["name"] for group in full["groups"]] == ["", "secret/trees", "secret/cycles"]
    assert (full["tests"][0]["group"], full["tests"][0]["judge_message"]) == ("secret/trees", "for authors")


def test_a_compiler_may_print_nul(problem: str) -> None:
    """What a program makes its compiler print is no reason to lose its verdict."""
    created, _ = submit()
    assert submissions.claim(created.id, "worker")
    judgement = Judgement(Verdict.COMPILE_ERROR, compile_output=b"a\0b")
    [done] = submissions.finish(created.id, 1, judgement, published=NOTHING)
    assert done.data["compile_output"] == "a\ufffdb"


def test_nobody_takes_what_is_held(problem: str) -> None:
    """While the lease holds, a second message finds nothing to claim; nor does one for what has ended."""
    created, _ = submit()
    assert submissions.claim(created.id, "one")
    assert submissions.claim(created.id, "two") is None
    submissions.renew(created.id, 1)
    submissions.finish(created.id, 1, ACCEPTED, published=NOTHING)
    assert submissions.claim(created.id, "two") is None
    assert submissions.claim(new_id(), "two") is None
    assert log_of(created.id) == [(1, "queued"), (2, "compiling"), (3, "done")]


WRITES: list[Callable[[str], object]] = [
    lambda id_: submissions.renew(id_, 1),
    lambda id_: submissions.record(id_, 1, [Compiled(None)], published=NOTHING),
    lambda id_: submissions.record(id_, 1, [result(1)], published=NOTHING),
    lambda id_: submissions.finish(id_, 1, ACCEPTED, [result(1)], published=NOTHING),
    lambda id_: submissions.give_back(id_, 1, lost=True),
    lambda id_: submissions.give_back(id_, 1, lost=False),
]


def test_whoever_was_thought_dead_writes_nothing(problem: str) -> None:
    """Once its lease has run out and somebody else has claimed, every write of an attempt is refused."""
    created, _ = submit()
    assert submissions.claim(created.id, "one")
    submissions.record(created.id, 1, [Compiled(b"of the first attempt")], published=NOTHING)
    expire(created.id)
    claim = submissions.claim(created.id, "two")
    assert claim is not None
    assert claim.attempt == 2
    before = ledger.get(created.id), log_of(created.id), column(created.id, "lease_until")
    assert before[0].compile_output is None
    for write in WRITES:
        with pytest.raises(AttemptLost):
            write(created.id)
    assert (ledger.get(created.id), log_of(created.id), column(created.id, "lease_until")) == before
    submissions.finish(created.id, 2, ACCEPTED, published=NOTHING)
    for write in WRITES:
        with pytest.raises(AttemptLost):
            write(created.id)
    assert [word for _, word in log_of(created.id)].count("done") == 1


def test_of_two_claims_at_once_one_wins(problem: str) -> None:
    """Whether queued or lapsed, a submission goes to exactly one of those who ask at the same moment."""
    rounds = 50
    barrier = threading.Barrier(2)
    won: list[list[int]] = [[], []]
    made = [submit()[0].id for _ in range(rounds)]
    for submission_id in made[::2]:
        assert submissions.claim(submission_id, "dead")
        expire(submission_id)

    def ask(who: int) -> None:
        for number, submission_id in enumerate(made):
            barrier.wait(10)
            if submissions.claim(submission_id, f"worker {who}"):
                won[who].append(number)

    threads = [threading.Thread(target=ask, args=[who]) for who in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won[0] + won[1]) == list(range(rounds))
    assert all(ledger.get(id_).attempt == 1 + (number % 2 == 0) for number, id_ in enumerate(made))


def test_a_drain_costs_no_attempt(problem: str) -> None:
    """Given back as not lost any number of times, a submission is still judged; its number only grows."""
    created, _ = submit()
    for attempt in range(1, 9):
        claim = submissions.claim(created.id, "worker")
        assert claim is not None
        assert claim.attempt == attempt
        [event] = submissions.give_back(created.id, attempt, lost=False)
        assert (event.type, event.data) == ("submission.queued", {"attempt": attempt})
    assert column(created.id, "lost_attempts") == 0
    assert ledger.get(created.id).state == State.QUEUED


def test_after_the_last_lost_attempt_it_has_failed(problem: str) -> None:
    """The fifth lost attempt ends it without a verdict, and it cannot be claimed again."""
    created, _ = submit()
    ways = [
        lambda attempt: submissions.give_back(created.id, attempt, lost=True),
        lambda _: submissions.lapse(),
    ]
    for attempt in range(1, judge_settings().max_attempts + 1):
        assert submissions.claim(created.id, "worker")
        submissions.record(created.id, attempt, [result(1)], published=NOTHING)
        expire(created.id)
        [event] = ways[attempt % 2](attempt)
    assert event.type == "submission.failed"
    ended = ledger.get(created.id)
    assert event.data == ended.as_json()
    assert (ended.state, ended.verdict, ended.attempt) == (State.FAILED, None, 5)
    assert ended.finished_at is not None
    assert submissions.claim(created.id, "worker") is None


def test_a_lapsed_last_attempt_is_not_taken_once_more(problem: str) -> None:
    """A fifth attempt whose lease has run out counts as lost, whoever comes first: claim or sweeper."""
    created, _ = submit()
    for attempt in range(1, 5):
        assert submissions.claim(created.id, "worker")
        submissions.give_back(created.id, attempt, lost=True)
    assert submissions.claim(created.id, "worker")
    expire(created.id)
    assert submissions.claim(created.id, "other") is None
    [event] = submissions.lapse()
    assert event.type == "submission.failed"


def test_lapse_takes_what_is_overdue_and_nothing_else(problem: str) -> None:
    """Only leases that have run out are given back; once."""
    dead, alive, waiting = (submit()[0].id for _ in range(3))
    for submission_id in (dead, alive):
        assert submissions.claim(submission_id, "worker")
    submissions.record(dead, 1, [Compiled(b"output")], published=NOTHING)
    expire(dead)
    [event] = submissions.lapse()
    assert (event.submission_id, event.seq, event.type) == (dead, 4, "submission.queued")
    assert submissions.lapse() == []
    assert [ledger.get(id_).state for id_ in (dead, alive, waiting)] == ["queued", "compiling", "queued"]
    assert ledger.get(dead).compile_output is None


def test_what_a_former_attempt_saw_is_not_shown(problem: str) -> None:
    """A queued submission shows no tests, and a running one those of its present attempt."""
    created, _ = submit()
    assert submissions.claim(created.id, "one")
    submissions.record(created.id, 1, [result(1), result(2)], published=NOTHING)
    submissions.give_back(created.id, 1, lost=True)
    assert ledger.get(created.id).tests == ()
    assert submissions.claim(created.id, "two")
    submissions.record(created.id, 2, [result(1)], published=NOTHING)
    assert [test.index for test in ledger.get(created.id).tests] == [1]
    started = ledger.get(created.id).started_at
    assert started is not None
    assert started - created.created_at < timedelta(seconds=10)


def test_the_note_of_what_was_published_has_no_gap(problem: str) -> None:
    """An event that Redis did not take stays to be published, whatever was published after it."""
    created, _ = submit()
    assert submissions.claim(created.id, "worker")  # events 1 and 2; nobody has published the first
    submissions.record(created.id, 1, [Compiled(None)], published=(1, 2))
    assert column(created.id, "published_seq") == 0
    submissions.mark_sent(created.id, published_seq=1, sent=True)
    assert column(created.id, "published_seq") == 1
    submissions.record(created.id, 1, [result(1)], published=(1, 3))
    assert column(created.id, "published_seq") == 3
    submissions.mark_sent(created.id, published_seq=2, sent=False)
    assert column(created.id, "published_seq") == 3


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("verdict = 'accepted'", "verdict_when_done"),
        ("state = 'done', finished_at = now()", "verdict_when_done"),
        ("state = 'done', verdict = 'accepted'", "finished_when_ended"),
        ("state = 'failed', finished_at = now(), verdict = 'accepted'", "verdict_when_done"),
        ("state = 'running'", "_when_held"),
        ("state = 'running', worker = 'w'", "lease_when_held"),
        ("state = 'compiling', lease_until = now()", "worker_when_held"),
        ("worker = 'w'", "worker_when_held"),
        ("lease_until = now()", "lease_when_held"),
        ("state = 'done', verdict = 'fine', finished_at = now()", "submissions_verdict"),
        ("state = 'lost'", "submissions_"),
        ("published_seq = last_seq + 1", "published"),
        ("published_seq = -1", "published"),
        ("lost_attempts = 1", "attempts"),
        ("attempt = 1, lost_attempts = -1", "attempts"),
    ],
)
def test_the_database_refuses_impossible_states(problem: str, change: str, constraint: str) -> None:
    """No bug of ours and no hand on psql can bring a row into a state that means nothing."""
    submit()
    with pytest.raises(IntegrityError, match=constraint), db.transaction() as session:
        session.execute(text(f"UPDATE submissions SET {change}"))


def test_an_event_is_written_once(problem: str) -> None:
    """Two events of one number cannot be: whoever comes second is refused by the key."""
    created, _ = submit()
    again = "INSERT INTO events SELECT submission_id, seq, type, at, data FROM events"
    with pytest.raises(IntegrityError, match="events_pkey"), db.transaction() as session:
        session.execute(text(again))
    assert log_of(created.id) == [(1, "queued")]


def test_ids_sort_by_time_and_others_are_unknown(problem: str) -> None:
    """A later id is a greater one; what could not be an id is not asked of the database."""
    ids = [submit()[0].id for _ in range(3)]
    assert all(map(is_id, ids))
    assert [row.id for row in ledger.page(limit=10)] == sorted(ids, reverse=True)
    for strange in ("", "x", "\0" * 26, ids[0].upper(), "../" + ids[0], new_id()):
        with pytest.raises(NotFound):
            ledger.get(strange)


class Lives(RuleBasedStateMachine):
    """Any order of steps by any number of workers against a model of a few lines."""

    submitted = Bundle("submitted")
    attempts = Bundle("attempts")

    def __init__(self) -> None:
        super().__init__()
        with db.transaction() as session:
            session.execute(text("DELETE FROM submissions"))
        self.state: dict[str, str] = {}
        self.number: dict[str, int] = {}
        self.lost: dict[str, int] = {}
        self.lapsed: dict[str, bool] = {}

    @rule(target=submitted)
    def create(self) -> str:
        created, _ = submit()
        self.state[created.id], self.lapsed[created.id] = "queued", False
        self.number[created.id] = self.lost[created.id] = 0
        return created.id

    @rule(target=attempts, id_=submitted)
    def claim(self, id_: str) -> Any:
        claim = submissions.claim(id_, "worker")
        lost = self.lost[id_] + self.lapsed[id_]
        expected = (self.state[id_] == "queued" or self.lapsed[id_]) and lost < 5
        assert (claim is not None) == expected
        if claim is None:
            return multiple()
        self.state[id_], self.lapsed[id_], self.lost[id_] = "compiling", False, lost
        self.number[id_] += 1
        assert claim.attempt == self.number[id_]
        return id_, claim.attempt

    def held(self, attempt: tuple[str, int], write: Callable[[], object]) -> bool:
        """Do it; whether it was done, which must be so exactly where the attempt holds."""
        id_, number = attempt
        holds = self.state[id_] in HELD and self.number[id_] == number
        if not holds:
            with pytest.raises(AttemptLost):
                write()
        else:
            write()
        return holds

    @rule(attempt=attempts)
    def renew(self, attempt: tuple[str, int]) -> None:
        if self.held(attempt, lambda: submissions.renew(*attempt)):
            self.lapsed[attempt[0]] = False

    @rule(attempt=attempts)
    def start(self, attempt: tuple[str, int]) -> None:
        if self.held(attempt, lambda: submissions.record(*attempt, [Compiled(b"\xff")], published=NOTHING)):
            self.state[attempt[0]] = "running"

    @rule(attempt=attempts, published=st.tuples(st.integers(0, 9), st.integers(0, 9)))
    def record(self, attempt: tuple[str, int], published: tuple[int, int]) -> None:
        index = len(log_of(attempt[0]))  # any number that this attempt has not used
        upto = min(published[1], index)
        tests = [result(index), result(index + 1000)]
        self.held(attempt, lambda: submissions.record(*attempt, tests, published=(published[0], upto)))

    @rule(attempt=consumes(attempts), verdict=st.sampled_from(Verdict))
    def finish(self, attempt: tuple[str, int], verdict: Verdict) -> None:
        if self.held(attempt, lambda: submissions.finish(*attempt, Judgement(verdict), published=NOTHING)):
            self.state[attempt[0]], self.lapsed[attempt[0]] = "done", False

    @rule(attempt=attempts, lost=st.booleans())
    def give_back(self, attempt: tuple[str, int], lost: bool) -> None:
        if self.held(attempt, lambda: submissions.give_back(*attempt, lost=lost)):
            self.came_back(attempt[0], lost)

    def came_back(self, id_: str, lost: bool) -> None:
        self.lost[id_] += lost
        self.lapsed[id_] = False
        self.state[id_] = "failed" if self.lost[id_] == 5 else "queued"

    @rule(id_=submitted)
    def fall_silent(self, id_: str) -> None:
        if self.state[id_] in HELD:
            expire(id_)
            self.lapsed[id_] = True

    @rule()
    def lapse(self) -> None:
        told = {event.submission_id for event in submissions.lapse()}
        assert told == {id_ for id_, lapsed in self.lapsed.items() if lapsed}
        for id_ in told:
            self.came_back(id_, lost=True)

    @invariant()
    def rows_are_as_in_the_model(self) -> None:
        query = """
            SELECT s.id, state, verdict, attempt, lost_attempts, published_seq, last_seq,
                   array_agg(seq ORDER BY seq) AS numbers, array_agg(type ORDER BY seq) AS types
            FROM submissions s JOIN events ON submission_id = s.id GROUP BY s.id"""
        with db.transaction() as session:
            rows = session.execute(text(query)).all()
        assert {row.id: row.state for row in rows} == self.state
        for row in rows:
            assert (row.attempt, row.lost_attempts) == (self.number[row.id], self.lost[row.id])
            assert (row.verdict is not None) == (row.state == "done")
            assert row.numbers == list(range(1, row.last_seq + 1))
            assert 0 <= row.published_seq <= row.last_seq
            endings = [word for word in row.types if word in ENDINGS]
            assert endings == ([row.types[-1]] if row.state in ENDED else [])


def test_any_order_of_steps(problem: str) -> None:
    """Numbers have no gap, a submission ends once, and only the attempt that holds may write."""
    run_state_machine_as_test(
        Lives, settings=settings(max_examples=20, stateful_step_count=30, deadline=None, database=None)
    )
