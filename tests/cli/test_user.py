"""`judge user`: people, their passwords and their tokens, by whoever has the database."""

import json
import os
import pty
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from judge import accounts
from judge.accounts import passwords, tokens
from tests.conftest import JUDGE
from tests.servers import Servers

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def user(clean: Servers) -> Command:
    """Runs `judge user …` where there is nobody yet; must succeed unless told that it fails."""

    def run(*words: str, code: int = 0, given: str = "") -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            [*JUDGE, "user", *words], input=given, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == code, done.stderr
        assert bool(done.stderr) == bool(code), done.stderr
        return done

    return run


def listed(user: Command, *words: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = json.loads(user(*words, "--json").stdout)
    return items


def test_a_user_and_the_first_token(user: Command) -> None:
    """`add` prints the token and nothing else; it may all that the role may, and does not expire."""
    out = user("add", "ada", "--role", "author").stdout
    token = out.removesuffix("\n")
    assert token.startswith("judge_")
    assert "\n" not in token
    assert tokens.holder(token) == accounts.Account("ada", "author", "author")


def test_a_bounded_token(user: Command) -> None:
    """With a name, a scope and an end, told or reckoned from now."""
    user("add", "ada")
    out = user("token", "ada", "--name", "ci", "--scope", "read", "--expires", "30d").stdout
    held = tokens.holder(out.strip())
    assert held is not None
    assert held.scope == "read"
    assert held.expires_at is not None
    assert abs(held.expires_at - datetime.now(UTC) - timedelta(days=30)) < timedelta(hours=1)
    out = user("token", "ada", "--expires", "2999-01-31").stdout
    held = tokens.holder(out.strip())
    assert held is not None
    assert held.expires_at == datetime(2999, 1, 31, tzinfo=UTC)
    assert "no further than submit" in user("token", "ada", "--scope", "author", code=1).stderr


def test_tokens_are_listed_and_revoked(user: Command) -> None:
    """Never shown again; by their ids they end."""
    token = user("add", "ada").stdout.strip()
    user("token", "ada", "--name", "ci")
    first, second = listed(user, "tokens", "ada")
    assert first.keys() == {"id", "name", "scope", "created_at", "expires_at", "last_used_at"}
    assert (first["name"], second["name"]) == ("", "ci")
    plain = user("tokens", "ada").stdout
    assert first["id"] in plain
    assert token not in plain
    user("revoke", "ada", first["id"], second["id"])
    assert tokens.holder(token) is None
    assert listed(user, "tokens", "ada") == []
    assert user("tokens", "ada").stdout == ""
    assert "no token" in user("revoke", "ada", first["id"], code=1).stderr
    assert "no user" in user("tokens", "bob", code=1).stderr


@pytest.mark.parametrize("given", ["correct horse\n", "correct horse"])
def test_a_password_from_a_pipe(user: Command, given: str) -> None:
    """The one line of standard input."""
    user("add", "ada")
    user("password", "ada", given=given)
    assert passwords.matches(accounts.password_hash("ada"), "correct horse")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("", "8 characters"),
        ("short\n", "8 characters"),
        ("x" * 1025, "1024 bytes"),
        ("x" * 8 + "\ny\n", "line"),
    ],
)
def test_a_password_that_is_none(user: Command, given: str, told: str) -> None:
    """Exit code 2, and the old one stays."""
    user("add", "ada")
    assert told in user("password", "ada", given=given, code=2).stderr
    assert accounts.password_hash("ada") is None


def test_a_password_at_a_terminal(user: Command) -> None:
    """Asked for twice, and not shown."""
    user("add", "ada")
    child, terminal = pty.fork()
    if child == 0:
        os.execv(JUDGE[0], [*JUDGE, "user", "password", "ada"])
    told = b""
    for asked in (b"New password: ", b"confirmation: "):
        while not told.endswith(asked):
            told += os.read(terminal, 1)
        os.write(terminal, b"correct horse\n")
    try:
        while more := os.read(terminal, 1024):
            told += more
    except OSError:
        pass  # how a terminal tells that nobody holds it any more
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, told
    os.close(terminal)
    assert b"horse" not in told
    assert passwords.matches(accounts.password_hash("ada"), "correct horse")


def test_roles_and_lists(user: Command) -> None:
    """`list` shows what `role`, `disable` and `enable` have changed."""
    user("add", "ada", "--role", "admin")
    user("add", "bob")
    user("role", "bob", "author")
    user("disable", "bob")
    ada, bob = listed(user, "list")
    assert ada.keys() == {"id", "role", "disabled", "has_password", "created_at"}
    assert (bob["id"], bob["role"], bob["disabled"]) == ("bob", "author", True)
    user("enable", "bob")
    assert [item["disabled"] for item in listed(user, "list")] == [False, False]
    lines = user("list").stdout.splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [["ada", "admin"], ["bob", "author"]]


def test_the_last_admin_stays(user: Command) -> None:
    """Exit code 1, whichever way they would go."""
    user("add", "ada", "--role", "admin")
    for words in (("role", "ada", "user"), ("disable", "ada"), ("remove", "ada")):
        assert "only admin" in user(*words, code=1).stderr


def test_a_removed_user(user: Command) -> None:
    """Nobody of that name is there any more, nor will be."""
    token = user("add", "ada").stdout.strip()
    user("remove", "ada")
    assert tokens.holder(token) is None
    assert listed(user, "list") == []
    assert "another name" in user("add", "ada", code=1).stderr
    for words in (("remove", "ada"), ("token", "ada"), ("role", "ada", "user"), ("password", "ada")):
        assert "no user" in user(*words, code=1).stderr
