"""Users and their tokens over HTTP: who makes, changes and ends them, and what ends with them."""

import io
import json
import re
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from judge import accounts, blobs, db, idempotency, verifications, versions, webhooks
from judge.accounts import tokens
from tests.conftest import Running
from tests.core.test_tokens import sql
from tests.runs import new_run
from tests.servers import Servers, new_language, new_package, new_problem, submit
from tests.web.conftest import web_alone
from tests.web.test_refusals import pointers, refused
from tests.web.test_sign_in import HASH, PASSWORD, WITH_ACCOUNTS, Browser

NEW = "another battery"


class Asker:
    """Asks with a token."""

    def __init__(self, judge: Running, token: str) -> None:
        self._judge, self._headers = judge, {"Authorization": f"Bearer {token}"}

    def __call__(self, method: str, path: str, **arguments: Any) -> requests.Response:
        return self._judge.request(method, path, headers=self._headers, **arguments)


@pytest.fixture
def judge(token_web: Running) -> Running:
    """With an admin, and a user who has a password."""
    accounts.add("root", "admin")
    accounts.add("ada", "user", HASH)
    return token_web


@pytest.fixture
def root(judge: Running) -> Asker:
    """The only admin."""
    return Asker(judge, tokens.new("root")[0])


@pytest.fixture
def ada(judge: Running) -> Asker:
    """A user."""
    return Asker(judge, tokens.new("ada")[0])


def may_sign_in(judge: Running, user_id: str, password: str) -> bool:
    response = judge.request("POST", "/session", json={"user_id": user_id, "password": password})
    return response.ok


# Users


def test_an_admin_makes_a_user(judge: Running, root: Asker) -> None:
    """201 with where to find them; without a password they cannot sign in, with one they can."""
    response = root("POST", "/users", json={"user_id": "bob"})
    assert response.status_code == 201
    assert response.headers["Location"] == "/api/v1/users/bob"
    shown = response.json()
    assert shown == root("GET", "/users/bob").json()
    assert {name: shown[name] for name in ("id", "role", "disabled", "has_password")} == {
        "id": "bob", "role": "user", "disabled": False, "has_password": False,
    }  # fmt: skip
    assert not may_sign_in(judge, "bob", "")
    made = root("POST", "/users", json={"user_id": 7, "role": "author", "password": PASSWORD}).json()
    assert (made["id"], made["role"], made["has_password"]) == ("7", "author", True)
    assert may_sign_in(judge, "7", PASSWORD)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/user_id"),
        ({"user_id": "a/b"}, "/user_id"),
        ({"user_id": "anonymous"}, "/user_id"),
        ({"user_id": "."}, "/user_id"),  # no URL would lead to either
        ({"user_id": ".."}, "/user_id"),
        ({"user_id": "bob", "role": "king"}, "/role"),
        ({"user_id": "bob", "password": "short"}, "/password"),
        ({"user_id": "bob", "password": "x" * 1025}, "/password"),
        ({"user_id": "bob", "password": "\ud800" * 8}, "/password"),
        ({"user_id": "bob", "admin": True}, "/admin"),
    ],
)
def test_a_bad_user(root: Asker, body: dict[str, Any], pointer: str) -> None:
    """422 with the field, and nobody is made."""
    assert pointers(refused(root("POST", "/users", json=body), 422)) == {pointer}
    assert len(root("GET", "/users").json()["items"]) == 2


def test_names_are_given_once(root: Asker) -> None:
    """409, also for the name of somebody who was removed."""
    refused(root("POST", "/users", json={"user_id": "ada"}), 409)
    assert root("DELETE", "/users/ada").status_code == 204
    detail = refused(root("POST", "/users", json={"user_id": "ada"}), 409)["detail"]
    assert "another name" in detail


def test_users_a_page_at_a_time(root: Asker) -> None:
    """In the order of their names, with a cursor."""
    for name in ("carl", "bob"):
        accounts.add(name, "user")
    first = root("GET", "/users?limit=3").json()
    assert [item["id"] for item in first["items"]] == ["ada", "bob", "carl"]
    rest = root("GET", f"/users?limit=3&cursor={first['next_cursor']}").json()
    assert ([item["id"] for item in rest["items"]], rest["next_cursor"]) == (["root"], None)
    refused(root("GET", "/users?cursor=%00"), 422)


