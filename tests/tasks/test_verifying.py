"""Drafts that real workers verify: from the row to the report, whatever happens to the worker meanwhile."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from judge import events, packages, problems, queue, verifications, versions
from judge.blobs import digest_of
from judge.packages import archives
from judge.tasks import sweeping
from judge.verdict import VerificationState
from judge.verifications import ledger as verification_ledger
from judge.verifications.ledger import Verification
from tests.servers import Servers
from tests.tasks.workers import SHORT, Worker, lasting, stop

PROBLEM = """
problem_format_version: 2025-09
name: Echo
uuid: 5ca6ba5b-9d9d-4c0b-9ad5-c9a0c4bb1a02
limits: {time_limit: 1}
"""
VALIDATOR = "import sys\nsys.exit(42 if sys.stdin.read().strip().isdigit() else 43)\n"
ECHO = "print(input())\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A package without fault, to be spoilt."""
    files = {
        "problem.yaml": PROBLEM,
        "statement/problem.en.md": "Say it again.",
        "input_validators/validate.py": VALIDATOR,
        "data/sample/1.in": "1\n",
        "data/sample/1.ans": "1\n",
        "data/secret/1.in": "2\n",
        "data/secret/1.ans": "2\n",
        "submissions/accepted/echo.py": ECHO,
    }
    for name, content in files.items():
        path = tmp_path / "echo" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return tmp_path / "echo"


def upload(folder: Path) -> str:
    """Ask for the verification of a package, as the web process does; its id."""
    with tempfile.TemporaryFile() as archive:
        archives.pack(folder, archive)
        requested = verifications.upload(
            versions.prepared(packages.read(folder), folder),
            archive,
            archive_digest=digest_of(archive),
            user_id="ada",
        )
    event = requested.event
    assert event is not None
    published = events.publish([event])
    queue.send_verification(event.verification_id)
    verifications.mark_sent(event.verification_id, published_seq=int(published), sent=True)
    return event.verification_id


def ended(verification_id: str, worker: Worker) -> Verification:
    """The verification once it has ended."""
    worker.until(lambda: verification_ledger.get(verification_id).finished_at)
    return verification_ledger.get(verification_id)


def words(verification_id: str) -> list[str]:
    """What its events tell of, plan and progress left out."""
    told = verification_ledger.events_after(verification_id, 0)
    assert [event.seq for event in told] == list(range(1, len(told) + 1))
    said = [event.type.partition(".")[2] for event in told]
    return [word for word in said if word not in ("planned", "progress")]


def test_a_good_package_is_verified(
    clean: Servers, folder: Path, start_worker: Callable[..., Worker]
) -> None:
    """What is sent before a worker is there waits; its data can then be judged."""
    id_ = upload(folder)
    found = ended(id_, start_worker())
    assert (found.state, found.ok) == (VerificationState.DONE, True), found.report
    assert found.report is not None
    [example] = found.report["submissions"]
    assert (example["name"], example["got"]) == ("accepted/echo.py", "accepted")
    assert words(id_) == ["queued", "running", "done"]
    assert verification_ledger.unpublished() == []
    versions.publish("echo", 1)
    assert problems.get("echo").manifest.time_limit_s == 1.0


def test_every_test_is_told_of(clean: Servers, folder: Path, start_worker: Callable[..., Worker]) -> None:
    """First which submissions are tried on which tests, then each that has ended, however seldom that is."""
    for number in range(3, 9):
        (folder / f"data/secret/{number}.in").write_text(f"{number}\n")
        (folder / f"data/secret/{number}.ans").write_text(f"{number}\n")
    (folder / "submissions/accepted/echo.py").write_text(f"import time\ntime.sleep(0.3)\n{ECHO}")
    id_ = upload(folder)
    found = ended(id_, start_worker())
    assert found.report is not None
    told = verification_ledger.events_after(id_, 0)
    [plan] = [event.data for event in told if event.type == "verification.planned"]
    example = {"name": "accepted/echo.py", "language": "python3", "expected": ["accepted"]}
    assert plan == {"tests": found.report["tests"], "submissions": [example]}
    assert plan["tests"] == ["sample/1", "secret/1", *(f"secret/{number}" for number in range(3, 9))]
    ends = [end for event in told if event.type.endswith("progress") for end in event.data["tests"]]
    # The last may have ended together with all.
    assert [end["index"] for end in ends][:7] == list(range(1, 8))
    assert {(end["submission"], end["verdict"]) for end in ends} == {("accepted/echo.py", "accepted")}
    assert found.report["submissions"][0]["tests"] == ["accepted"] * 8


def test_a_bad_package_is_rejected(clean: Servers, folder: Path, start_worker: Callable[..., Worker]) -> None:
    """A submission that does not do what its folder says."""
    (folder / "submissions/accepted/echo.py").write_text("print(7)\n")
    found = ended(upload(folder), start_worker())
    assert (found.ok, versions.get("echo", 1).state) == (False, "rejected")
    assert found.report is not None
    assert found.report["errors"][0]["path"] == "submissions/accepted/echo.py"


def test_a_drained_worker_gives_it_back(
    clean: Servers, folder: Path, start_worker: Callable[..., Worker], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another goes on from the beginning, and no attempt counts as lost."""
    patient(folder, 50)
    id_ = upload(folder)
    one = start_worker("one")
    one.until(lambda: verification_ledger.get(id_).state == VerificationState.RUNNING)
    one.process.terminate()
    one.process.wait(30)
    assert verification_ledger.get(id_).state == VerificationState.QUEUED
    found = ended(id_, start_worker("two"))
    assert (found.ok, found.attempt) == (True, 2), found.report
    assert words(id_) == ["queued", "running", "queued", "running", "done"]


def patient(folder: Path, seconds: float) -> None:
    """A package whose submission ends at a certain moment, whenever it is tried."""
    (folder / "problem.yaml").write_text(PROBLEM.replace("time_limit: 1", "time_limit: 60"))
    (folder / "submissions/accepted/echo.py").write_text(lasting(seconds))


def test_a_frozen_worker_loses_it(clean: Servers, folder: Path, start_worker: Callable[..., Worker]) -> None:
    """Its lease runs out, and the next to sweep gives it back."""
    patient(folder, 25)
    id_ = upload(folder)
    one = start_worker("one", **SHORT)
    one.until(lambda: verification_ledger.get(id_).state == VerificationState.RUNNING)
    for pid in (one.child, one.process.pid):
        stop(pid)
    two = start_worker("two", **SHORT)
    two.until(lambda: sweeping.sweep() or verification_ledger.get(id_).attempt == 2)
    found = ended(id_, two)
    assert (found.ok, found.attempt) == (True, 2), found.report
    one.process.kill()
