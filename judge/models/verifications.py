"""Verifications of versions of problems, and the log of what happened to them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from judge.db import Base
from judge.models.columns import INSTANT, one_of
from judge.models.journaled import Journaled, journaled, troubled
from judge.verdict import VerificationState


class VerificationRow(Journaled, Base):
    """A version whose own submissions and validators a worker tries. Only judge.verifications changes it."""

    __tablename__ = "verifications"
    __table_args__ = (
        CheckConstraint(one_of("state", VerificationState), name="verifications_state"),
        CheckConstraint(
            "(state = 'done') = (ok IS NOT NULL) AND (state = 'done') = (report IS NOT NULL)",
            name="verifications_report_when_done",
        ),
        *journaled("verifications", held=("running",), ended=("done", "failed")),
        troubled("verifications"),
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


class VerificationEventRow(Base):
    """Something that happened to a verification, written in the transaction that did it."""

    __tablename__ = "verification_events"
    __table_args__ = (Index("verification_events_at", "at"),)

    verification_id: Mapped[str] = mapped_column(
        ForeignKey("verifications.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    type: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(INSTANT)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
