"""A submission that is cancelled while it is judged: its program is stopped, and its slot is free."""

from collections.abc import Callable

from sqlalchemy import text

from judge import db, events, submissions
from judge.errors import AttemptLost
from judge.submissions import interventions, ledger
from judge.tasks.attempt import Attempt
from judge.tasks.cancelling import cancellable
from judge.verdict import State
from tests.servers import Servers, log_of, submit, until
from tests.tasks.workers import SHORT, Worker, box_in_use, ended, is_alive, lost_attempts, running, send

ENDLESS = "while True: pass"
NEVER_RENEWED = {"JUDGE_LEASE_S": "1000", "JUDGE_LEASE_RENEW_S": "500"}
"""So that only the message can be what stops a program within a test's patience."""


def cancel(submission_id: str) -> None:
    """As the web process does it."""
    done = interventions.cancel(submission_id)
    events.publish_cancelled([submission_id])
    events.publish(done.events)


def test_a_program_is_stopped_at_once(problem: str, start_worker: Callable[..., Worker]) -> None:
    """Its box is killed by a message; the same child takes the next submission, and no attempt is lost."""
    worker = start_worker(**NEVER_RENEWED)
    submission_id = send(ENDLESS)
    running(submission_id, worker)
    box, child = box_in_use(worker), worker.child
    cancel(submission_id)
    worker.until(lambda: not any(map(is_alive, box)))
    assert ended(send("print(input())"), worker).verdict == "accepted"
    assert worker.child == child
    assert (ledger.get(submission_id).state, lost_attempts(submission_id)) == (State.CANCELLED, 0)
    assert log_of(submission_id)[-1][1] == "cancelled"


def test_without_redis_a_renewal_stops_it(
    problem: str, servers: Servers, start_worker: Callable[..., Worker]
) -> None:
    """Nobody can be told; the next renewal of the lease is refused."""
    worker = start_worker(**SHORT)
    submission_id = send(ENDLESS)
    running(submission_id, worker)
    box = box_in_use(worker)
    servers.stop_redis()
    try:
        cancel(submission_id)
        worker.until(lambda: not any(map(is_alive, box)))
    finally:
        servers.start_redis()
    assert ended(send("print(input())"), worker, swept=True).verdict == "accepted"
    assert ledger.get(submission_id).state == State.CANCELLED


def test_what_is_queued_is_never_begun(problem: str, start_worker: Callable[..., Worker]) -> None:
    """Its message finds nothing to claim."""
    submission_id = send(ENDLESS)
    cancel(submission_id)
    worker = start_worker()
    assert ended(send("print(input())"), worker).verdict == "accepted"
    assert [word for _, word in log_of(submission_id)] == ["queued", "cancelled"]


def begun() -> tuple[str, Attempt]:
    created, _ = submit()
    claim = submissions.claim(created.id, "worker")
    assert claim is not None
    return created.id, Attempt(claim, None)


def is_ended(attempt: Attempt) -> bool:
    try:
        attempt.check()
    except AttemptLost:
        return True
    return False


def test_a_message_decides_nothing(problem: str) -> None:
    """Anybody may say on Redis that something is cancelled; the row is asked, and the attempt goes on."""
    submission_id, attempt = begun()
    lease = text("SELECT lease_until FROM submissions")

    def until_when() -> object:
        with db.transaction() as session:
            return session.scalar(lease)

    with cancellable(submission_id) as cancellation:
        cancellation.reaches(attempt)
        before = until_when()

        def asked() -> bool:
            events.publish_cancelled([submission_id])
            return until_when() != before

        until(asked)
        attempt.check()


def test_a_connection_that_was_lost(problem: str, servers: Servers) -> None:
    """What was said while nobody heard it is asked for when Redis is back."""
    submission_id, attempt = begun()
    with cancellable(submission_id) as cancellation:
        cancellation.reaches(attempt)
        servers.stop_redis()
        cancel(submission_id)
        servers.start_redis()
        until(lambda: is_ended(attempt))


def test_a_cancellation_before_the_attempt_is_there(problem: str) -> None:
    """What is heard between the claim and the attempt reaches it as soon as it is there."""
    submission_id, attempt = begun()
    with cancellable(submission_id) as cancellation:
        interventions.cancel(submission_id)
        cancellation.tell()
        cancellation.reaches(attempt)
        assert is_ended(attempt)