def test_another_user_is_nobody(ada: Asker) -> None:
    """404, word for word as for one that is not there."""
    for method, path in (
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("GET", "/tokens"),
        ("PUT", "/password"),
    ):
        unseen = refused(ada(method, f"/users/root{path}", json={}), 404)
        unknown = refused(ada(method, f"/users/nope{path}", json={}), 404)
        told = {"detail": unknown["detail"].replace("nope", "root"), "request_id": unseen["request_id"]}
        assert unseen == unknown | told


@pytest.mark.parametrize("name", ["%00", "a%20b", "%ff", "x" * 100])
def test_strange_names_are_not_there(root: Asker, name: str) -> None:
    """404, whatever stands in the path."""
    for method in ("GET", "PATCH", "DELETE"):
        refused(root(method, f"/users/{name}", json={}), 404)


def test_a_disabled_user_is_stopped_at_once(judge: Running, root: Asker, ada: Asker) -> None:
    """Token and session are 401 with the next request; let in again, they have a token and no session."""
    page = Browser(judge)
    page.sign_in()
    assert root("PATCH", "/users/ada", json={"disabled": True}).json()["disabled"] is True
    refused(ada("GET", "/queue"), 401)
    refused(page("GET", "/queue"), 401)
    assert not may_sign_in(judge, "ada", PASSWORD)
    assert root("PATCH", "/users/ada", json={"disabled": False}).json()["disabled"] is False
    assert ada("GET", "/queue").ok
    refused(page("GET", "/queue"), 401)
    assert may_sign_in(judge, "ada", PASSWORD)


def test_a_role_counts_at_once(root: Asker, ada: Asker, judge: Running) -> None:
    """For sessions; a token keeps its scope, and its holder is told that another would do."""
    page = Browser(judge)
    page.sign_in()
    refused(page("GET", "/problems/x/versions"), 403)
    assert root("PATCH", "/users/ada", json={"role": "author"}).json()["role"] == "author"
    assert page("GET", "/problems/x/versions").status_code in (200, 404)
    assert "token with the scope author" in refused(ada("GET", "/problems/x/versions"), 403)["detail"]


def test_a_change_of_nothing(root: Asker) -> None:
    """200 and the user as they were; what is no change is 422."""
    before = root("GET", "/users/ada").json()
    assert root("PATCH", "/users/ada", json={}).json() == before
    for body in ({"role": "king"}, {"disabled": "perhaps"}, {"id": "eve"}, {"password": "short"}, []):
        refused(root("PATCH", "/users/ada", json=body), 422)


def test_the_last_admin_stays(root: Asker) -> None:
    """409, by whichever way they would go."""
    for body in ({"role": "user"}, {"disabled": True}):
        assert "only admin" in refused(root("PATCH", "/users/root", json=body), 409)["detail"]
    refused(root("DELETE", "/users/root"), 409)
    root("PATCH", "/users/ada", json={"role": "admin"})
    assert root("DELETE", "/users/root").status_code == 204
    refused(root("GET", "/users/root"), 401)


def test_a_removed_users_submissions_stay(root: Asker, ada: Asker, tmp_path: Path) -> None:
    """Under the same name; the user and every token are gone."""
    new_problem(tmp_path)
    new_language()
    submission, _ = submit(user_id="ada")
    assert root("DELETE", "/users/ada").status_code == 204
    refused(ada("GET", "/queue"), 401)
    refused(root("GET", "/users/ada"), 404)
    assert root("GET", f"/submissions/{submission.id}").json()["user_id"] == "ada"


# Passwords


def test_ones_own_password(judge: Running) -> None:
    """With the current one; other sessions end, this one does not."""
    page, other = Browser(judge), Browser(judge)
    page.sign_in()
    other.sign_in()
    for current in ({}, {"current_password": "wrong horse"}):
        told = refused(page("PUT", "/users/ada/password", json={"password": NEW} | current), 403)
        assert pointers(told) == {"/current_password"}
    body = {"password": NEW, "current_password": PASSWORD}
    assert page("PUT", "/users/ada/password", json=body).status_code == 204
    assert page("GET", "/session").json()["user_id"] == "ada"
    assert other("GET", "/session").json()["user_id"] is None
    assert [may_sign_in(judge, "ada", each) for each in (PASSWORD, NEW)] == [False, True]


def test_an_admin_sets_a_password(judge: Running, root: Asker) -> None:
    """Without the current one, but for their own where there is one."""
    for method, path in (("PUT", "/users/ada/password"), ("PATCH", "/users/ada")):
        page = Browser(judge)
        page.sign_in() if method == "PUT" else page.sign_in(password=NEW)
        chosen = NEW if method == "PUT" else PASSWORD
        assert root(method, path, json={"password": chosen}).ok
        assert page("GET", "/session").json()["user_id"] is None
        assert may_sign_in(judge, "ada", chosen)
    assert root("PUT", "/users/root/password", json={"password": NEW}).ok
    refused(root("PUT", "/users/root/password", json={"password": PASSWORD}), 403)


