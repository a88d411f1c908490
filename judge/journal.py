"""Rows with a log: how a row moves, numbers what happens to it, and notes what was sent and published.

Submissions, verifications and runs are such rows. Each has ``last_seq``, the number of its latest event,
and ``published_seq``, up to which Redis is known to have taken them; a worker holds one by a lease and an
attempt number, which its every write must name. ``Journal`` is what all three have in common.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import timedelta
from functools import cache, cached_property
from typing import Any, ClassVar, Generic, TypeVar

from sqlalchemy import (
    ColumnElement,
    Integer,
    Interval,
    Label,
    Text,
    Update,
    and_,
    bindparam,
    case,
    cast,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.sql.dml import ReturningUpdate

from judge import metrics
from judge.config import settings
from judge.db import affected, after_commit, at_once, is_hint, transaction
from judge.errors import AttemptLost
from judge.models import RunRow, SubmissionRow, VerificationRow
from judge.prepared import prepared
from judge.records import storable
from judge.verdict import State

Row = TypeVar("Row", SubmissionRow, VerificationRow, RunRow)
Told = TypeVar("Told")

Published = tuple[int, int]
"""The part of a log that Redis has taken: the events after the first number, up to the second."""

Entry = tuple[str, dict[str, Any]]
"""What is to be logged: the last word of an event's type, and its data."""

now = func.clock_timestamp

_DRAIN = "drain"
"""Why an attempt is given back that counts as no lost one."""

_FELL_SILENT = "fell silent"
_MOST_SAID = 1000


_LEASE = now() + bindparam(None, callable_=lambda: timedelta(seconds=settings().lease_s), type_=Interval)
"""Until when whoever claims or renews a row at this moment holds it."""


def move(
    session: Session,
    table: type[Row],
    *where: ColumnElement[bool],
    entries: int | ColumnElement[int],
    **values: Any,
) -> Sequence[Row]:
    """Change the rows that satisfy ``where`` and reserve the next ``entries`` numbers of their logs."""
    return session.scalars(moving(table, *where, entries=entries, **values)).all()


def moving(
    table: type[Row], *where: ColumnElement[bool], entries: int | ColumnElement[int], **values: Any
) -> ReturningUpdate[Row]:
    """The statement of ``move``, for those to whom it is worth to be made once."""
    changed = changing(table, *where, entries=entries, **values)
    return changed.returning(table).execution_options(synchronize_session=False, populate_existing=True)


def changing(
    table: type[Row], *where: ColumnElement[bool], entries: int | ColumnElement[int], **values: Any
) -> Update:
    """The same, for a larger statement."""
    return update(table).where(*where).values(last_seq=table.last_seq + entries, changed_at=now(), **values)


def published(
    table: type[Row], after: int | ColumnElement[int], seq: int | ColumnElement[int]
) -> ColumnElement[int]:
    """The note of what was published, which never runs past an event that was not."""
    noted = table.published_seq
    return case((noted >= after, func.greatest(noted, seq)), else_=noted)


def mark_sent(table: type[Row], id_: str, *, published_after: int, published_seq: int, sent: bool) -> None:
    """Remember what broker and Redis have taken, so that the sweeper need not send it again.

    Redis has taken the events after ``published_after``, up to ``published_seq``.
    """
    with at_once() as connection:
        known = {"id_": id_, "after": published_after, "seq": published_seq}
        connection.execute(_marked(table, sent=sent), known)


@cache
def _marked(table: type[Row], *, sent: bool) -> Update:
    """Made once, for it is carried out twice a submission."""
    after, seq = bindparam("after", type_=Integer), bindparam("seq", type_=Integer)
    return prepared(
        update(table)
        # Were it lost, something would be sent twice, which is harmless.
        .where(table.id == bindparam("id_"), is_hint())
        .values(published_seq=published(table, after, seq), **({"sent_at": now()} if sent else {}))
    )


def _lost_to(table: type[Row], failure: str) -> ColumnElement[str]:
    """What became of an attempt, and on which worker."""
    return func.concat(table.worker, ": ", storable(failure)[:_MOST_SAID], type_=Text)


def never_sent(table: type[Row]) -> ColumnElement[bool]:
    """Queued, and taken by no broker; whoever has just committed is about to send, and is given a second."""
    just_now = now() - timedelta(seconds=1)
    return and_(table.state == State.QUEUED, table.sent_at.is_(None), table.changed_at < just_now)


