"""Problems that are taken back, and what of them stays for how long."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from judge import blobs, db, problems, submissions, upkeep, verifications, versions, withdrawals
from judge.errors import AttemptLost, NotFound
from judge.packages.package import Package
from judge.records import Judgement
from judge.submissions import interventions, ledger
from judge.verdict import State, Verdict
from tests.servers import Servers, new_language, new_package, new_problem, submit

DAYS = timedelta(days=30)


def rows(table: str) -> int:
    with db.transaction() as session:
        return int(session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


def age(days: int = 31) -> None:
    """Let everything have been put and made a while ago."""
    with db.transaction() as session:
        for change in (
            "blobs SET kept_at = kept_at",
            "packages SET created_at = created_at",
            "verifications SET finished_at = finished_at",
        ):
            session.execute(text(f"UPDATE {change} - make_interval(days => :days)"), {"days": days})


def purge() -> tuple[int, int]:
    """How many versions and how many pieces of data went."""
    return upkeep.purge_drafts(older_than=DAYS), upkeep.purge_blobs()


def upload(package: Package, archive: bytes = b"a zip") -> int:
    """A draft of this package."""
    prepared = versions.prepared(package, None)
    file = io.BytesIO(archive)
    digest = blobs.digest_of(archive)
    return verifications.upload(prepared, file, archive_digest=digest, user_id="eve").version


def verified(package: Package, *, ok: bool) -> None:
    """What a worker says of the one draft that waits."""
    with db.transaction() as session:
        id_ = session.scalar(text("SELECT id FROM verifications WHERE state = 'queued'"))
    claim = verifications.claim(str(id_), "worker")
    assert claim is not None
    verifications.finish(str(id_), claim.attempt, {"ok": ok}, package if ok else None, published=(0, 0))


# Withdrawn


def test_without_submissions_it_goes(problem: str) -> None:
    """With its versions; its data, once it is old enough for nobody to be about to name it."""
    withdrawals.withdraw(problem)
    with pytest.raises(NotFound):
        problems.get(problem)
    assert (rows("problems"), rows("packages")) == (0, 0)
    assert upkeep.purge_blobs() == 0
    age()
    assert upkeep.purge_blobs() > 0
    assert (rows("blobs"), rows("blob_chunks")) == (0, 0)
    with pytest.raises(NotFound):
        withdrawals.withdraw(problem)


def test_with_submissions_it_is_listed_no_longer(problem: str, tmp_path: Path) -> None:
    """Submissions are judged, and judged anew, by the version that they have; importing brings it back."""
    created, _ = submit()
    withdrawals.withdraw(problem)
    withdrawals.withdraw(problem)
    with pytest.raises(NotFound):
        problems.get(problem)
    assert problems.page(limit=9) == []
    for _ in range(2):
        claim = submissions.claim(created.id, "worker")
        assert claim is not None
        submissions.finish(created.id, claim.attempt, Judgement(Verdict.ACCEPTED), published=(0, 0))
        assert ledger.get(created.id).verdict == "accepted"
        assert interventions.rejudge(created.id).submission.version == 1
    age()
    assert purge() == (0, 0)
    new_problem(tmp_path)
    assert problems.get(problem).version == 1


def test_a_draft_is_withdrawn_while_it_is_verified(clean: Servers, tmp_path: Path) -> None:
    """Its worker has nothing more to say."""
    package = new_package(tmp_path)
    upload(package)
    with db.transaction() as session:
        id_ = str(session.scalar(text("SELECT id FROM verifications")))
    claim = verifications.claim(id_, "worker")
    assert claim is not None
    withdrawals.withdraw("echo")
    with pytest.raises(AttemptLost):
        verifications.renew(id_, claim.attempt)
    with pytest.raises(AttemptLost):
        verifications.finish(id_, claim.attempt, {"ok": True}, package, published=(0, 0))
    assert rows("packages") == 0


def test_who_submits_to_what_has_just_gone(problem: str) -> None:
    """There is no such problem, which is no failure of ours."""
    known = problems.get(problem)
    withdrawals.withdraw(problem)
    with pytest.raises(NotFound, match="just been deleted"):
        submissions.create(
            problem_id=problem, package_id=known.package_id, test_count=1, user_id="1", language="python3",
            files=[],
        )  # fmt: skip


def test_all_of_it(problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many submissions there are, in whatever state; another problem's stay."""
    monkeypatch.setattr(withdrawals, "_AT_ONCE", 2)
    new_problem(tmp_path, tests=2, problem_id="other")
    others, _ = submit(problem_id="other")
    ids = [submit()[0].id for _ in range(5)]
    claim = submissions.claim(ids[0], "worker")
    assert claim is not None
    interventions.cancel(ids[1])
    held = withdrawals.purge(problem)
    assert sorted(held) == sorted([ids[0], *ids[2:]])
    with pytest.raises(AttemptLost):
        submissions.renew(ids[0], claim.attempt)
    for one in ids:
        with pytest.raises(NotFound):
            ledger.get(one)
    assert ledger.get(others.id).state == State.QUEUED
    assert (rows("problems"), rows("packages"), rows("submissions")) == (1, 1, 1)
    with pytest.raises(NotFound):
        withdrawals.purge(problem)


