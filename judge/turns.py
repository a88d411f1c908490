"""The order in which submissions and runs are judged: in each round, one of each who waits.

Each language has a line of its own, in Postgres. A row in it has a turn, the number of a round, and the
lowest comes first; within a round, whoever came first. Who has nothing waiting joins the round after the one
that is being served, and what one has beside that the rounds thereafter. So a flood of one user, or a mass
rejudging, costs everybody else a place or two, however long it is; and since nobody joins a round that has
begun, each one ends, and nobody is overtaken for ever.

The broker has only the head of each line, as many messages as workers have slots; ``judge.line`` sends what
comes next. This module says all that in SQL.
"""

from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    ScalarSelect,
    Text,
    and_,
    any_,
    bindparam,
    case,
    exists,
    func,
    null,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from judge.models import RunRow, SubmissionRow, WorkerRow
from judge.models.columns import NOW
from judge.prepared import prepared
from judge.verdict import State

Lined = type[SubmissionRow] | type[RunRow]
"""The tables whose rows stand in lines. A user's runs do not wait for that user's submissions."""

REJUDGED = ":rejudged"
"""Whose turn a submission takes that is judged anew, of no rejudging; no user has a name like this."""

PRESENT_S = 15.0
"""For how long a worker is there after it was last heard of, in seconds; it says so every few."""

_LEAST_HEAD = 2  # so that a worker that comes finds something, and need not ask for it
_PUT_OFF_S = 3.0


LANGUAGE: BindParameter[str] = bindparam("of_language", type_=Text)
"""The language that a prepared statement asks for; to make such expressions anew would cost milliseconds."""

TURN_OF: BindParameter[str] = bindparam("whose", type_=Text)
"""Whose turn it is about, in the same way."""


def of_rejudging(rejudging_id: str) -> str:
    """Whose turn a rejudging's submissions take: all together, as a user's."""
    return f":{rejudging_id}"


def join(session: Session, table: Lined, language: str, turn_of: str, *, at_once: bool) -> dict[str, Any]:
    """The columns by which a row joins its language's line.

    at_once: where nobody waits and the head has room it counts as sent, and its writer is to send it.
    """
    turn, first_at = session.execute(_join(table), {"of_language": language, "whose": turn_of}).one()
    return {
        "turn_of": turn_of,
        "turn": turn,
        "sent_at": first_at if at_once else None,
        "put_off_until": None,
    }


@cache
def _join(table: Lined) -> Any:
    columns = joining(table)
    return prepared(select(columns["turn"], columns["sent_at"]))


def joining(table: Lined) -> dict[str, ColumnElement[Any]]:
    """The columns of ``join`` at once, for a statement made once that is told LANGUAGE and TURN_OF."""
    row = aliased(table)
    own = select(func.max(row.turn)).where(_waits(row, LANGUAGE), row.turn_of == TURN_OF).scalar_subquery()
    is_first = and_(room(LANGUAGE) > 0, ~anybody_due(LANGUAGE))
    return {
        "turn_of": TURN_OF,
        "turn": func.greatest(0, _served(LANGUAGE) + 1, own + 1),
        "sent_at": case((is_first, NOW), else_=null()),
    }


@cache
def joined_again(table: Lined, *, put_off: bool) -> dict[str, Any]:
    """The columns of a row whose attempt has ended without a result: it is judged in the present round.

    Its own round may be long over, and whoever joins meanwhile would have to join the one after that.
    put_off: not at once, for what has just failed here would fail again.
    """
    return {
        "turn": func.greatest(table.turn, _served(table.language)),
        "sent_at": null(),
        "put_off_until": put_off_until() if put_off else null(),
    }


def put_off_until() -> ColumnElement[Any]:
    """When something is to be tried again that cannot be done now."""
    return NOW + timedelta(seconds=_PUT_OFF_S)


def room(language: Any) -> ColumnElement[int]:
    """How many messages a language's head lacks, of as many as its present workers have slots."""
    slots = select(func.sum(WorkerRow.slots)).where(
        language == any_(WorkerRow.languages), WorkerRow.seen_at > NOW - timedelta(seconds=PRESENT_S)
    )
    most = func.greatest(slots.scalar_subquery(), _LEAST_HEAD)
    return most - _sent_count(SubmissionRow, language) - _sent_count(RunRow, language)


def anybody_due(language: Any) -> ColumnElement[bool]:
    """Whether something waits that could be sent."""
    return or_(*(exists().where(*due(aliased(table), language)) for table in _TABLES))


def due(row: Any, language: Any) -> tuple[ColumnElement[bool], ...]:
    """Waits, and could be sent."""
    is_put_off = row.put_off_until > NOW
    return _waits(row, language), row.sent_at.is_(None), is_put_off.is_not(True)


_TABLES: tuple[Lined, ...] = (SubmissionRow, RunRow)


def _waits(row: Any, language: Any) -> ColumnElement[bool]:
    return and_(row.state == State.QUEUED, row.language == language)


def _served(language: Any) -> ColumnElement[Any]:
    """The round that is being served; null where nobody waits. What is put off holds none up."""
    sent = (_first(row := aliased(table), language, row.sent_at.is_not(None)) for table in _TABLES)
    others = (
        _first(row := aliased(table), language, row.sent_at.is_(None), row.put_off_until.is_(None))
        for table in _TABLES
    )
    return func.coalesce(func.least(*sent), func.least(*others))


def _first(row: Any, language: Any, *where: ColumnElement[bool]) -> ScalarSelect[Any]:
    first = select(row.turn).where(_waits(row, language), *where).order_by(row.turn, row.id).limit(1)
    return first.scalar_subquery()


def _sent_count(table: Lined, language: Any) -> ScalarSelect[int]:
    row = aliased(table)
    return select(func.count()).where(_waits(row, language), row.sent_at.is_not(None)).scalar_subquery()
