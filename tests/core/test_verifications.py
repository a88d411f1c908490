"""Verifications: from an upload to the report, the fence of attempts, and what becomes of the version."""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from judge import blobs, db, events, problems, upkeep, verifications, versions
from judge.config import settings
from judge.errors import AttemptLost, NotFound
from judge.packages.package import Package
from judge.verdict import VerificationState, VersionState
from judge.verifications import Requested
from judge.verifications import ledger as verification_ledger
from tests.servers import Servers, forget_settings, new_package

NOTHING = (0, 0)
REPORT = {"ok": True, "time_limit_s": 3.0, "errors": [], "warnings": [], "submissions": []}


@pytest.fixture
def package(clean: Servers, tmp_path: Path) -> Package:
    """A package that nobody has uploaded yet."""
    return new_package(tmp_path)


def upload(package: Package, tree: str = "") -> Requested:
    """As the web process does."""
    version = versions.prepared(package, None)
    archive = b"a zip " + tree.encode()
    return verifications.upload(
        replace(version, digest=version.digest + tree),
        io.BytesIO(archive),
        archive_digest=blobs.digest_of(archive),
        user_id="ada",
    )


def queued(package: Package) -> str:
    """The id of a verification that was just asked for."""
    verification_id = upload(package).verification_id
    assert verification_id is not None
    return verification_id


def state(number: int = 1) -> VersionState:
    return versions.get("echo", number).state


def expire(verification_id: str) -> None:
    """Let its lease run out."""
    query = "UPDATE verifications SET lease_until = clock_timestamp() - interval '1 ms' WHERE id = :id"
    with db.transaction() as session:
        session.execute(text(query), {"id": verification_id})


def log_of(verification_id: str) -> list[tuple[int, str]]:
    return [
        (event.seq, event.type.removeprefix("verification."))
        for event in verification_ledger.events_after(verification_id, 0)
    ]


def test_the_way_to_a_current_version(package: Package) -> None:
    """A draft is seen by nobody; verified, its data is kept and it can be published, and only then."""
    requested = upload(package)
    assert (requested.version, state()) == (1, "draft")
    assert requested.event is not None
    assert requested.event.as_json() | {"at": None} == {
        "type": "verification.queued", "seq": 1, "verification_id": requested.verification_id,
        "problem_id": "echo", "version": 1, "user_id": "ada", "at": None, "data": {"attempt": 0},
    }  # fmt: skip
    with pytest.raises(NotFound):
        problems.get("echo")
    id_ = requested.verification_id
    assert id_ is not None
    claim = verifications.claim(id_, "worker")
    assert claim is not None
    assert (claim.attempt, claim.problem_id, state()) == (1, "echo", "verifying")
    with blobs.opened(claim.archive) as archive:
        assert archive.read() == b"a zip "
    [step] = verifications.progress(id_, 1, {"done": 1, "total": 2}, published=NOTHING)
    assert step.data == {"done": 1, "total": 2}
    with db.transaction() as session:
        assert not blobs.holds(session, package.data)
    slower = package.with_time_limit(3.0)
    [done] = verifications.finish(id_, 1, REPORT, slower, published=(0, 3))
    assert done.data == {"ok": True, "report": REPORT}
    assert log_of(id_) == [(1, "queued"), (2, "running"), (3, "progress"), (4, "done")]
    found = verification_ledger.get(id_)
    assert (found.state, found.ok, found.report) == (VerificationState.DONE, True, REPORT)
    assert state() == "verified"
    with db.transaction() as session:
        assert blobs.holds(session, package.data)
    versions.publish("echo", 1)
    assert problems.get("echo").manifest.time_limit_s == 3.0


def test_what_is_rejected_is_not_published(package: Package) -> None:
    """The report tells why; the problem stays as it was."""
    id_ = queued(package)
    assert verifications.claim(id_, "worker")
    verifications.finish(id_, 1, REPORT | {"ok": False}, None, published=NOTHING)
    assert (state(), verification_ledger.get(id_).ok) == ("rejected", False)
    with pytest.raises(versions.NotVerified):
        versions.publish("echo", 1)


