"""Browser sessions: what is kept, when they end, and what ends them."""

import pytest

from judge import accounts
from judge.accounts import sessions
from judge.config import settings
from tests.core.test_tokens import sql
from tests.servers import Servers


@pytest.fixture
def secret(clean: Servers) -> str:
    """Of somebody who has signed in."""
    accounts.add("root", "admin")
    accounts.add("ada", "author", "a hash")
    return begun()


def begun() -> str:
    secret = sessions.begin("ada", "a hash")
    assert secret is not None
    return secret


def test_a_session_is_somebodys(secret: str) -> None:
    """With all that their role may, whatever it is by then; of the secret only a digest is kept."""
    found = sessions.holder(secret)
    assert found is not None
    assert (found.user_id, found.role, found.scope) == ("ada", "author", "author")
    assert found.expires_at is not None
    accounts.change("ada", role="user")
    found = sessions.holder(secret)
    assert found is not None
    assert found.scope == "submit"
    assert len(secret) >= 43
    [kept] = sql("SELECT sessions::text FROM sessions").scalars()
    assert secret not in kept
    assert secret.encode().hex() not in kept
    assert sessions.holder(secret + "x") is None


def test_it_ends_by_being_left(secret: str) -> None:
    """Being looked at keeps it no longer; being used does."""
    limit = f"interval '{settings().session_idle_s} s'"
    sql(f"UPDATE sessions SET last_used_at = clock_timestamp() - {limit} + interval '1 min'")
    assert sessions.holder(secret, used=False) is not None
    sql(f"UPDATE sessions SET last_used_at = last_used_at - {limit}")
    assert sessions.holder(secret) is None
    sql(f"UPDATE sessions SET last_used_at = clock_timestamp() - {limit} + interval '1 min'")
    assert sessions.holder(secret) is not None
    sql(f"UPDATE sessions SET last_used_at = last_used_at - {limit} + interval '1 min'")
    assert sessions.holder(secret) is not None


def test_it_ends_however_much_it_is_used(secret: str) -> None:
    """At the end that it was given."""
    sql("UPDATE sessions SET expires_at = clock_timestamp()")
    assert sessions.holder(secret) is None


def test_what_has_ended_is_purged(secret: str) -> None:
    """And nothing else."""
    idle, over = begun(), begun()
    [(left,)] = sql("SELECT count(*) FROM sessions").all()
    assert left == 3
    ended = {"expires_at = clock_timestamp()": over, "last_used_at = '2000-01-01'": idle}
    for change, of in ended.items():
        sql(f"UPDATE sessions SET {change} WHERE digest = sha256(:of)", of=of.encode())
    sessions.purge()
    [(left,)] = sql("SELECT count(*) FROM sessions").all()
    assert left == 1
    assert sessions.holder(secret) is not None


def test_signing_out(secret: str) -> None:
    """Ends this session, and no other of theirs."""
    other = begun()
    sessions.end(secret)
    sessions.end(secret)
    assert sessions.holder(secret) is None
    assert sessions.holder(other) is not None


def test_a_new_password_ends_all_others(secret: str) -> None:
    """But the one in which it was set; and nobody signs in by the old one."""
    mine = begun()
    [digest] = sql("SELECT digest FROM sessions WHERE digest = sha256(:mine)", mine=mine.encode()).scalars()
    accounts.change("ada", password_hash="another", but_session=bytes(digest))
    assert sessions.holder(secret) is None
    assert sessions.holder(mine) is not None
    assert sessions.begin("ada", "a hash") is None


def test_a_disabled_user_is_signed_out(secret: str) -> None:
    """And stays so when let in again."""
    accounts.change("ada", disabled=True)
    assert sessions.holder(secret) is None
    accounts.change("ada", disabled=False)
    assert sessions.holder(secret) is None


def test_sessions_are_bounded(secret: str) -> None:
    """Fifty of one user; a further one ends the oldest."""
    last = [begun() for _ in range(50)]
    assert sessions.holder(secret) is None
    assert all(sessions.holder(each) for each in last)
