"""Runs of a program on its owner's own input, what was typed to them, and the log of what happened."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from judge.db import Base
from judge.models.columns import INSTANT, NOW, one_of
from judge.models.journaled import Journaled, journaled, troubled
from judge.models.lined import Lined, lined
from judge.verdict import ENDED, HELD, State, Verdict


class RunRow(Journaled, Lined, Base):
    """One run and how it stands. Only judge.runs changes it."""

    __tablename__ = "runs"
    __table_args__ = (
        CheckConstraint(one_of("state", State), name="runs_state"),
        CheckConstraint(one_of("verdict", Verdict), name="runs_verdict"),
        CheckConstraint("(state = 'done') = (verdict IS NOT NULL)", name="runs_verdict_when_done"),
        *journaled("runs", held=HELD, ended=ENDED),
        *lined("runs"),
        troubled("runs"),
        Index("runs_leased", "lease_until", postgresql_where=one_of("state", HELD)),
        Index("runs_unpublished", "changed_at", postgresql_where="published_seq < last_seq"),
        Index("runs_unfinished", "user_id", postgresql_where="finished_at IS NULL"),
        Index("runs_user", "user_id", "id"),
        Index("runs_user_changed", "user_id", "changed_at"),
        Index("runs_expires", "expires_at"),
        Index("runs_asked_as", "id", postgresql_where="asked_as IS NOT NULL"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)  # sorts by time of creation
    user_id: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(ForeignKey("languages.id"))
    files: Mapped[list[dict[str, str]]] = mapped_column(JSONB, deferred=True)
    entry_point: Mapped[str | None] = mapped_column(Text, deferred=True)  # a file's name or a class
    stdin: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    stdin_open: Mapped[bool] = mapped_column(Boolean)  # whether run_inputs come after it
    args: Mapped[list[str]] = mapped_column(ARRAY(Text), deferred=True)
    limits: Mapped[dict[str, Any]] = mapped_column(JSONB)  # judge.execution.RunLimits
    expected_output: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    comparison: Mapped[list[str]] = mapped_column(ARRAY(Text), deferred=True)  # arguments that ask for it
    compile_options: Mapped[list[str]] = mapped_column(ARRAY(Text), deferred=True)
    repeat: Mapped[int] = mapped_column(Integer)
    merge_stderr: Mapped[bool] = mapped_column(Boolean, server_default="false")
    archive: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)  # a zip
    # How it was asked for in the words of another API, which shows it in the same words.
    asked_as: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), deferred=True)
    calls_back: Mapped[bool] = mapped_column(
        Boolean, server_default="false"
    )  # a run_callbacks row is waiting
    longest_s: Mapped[float] = mapped_column(Float)  # no attempt takes longer

    input_seq: Mapped[int] = mapped_column(Integer, server_default="0")  # how often something was typed
    input_bytes: Mapped[int] = mapped_column(Integer, server_default="0")
    input_ended: Mapped[bool] = mapped_column(Boolean, server_default="false")

    state: Mapped[str] = mapped_column(Text, server_default=State.QUEUED)
    verdict: Mapped[str | None] = mapped_column(Text)
    # Bytes, as programs and compilers print them; of the last repetition.
    stdout: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    stderr: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    compile_output: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    exit_code: Mapped[int | None] = mapped_column(Integer)
    signal: Mapped[int | None] = mapped_column(Integer)
    cpu_time_s: Mapped[float | None] = mapped_column(Float)
    wall_time_s: Mapped[float | None] = mapped_column(Float)
    memory_bytes: Mapped[int | None] = mapped_column(BigInteger)
    message: Mapped[str | None] = mapped_column(Text)
    repetitions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")

    expires_at: Mapped[datetime] = mapped_column(INSTANT)  # when it may be removed


class RunInputRow(Base):
    """Something that was typed to a run, so that a later attempt reads it too."""

    __tablename__ = "run_inputs"

    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)  # 1, 2, … within the run
    content: Mapped[bytes] = mapped_column(LargeBinary)
    eof: Mapped[bool] = mapped_column(Boolean)  # nothing comes after it
    at: Mapped[datetime] = mapped_column(INSTANT, server_default=NOW)


class RunCallbackRow(Base):
    """Where the end of a run is still to be told; changed by judge.runs.callbacks."""

    __tablename__ = "run_callbacks"
    __table_args__ = (
        Index("run_callbacks_due", "due_at", postgresql_where="due_at IS NOT NULL"),
        Index("run_callbacks_held", "lease_until", postgresql_where="lease_until IS NOT NULL"),
    )

    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text)
    host: Mapped[str] = mapped_column(Text)  # of the URL: so many are sent to one at once
    due_at: Mapped[datetime | None] = mapped_column(INSTANT)  # null until the run has ended
    sent_at: Mapped[datetime | None] = mapped_column(INSTANT)  # when the queue last took it
    lease_until: Mapped[datetime | None] = mapped_column(INSTANT)  # while a courier is at it
    tries: Mapped[int] = mapped_column(Integer, server_default="0")  # fences writes


class RunEventRow(Base):
    """Something that happened to a run, written in the transaction that did it."""

    __tablename__ = "run_events"
    __table_args__ = (Index("run_events_at", "at"),)

    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    type: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(INSTANT)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
