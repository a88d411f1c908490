"""Users and tokens: what is kept of a secret, and who is believed."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from judge import accounts, db
from judge.accounts import Account, UserExists
from judge.errors import NotFound
from tests.servers import Servers


def test_a_token_names_its_user(clean: Servers) -> None:
    """Each of a user's tokens is believed, and nothing else is."""
    accounts.add("ada", "author")
    first, second = accounts.new_token("ada"), accounts.new_token("ada")
    assert first != second
    assert accounts.holder(first) == accounts.holder(second) == Account("ada", "author")
    for strange in ("", "judge_", first[:-1], first + "x", first.upper(), "\0", "\ud800", "ä" * 10_000):
        assert accounts.holder(strange) is None


def test_a_token_cannot_be_read_from_the_database(clean: Servers) -> None:
    """Only a digest is kept: whoever reads the table can log in as nobody."""
    accounts.add("ada", "user")
    token = accounts.new_token("ada")
    with db.transaction() as session:
        [kept] = session.execute(text("SELECT digest FROM tokens")).scalars()
    assert len(kept) == 32
    assert token.encode() not in bytes(kept)
    assert accounts.holder(bytes(kept).hex()) is None
    assert len(token) >= 40


def test_tokens_end_with_their_user(clean: Servers) -> None:
    """Removing a user removes every way to be them."""
    accounts.add("ada", "user")
    token = accounts.new_token("ada")
    with db.transaction() as session:
        session.execute(text("DELETE FROM users"))
    assert accounts.holder(token) is None


def test_a_name_is_taken_once(clean: Servers) -> None:
    """A second user of the same name is refused, and the first keeps their role."""
    accounts.add("ada", "admin")
    with pytest.raises(UserExists, match="judge user token ada"):
        accounts.add("ada", "user")
    assert accounts.holder(accounts.new_token("ada")) == Account("ada", "admin")


def test_nobody_gets_a_token_without_being_a_user(clean: Servers) -> None:
    """The message says how to become one."""
    with pytest.raises(NotFound, match="judge user add bob"):
        accounts.new_token("bob")


@pytest.mark.parametrize("name", ["", " ", "a b", "a/b", "a\n", "ü", "x" * 65, "a\0"])
def test_names_are_plain(clean: Servers, name: str) -> None:
    """A name stands in channels and paths, so it has no character that could end one."""
    with pytest.raises(ValueError, match="1 to 64"):
        accounts.add(name, "user")


def test_roles_are_three(clean: Servers) -> None:
    """The database knows no other; authors and admins see the names of secret tests."""
    for role in accounts.ROLES:
        accounts.add(f"{role}.1", role)
    assert [Account("x", role).is_author for role in accounts.ROLES] == [False, True, True]
    with pytest.raises(IntegrityError, match="users_role"):
        accounts.add("mallory", "root")
