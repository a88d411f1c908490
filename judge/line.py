"""The line of each language: what waits in Postgres is handed to the broker bit by bit, in order of turns.

Whoever makes room, by a claim, or adds something, calls ``hand_out`` after that has been committed. Of two
who do so at the same time, the later one sees what the other has written, so nothing is left while there is
room for it; and what dies in between is found by the sweeper.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import CTE, func, literal, null, select, union, union_all, update
from sqlalchemy.orm import Session

from judge import metrics, queue, turns
from judge.db import at_once, take_turns, transaction, write_hint
from judge.errors import QueueUnavailable
from judge.journal import now, overdue
from judge.models import LanguageRow, PackageRow, RunRow, SubmissionRow
from judge.prepared import prepared
from judge.turns import LANGUAGE, Lined
from judge.verdict import HELD, State

log = logging.getLogger(__name__)

_SEND: dict[Lined, Callable[[str, str, float], None]] = {
    SubmissionRow: queue.send,
    RunRow: queue.send_run,
}
_AT_ONCE = timedelta(seconds=1)
"""What two processes send within this may be in either order on the queue."""


@dataclass(frozen=True)
class _Called:
    """A row whose turn it is: the broker is to have it.

    longest_s: no judging of it takes longer.
    """

    table: Lined
    id_: str
    language: str
    longest_s: float

    def send(self) -> None:
        """Put it on its queue. Raises QueueUnavailable."""
        _SEND[self.table](self.id_, self.language, self.longest_s)


class Joined(Protocol):
    """A submission or a run that has just joined its line; ``sent_at`` is None where it is to wait."""

    @property
    def id(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def sent_at(self) -> datetime | None: ...


def send_submission(joined: Joined, judging_s: float) -> None:
    """Send a submission that has just been committed, or whatever comes before it. Raises QueueUnavailable.

    judging_s: no judging of it takes longer.
    """
    _send_joined(SubmissionRow, joined, judging_s)


def send_run(joined: Joined, longest_s: float) -> None:
    """Send a run in the same way. Raises QueueUnavailable."""
    _send_joined(RunRow, joined, longest_s)


def _send_joined(table: Lined, joined: Joined, longest_s: float) -> None:
    if joined.sent_at:
        _send([_Called(table, joined.id, joined.language, longest_s)])
    else:
        hand_out(joined.language)  # room may have been made before its transaction could be seen


def hand_out(language: str) -> None:
    """Send those whose turn it is, as many as the head has room for. Raises QueueUnavailable."""
    with at_once() as connection:
        if not connection.scalar(_IS_WANTED, {"of_language": language}):
            return
    with transaction() as session:
        write_hint(session)  # were it lost, something would be sent twice, which is harmless
        take_turns(session, f"line of {language}")
        called = _called(session, language)
    _send(called)


def hand_out_all() -> None:
    """The same for every language. Raises QueueUnavailable."""
    with transaction() as session:
        languages = session.scalars(select(LanguageRow.id).where(_wanted(LanguageRow.id))).all()
    for language in languages:
        hand_out(language)


def send_again() -> None:
    """Send what the broker has forgotten. Raises QueueUnavailable.

    Nothing is, that is merely slow to come: as many messages wait as rows, and in the order in which they
    were sent.
    """
    for language in _late_languages():
        # The messages are counted first, since whoever claims meanwhile takes one of each.
        depth = queue.depth(language)
        with transaction() as session:
            write_hint(session)
            lost = _lost(session, language, depth)
        _send(lost)
        for one in lost:
            metrics.resent.inc()
            log.info("%s: sent again", one.id_)


def _send(called: Sequence[_Called]) -> None:
    for index, one in enumerate(called):
        try:
            one.send()
        except QueueUnavailable:
            _call_back(called[index:])
            raise


def _call_back(called: Sequence[_Called]) -> None:
    """The broker did not take these: they wait as before."""
    with transaction() as session:
        write_hint(session)
        for table in _SEND:
            ids = [one.id_ for one in called if one.table is table]
            waits = table.id.in_(ids), table.state == State.QUEUED
            session.execute(update(table).where(*waits).values(sent_at=None))


# Whose turn it is, in one statement; built once, for it is long

_TABLES: dict[str, Lined] = {"submission": SubmissionRow, "run": RunRow}


def _wanted(language: Any) -> Any:
    return turns.anybody_due(language) & (turns.room(language) > 0)


_IS_WANTED = prepared(select(_wanted(LANGUAGE)))


_ROOM = func.greatest(turns.room(LANGUAGE), 0)


def _due(table: Lined) -> CTE:
    """The first of a table, locked: whoever takes another one does not wait for these."""
    return (
        select(table.id, table.turn)
        .where(*turns.due(table, LANGUAGE))
        .order_by(table.turn, table.id)
        .limit(_ROOM)
        .with_for_update(skip_locked=True)
        .cte(f"due_{table.__tablename__}")
    )


def _first_due() -> CTE:
    """The first of both tables."""
    both = union_all(*(select(literal(kind).label("kind"), _due(table)) for kind, table in _TABLES.items()))
    rows = both.subquery()
    return select(rows).order_by(rows.c.turn, rows.c.id).limit(_ROOM).cte("first")


def _take() -> Any:
    first = _first_due()
    taken = {
        kind: update(table)
        .where(table.id.in_(select(first.c.id).where(first.c.kind == kind)))
        .values(sent_at=now(), put_off_until=null())
        .returning(table.id, _longest_s(table).label("longest_s"))
        .cte(f"taken_{kind}")
        for kind, table in _TABLES.items()
    }
    query = select(first.c.kind, first.c.id, func.coalesce(*(one.c.longest_s for one in taken.values())))
    for one in taken.values():
        query = query.outerjoin(one, one.c.id == first.c.id)
    return prepared(query.order_by(first.c.turn, first.c.id))


def _longest_s(table: Lined) -> Any:
    if table is RunRow:
        return RunRow.longest_s
    of_package = select(PackageRow.judging_s).where(PackageRow.id == SubmissionRow.package_id)
    return func.coalesce(SubmissionRow.judging_s, of_package.scalar_subquery())


_TAKE = _take()


def _called(session: Session, language: str) -> list[_Called]:
    rows = session.execute(_TAKE, {"of_language": language})
    return [_Called(_TABLES[kind], id_, language, longest_s) for kind, id_, longest_s in rows]


# What was sent, and nobody has claimed


def _late_languages() -> list[str]:
    late = (select(table.language).where(overdue(table)) for table in _SEND)
    with transaction() as session:
        return sorted(session.scalars(union(*late)))


def _lost(session: Session, language: str, depth: int) -> list[_Called]:
    """Of what was sent a good while ago, and is now noted as sent anew, what is not on its way any more."""
    late = [
        (_Called(table, id_, language, longest_s), sent_at)
        for table in _SEND
        for id_, longest_s, sent_at in session.execute(
            select(table.id, _longest_s(table), table.sent_at)
            .where(table.language == language, overdue(table))
            .with_for_update(of=table, skip_locked=True)
        )
    ]
    if depth >= len(late):
        # Some of the messages may be others', while the head goes on: what comes out after them is overtaken.
        overtaken = session.scalar(_LAST_CLAIMED, {"of_language": language})
        late = [(one, sent_at) for one, sent_at in late if overtaken and sent_at < overtaken - _AT_ONCE]
    lost = [one for one, _ in late]
    for table in _SEND:
        ids = [one.id_ for one in lost if one.table is table]
        session.execute(update(table).where(table.id.in_(ids)).values(sent_at=now()))
    return lost


def _last_claimed() -> Any:
    """When that was sent which was sent last, of all that workers hold."""
    held = (
        select(func.max(table.sent_at))
        .where(table.state.in_(HELD), table.language == LANGUAGE)
        .scalar_subquery()
        for table in _SEND
    )
    return select(func.greatest(*held))


_LAST_CLAIMED = _last_claimed()
