"""Transactions, and what follows them."""

import logging

import pytest
from sqlalchemy import text

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
