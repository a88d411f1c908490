"""Submissions, how each of their tests ended, and the log of what happened to them."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Computed,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, column_property, mapped_column

from judge.db import Base
from judge.models.columns import INSTANT, one_of
from judge.models.journaled import Journaled, journaled, troubled
from judge.models.lined import Lined, lined
from judge.models.problems import PackageRow
from judge.verdict import ENDED, HELD, State, Verdict

_COUNTED: dict[str, Any] = {
    "postgresql_where": "counted_verdict = 'accepted' OR counted_score > 0",
    "postgresql_include": ["counted_verdict", "counted_score", "created_at"],
}


class SubmissionRow(Journaled, Lined, Base):
    """One submission and how it stands. Only judge.submissions changes it."""

    __tablename__ = "submissions"
    __table_args__ = (
        CheckConstraint(one_of("state", State), name="submissions_state"),
        CheckConstraint(one_of("verdict", Verdict), name="submissions_verdict"),
        CheckConstraint("(state = 'done') = (verdict IS NOT NULL)", name="submissions_verdict_when_done"),
        *journaled("submissions", held=HELD, ended=ENDED),
        CheckConstraint(
            "NOT is_trial OR (former IS NOT NULL AND rejudging_id IS NOT NULL)",
            name="submissions_former_in_trial",
        ),
        # The questions of the sweeper, each answered from an index that holds only open cases.
        *lined("submissions"),
        troubled("submissions"),
        Index("submissions_leased", "lease_until", postgresql_where=one_of("state", HELD)),
        Index("submissions_unpublished", "changed_at", postgresql_where="published_seq < last_seq"),
        Index("submissions_unfinished", "user_id", postgresql_where="finished_at IS NULL"),
        Index("submissions_user", "user_id", "id"),
        Index("submissions_problem", "problem_id", "id"),
        Index("submissions_package", "package_id"),
        Index("submissions_user_changed", "user_id", "changed_at"),
        # What leaderboards are made of, each from an index alone.
        Index("submissions_counted", "user_id", "problem_id", **_COUNTED),
        Index("submissions_counted_problem", "problem_id", "user_id", **_COUNTED),
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

    shown_attempt: Mapped[int] = mapped_column(Integer, server_default="0")  # whose tests are shown
    # judge.submissions.rejudged: the judgement that counts until the present judging is done
    former: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    rejudging_id: Mapped[str | None] = mapped_column(ForeignKey("rejudgings.id"))
    # It is judged anew for a preview: whoever looks at it sees the former judgement, as if nothing happened.
    is_trial: Mapped[bool] = mapped_column(Boolean, server_default="false")
    # What counts for a user, whether or not the submission is being judged anew.
    counted_verdict: Mapped[str | None] = mapped_column(
        Text, Computed("COALESCE(verdict, (former ->> 'verdict'::text))", persisted=True)
    )
    counted_score: Mapped[float | None] = mapped_column(
        Float,
        Computed("COALESCE(score, ((former ->> 'score'::text))::double precision)", persisted=True),
    )

    version: Mapped[int] = column_property(
        select(PackageRow.version)
        .where(PackageRow.id == package_id)
        .correlate_except(PackageRow)
        .scalar_subquery()
    )


class TestRow(Base):
    """How one test of one attempt ended."""

    __tablename__ = "test_results"
    __table_args__ = (CheckConstraint(one_of("verdict", Verdict), name="test_results_verdict"),)

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
    group: Mapped[str] = mapped_column("group_name", Text, key="group", server_default="")  # to authors
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
    at: Mapped[datetime] = mapped_column(INSTANT)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
