"""The one way to Postgres: an engine a process, and transactions that end with their block."""

import logging
import select as polling
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any

import psycopg2  # type: ignore[import-untyped]
from psycopg2.extensions import POLL_OK, POLL_READ, set_wait_callback  # type: ignore[import-untyped]
from sqlalchemy import (
    ColumnElement,
    Connection,
    Delete,
    Engine,
    ExceptionContext,
    Update,
    create_engine,
    event,
    func,
    select,
    text,
)
from sqlalchemy.exc import InvalidatePoolError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session

from judge import metrics
from judge.config import settings
from judge.errors import ConfigError
from judge.prepared import execute_prepared

log = logging.getLogger(__name__)

_AFTER_COMMIT = "after_commit"

SILENT_S = 10.0
"""How long whoever judges, sweeps or delivers waits for a server that says nothing at all."""


class Base(DeclarativeBase):
    """Every table of ours."""


def database_url() -> str:
    """DATABASE_URL as SQLAlchemy reads it; Heroku's ``postgres://`` is understood.

    Raises ConfigError where none is set.
    """
    url = settings().database_url
    if not url:
        raise ConfigError("DATABASE_URL is not set: give it, or start everything with `judge up`")
    scheme, separator, rest = url.partition("://")
    if scheme in ("postgres", "postgresql"):
        scheme = "postgresql+psycopg2"
    return scheme + separator + rest


@cache
def engine() -> Engine:
    """This process's engine; a forked child must call ``forget_connections`` first."""
    made = create_engine(
        database_url(),
        pool_size=4,
        max_overflow=12,
        pool_recycle=1800,
        hide_parameters=True,  # among them is what contestants wrote, which belongs in no log
        connect_args={
            "connect_timeout": 5,
            # A connection that is open and silent is given up in seconds, not in the kernel's hours.
            "keepalives_idle": 10,
            "keepalives_interval": 3,
            "keepalives_count": 3,
            "tcp_user_timeout": 15000,
            "options": "-c timezone=UTC"
            " -c statement_timeout=30000"
            # What a process held that fell silent is free before its leases have run out.
            " -c idle_in_transaction_session_timeout=10000",
            "application_name": "judge",
        },
    )
    event.listen(made, "handle_error", _name_failure)
    event.listen(made, "checkout", _look_at)
    event.listen(made, "before_cursor_execute", execute_prepared, retval=True)
    return made


def _name_failure(context: ExceptionContext) -> OperationalError | None:
    """Have every lost connection be an OperationalError; the driver has several names for them."""
    error, renamed = context.sqlalchemy_exception, None
    if context.is_disconnect and not isinstance(error, OperationalError):
        lost = context.original_exception
        error = renamed = OperationalError(
            context.statement, None, lost, hide_parameters=True, connection_invalidated=True
        )
    if isinstance(error, OperationalError):
        metrics.postgres_errors.inc()
    return renamed


def _look_at(connection: Any, *_: object) -> None:
    """Have all connections replaced whose server has gone: a restart costs a reconnect, not an error.

    Without a word to the server, which a question before each transaction would be: nobody has asked for
    anything on an idle connection, so what there is to read is its end.
    """
    poll = polling.poll()
    if not connection.closed:
        poll.register(connection.fileno(), polling.POLLIN)
    if connection.closed or poll.poll(0):
        raise InvalidatePoolError("the server has closed the connection")


def give_up_silent_connections() -> None:
    """From now on a query of this process to which no byte is answered for SILENT_S raises OperationalError.

    Where what answers is alive, but not the server behind it, neither the kernel nor libpq would ever give
    up. Not for those whose queries may take longer, as migrations do. A child inherits it.
    """
    set_wait_callback(_wait)


def _wait(connection: Any) -> None:
    while (state := connection.poll()) != POLL_OK:
        poll = polling.poll()
        poll.register(connection.fileno(), polling.POLLIN if state == POLL_READ else polling.POLLOUT)
        if not poll.poll(SILENT_S * 1000):
            raise psycopg2.OperationalError(f"the server has said nothing for {SILENT_S:.0f} s")


def forget_connections() -> None:
    """Drop, without closing, what a forked child has inherited: its parent still uses those sockets."""
    engine().dispose(close=False)


@contextmanager
def transaction(*, of_one: bool = False) -> Iterator[Session]:
    """A session whose work is committed when the block ends, and rolled back if it raises.

    of_one: one statement writes all that is written, and so is a transaction by itself; that saves two trips
    to the server.
    """
    with ExitStack() as stack:
        session = stack.enter_context(Session(engine(), expire_on_commit=False))
        stack.enter_context(session.begin())
        if of_one:
            stack.enter_context(_committing_each(session.connection()))
        yield session
    for call in session.info.get(_AFTER_COMMIT, ()):
        try:
            call()
        except Exception:
            # What is written is written, and whoever wrote it must not take it for a failure.
            log.exception("what was to follow a transaction has failed")


@contextmanager
def at_once() -> Iterator[Connection]:
    """A connection on which each statement is a transaction, for whoever has but one or only asks.

    A block of ``transaction`` costs two further trips to the server.
    """
    with engine().connect() as connection, _committing_each(connection):
        yield connection


@contextmanager
def _committing_each(connection: Connection) -> Iterator[None]:
    """Told to the driver, which tells the server nothing; SQLAlchemy's isolation level costs a trip back."""
    driver: Any = connection.connection.driver_connection
    driver.autocommit = True
    try:
        yield
    finally:
        if not driver.closed:
            driver.autocommit = False


def after_commit(session: Session, call: Callable[[], None]) -> None:
    """Have something done once the transaction of ``session`` has committed, and not if it does not.

    Whoever committed waits for it. What it raises is logged.
    """
    session.info.setdefault(_AFTER_COMMIT, []).append(call)


def affected(session: Session, statement: Update | Delete) -> int:
    """How many rows an UPDATE or a DELETE has changed."""
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]  # it is a CursorResult


def delete_in_parts(statement: Delete) -> int:
    """Carry out a DELETE of a limited number of rows until it finds no more; how many are gone.

    A transaction each, for a statement's time is bounded.
    """
    removed = 0
    while True:
        with transaction() as session:
            part = affected(session, statement)
        if not part:
            return removed
        removed += part


def take_turns(session: Session, what: str) -> None:
    """Wait until nobody else is in a transaction that has named the same; until this ends, others wait."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(what, 0))))


def write_hint(session: Session) -> None:
    """What this transaction writes may be lost in a crash, so its commit need not wait for the disk."""
    session.execute(text("SET LOCAL synchronous_commit = off"))


def is_hint() -> ColumnElement[bool]:
    """A condition that is true, and does what ``write_hint`` does, for a statement that is all there is."""
    return func.set_config("synchronous_commit", "off", True) == "off"
