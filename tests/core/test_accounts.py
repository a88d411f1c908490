"""Users: names, roles, who cannot be taken away, and what ends with them."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import IntegrityError

from judge import accounts
from judge.accounts import Account, LastAdmin, UserExists, sessions, tokens
from judge.accounts.scopes import ROLES, SCOPES, included
from judge.errors import NotFound
from tests.servers import Servers, submit


def test_a_name_is_taken_once(clean: Servers) -> None:
    """A second user of the same name is refused, and the first keeps their role."""
    accounts.add("ada", "admin")
    with pytest.raises(UserExists, match="judge user token ada"):
        accounts.add("ada", "user")
    assert accounts.get("ada").role == "admin"


@pytest.mark.parametrize("name", ["", " ", "a b", "a/b", "a\n", "ü", "x" * 65, "a\0"])
def test_names_are_plain(clean: Servers, name: str) -> None:
    """A name stands in channels and paths, so it has no character that could end one."""
    with pytest.raises(ValueError, match="1 to 64"):
        accounts.add(name, "user")
    for ask in (accounts.get, accounts.remove):
        with pytest.raises(NotFound):
            ask(name)


def test_nobody_is_everybody(clean: Servers) -> None:
    """The name of those without one is no user's."""
    with pytest.raises(ValueError, match="without a name"):
        accounts.add("anonymous", "user")


def test_roles_are_three(clean: Servers) -> None:
    """The database knows no other."""
    for role in ROLES:
        accounts.add(f"{role}.1", role)
    with pytest.raises(IntegrityError, match="users_role"):
        accounts.add("mallory", "root")  # type: ignore[arg-type]


def test_a_scope_says_what_its_holder_may() -> None:
    """Each scope includes those before it; secret tests are shown from `author` on."""
    held = [Account("x", "admin", scope) for scope in SCOPES]
    assert [account.may_write for account in held] == [False, True, True, True]
    assert [account.is_author for account in held] == [False, False, True, True]
    assert [account.is_admin for account in held] == [False, False, False, True]
    assert [len(included(scope)) for scope in SCOPES] == [1, 2, 3, 4]


def test_users_come_in_order(clean: Servers) -> None:
    """By name, from the one that follows; removed ones are not among them."""
    for name in ("carl", "ada", "bob", "dora"):
        accounts.add(name, "user")
    accounts.remove("bob")
    assert [profile.user_id for profile in accounts.page(limit=2, after="")] == ["ada", "carl"]
    assert [profile.user_id for profile in accounts.page(limit=2, after="carl")] == ["dora"]


def test_a_removed_user_is_nobody(clean: Servers) -> None:
    """Every way to be them ends, nothing can be given to them, and nobody takes their name."""
    accounts.add("ada", "user", "a hash")
    token, _ = tokens.new("ada")
    secret = sessions.begin("ada", "a hash")
    assert secret is not None
    accounts.remove("ada")
    assert tokens.holder(token) is None
    assert sessions.holder(secret) is None
    assert accounts.password_hash("ada") is None
    with pytest.raises(UserExists, match="take another name"):
        accounts.add("ada", "user")
    for change in (accounts.get, accounts.remove, accounts.change, tokens.new):
        with pytest.raises(NotFound, match="ada"):
            change("ada")


def test_submissions_outlive_their_user(clean: Servers, problem: str) -> None:
    """They stay under the name, which is the reason why it is not given again."""
    accounts.add("ada", "user")
    assert accounts.is_unused("ada")
    submission, _ = submit(user_id="ada")
    accounts.remove("ada")
    assert submission.user_id == "ada"
    assert not accounts.is_unused("ada")


def test_the_last_admin_stays(clean: Servers) -> None:
    """Neither removed nor disabled nor given another role, until there is another who is let in."""
    accounts.add("ada", "admin")
    accounts.add("bob", "admin")
    accounts.add("carl", "user")
    accounts.change("bob", disabled=True)
    for last in (
        lambda: accounts.remove("ada"),
        lambda: accounts.change("ada", role="author"),
        lambda: accounts.change("ada", disabled=True),
    ):
        with pytest.raises(LastAdmin, match="ada"):
            last()
    assert accounts.get("ada") == accounts.change("ada", role="admin")
    accounts.change("bob", disabled=False)
    accounts.remove("ada")
    with pytest.raises(LastAdmin):
        accounts.remove("bob")


def test_two_admins_cannot_take_each_other_away(clean: Servers) -> None:
    """However close together they try, one of them is left."""
    pair = ("ada", "bob")
    for name in pair:
        accounts.add(name, "admin")

    def demoted(name: str) -> bool:
        try:
            accounts.change(name, role="user")
        except LastAdmin:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        for _ in range(20):
            for name in pair:
                accounts.change(name, role="admin")
            assert sorted(threads.map(demoted, pair)) == [False, True]