def overdue(table: type[SubmissionRow | VerificationRow | RunRow]) -> ColumnElement[bool]:
    """Queued, taken by the broker a good while ago, and claimed by nobody."""
    long_ago = now() - timedelta(seconds=settings().lease_s * 2 / 3)
    return and_(table.state == State.QUEUED, table.sent_at < long_ago)


def unpublished(table: type[Row]) -> ColumnElement[bool]:
    """Changed a while ago, with events of which nobody has noted that Redis took them."""
    return and_(table.published_seq < table.last_seq, table.changed_at < now() - timedelta(seconds=2))


class Journal(ABC, Generic[Row, Told]):
    """How the rows of one table are held by workers and given back; ``Told`` is the table's kind of event.

    Every change is one transaction, and returns the events to publish once it has committed.
    """

    table: type[Row]
    held: ClassVar[Sequence[str]]
    """States in which a worker holds a lease."""

    cleared: ClassVar[dict[str, Any]] = {}
    """What an attempt that was given back leaves in its row."""

    ended: ClassVar[dict[str, Any]] = {
        "state": State.DONE,
        "lease_until": None,
        "worker": None,
        "finished_at": now(),
    }
    """What an attempt that is done leaves in its row."""

    computed: ClassVar[Sequence[Label[Any]]] = ()
    """What belongs to a row and is no column of its table, and would be asked for afterwards."""

    claimed: ClassVar[dict[str, Any]] = {}
    """What a claim changes in the rows of this table alone."""

    def told(self, entries: ColumnElement[int] | int) -> ColumnElement[int] | int:
        """How many entries of these a row's log gets."""
        return entries

    def queued_again(self, *, put_off: bool) -> dict[str, Any]:
        """The columns by which a row that was given back is sent again; put_off: not at once."""
        return {"sent_at": None}

    @abstractmethod
    def append(self, session: Session, row: Row, entries: Sequence[Entry]) -> list[Told]:
        """Write log entries under the numbers that were reserved."""

    @abstractmethod
    def failed(self, session: Session, row: Row) -> list[Told]:
        """Log that a row has failed, for it has lost too many attempts."""

    def queued(self, session: Session, row: Row) -> list[Told]:
        """Log that a row is queued again."""
        return self.append(session, row, [(State.QUEUED, {"attempt": row.attempt})])

    def move(
        self, session: Session, *where: ColumnElement[bool], entries: int, **values: Any
    ) -> Sequence[Row]:
        """Change the rows that satisfy ``where`` and reserve the next ``entries`` numbers of their logs."""
        return move(session, self.table, *where, entries=self.told(entries), **values)

    def mark_sent(self, id_: str, *, published_after: int = 0, published_seq: int, sent: bool) -> None:
        """Remember what broker and Redis have taken, so that the sweeper need not send it again.

        Redis has taken the events after ``published_after``, up to ``published_seq``.
        """
        mark_sent(self.table, id_, published_after=published_after, published_seq=published_seq, sent=sent)

    def claim(self, session: Session, id_: str, worker: str, *, state: str) -> Row | None:
        """Take a row that is queued, or whose lease has run out, for a new attempt in this state.

        None where somebody else holds it or it has ended, as with any message that comes twice.
        """
        return session.scalars(self._claim, self.claimant(id_, worker, state=state)).one_or_none()

    @cached_property
    def _claim(self) -> ReturningUpdate[Row]:
        claimed = self.claiming().returning(self.table)
        return claimed.execution_options(synchronize_session=False, populate_existing=True)

    def claimant(self, id_: str, worker: str, *, state: str) -> dict[str, Any]:
        """What the statement of ``claiming`` is to be told."""
        return {"id_": id_, "by": worker, "to": state, "most": settings().max_attempts}

    def claiming(self) -> Update:
        """The statement of ``claim``, for a larger one."""
        table = self.table
        is_held = table.state.in_(self.held)
        lost = table.lost_attempts + cast(is_held, Integer)
        return changing(
            table,
            table.id == bindparam("id_"),
            or_(table.state == State.QUEUED, and_(is_held, table.lease_until < now())),
            lost < bindparam("most", type_=Integer),
            entries=self.told(1),
            state=bindparam("to", type_=Text),
            attempt=table.attempt + 1,
            lost_attempts=lost,
            lost_to=case((is_held, _lost_to(table, _FELL_SILENT)), else_=table.lost_to),
            worker=bindparam("by", type_=Text),
            lease_until=_LEASE,
            started_at=func.coalesce(table.started_at, now()),
            **self.cleared,
            **self.claimed,
        )

    def renew(self, id_: str, attempt: int) -> None:
        """Keep the lease for another while. Raises AttemptLost."""
        with transaction() as session:
            held = update(self.table).where(*self._holds(id_, attempt)).values(lease_until=_LEASE)
            if not affected(session, held):
                raise AttemptLost(id_)

    def move_held(
        self,
        session: Session,
        id_: str,
        attempt: int,
        published_: Published,
        *,
        entries: int,
        is_end: bool = False,
        **values: Any,
    ) -> Row:
        """Change a row that an attempt holds; is_end: and it is done. Raises AttemptLost.

        values: as Python has them, no expressions.
        """
        after, seq = published_
        known = {"id_": id_, "held_by": attempt, "after": after, "seq": seq, "entries": entries}
        known |= {f"to_{name}": value for name, value in values.items()}
        found = session.execute(self._move_held(tuple(values), is_end=is_end), known).one_or_none()
        if found is None:
            raise AttemptLost(id_)
        row: Row = found[0]
        for column, value in zip(self.computed, found[1:], strict=True):
            set_committed_value(row, column.name, value)
        return row

    @cache  # noqa: B019  # there is one journal a table, as long as the process lives
    def _move_held(self, names: tuple[str, ...], *, is_end: bool) -> ReturningUpdate[Any]:
        table = self.table
        noted = published(table, bindparam("after", type_=Integer), bindparam("seq", type_=Integer))
        values = {name: bindparam(f"to_{name}", type_=getattr(table, name).type) for name in names}
        statement = moving(
            table,
            *self._holds(bindparam("id_", type_=Text), bindparam("held_by", type_=Integer)),
            entries=self.told(bindparam("entries", type_=Integer)),
            published_seq=noted,
            **values,
            **(self.ended if is_end else {}),
        )
        return prepared(statement.returning(*self.computed))

    def give_back(self, id_: str, attempt: int, *, lost: bool, failure: str = "") -> list[Told]:
        """End an attempt without a result: back to the queue or, after too many lost ones, failed.

        ``lost``: the attempt died by a failure of ours, which ``failure`` tells of. A drain gives back an
        attempt that is not lost. Raises AttemptLost.
        """
        holds = self._holds(id_, attempt)
        with transaction() as session:
            if session.scalar(select(self.table.id).where(*holds).with_for_update()) is None:
                raise AttemptLost(id_)
            reason = "failure" if lost else _DRAIN
            return self._give_back(session, *holds, reason=reason, failure=failure)

    def lapse(self, *, limit: int = 100) -> list[Told]:
        """Give back every attempt whose lease has run out: its worker is dead, stopped or cut off."""
        table = self.table
        with transaction() as session:
            ids = session.scalars(
                select(table.id)
                .where(table.state.in_(self.held), table.lease_until < now())
                .limit(limit)
                .with_for_update(skip_locked=True)
            ).all()
            if not ids:
                return []
            return self._give_back(session, table.id.in_(ids), reason="lease", failure=_FELL_SILENT)

    def _holds(self, id_: Any, attempt: Any) -> tuple[ColumnElement[bool], ...]:
        return self.table.id == id_, self.table.attempt == attempt, self.table.state.in_(self.held)

    def _give_back(
        self, session: Session, *where: ColumnElement[bool], reason: str, failure: str
    ) -> list[Told]:
        table = self.table
        free: dict[str, Any] = {"lease_until": None, "worker": None}
        again: dict[str, Any] = {**self.queued_again(put_off=reason == "failure"), **self.cleared, **free}
        events: list[Told] = []
        moved = 0
        if reason != _DRAIN:
            lost_attempts = table.lost_attempts + 1
            lost = {"lost_attempts": lost_attempts, "lost_to": _lost_to(table, failure)}
            spent = lost_attempts >= settings().max_attempts
            ended = {"state": State.FAILED, "finished_at": now(), **lost, **free}
            for row in self.move(session, *where, spent, entries=1, **ended):
                events += self.failed(session, row)
                moved += 1
            where = (*where, ~spent, table.state.in_(self.held))
            again |= lost
        for row in self.move(session, *where, entries=1, state=State.QUEUED, **again):
            events += self.queued(session, row)
            moved += 1
        after_commit(session, lambda: metrics.give_backs.inc(reason, by=moved))
        return events
