"""Logs as the rows have them: what happened to one thing, to all that is a user's, or unheard by anybody."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Generic

from sqlalchemy import ColumnElement, Select, select, tuple_

from judge import journal
from judge.db import transaction
from judge.journal import Row, Told, now
from judge.models import EventRow, RunEventRow, VerificationEventRow

Position = tuple[datetime, str, int]
"""An event's place among a user's: its instant, the id of what it tells of, and its ``seq``."""


class Log(Generic[Row, Told]):
    """The logs of one table's rows; ``Told`` is its kind of event.

    table: with the columns of judge.journal. entries: what happened to its rows, each named by the column
    ``subject``. query: of both tables; ``told`` makes an event of one of its rows.
    """

    def __init__(
        self,
        table: type[Row],
        entries: type[EventRow] | type[VerificationEventRow] | type[RunEventRow],
        subject: Any,
        query: Select[*tuple[Any, ...]],
        told: Callable[..., Told],
    ) -> None:
        self._table: type[Row] = table
        self._entries, self._subject = entries, subject
        self._query, self._told = query, told

    def after(self, id_: str, seq: int, *, before: int | None = None, limit: int | None = None) -> list[Told]:
        """The log of one row after ``seq`` (and before another number), in order; the first ``limit``."""
        where = [self._subject == id_, self._entries.seq > seq]
        if before is not None:
            where.append(self._entries.seq < before)
        return self._read(*where, limit=limit)

    def of_user(self, user_id: str, *, within: timedelta) -> list[Told]:
        """What happened to all that is a user's in the last while, each log in order."""
        since = now() - within
        return self._read(
            self._table.user_id == user_id, self._table.changed_at > since, self._entries.at > since
        )

    def of_user_after(self, user_id: str, place: Position, *, limit: int) -> list[Told]:
        """The first ``limit`` events of a user after a place."""
        order = self._entries.at, self._subject, self._entries.seq
        # Nothing happens to a row after it was last changed; for that there is an index.
        changed = self._table.changed_at >= place[0]
        return self._read(
            self._table.user_id == user_id, changed, tuple_(*order) > place, order=order, limit=limit
        )

    def unpublished(self, *, limit: int = 200) -> list[Told]:
        """Events committed a while ago, of so many rows, of which nobody has noted that Redis took them."""
        table = self._table
        pending = select(table.id).where(journal.unpublished(table)).order_by(table.changed_at).limit(limit)
        return self._read(table.id.in_(pending), self._entries.seq > table.published_seq)

    def _read(
        self, *where: ColumnElement[bool], order: Sequence[Any] = (), limit: int | None = None
    ) -> list[Told]:
        order = order or (self._subject, self._entries.seq)
        with transaction() as session:
            rows = session.execute(self._query.where(*where).order_by(*order).limit(limit))
            return [self._told(*row) for row in rows]