# Purged


def test_a_rejected_version_goes_when_it_is_old(problem: str, tmp_path: Path) -> None:
    """And its data with it; what the current version names as well stays, and can be judged by."""
    bad = new_package(tmp_path, tests=6)
    assert upload(bad) == 2
    verified(bad, ok=False)
    age(29)
    assert upkeep.purge_drafts(older_than=DAYS) == 0
    age(2)
    before = rows("blobs")
    assert purge() == (1, 1)
    assert rows("blobs") == before - 1
    assert [version.number for version in versions.listed(problem)] == [1]
    with db.transaction() as session:
        assert blobs.holds(session, problems.get(problem).manifest.digests())


@pytest.mark.parametrize("reason", ["current", "verified", "waits", "verified of late", "submission"])
def test_a_version_that_stays(problem: str, tmp_path: Path, reason: str) -> None:
    """However old: what is judged by or may yet be."""
    package = new_package(tmp_path, tests=6)
    match reason:
        case "current":
            problems.add(package)  # a draft, as nobody has verified it
        case "submission":
            problems.add(package)
            submit()
            new_problem(tmp_path)
        case _:
            upload(package)
    if reason == "verified":
        verified(package, ok=True)
    age()
    if reason == "verified of late":
        verified(package, ok=False)
    upkeep.purge_drafts(older_than=DAYS)
    # What `judge problem add` made current once was never verified, and is nothing but a draft afterwards.
    expected = [2] if reason == "current" else [2, 1]
    assert [version.number for version in versions.listed(problem)] == expected


def test_a_version_that_a_former_judgement_names(problem: str, tmp_path: Path) -> None:
    """Until the new judging is done the former one may have to be put back."""
    created, _ = submit()
    claim = submissions.claim(created.id, "worker")
    assert claim is not None
    submissions.finish(created.id, claim.attempt, Judgement(Verdict.ACCEPTED), published=(0, 0))
    new_problem(tmp_path, tests=6)
    assert interventions.rejudge(created.id).submission.version == 2
    age()
    assert upkeep.purge_drafts(older_than=DAYS) == 0
    interventions.cancel(created.id)
    assert ledger.get(created.id).version == 1


@contextmanager
def put(content: bytes) -> Iterator[str]:
    """Somebody has put this, and has not committed yet."""
    with db.transaction() as session:
        yield blobs.put(session, content)


def test_data_that_is_just_being_put(clean: Servers) -> None:
    """It was there before, named by nothing, and old: whoever puts it again may count on it."""
    with put(b"of long ago"):
        pass
    age()
    old = blobs.old()
    with put(b"of long ago") as digest:
        assert blobs.purge(old) == 0
    assert blobs.purge(old) == 0
    with blobs.opened(digest) as file:
        assert file.read() == b"of long ago"
    age()
    assert blobs.purge(blobs.old()) == 1


def test_everything_that_a_page_shows_stays(clean: Servers, tmp_path: Path) -> None:
    """Figures, attachments and statements are named by the pages, not by the manifest."""
    package = new_package(tmp_path)
    contents = {blobs.digest_of(content): content for content in (b"figure", b"attachment", b"%PDF-")}
    figure, attachment, pdf = contents
    [statement] = package.statements
    problems.add(
        replace(
            package,
            data={**package.data, **contents},
            figures={"a.png": figure},
            attachments={"b.zip": attachment},
            statements=(replace(statement, kind="pdf", source="", digest=pdf),),
        )
    )
    age()
    assert upkeep.purge_blobs() == 0
    assert set(contents) <= versions.named()


@pytest.fixture
def problem(clean: Servers, tmp_path: Path) -> str:
    """As for the other tests, but with its files in a folder of their own."""
    folder = tmp_path / "first"
    folder.mkdir()
    new_problem(folder)
    new_language()
    return "echo"
