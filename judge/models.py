"""The tables: what each row means, and the states that the database itself refuses."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from judge.db import Base
from judge.verdict import ENDED, HELD, State, Verdict, VerificationState, VersionState


def _one_of(column: str, words: Any) -> str:
    return f"{column} IN ({', '.join(repr(str(word)) for word in words)})"


_NOW = func.clock_timestamp()  # the instant itself; now() would be the start of the transaction
_INSTANT = DateTime(timezone=True)


class User(Base):
    """Somebody who may hold tokens; with JUDGE_AUTH=none nobody needs to be here."""

    __tablename__ = "users"
    __table_args__ = (CheckConstraint(_one_of("role", ("user", "author", "admin")), name="users_role"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    role: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(_INSTANT, server_default=_NOW)


class Token(Base):
    """A bearer token, of which only the SHA-256 is kept."""

    __tablename__ = "tokens"

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(_INSTANT, server_default=_NOW)


class Blob(Base):
    """Test data, named by its SHA-256, so that any worker can fetch it with DATABASE_URL alone."""

    __tablename__ = "blobs"

    digest: Mapped[str] = mapped_column(Text, primary_key=True)
    size_bytes: Mapped[int] = mapped_column(BigInteger)


class BlobChunk(Base):
    """A slice of a blob, zlib-compressed; slices keep one row and one reply small."""

    __tablename__ = "blob_chunks"

    digest: Mapped[str] = mapped_column(ForeignKey("blobs.digest", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Problem(Base):
    """A problem by its id; what it is made of stands in its current package."""

    __tablename__ = "problems"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    package_id: Mapped[int | None] = mapped_column(
        # Problem and package point at each other; the constraint is added after both tables.
        ForeignKey("packages.id", name="problems_package_id_fkey", use_alter=True)
    )
    created_at: Mapped[datetime] = mapped_column(_INSTANT, server_default=_NOW)


class PackageRow(Base):
    """One version of a problem; a submission names and keeps the version it was judged by."""

    __tablename__ = "packages"
    __table_args__ = (
        UniqueConstraint("problem_id", "digest", name="packages_problem_id_digest"),
        UniqueConstraint("problem_id", "version", name="packages_problem_id_version"),
        CheckConstraint(_one_of("state", VersionState), name="packages_state"),
        CheckConstraint("version >= 1", name="packages_version"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    problem_id: Mapped[str] = mapped_column(ForeignKey("problems.id", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column(Integer)  # 1, 2, … within the problem
    state: Mapped[str] = mapped_column(Text, server_default=VersionState.DRAFT)
    digest: Mapped[str] = mapped_column(Text)  # over all of the package: an equal one is no new version
    archive: Mapped[str | None] = mapped_column(Text)  # the blob with the package as a zip
    name: Mapped[str] = mapped_column(Text)
    pages: Mapped[dict[str, Any]] = mapped_column(JSONB)  # judge.pages.Pages: statements, figures, …
    warnings: Mapped[list[list[str]]] = mapped_column(JSONB, server_default="[]")  # path and message
    manifest: Mapped[dict[str, Any]] = mapped_column(JSONB)  # judge.manifest.Manifest: limits and tests
    judging_s: Mapped[float] = mapped_column(Float)  # no judging of one submission takes longer
    created_at: Mapped[datetime] = mapped_column(_INSTANT, server_default=_NOW)


class LanguageRow(Base):
    """A language that some worker has proven; kept after that worker has left."""

    __tablename__ = "languages"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    spec: Mapped[dict[str, Any]] = mapped_column(JSONB)  # as GET /languages shows it
    registered_at: Mapped[datetime] = mapped_column(_INSTANT, server_default=_NOW)


class WorkerRow(Base):
    """A worker that has proven its languages, and when it was last heard of."""

    __tablename__ = "workers"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    slots: Mapped[int] = mapped_column(Integer)
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text))
    sandbox: Mapped[str] = mapped_column(Text)
    seen_at: Mapped[datetime] = mapped_column(_INSTANT, server_default=_NOW)


class SubmissionRow(Base):
    """One submission and how it stands. Only judge.submissions changes it."""

    __tablename__ = "submissions"
    __table_args__ = (
        CheckConstraint(_one_of("state", State), name="submissions_state"),
        CheckConstraint(_one_of("verdict", Verdict), name="submissions_verdict"),
        CheckConstraint("(state = 'done') = (verdict IS NOT NULL)", name="submissions_verdict_when_done"),
        CheckConstraint(
            f"({_one_of('state', HELD)}) = (lease_until IS NOT NULL)", name="submissions_lease_when_held"
        ),
        CheckConstraint(
            f"({_one_of('state', HELD)}) = (worker IS NOT NULL)", name="submissions_worker_when_held"
        ),
        CheckConstraint(
            f"({_one_of('state', ENDED)}) = (finished_at IS NOT NULL)", name="submissions_finished_when_ended"
        ),
        CheckConstraint("attempt >= lost_attempts AND lost_attempts >= 0", name="submissions_attempts"),
        CheckConstraint("0 <= published_seq AND published_seq <= last_seq", name="submissions_published"),
        # The three questions of the sweeper, each answered from an index that holds only open cases.
        Index("submissions_queued", "sent_at", postgresql_where="state = 'queued'"),
        Index("submissions_leased", "lease_until", postgresql_where=_one_of("state", HELD)),
        Index("submissions_unpublished", "changed_at", postgresql_where="published_seq < last_seq"),
        Index("submissions_unfinished", "user_id", postgresql_where="finished_at IS NULL"),
        Index("submissions_user", "user_id", "id"),
        Index("submissions_problem", "problem_id", "id"),
        Index("submissions_user_changed", "user_id", "changed_at"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)  # sorts by time of creation
    problem_id: Mapped[str] = mapped_column(ForeignKey("problems.id"))
    package_id: Mapped[int] = mapped_column(ForeignKey("packages.id"))
    user_id: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(ForeignKey("languages.id"))
    files: Mapped[list[dict[str, str]]] = mapped_column(JSONB, deferred=True)
    entry_point: Mapped[str | None] = mapped_column(Text, deferred=True)  # a file's name or a class
    # No judging in its language takes longer; None of submissions from before that was kept.
    judging_s: Mapped[float | None] = mapped_column(Float)

    state: Mapped[str] = mapped_column(Text, server_default=State.QUEUED)
    verdict: Mapped[str | None] = mapped_column(Text)
    score: Mapped[float | None] = mapped_column(Float)
    cpu_time_s: Mapped[float | None] = mapped_column(Float)
    wall_time_s: Mapped[float | None] = mapped_column(Float)
    memory_bytes: Mapped[int | None] = mapped_column(BigInteger)
    compile_output: Mapped[bytes | None] = mapped_column(
        LargeBinary
    )  # bytes: compilers quote what they were fed
    test_count: Mapped[int] = mapped_column(Integer)
    # judge.records.GroupResult of each group; null while there is no verdict, and where there is no group
    groups: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))

    attempt: Mapped[int] = mapped_column(Integer, server_default="0")  # fences writes; never resets
    lost_attempts: Mapped[int] = mapped_column(Integer, server_default="0")  # of the present judging
    worker: Mapped[str | None] = mapped_column(Text)
    lease_until: Mapped[datetime | None] = mapped_column(_INSTANT)
    sent_at: Mapped[datetime | None] = mapped_column(_INSTANT)  # when the queue last took it

    last_seq: Mapped[int] = mapped_column(Integer, server_default="0")
    published_seq: Mapped[int] = mapped_column(Integer, server_default="0")

    created_at: Mapped[datetime] = mapped_column(_INSTANT, server_default=_NOW)
    changed_at: Mapped[datetime] = mapped_column(_INSTANT, server_default=_NOW)
    started_at: Mapped[datetime | None] = mapped_column(_INSTANT)
    finished_at: Mapped[datetime | None] = mapped_column(_INSTANT)


class TestRow(Base):
    """How one test of one attempt ended."""

    __tablename__ = "test_results"
    __table_args__ = (CheckConstraint(_one_of("verdict", Verdict), name="test_results_verdict"),)

    submission_id: Mapped[str] = mapped_column(
        ForeignKey("submissions.id", ondelete="CASCADE"), primary_key=True
    )
    attempt: Mapped[int] = mapped_column(Integer, primary_key=True)
    index: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(Text)  # what everybody may see
    author_name: Mapped[str] = mapped_column(Text)
    verdict: Mapped[str] = mapped_column(Text)
    cpu_time_s: Mapped[float] = mapped_column(Float)
    wall_time_s: Mapped[float] = mapped_column(Float)
    memory_bytes: Mapped[int] = mapped_column(BigInteger)
    exit_code: Mapped[int | None] = mapped_column(Integer)
    signal: Mapped[int | None] = mapped_column(Integer)
    message: Mapped[str | None] = mapped_column(Text)
    group: Mapped[str] = mapped_column("group_name", Text, server_default="")  # by the author's name
    score: Mapped[float | None] = mapped_column(Float)
    judge_message: Mapped[str | None] = mapped_column(Text)  # for authors alone
    repeated_cpu_s: Mapped[list[float] | None] = mapped_column(ARRAY(Float))


class EventRow(Base):
    """Something that happened to a submission, written in the transaction that did it."""

    __tablename__ = "events"
    __table_args__ = (Index("events_at", "at"),)

    submission_id: Mapped[str] = mapped_column(
        ForeignKey("submissions.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    type: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(_INSTANT)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)


class VerificationRow(Base):
    """A version whose own submissions and validators a worker tries. Only judge.verifications changes it."""

    __tablename__ = "verifications"
    __table_args__ = (
        CheckConstraint(_one_of("state", VerificationState), name="verifications_state"),
        CheckConstraint(
            "(state = 'done') = (ok IS NOT NULL) AND (state = 'done') = (report IS NOT NULL)",
            name="verifications_report_when_done",
        ),
        CheckConstraint(
            "(state = 'running') = (lease_until IS NOT NULL)", name="verifications_lease_when_held"
        ),
        CheckConstraint("(state = 'running') = (worker IS NOT NULL)", name="verifications_worker_when_held"),
        CheckConstraint(
            "(state IN ('done', 'failed')) = (finished_at IS NOT NULL)",
            name="verifications_finished_when_ended",
        ),
        CheckConstraint("attempt >= lost_attempts AND lost_attempts >= 0", name="verifications_attempts"),
        CheckConstraint("0 <= published_seq AND published_seq <= last_seq", name="verifications_published"),
        # A version is verified once at a time.
        Index("verifications_open", "package_id", unique=True, postgresql_where="finished_at IS NULL"),
        Index("verifications_package", "package_id", "id"),
        Index("verifications_unpublished", "changed_at", postgresql_where="published_seq < last_seq"),
        Index("verifications_user_changed", "user_id", "changed_at"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)  # sorts by time of creation
    package_id: Mapped[int] = mapped_column(ForeignKey("packages.id", ondelete="CASCADE"))
    user_id: Mapped[str] = mapped_column(Text)  # who asked for it
    state: Mapped[str] = mapped_column(Text, server_default=VerificationState.QUEUED)
    ok: Mapped[bool | None] = mapped_column(Boolean)
    report: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))

    attempt: Mapped[int] = mapped_column(Integer, server_default="0")  # fences writes
    lost_attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    worker: Mapped[str | None] = mapped_column(Text)
    lease_until: Mapped[datetime | None] = mapped_column(_INSTANT)
    sent_at: Mapped[datetime | None] = mapped_column(_INSTANT)  # when the queue last took it

    last_seq: Mapped[int] = mapped_column(Integer, server_default="0")
    published_seq: Mapped[int] = mapped_column(Integer, server_default="0")

    created_at: Mapped[datetime] = mapped_column(_INSTANT, server_default=_NOW)
    changed_at: Mapped[datetime] = mapped_column(_INSTANT, server_default=_NOW)
    started_at: Mapped[datetime | None] = mapped_column(_INSTANT)
    finished_at: Mapped[datetime | None] = mapped_column(_INSTANT)


class VerificationEventRow(Base):
    """Something that happened to a verification, written in the transaction that did it."""

    __tablename__ = "verification_events"
    __table_args__ = (Index("verification_events_at", "at"),)

    verification_id: Mapped[str] = mapped_column(
        ForeignKey("verifications.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    type: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(_INSTANT)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
