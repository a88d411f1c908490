"""Rejudgings: many submissions judged anew, and what each of them came to."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from judge.db import Base
from judge.models.columns import INSTANT, NOW, one_of
from judge.verdict import RejudgedState, RejudgingState


class RejudgingRow(Base):
    """One wish to have submissions judged anew. Only judge.rejudgings changes it."""

    __tablename__ = "rejudgings"
    __table_args__ = (
        CheckConstraint(one_of("state", RejudgingState), name="rejudgings_state"),
        CheckConstraint("apply IN ('at_once', 'by_hand')", name="rejudgings_apply"),
        CheckConstraint("judge_by IN ('current', 'same')", name="rejudgings_judge_by"),
        Index("rejudgings_open", "id", postgresql_where="state IN ('running', 'applying')"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)  # sorts by time of creation
    user_id: Mapped[str] = mapped_column(Text)  # who asked for it
    reason: Mapped[str] = mapped_column(Text)
    wanted: Mapped[dict[str, Any]] = mapped_column(JSONB)  # the filter as it was given
    apply: Mapped[str] = mapped_column(Text)
    judge_by: Mapped[str] = mapped_column(Text)  # the problem's current version, or the same as before
    state: Mapped[str] = mapped_column(Text, server_default=RejudgingState.RUNNING)
    created_at: Mapped[datetime] = mapped_column(INSTANT, server_default=NOW)
    finished_at: Mapped[datetime | None] = mapped_column(INSTANT)  # when nothing was left to judge


class RejudgedRow(Base):
    """One submission of a rejudging: how it was judged before, and how after.

    before, after: a verdict or, where there was none, the state that the submission ended in.
    """

    __tablename__ = "rejudged"
    __table_args__ = (
        CheckConstraint(one_of("state", RejudgedState), name="rejudged_state"),
        Index("rejudged_state", "rejudging_id", "state", "submission_id"),
        Index("rejudged_submission", "submission_id"),
        Index("rejudged_package", "package_id"),
    )

    rejudging_id: Mapped[str] = mapped_column(
        ForeignKey("rejudgings.id", ondelete="CASCADE"), primary_key=True
    )
    submission_id: Mapped[str] = mapped_column(
        ForeignKey("submissions.id", ondelete="CASCADE"), primary_key=True
    )
    state: Mapped[str] = mapped_column(Text, server_default=RejudgedState.WAITING)
    before: Mapped[str | None] = mapped_column(Text)
    score_before: Mapped[float | None] = mapped_column(Float)
    attempt_before: Mapped[int | None] = mapped_column(Integer)  # whose tests were shown
    after: Mapped[str | None] = mapped_column(Text)
    score_after: Mapped[float | None] = mapped_column(Float)
    package_id: Mapped[int | None] = mapped_column(ForeignKey("packages.id"))  # that it was judged by
    judgement: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))  # until it is applied
