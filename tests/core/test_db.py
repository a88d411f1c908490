"""Transactions, and what follows them."""

import logging
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DataError, OperationalError

from judge import db
from tests.servers import Servers


def test_what_follows_a_transaction_finds_it_committed(clean: Servers) -> None:
    """In order; and with another connection, which sees only what is."""
    seen = []

    def look() -> None:
        with db.transaction() as other:
            seen.append(other.scalar(text("SELECT count(*) FROM users")))

    with db.transaction() as session:
        session.execute(text("INSERT INTO users (id, role) VALUES ('ann', 'user')"))
        db.after_commit(session, look)
        db.after_commit(session, lambda: seen.append("second"))
        look()
    assert seen == [0, 1, "second"]


def test_nothing_follows_a_transaction_that_fails(clean: Servers) -> None:
    followed: list[bool] = []

    def fail() -> None:
        with db.transaction() as session:
            db.after_commit(session, lambda: followed.append(True))
            session.execute(text("SELECT 1/0"))

    with pytest.raises(Exception, match="division by zero"):
        fail()
    assert followed == []


def test_a_failure_afterwards_is_none_of_the_transaction(
    clean: Servers, caplog: pytest.LogCaptureFixture
) -> None:
    """What is written is written: it is logged, and what else was to follow follows."""
    followed: list[bool] = []
    with caplog.at_level(logging.ERROR), db.transaction() as session:
        db.after_commit(session, lambda: [][0])
        db.after_commit(session, lambda: followed.append(True))
    assert followed == [True]
    assert "IndexError" in caplog.text


def test_a_server_that_has_ended_our_connections_is_connected_to_anew(clean: Servers) -> None:
    """As after a restart: nobody meets an error, and nobody had asked."""
    with db.transaction() as one, db.transaction() as other:
        ends = one.scalar(text("SELECT pg_backend_pid()")), other.scalar(text("SELECT pg_backend_pid()"))
    with create_engine(db.database_url()).connect() as elsewhere:
        for pid in ends:
            elsewhere.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    for _ in ends:
        with db.transaction() as session:
            assert session.scalar(text("SELECT pg_backend_pid()")) not in ends


def test_what_is_done_at_once_is_there_for_everybody(clean: Servers) -> None:
    """It waits for no end of the block."""
    with db.at_once() as connection:
        connection.execute(text("INSERT INTO users (id, role) VALUES ('ann', 'user')"))
        with db.transaction() as other:
            assert other.scalar(text("SELECT count(*) FROM users")) == 1
    with db.transaction() as session:
        assert not session.connection().connection.dbapi_connection.autocommit


@pytest.mark.parametrize("statement", ["SELECT 1", "SELECT 1/0"])
def test_nothing_but_the_statement_is_said_to_the_server(clean: Servers, statement: str) -> None:
    """After it, whether or not it failed, its connection has asked for nothing more."""
    with suppress(DataError), db.at_once() as connection:
        pid = connection.scalar(text("SELECT pg_backend_pid()"))
        connection.execute(text(statement))
    with create_engine(db.database_url()).connect() as elsewhere:
        last = text("SELECT query FROM pg_stat_activity WHERE pid = :pid")
        assert elsewhere.scalar(last, {"pid": pid}) == statement


def test_a_server_that_goes_away_meanwhile_is_told_as_that(clean: Servers) -> None:
    with db.at_once() as connection, pytest.raises(OperationalError):
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    with db.at_once() as connection:
        assert connection.scalar(text("SELECT 1")) == 1


def test_a_transaction_of_one_statement_is_that_statement(clean: Servers) -> None:
    """No word more is said to the server; what follows it follows all the same."""
    followed: list[bool] = []
    with db.transaction(of_one=True) as session:
        driver = session.connection().connection.dbapi_connection
        db.after_commit(session, lambda: followed.append(driver.autocommit))
        pid = driver.info.backend_pid
        session.execute(text("INSERT INTO users (id, role) VALUES ('ann', 'user')"))
    assert followed == [False]
    with create_engine(db.database_url()).connect() as elsewhere:
        last = text("SELECT query FROM pg_stat_activity WHERE pid = :pid")
        assert elsewhere.scalar(last, {"pid": pid}).startswith("INSERT")
        assert elsewhere.scalar(text("SELECT count(*) FROM users")) == 1


def test_a_connection_that_is_lost_is_told_as_that(clean: Servers) -> None:
    """Whenever it is noticed: before a statement, or while it lies in the pool."""
    with db.at_once() as connection:
        _driver(connection).close()
        with pytest.raises(OperationalError):
            connection.execute(text("SELECT 1"))
    with db.at_once() as connection:
        idle = _driver(connection)
    idle.close()
    with db.at_once() as connection:
        assert connection.scalar(text("SELECT 1")) == 1


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection
