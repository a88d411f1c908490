"""The columns of a row that waits in its language's line: what judge.turns orders by."""

from datetime import datetime

from sqlalchemy import Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from judge.models.columns import INSTANT


class Lined:
    """To be a table's base beside ``Journaled``; its ``language`` is a column of its own."""

    turn_of: Mapped[str | None] = mapped_column(Text)  # whose turn it takes: a user's or a rejudging's
    turn: Mapped[int] = mapped_column(Integer, server_default="0")  # the round in which it is judged
    put_off_until: Mapped[datetime | None] = mapped_column(INSTANT)  # not to be sent before


def lined(table: str) -> tuple[Index, ...]:
    """Indexes of what waits: what was sent of it, in what order the others come, and whose they are.

    Each question can be answered from one of them alone, however little the planner knows of a sudden flood.
    """
    return tuple(
        Index(f"{table}_{name}", "language", *columns, postgresql_where=f"state = 'queued' AND {which}")
        for name, columns, which in (
            ("queued", ["sent_at"], "sent_at IS NOT NULL"),
            ("queued_turn", ["turn", "id"], "sent_at IS NULL"),
            ("queued_turn_of", ["turn_of", "turn"], "turn_of IS NOT NULL"),
        )
    )
