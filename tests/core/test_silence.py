"""A Postgres that holds its connections and says nothing: whoever must not wait for ever does not."""

from collections.abc import Iterator

import pytest
from psycopg2.extensions import set_wait_callback
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from judge import db
from tests.chaos.proxy import Proxy, before_postgres
from tests.servers import Servers, forget_settings


@pytest.fixture
def proxy(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """Stands between this process and Postgres."""
    proxy, url = before_postgres(servers.environment["DATABASE_URL"])
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setattr(db, "SILENT_S", 0.3)
    forget_settings()
    db.give_up_silent_connections()
    yield proxy
    set_wait_callback(None)
    proxy.close()
    monkeypatch.undo()
    forget_settings()


def ask() -> int:
    """Something of Postgres."""
    with db.transaction() as session:
        return int(session.execute(text("SELECT 1")).scalar_one())


def test_a_silent_connection_is_given_up(proxy: Proxy) -> None:
    """As a failure that others recover from; afterwards it is left alone, and another one made."""
    assert ask() == 1
    proxy.order("silent")
    with pytest.raises(OperationalError):
        ask()
    proxy.order("open")  # what was silent stays so
    assert ask() == 1
