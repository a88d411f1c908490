"""Tokens: what is kept of a secret, who is believed, how far and for how long."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from judge import accounts, db
from judge.accounts import Account, sessions, tokens
from judge.accounts.scopes import SCOPES, Role, scope_of
from judge.accounts.tokens import TooFar, TooMany
from judge.errors import NotFound
from tests.servers import Servers


def sql(statement: str, **values: Any) -> Any:
    """Do what no function of ours does."""
    with db.transaction() as session:
        return session.execute(text(statement), values)


def last_use(user_id: str) -> datetime | None:
    [kept] = tokens.listed(user_id)
    return kept.last_used_at


def test_a_token_names_its_user(clean: Servers) -> None:
    """Each of a user's tokens is believed, and nothing else is."""
    accounts.add("ada", "author")
    first, second = tokens.new("ada")[0], tokens.new("ada")[0]
    assert first != second
    assert tokens.holder(first) == tokens.holder(second) == Account("ada", "author", "author")
    for strange in ("", "judge_", first[:-1], first + "x", first.upper(), "\0", "\ud800", "ä" * 10_000):
        assert tokens.holder(strange) is None


def test_a_token_cannot_be_read_from_the_database(clean: Servers) -> None:
    """Only a digest is kept: whoever reads the table can log in as nobody."""
    accounts.add("ada", "user")
    token, _ = tokens.new("ada")
    [kept] = sql("SELECT digest FROM tokens").scalars()
    assert len(kept) == 32
    assert token.encode() not in bytes(kept)
    assert tokens.holder(bytes(kept).hex()) is None
    assert len(token) >= 40


def test_nobody_gets_a_token_without_being_a_user(clean: Servers) -> None:
    """The message says how to become one."""
    with pytest.raises(NotFound, match="judge user add bob"):
        tokens.new("bob")


@pytest.mark.parametrize(
    ("role", "reached"),
    [("user", "read submit submit submit"), ("author", "read submit author author"),
     ("admin", "read submit author admin")],
)  # fmt: skip
def test_a_token_reaches_as_far_as_scope_and_role(clean: Servers, role: Role, reached: str) -> None:
    """The lesser of both, whichever changes later; without a scope as far as the role does at first."""
    accounts.add("root", "admin")
    accounts.add("ada", "admin")
    made = [tokens.new("ada", scope=scope)[0] for scope in SCOPES]
    accounts.change("ada", role=role)
    found = [tokens.holder(token) for token in made]
    assert [account and account.scope for account in found] == reached.split()
    default, _ = tokens.new("ada")
    accounts.change("ada", role="admin")
    held = tokens.holder(default)
    assert held is not None
    assert (held.role, held.scope) == ("admin", scope_of(role))


def test_no_token_beyond_the_role(clean: Servers) -> None:
    """It would come into force unasked when the role grows."""
    accounts.add("ada", "user")
    for scope in ("author", "admin"):
        with pytest.raises(TooFar, match="no further than submit"):
            tokens.new("ada", scope=scope)  # type: ignore[arg-type]


def test_a_token_ends(clean: Servers) -> None:
    """At its instant, and not before."""
    accounts.add("ada", "user")
    soon = datetime.now(UTC) + timedelta(hours=1)
    token, kept = tokens.new("ada", expires_at=soon)
    assert kept.expires_at == soon
    assert tokens.holder(token) == Account("ada", "user", "submit", soon)
    sql("UPDATE tokens SET expires_at = clock_timestamp() - interval '1 ms'")
    assert tokens.holder(token) is None
    assert [kept.id for kept in tokens.listed("ada")] == [kept.id]


def test_the_last_use_is_noted_once_a_minute(clean: Servers) -> None:
    """Not with every use, and not by a look that is no use."""
    accounts.add("ada", "user")
    token, _ = tokens.new("ada")
    tokens.holder(token, used=False)
    assert last_use("ada") is None
    tokens.holder(token)
    first = last_use("ada")
    assert first is not None
    sql("UPDATE tokens SET last_used_at = last_used_at - interval '50 s'")
    before = last_use("ada")
    tokens.holder(token)
    assert last_use("ada") == before
    sql("UPDATE tokens SET last_used_at = last_used_at - interval '10 s'")
    tokens.holder(token)
    later = last_use("ada")
    assert later is not None
    assert later > first


def test_who_is_asking_is_one_question(clean: Servers) -> None:
    """One statement a request, for a token as for a session; a second once a minute."""
    asked: list[str] = []

    def noting(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        asked.append(statement)

    accounts.add("ada", "user", "a hash")
    token, secret = tokens.new("ada")[0], sessions.begin("ada", "a hash")
    assert secret is not None
    event.listen(db.engine(), "before_cursor_execute", noting)
    try:
        tokens.holder(token)
        assert "UPDATE tokens" in asked[-1]
        asked.clear()
        assert tokens.holder(token)
        assert sessions.holder(secret)
    finally:
        event.remove(db.engine(), "before_cursor_execute", noting)
    assert [statement.split()[0] for statement in asked] == ["SELECT", "SELECT"]


def test_a_revoked_token_is_gone(clean: Servers) -> None:
    """At once, by its owner's name and its id alone."""
    accounts.add("ada", "user")
    accounts.add("bob", "user")
    token, kept = tokens.new("ada", name="ci")
    for user_id, token_id in (("bob", kept.id), ("ada", "0" * 26), ("ada", "\0"), ("nobody", kept.id)):
        with pytest.raises(NotFound, match="has no token"):
            tokens.revoke(user_id, token_id)
    assert tokens.holder(token) is not None
    tokens.revoke("ada", kept.id)
    assert tokens.holder(token) is None
    assert tokens.listed("ada") == []


def test_a_disabled_users_tokens_rest(clean: Servers) -> None:
    """Until they are let in again."""
    accounts.add("ada", "user")
    token, _ = tokens.new("ada")
    accounts.change("ada", disabled=True)
    assert tokens.holder(token) is None
    accounts.change("ada", disabled=False)
    assert tokens.holder(token) is not None


def test_tokens_are_bounded(clean: Servers) -> None:
    """A hundred each; revoking one makes room."""
    accounts.add("ada", "user")
    for _ in range(100):
        _, kept = tokens.new("ada")
    with pytest.raises(TooMany, match="revoke"):
        tokens.new("ada")
    tokens.revoke("ada", kept.id)
    tokens.new("ada")