def test_a_token_does_not_become_a_password(judge: Running, root: Asker) -> None:
    """It may be bounded, or end; a first password, which is neither, is an admin's to set."""
    accounts.add("bob", "user")
    bob = Asker(judge, tokens.new("bob")[0])
    assert "admin sets" in refused(bob("PUT", "/users/bob/password", json={"password": NEW}), 403)["detail"]
    assert root("PUT", "/users/bob/password", json={"password": NEW}).status_code == 204
    assert may_sign_in(judge, "bob", NEW)


# Tokens


def test_a_token_is_shown_once(judge: Running, ada: Asker) -> None:
    """With name, scope and end; lists have everything but the token."""
    end = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    body = {"name": "ci", "scope": "read", "expires_at": end.isoformat()}
    response = ada("POST", "/users/ada/tokens", json=body)
    assert (response.status_code, response.headers["Cache-Control"]) == (201, "no-store")
    made = response.json()
    token = made.pop("token")
    assert re.fullmatch("judge_[A-Za-z0-9_-]{43}", token)
    assert (made["name"], made["scope"], made["last_used_at"]) == ("ci", "read", None)
    assert datetime.fromisoformat(made["expires_at"]) == end
    listed = ada("GET", "/users/ada/tokens")
    assert made in listed.json()["items"]
    assert token not in listed.text
    assert Asker(judge, token)("GET", "/session").json()["scopes"] == ["read"]
    [used] = [item for item in ada("GET", "/users/ada/tokens").json()["items"] if item["id"] == made["id"]]
    assert datetime.fromisoformat(used["last_used_at"]) <= datetime.now(UTC) + timedelta(seconds=1)


def test_a_revoked_token_is_401(judge: Running, ada: Asker) -> None:
    """At once; a second time, or by another user's name, it is 404."""
    made = ada("POST", "/users/ada/tokens", json={}).json()
    held = Asker(judge, made["token"])
    assert held("GET", "/queue").ok
    refused(ada("DELETE", f"/users/root/tokens/{made['id']}"), 404)
    assert ada("DELETE", f"/users/ada/tokens/{made['id']}").status_code == 204
    refused(held("GET", "/queue"), 401)
    refused(ada("DELETE", f"/users/ada/tokens/{made['id']}"), 404)
    refused(ada("DELETE", "/users/ada/tokens/%00"), 404)


def test_an_expired_token_is_401(judge: Running, ada: Asker) -> None:
    """It stays in the list, to be seen for what it was."""
    sql("UPDATE tokens SET expires_at = clock_timestamp() WHERE user_id = 'ada'")
    refused(ada("GET", "/queue"), 401)
    assert tokens.listed("ada")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"scope": "everything"}, "/scope"),
        ({"scope": "author"}, "/scope"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "/expires_at"),
        ({"expires_at": "2999-01-01T00:00:00"}, "/expires_at"),
        ({"name": "x" * 101}, "/name"),
        ({"name": "\0"}, "/name"),
        ({"days": 3}, "/days"),
    ],
)
def test_a_bad_token(judge: Running, root: Asker, body: dict[str, Any], pointer: str) -> None:
    """422 with the field; an end without a time zone is none."""
    assert pointers(refused(root("POST", "/users/ada/tokens", json=body), 422)) == {pointer}
    assert tokens.listed("ada") == []


def test_a_token_makes_none_beyond_itself(judge: Running, root: Asker) -> None:
    """Neither in scope nor in time; by default what it makes is as bounded as itself."""
    accounts.add("eve", "author")
    end = datetime.now(UTC) + timedelta(hours=1)
    eve = Asker(judge, tokens.new("eve", scope="submit", expires_at=end)[0])
    made = eve("POST", "/users/eve/tokens", json={}).json()
    assert made["scope"] == "submit"
    assert abs(datetime.fromisoformat(made["expires_at"]) - end) < timedelta(seconds=1)
    refused(eve("POST", "/users/eve/tokens", json={"scope": "author"}), 403)
    later = (end + timedelta(hours=1)).isoformat()
    refused(eve("POST", "/users/eve/tokens", json={"expires_at": later}), 403)
    # Who signs in has a password, and everything that the role may.
    accounts.change("eve", password_hash=HASH)
    page = Browser(judge)
    page.sign_in("eve")
    made = page("POST", "/users/eve/tokens", json={}).json()
    assert (made["scope"], made["expires_at"]) == ("author", None)