def test_a_report_may_hold_anything(package: Package) -> None:
    """What a program has printed into a message is no reason to lose the report."""
    id_ = queued(package)
    assert verifications.claim(id_, "worker")
    report = {"ok": False, "errors": [{"path": "a\0b", "message": "\ud800"}]}
    verifications.finish(id_, 1, report, None, published=NOTHING)
    found = verification_ledger.get(id_).report
    assert found == {"ok": False, "errors": [{"path": "a\ufffdb", "message": "\ufffd"}]}


def test_an_equal_upload_is_the_same_version(package: Package) -> None:
    """Whether its verification waits, goes on or has ended; other files are another version."""
    first = upload(package)
    id_ = first.verification_id
    assert id_ is not None
    again = Requested(1, id_, None)
    assert upload(package) == again
    assert verifications.claim(id_, "worker")
    assert upload(package) == again
    verifications.finish(id_, 1, REPORT, package, published=NOTHING)
    assert upload(package) == again
    other = upload(package, tree="other files")
    assert (other.version, other.event is not None) == (2, True)


@pytest.fixture
def two_slots(clean: Servers, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A worker may verify two packages at once."""
    monkeypatch.setenv("JUDGE_VERIFYING_SLOTS", "2")
    forget_settings()
    yield
    monkeypatch.undo()
    forget_settings()


@pytest.mark.usefixtures("two_slots")
def test_slots_are_left_to_submissions(package: Package) -> None:
    """A worker verifies as many as it may; what it leaves waits for the sweeper, or for another worker."""
    ids = [upload(package, tree=str(number)).verification_id or "" for number in range(3)]
    for id_ in ids:
        verifications.mark_sent(id_, published_seq=1, sent=True)
    claims = [verifications.claim(id_, "one") for id_ in ids]
    assert [claim is not None for claim in claims] == [True, True, False]
    with db.transaction() as session:
        session.execute(text("UPDATE verifications SET changed_at = changed_at - interval '2 s'"))
    assert verification_ledger.unsent() == [ids[2]]
    assert verifications.claim(ids[2], "two")


def test_it_can_be_asked_for_again(package: Package) -> None:
    """After a report, on purpose; while one is open that one is meant."""
    id_ = queued(package)
    assert verifications.request("echo", 1, user_id="ada") == Requested(1, id_, None)
    assert verifications.claim(id_, "worker")
    verifications.finish(id_, 1, REPORT | {"ok": False}, None, published=NOTHING)
    again = verifications.request("echo", 1, user_id="bob")
    assert again.verification_id not in (None, id_)
    assert state() == "rejected"  # until there is another report
    with pytest.raises(NotFound):
        verifications.request("echo", 2, user_id="ada")


def test_a_verified_version_stays_as_it_is(package: Package) -> None:
    """Another verification may take another time, but submissions keep the limit they were made for."""
    id_ = queued(package)
    assert verifications.claim(id_, "worker")
    verifications.finish(id_, 1, REPORT, package.with_time_limit(3.0), published=NOTHING)
    again = verifications.request("echo", 1, user_id="ada").verification_id
    assert again
    assert verifications.claim(again, "worker")
    assert state() == "verified"
    verifications.finish(again, 1, REPORT, package.with_time_limit(4.0), published=NOTHING)
    versions.publish("echo", 1)
    assert problems.get("echo").manifest.time_limit_s == 3.0


def test_a_package_that_was_added_without_its_files(package: Package) -> None:
    """There is nothing to verify it by, until somebody uploads it."""
    problems.add(package)
    with pytest.raises(NotFound, match="not kept"):
        verifications.request("echo", 1, user_id="ada")
    assert upload(package).event is not None
    assert problems.get("echo").version == 1


WRITES: list[Callable[[str], object]] = [
    lambda id_: verifications.renew(id_, 1),
    lambda id_: verifications.progress(id_, 1, {}, published=NOTHING),
    lambda id_: verifications.finish(id_, 1, REPORT, None, published=NOTHING),
    lambda id_: verifications.give_back(id_, 1, lost=True),
    lambda id_: verifications.give_back(id_, 1, lost=False),
]


def test_whoever_was_thought_dead_writes_nothing(package: Package) -> None:
    """Once its lease has run out and somebody else has claimed, every write of an attempt is refused."""
    id_ = queued(package)
    assert verifications.claim(id_, "one")
    assert verifications.claim(id_, "two") is None
    verifications.renew(id_, 1)
    expire(id_)
    second = verifications.claim(id_, "two")
    assert second is not None
    assert second.attempt == 2
    before = log_of(id_)
    for write in WRITES:
        with pytest.raises(AttemptLost):
            write(id_)
    assert (log_of(id_), state()) == (before, "verifying")


def test_after_the_last_lost_attempt_it_has_failed(package: Package) -> None:
    """A drain costs nothing; the fifth failure of ours ends it, and says nothing of the version."""
    id_ = queued(package)
    for _ in range(3):
        claim = verifications.claim(id_, "worker")
        assert claim is not None
        verifications.give_back(id_, claim.attempt, lost=False)
    ways = [
        lambda attempt: verifications.give_back(id_, attempt, lost=True),
        lambda _: verifications.lapse(),
    ]
    for attempt in range(settings().max_attempts):
        claim = verifications.claim(id_, "worker")
        assert claim is not None
        expire(id_)
        [event] = ways[attempt % 2](claim.attempt)
    assert event.type == "verification.failed"
    assert verifications.claim(id_, "worker") is None
    assert (verification_ledger.get(id_).state, state()) == ("failed", "draft")
    again = upload(package)
    assert again.event is not None
    assert again.verification_id != id_


def test_of_what_the_sweeper_has_to_do(package: Package) -> None:
    """Sent and published is what was noted as such; all else is found after a while."""
    id_ = queued(package)
    assert (verification_ledger.unsent(), verification_ledger.unpublished()) == ([], [])
    with db.transaction() as session:
        session.execute(text("UPDATE verifications SET changed_at = changed_at - interval '1 min'"))
    assert verification_ledger.unsent() == [id_]
    assert [event.seq for event in verification_ledger.unpublished()] == [1]
    verifications.mark_sent(id_, published_seq=1, sent=True)
    assert (verification_ledger.unsent(), verification_ledger.overdue()) == ([], [])
    assert verification_ledger.unpublished() == []
    with db.transaction() as session:
        session.execute(text("UPDATE verifications SET sent_at = sent_at - interval '1 min'"))
    assert verification_ledger.overdue() == [id_]


def test_old_events_are_removed(package: Package) -> None:
    """Those of verifications as well; they are not looked for any more."""
    id_ = queued(package)
    with db.transaction() as session:
        session.execute(text("UPDATE verifications SET changed_at = changed_at - interval '8 days'"))
        session.execute(text("UPDATE verification_events SET at = at - interval '8 days'"))
    assert upkeep.purge_events(older_than=timedelta(days=7)) == 1
    assert (log_of(id_), verification_ledger.unpublished()) == ([], [])


def test_its_events_are_published(package: Package) -> None:
    """To whoever asked for it, and on its own channel; nobody's submission has ended by it."""
    event = upload(package).event
    assert event is not None
    with events.connection().pubsub() as pubsub:
        pubsub.psubscribe("*")
        assert pubsub.get_message(timeout=10)["type"] == "psubscribe"
        assert events.publish([event])
        events.connection().publish("end", "")
        channels = []
        while (message := pubsub.get_message(timeout=10))["channel"] != "end":
            channels.append(message["channel"])
    assert channels == ["user:ada", f"verification:{event.verification_id}"]


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("state = 'done', finished_at = now()", "report_when_done"),
        ("state = 'done', ok = true, report = '{}'", "finished_when_ended"),
        ("state = 'running'", "when_held"),
        ("state = 'running', worker = 'w'", "lease_when_held"),
        ("lease_until = now()", "lease_when_held"),
        ("state = 'compiling'", "verifications_"),
        ("published_seq = 2", "published"),
        ("lost_attempts = 1", "attempts"),
    ],
)
def test_the_database_refuses_impossible_states(package: Package, change: str, constraint: str) -> None:
    """No bug of ours and no hand on psql can bring a row into a state that means nothing."""
    queued(package)
    with pytest.raises(IntegrityError, match=constraint), db.transaction() as session:
        session.execute(text(f"UPDATE verifications SET {change}"))
