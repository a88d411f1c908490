"""The columns of a row with a log that workers hold by a lease: what judge.journal reads and writes."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from judge.models.columns import INSTANT, NOW, one_of


class Journaled:
    """To be a table's base beside ``Base``; its ``state`` is a column of its own."""

    attempt: Mapped[int] = mapped_column(Integer, server_default="0")  # fences writes; never resets
    lost_attempts: Mapped[int] = mapped_column(Integer, server_default="0")  # since it was last asked for
    lost_to: Mapped[str | None] = mapped_column(Text, deferred=True)  # what became of the latest of them
    worker: Mapped[str | None] = mapped_column(Text)
    lease_until: Mapped[datetime | None] = mapped_column(INSTANT)
    sent_at: Mapped[datetime | None] = mapped_column(INSTANT)  # when the queue last took it

    last_seq: Mapped[int] = mapped_column(Integer, server_default="0")
    published_seq: Mapped[int] = mapped_column(Integer, server_default="0")

    created_at: Mapped[datetime] = mapped_column(INSTANT, server_default=NOW)
    changed_at: Mapped[datetime] = mapped_column(INSTANT, server_default=NOW)
    started_at: Mapped[datetime | None] = mapped_column(INSTANT)
    finished_at: Mapped[datetime | None] = mapped_column(INSTANT)


def journaled(table: str, *, held: tuple[str, ...], ended: tuple[str, ...]) -> tuple[CheckConstraint, ...]:
    """What the database itself refuses of those columns, in these states of a table."""
    is_held, is_ended = one_of("state", held), one_of("state", ended)
    return (
        CheckConstraint(f"({is_held}) = (lease_until IS NOT NULL)", name=f"{table}_lease_when_held"),
        CheckConstraint(f"({is_held}) = (worker IS NOT NULL)", name=f"{table}_worker_when_held"),
        CheckConstraint(f"({is_ended}) = (finished_at IS NOT NULL)", name=f"{table}_finished_when_ended"),
        CheckConstraint("attempt >= lost_attempts AND lost_attempts >= 0", name=f"{table}_attempts"),
        CheckConstraint("0 <= published_seq AND published_seq <= last_seq", name=f"{table}_published"),
    )


IN_TROUBLE = "state = 'failed' OR finished_at IS NULL AND lost_attempts > 0"
"""Has failed, or is on its way to: what judge.troubles tells of."""


def troubled(table: str) -> Index:
    """An index of what somebody should look at, which in order is empty."""
    return Index(f"{table}_troubled", "changed_at", postgresql_where=IN_TROUBLE)