def test_a_read_only_token_changes_nothing(judge: Running) -> None:
    """403 that says which scope it wants."""
    reader = Asker(judge, tokens.new("ada", scope="read")[0])
    assert reader("GET", "/submissions").ok
    for method, path in (("POST", "/submissions"), ("POST", "/users/ada/tokens"), ("PUT", "/problems/x")):
        assert "scope submit" in refused(reader(method, path, json={}), 403)["detail"]


@pytest.mark.parametrize("field", ["password", "current_password"])
def test_a_password_of_nothing_but_marks(judge: Running, field: str) -> None:
    """Refused for its length: to bring its marks into their order would keep the process busy for minutes."""
    body = {"password": NEW, "current_password": PASSWORD} | {field: "\u0301\u0316" * 200_000}
    headers = {"Authorization": f"Bearer {tokens.new('ada')[0]}", "Content-Type": "application/json"}
    sent = json.dumps(body, ensure_ascii=False).encode()
    response = judge.request("PUT", "/users/ada/password", data=sent, headers=headers)
    assert pointers(refused(response, 422)) == {f"/{field}"}


# Registration


@pytest.fixture(scope="module")
def running_open_web(servers: Servers) -> Iterator[Running]:
    """Where strangers may make themselves users."""
    with web_alone(servers, **WITH_ACCOUNTS, JUDGE_REGISTRATION="1") as running:
        yield running


def test_nobody_registers_unless_told_so(judge: Running) -> None:
    """401 by default."""
    refused(judge.request("POST", "/users", json={"user_id": "bob", "password": NEW}), 401)


def test_a_stranger_registers(clean: Servers, running_open_web: Running) -> None:
    """As a plain user with a password, and then signs in."""
    page = Browser(running_open_web)
    assert page("GET", "/session").json()["registration"] is True
    response = page("POST", "/users", json={"user_id": "bob", "password": NEW})
    assert response.status_code == 201
    assert page.sign_in("bob", NEW)["role"] == "user"
    # Who is signed in is no stranger.
    refused(page("POST", "/users", json={"user_id": "carl", "password": NEW}), 403)


def test_a_stranger_registers_as_no_more(clean: Servers, running_open_web: Running, tmp_path: Path) -> None:
    """No role, no way without a password, no name that is another's."""
    new_problem(tmp_path)
    new_language()
    ask = running_open_web.request
    body = {"user_id": "bob", "password": NEW}
    assert pointers(refused(ask("POST", "/users", json=body | {"role": "admin"}), 422)) == {"/role"}
    assert pointers(refused(ask("POST", "/users", json={"user_id": "bob"}), 422)) == {"/password"}
    submit(user_id="bob")
    refused(ask("POST", "/users", json=body), 409)
    accounts.add("carl", "user")
    refused(ask("POST", "/users", json=body | {"user_id": "carl"}), 409)
    refused(ask("POST", "/users", json=body | {"user_id": "dora"}, headers={"Origin": "null"}), 403)


def leave_run(name: str) -> None:
    new_run(user_id=name)


def leave_webhook(name: str) -> None:
    webhooks.create(
        user_id=name, has_account=False, url="https://hook.example/", host="hook.example", scope="all"
    )


def leave_verification(name: str) -> None:
    archive = b"a zip"
    with tempfile.TemporaryDirectory() as folder:
        version = versions.prepared(new_package(Path(folder)), None)
    verifications.upload(version, io.BytesIO(archive), archive_digest=blobs.digest_of(archive), user_id=name)


def leave_answer(name: str) -> None:
    """To a request whose run has been removed."""
    with db.transaction() as session:
        key = idempotency.Key(name, "POST /api/v1/runs", "one", b"")
        idempotency.keep(session, key, idempotency.Answer(200, "{}"))


@pytest.mark.parametrize("leave", [leave_run, leave_webhook, leave_verification, leave_answer])
def test_a_stranger_inherits_nothing(
    clean: Servers, running_open_web: Running, leave: Callable[[str], None]
) -> None:
    """A name under which anything was left while nobody was asked for a token is not given to strangers."""
    new_language()
    leave("bob")
    body = {"user_id": "bob", "password": NEW}
    refused(running_open_web.request("POST", "/users", json=body), 409)
