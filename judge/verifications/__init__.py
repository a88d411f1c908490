"""Verifications from the upload of a package to the report on it: the only module that changes one.

As with submissions, every change is one transaction that returns the events to publish once it has
committed, and a worker's changes name their attempt::

    request ──> queued ──claim──> running ──finish──> done
                  ^                  │
                  └── give_back, lapse ──> failed, after max_attempts lost ones

The version is a draft until a worker begins, then verifying, and at last verified or rejected.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from judge import blobs, changes, counting, queue, versions
from judge.config import settings
from judge.db import take_turns, transaction
from judge.errors import NotFound
from judge.events import VerificationEvent
from judge.journal import Entry, Journal, Published
from judge.models import PackageRow, Problem, VerificationEventRow, VerificationRow
from judge.packages.package import Package
from judge.records import new_id, storable
from judge.verdict import VerificationState, VersionState
from judge.versions import Prepared
from judge.webhooks import deliveries

State = VerificationState
SETTLED = (VersionState.VERIFIED, VersionState.REJECTED)


@dataclass(frozen=True)
class Claim:
    """What a worker needs to verify, and the attempt number that its every write must name."""

    verification_id: str
    attempt: int
    problem_id: str
    archive: str
    event: VerificationEvent


@dataclass(frozen=True)
class Requested:
    """What an upload has come to; ``event`` is None where nothing had to be asked for."""

    version: int
    verification_id: str | None
    event: VerificationEvent | None


def upload(version: Prepared, archive: BinaryIO, *, archive_digest: str, user_id: str) -> Requested:
    """Keep a package as a draft and ask for its verification; where it is no draft any more, as it stands.

    archive: the package as a zip, and its SHA-256.
    """
    with transaction() as session:
        # Before anything is locked: it may be large.
        blobs.put(session, archive, digest=archive_digest, level=0)
    with transaction() as session:
        versions.lock(session, version.package.id)
        row = versions.kept(session, version, archive_digest)
        return _request(session, row, user_id, again=False)


def request(problem_id: str, number: int, *, user_id: str) -> Requested:
    """Ask for another verification of a version. Raises NotFound, where its package was not kept too."""
    with transaction() as session:
        versions.lock(session, problem_id)
        row = session.scalar(
            select(PackageRow).where(PackageRow.problem_id == problem_id, PackageRow.version == number)
        )
        if row is None or row.archive is None:
            raise NotFound(f"problem {problem_id!r} has no version {number}, or its package was not kept")
        return _request(session, row, user_id, again=True)


def claim(verification_id: str, worker: str) -> Claim | None:
    """Take a verification that is queued, or whose lease has run out, for a new attempt.

    None where it is verified elsewhere or has ended, as with any message that comes twice, and where this
    worker verifies as many as it may: then the sweeper sends it again.
    """
    with transaction() as session:
        if not _has_slot(session, worker):
            waits = VerificationRow.id == verification_id, VerificationRow.state == State.QUEUED
            session.execute(update(VerificationRow).where(*waits).values(sent_at=None))
            return None
        row = _journal.claim(session, verification_id, worker, state=State.RUNNING)
        if row is None:
            return None
        package = _set_version(session, row, VersionState.VERIFYING)
        assert package.archive is not None, "nothing else is asked to be verified"
        [event] = _journal.append(session, row, [("running", {"attempt": row.attempt})])
        return Claim(row.id, row.attempt, package.problem_id, package.archive, event)


def _has_slot(session: Session, worker: str) -> bool:
    """Whether this worker may verify one more: packages take long, and must leave slots to submissions."""
    take_turns(session, f"verifications on {worker}")
    query = select(func.count()).where(
        VerificationRow.worker == worker, VerificationRow.state == State.RUNNING
    )
    return session.scalars(query).one() < (settings().verifying_slots or max(1, settings().slots // 2))


def send(verification_id: str) -> None:
    """Put it on its queue, and note that. Raises QueueUnavailable."""
    queue.send_verification(verification_id)
    mark_sent(verification_id, published_seq=0, sent=True)


def planned(
    verification_id: str, attempt: int, package: Package, *, published: Published
) -> list[VerificationEvent]:
    """The package has been read: which submissions are tried on which tests. Raises AttemptLost."""
    examples = [
        {"name": each.name, "language": each.language, "expected": each.expected} for each in package.examples
    ]
    tests = [test.author_name for test in package.manifest.tests]
    return _told(verification_id, attempt, ("planned", {"tests": tests, "submissions": examples}), published)


def progress(
    verification_id: str, attempt: int, data: dict[str, Any], *, published: Published
) -> list[VerificationEvent]:
    """Something of the verification has been done. Raises AttemptLost."""
    return _told(verification_id, attempt, ("progress", data), published)


def _told(verification_id: str, attempt: int, entry: Entry, published: Published) -> list[VerificationEvent]:
    with transaction() as session:
        row = _journal.move_held(session, verification_id, attempt, published, entries=1)
        return _journal.append(session, row, [entry])


def finish(
    verification_id: str,
    attempt: int,
    report: dict[str, Any],
    package: Package | None,
    *,
    published: Published,
) -> list[VerificationEvent]:
    """The report; with the package as it is to be judged by where it is good. Raises AttemptLost.

    The package's data is kept first, so that whatever is verified can be judged.
    """
    report = storable(report)
    if package is not None:
        with transaction() as session:
            versions.keep_data(session, package)
    with transaction() as session:
        row = _journal.move_held(
            session,
            verification_id,
            attempt,
            published,
            entries=1,
            is_end=True,
            ok=package is not None,
            report=report,
        )
        version = session.get_one(PackageRow, row.package_id)
        current = None
        if package is not None and version.state != VersionState.VERIFIED:
            # A time limit that follows from the submissions is known only now, and stays from now on.
            version.manifest, version.judging_s = package.manifest.as_json(), package.manifest.judging_s
            current = session.scalar(select(Problem.id).where(Problem.package_id == version.id))
        if current is not None:
            changes.note(session, changes.problem(current))
        version.state = VersionState.VERIFIED if package else VersionState.REJECTED
        events = _journal.append(session, row, [("done", {"ok": row.ok, "report": report})])
    if current is not None:
        changes.problem_changed(current)
    return events


def _request(session: Session, package: PackageRow, user_id: str, *, again: bool) -> Requested:
    """Ask for a verification unless one is open, or unless there was one and none is wanted again."""
    last = session.scalar(
        select(VerificationRow)
        .where(VerificationRow.package_id == package.id)
        .order_by(VerificationRow.id.desc())
        .limit(1)
    )
    is_open = last is not None and last.finished_at is None
    if last and (is_open or (not again and package.state != VersionState.DRAFT)):
        return Requested(package.version, last.id, None)
    row = VerificationRow(id=new_id(), package_id=package.id, user_id=user_id, last_seq=1)
    session.add(row)
    session.flush()
    session.refresh(row)
    [event] = _journal.append(session, row, [("queued", {"attempt": 0})])
    return Requested(package.version, row.id, event)


def _set_version(session: Session, row: VerificationRow, state: VersionState) -> PackageRow:
    """Say how a version stands on its way; one that was verified before stays that until the next report."""
    package = session.get_one(PackageRow, row.package_id)
    if package.state not in SETTLED:
        package.state = state
    return package


class _Journal(Journal[VerificationRow, VerificationEvent]):
    table = VerificationRow
    held = (State.RUNNING,)

    def queued(self, session: Session, row: VerificationRow) -> list[VerificationEvent]:
        _set_version(session, row, VersionState.DRAFT)
        return super().queued(session, row)

    def failed(self, session: Session, row: VerificationRow) -> list[VerificationEvent]:
        _set_version(session, row, VersionState.DRAFT)
        return self.append(session, row, [(State.FAILED, {"attempt": row.attempt})])

    def append(
        self, session: Session, row: VerificationRow, entries: Sequence[Entry]
    ) -> list[VerificationEvent]:
        package = session.get_one(PackageRow, row.package_id)
        first = row.last_seq - len(entries) + 1
        events = [
            VerificationEvent(
                verification_id=row.id,
                seq=first + offset,
                type=f"verification.{word}",
                problem_id=package.problem_id,
                version=package.version,
                user_id=row.user_id,
                at=row.changed_at,
                data=data,
            )
            for offset, (word, data) in enumerate(entries)
        ]
        session.execute(
            insert(VerificationEventRow),
            [
                {
                    "verification_id": e.verification_id,
                    "seq": e.seq,
                    "type": e.type,
                    "at": e.at,
                    "data": e.data,
                }
                for e in events
            ],
        )
        deliveries.note(session, events)
        counting.count(session, row, events)
        return events


_journal = _Journal()
mark_sent = _journal.mark_sent
renew = _journal.renew
give_back = _journal.give_back
lapse = _journal.lapse
