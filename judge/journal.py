"""Rows with a log: how a row moves, numbers what happens to it, and notes what was sent and published.

Submissions and verifications are such rows. Each has ``last_seq``, the number of its latest event, and
``published_seq``, up to which Redis is known to have taken them.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, case, func, text, update
from sqlalchemy.orm import Session

from judge.config import settings
from judge.db import transaction
from judge.models import SubmissionRow, VerificationRow

Row = TypeVar("Row", SubmissionRow, VerificationRow)

Published = tuple[int, int]
"""The part of a log that Redis has taken: the events after the first number, up to the second."""

now = func.clock_timestamp


def lease() -> Any:
    """Until when whoever claims or renews a row at this moment holds it."""
    return now() + timedelta(seconds=settings().lease_s)


def move(
    session: Session,
    table: type[Row],
    *where: ColumnElement[bool],
    entries: int | ColumnElement[int],
    **values: Any,
) -> Sequence[Row]:
    """Change the rows that satisfy ``where`` and reserve the next ``entries`` numbers of their logs."""
    statement = (
        update(table)
        .where(*where)
        .values(last_seq=table.last_seq + entries, changed_at=now(), **values)
        .returning(table)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return session.scalars(statement).all()


def published(table: type[Row], after: int, seq: int) -> ColumnElement[int]:
    """The note of what was published, which never runs past an event that was not."""
    noted = table.published_seq
    return case((noted >= after, func.greatest(noted, seq)), else_=noted)


def mark_sent(table: type[Row], id_: str, *, published_after: int, published_seq: int, sent: bool) -> None:
    """Remember what broker and Redis have taken, so that the sweeper need not send it again.

    Redis has taken the events after ``published_after``, up to ``published_seq``.
    """
    with transaction() as session:
        # A hint: were it lost in a crash, something would be sent twice, which is harmless.
        # So it need not wait for the disk.
        session.execute(text("SET LOCAL synchronous_commit = off"))
        session.execute(
            update(table)
            .where(table.id == id_)
            .values(
                published_seq=published(table, published_after, published_seq),
                **({"sent_at": now()} if sent else {}),
            )
        )
