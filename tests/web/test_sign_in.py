"""Browser sessions: sign in and out, what a foreign page cannot do, and when it is over."""

import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from argon2 import PasswordHasher
from simple_websocket import Client, ConnectionClosed
from simple_websocket import ConnectionError as HandshakeError

from judge import accounts
from judge.accounts import passwords, tokens
from judge.records import new_id
from judge.web.hub import Listener
from judge.web.session import Session
from judge.web.visitor import Refused, SignedOut
from tests.conftest import PATIENCE_S, Running, Socket
from tests.core.test_tokens import sql
from tests.servers import NO_LIMITS, Servers, new_language, new_problem, submit
from tests.web.conftest import web_alone
from tests.web.test_guards import FOREIGN, handshake
from tests.web.test_refusals import pointers, refused

WITH_ACCOUNTS = {"JUDGE_AUTH": "token", "SECRET_KEY": "only for these tests", **NO_LIMITS}
PASSWORD = "correct horse"
HASH = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
"""Of parameters that cost little, and that are out of date."""


class Browser:
    """Keeps cookies, and what its page has been told of itself."""

    def __init__(self, judge: Running) -> None:
        self.judge, self.kept = judge, requests.Session()
        self.csrf_token: str | None = None

    def __call__(self, method: str, path: str, **arguments: Any) -> requests.Response:
        headers = {"Origin": self.judge.url} if method != "GET" else {}
        if self.csrf_token:
            headers["X-CSRF-Token"] = self.csrf_token
        headers |= arguments.pop("headers", {})
        url = f"{self.judge.url}/api/v1{path}"
        return self.kept.request(method, url, headers=headers, timeout=PATIENCE_S, **arguments)

    def sign_in(self, user_id: str = "ada", password: str = PASSWORD) -> dict[str, Any]:
        """What the judge says of who has come in."""
        response = self("POST", "/session", json={"user_id": user_id, "password": password})
        assert response.status_code == 200, response.text
        told: dict[str, Any] = response.json()
        self.csrf_token = told["csrf_token"]
        return told

    @property
    def cookie(self) -> str:
        """The header as it would be sent."""
        return "; ".join(f"{name}={value}" for name, value in self.kept.cookies.items())


@pytest.fixture
def ada(token_web: Running) -> Running:
    """A judge that knows an author by a password, and nobody else."""
    accounts.add("ada", "author", HASH)
    return token_web


@pytest.fixture
def browser(ada: Running) -> Browser:
    """Somebody who has signed in as ada."""
    opened = Browser(ada)
    opened.sign_in()
    return opened


def credentials(**other: Any) -> dict[str, Any]:
    return {"user_id": "ada", "password": PASSWORD} | other


# In


def test_somebody_signs_in(ada: Running) -> None:
    """The cookie alone then says who is asking, and the page is told the same."""
    opened = Browser(ada)
    stranger = {"user_id": None, "role": None, "scopes": [], "csrf_token": None, "expires_at": None}
    stranger |= {"auth": "token", "registration": False}
    assert opened("GET", "/session").json() == stranger
    refused(opened("GET", "/submissions"), 401)
    told = opened.sign_in()
    assert told == opened("GET", "/session").json()
    expected = {"user_id": "ada", "role": "author", "scopes": ["read", "submit", "author"], "auth": "token"}
    assert expected.items() <= told.items()
    assert re.fullmatch("[0-9a-f]{64}", told["csrf_token"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT.*Z", told["expires_at"])
    assert opened("GET", "/submissions").status_code == 200
    assert opened("GET", "/session").headers["Cache-Control"] == "no-store"


def test_the_cookie_is_kept_from_others(ada: Running) -> None:
    """From scripts and other sites always; by https from plain http and other hosts too."""
    plain = ada.request("POST", "/session", json=credentials()).headers["Set-Cookie"]
    name, *attributes = plain.split("; ")
    assert name.startswith("judge_session=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(attributes)
    assert "Secure" not in attributes
    by_https = {"X-Forwarded-Proto": "https"}
    response = ada.request("POST", "/session", json=credentials(), headers=by_https)
    name, *attributes = response.headers["Set-Cookie"].split("; ")
    assert name.startswith("__Host-judge_session=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Secure"} <= set(attributes)
    assert not [each for each in attributes if each.startswith("Domain")]
    # Neither name is read where the other belongs.
    cookie = {"Cookie": name}
    assert ada.request("GET", "/session", headers=cookie | by_https).json()["user_id"] == "ada"
    assert ada.request("GET", "/session", headers=cookie).json()["user_id"] is None
    cookie = {"Cookie": plain.split("; ")[0]}
    assert ada.request("GET", "/session", headers=cookie | by_https).json()["user_id"] is None


def test_a_wrong_password_tells_nothing(ada: Running) -> None:
    """An unknown user, a disabled one, one without a password and a wrong password are answered alike."""
    accounts.add("bob", "user")
    accounts.add("carl", "user", HASH)
    accounts.change("carl", disabled=True)
    told = [
        refused(ada.request("POST", "/session", json=body, headers={"X-Request-Id": "one"}), 401)
        for body in (
            credentials(password="wrong horse"),
            credentials(password=""),
            credentials(user_id="nobody"),
            credentials(user_id="bob"),
            credentials(user_id="carl"),
        )
    ]
    assert all(each == told[0] for each in told)
    assert "Set-Cookie" not in ada.request("POST", "/session", json=credentials(password="x")).headers


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"user_id": "ada"}, "/password"),
        ({"password": PASSWORD}, "/user_id"),
        (credentials(user_id="a b"), "/user_id"),
        (credentials(password="x" * 1025), "/password"),
        (credentials(password="\0" * 8), "/password"),
        (credentials(password=7), "/password"),
        (credentials(remember=True), "/remember"),
    ],
)
def test_bad_credentials(ada: Running, body: dict[str, Any], pointer: str) -> None:
    """422 with the field; what was sent as a password is not repeated."""
    response = ada.request("POST", "/session", json=body)
    assert pointers(refused(response, 422)) == {pointer}
    assert PASSWORD not in response.text


def test_a_foreign_page_cannot_sign_its_visitor_in(ada: Running) -> None:
    """403 for its Origin, though it knows a password."""
    refused(ada.request("POST", "/session", json=credentials(), headers={"Origin": FOREIGN}), 403)


def test_signing_in_gives_a_new_session(browser: Browser) -> None:
    """In place of the one that the browser had, which somebody may have planted; others go on."""
    other = Browser(browser.judge)
    other.sign_in()
    before, csrf_token = browser.cookie, browser.csrf_token
    browser.sign_in()
    assert browser.cookie != before
    assert browser.csrf_token != csrf_token
    old = browser.judge.request("GET", "/session", headers={"Cookie": before})
    assert old.json()["user_id"] is None
    assert other("GET", "/submissions").ok


def test_a_hash_of_old_parameters_is_renewed(browser: Browser) -> None:
    """When its owner comes in, who alone knows the password."""
    kept = accounts.password_hash("ada")
    assert kept is not None
    assert kept != HASH
    assert not passwords.is_outdated(kept)
    browser.sign_in()
    assert accounts.password_hash("ada") == kept


def test_many_sign_in_at_once(ada: Running) -> None:
    """So many are hashed and wait; the others are told to come again, and who asks for less is answered."""

    def attempt(number: int) -> requests.Response:
        if number % 10 == 0:
            return ada.request("GET", "/session")
        return ada.request("POST", "/session", json=credentials(user_id="nobody"))

    with ThreadPoolExecutor(150) as threads:
        answers = list(threads.map(attempt, range(150)))
    assert {answer.status_code for answer in answers[::10]} == {200}
    assert {answer.status_code for answer in answers} == {200, 401, 503}
    assert all(answer.headers["Retry-After"] for answer in answers if answer.status_code == 503)


# What a cookie is not enough for


@pytest.mark.parametrize("sent", [None, "", "0" * 64, "another's", "\xe9"])
def test_unsafe_requests_need_the_csrf_token(browser: Browser, sent: str | None) -> None:
    """Whoever cannot read it from the session cannot act; reading needs none."""
    another = Browser(browser.judge)
    another.sign_in()
    assert another.csrf_token != browser.csrf_token
    browser.csrf_token = None
    wrong = another.csrf_token if sent == "another's" else sent
    headers = {} if wrong is None else {"X-CSRF-Token": wrong.encode("latin-1")}
    for method, path in (("POST", "/submissions"), ("DELETE", "/session"), ("PUT", "/users/ada/password")):
        detail = refused(browser(method, path, json={}, headers=headers), 403)["detail"]
        assert "X-CSRF-Token" in detail
    assert browser("GET", "/submissions").ok


def test_a_page_may_do_what_its_user_may(browser: Browser) -> None:
    """With the csrf_token; a token in the Authorization header needs none, whatever cookie is beside it."""
    refused(browser("POST", "/submissions", json={}), 422)
    refused(browser("POST", "/submissions", json={}, headers={"Origin": FOREIGN}), 403)
    token, _ = tokens.new("ada", scope="read")
    bearer = {"Authorization": f"Bearer {token}", "X-CSRF-Token": ""}
    assert browser("GET", "/session", headers=bearer).json()["scopes"] == ["read"]
    refused(browser("POST", "/submissions", json={}, headers=bearer), 403)
    refused(browser("GET", "/submissions", headers={"Authorization": "Bearer nope"}), 401)
    # What is not meant for us, such as a proxy's own password, does not hide the cookie.
    assert browser("GET", "/submissions", headers={"Authorization": "Basic cm9vdDpyb290"}).ok


# Out


def test_signing_out(browser: Browser) -> None:
    """Ends the session for everybody who has its cookie, and takes the cookie back; twice does no harm."""
    stolen = browser.cookie
    response = browser("DELETE", "/session")
    assert response.status_code == 204
    assert "Max-Age=0" in response.headers["Set-Cookie"]
    assert not browser.kept.cookies
    refused(browser.judge.request("GET", "/submissions", headers={"Cookie": stolen}), 401)
    assert browser("DELETE", "/session").status_code == 204


def test_a_token_is_not_signed_out(ada: Running) -> None:
    """409 with what to do instead; the token goes on."""
    headers = {"Authorization": f"Bearer {tokens.new('ada')[0]}"}
    assert "revokes" in refused(ada.request("DELETE", "/session", headers=headers), 409)["detail"]
    assert ada.request("GET", "/session", headers=headers).json()["user_id"] == "ada"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE sessions SET expires_at = clock_timestamp()",
        "UPDATE sessions SET last_used_at = clock_timestamp() - interval '1 day 1 s'",
        "UPDATE users SET disabled_at = clock_timestamp()",
        "DELETE FROM sessions",
    ],
)
def test_a_session_that_is_over(browser: Browser, statement: str) -> None:
    """401 like a stranger's, and a page is told that nobody is signed in."""
    sql(statement)
    refused(browser("GET", "/submissions"), 401)
    refused(browser("POST", "/submissions", json={}), 401)
    assert browser("GET", "/session").json()["user_id"] is None


def test_another_key_ends_every_csrf_token(browser: Browser, servers: Servers) -> None:
    """It is derived with SECRET_KEY; pages fetch the new one."""
    with web_alone(servers, **WITH_ACCOUNTS | {"SECRET_KEY": "another one"}) as other:
        headers = {"Cookie": browser.cookie, "X-CSRF-Token": str(browser.csrf_token)}
        refused(other.request("POST", "/submissions", json={}, headers=headers), 403)
        headers["X-CSRF-Token"] = other.request("GET", "/session", headers=headers).json()["csrf_token"]
        refused(other.request("POST", "/submissions", json={}, headers=headers), 422)


def test_signed_out_before_a_button_one_comes_back_to_its_page(token_web: Running) -> None:
    """And not to what the button asks for, which cannot be looked at; nor to where a foreign page stands."""
    page = "/authoring/problems/echo/versions/1"
    for stood_on, back in (
        (f"{token_web.url}{page}?a=b", f"{page}?a=b"),
        (f"{token_web.url}.example/x", f"{page}/publish"),
        (None, f"{page}/publish"),
    ):
        sent = requests.post(
            f"{token_web.url}{page}/publish",
            headers={"Accept": "text/html", "Referer": stood_on},
            timeout=PATIENCE_S,
        )
        assert sent.status_code == 401
        assert f'name="next" value="{back}"' in sent.text


def test_without_accounts_there_is_nobody_to_sign_in_as(web: Running) -> None:
    """403 that says why; a page is told that it is anonymous and may do everything."""
    for method, path in (("POST", "/session"), ("DELETE", "/session"), ("GET", "/users"), ("POST", "/users"),
                         ("GET", "/users/ada"), ("POST", "/users/ada/tokens")):  # fmt: skip
        detail = refused(web.request(method, path, json=credentials()), 403)["detail"]
        assert "JUDGE_AUTH=none" in detail
    told = web.get("/session")
    assert (told["user_id"], told["auth"], told["csrf_token"]) == ("anonymous", "none", None)
    assert told["scopes"] == ["read", "submit", "author", "admin"]


# Sockets


def socket(browser: Browser, **headers: str) -> Socket:
    """A page's own socket, which sends what browsers send, but for the port, which this client leaves out."""
    own = browser.judge.url.rpartition(":")[0]
    all_ = {"Cookie": browser.cookie, "Origin": own} | headers
    return Socket(Client(f"ws{browser.judge.url.removeprefix('http')}/ws", headers=all_))


def test_a_pages_socket_needs_no_token(browser: Browser) -> None:
    """Its cookie says who it is, and what it may see; a token in the hello says it better."""
    opened = socket(browser)
    opened.send({"type": "hello", "user_id": "bob"})
    assert opened.receive() == {"type": "ready", "user_id": "ada"}
    opened.close()
    accounts.add("bob", "user")
    opened = socket(browser)
    opened.send({"type": "hello", "token": "nope"})
    assert opened.receive()["type"] == "error"
    opened.send({"type": "hello", "token": tokens.new("bob")[0]})
    assert opened.receive() == {"type": "ready", "user_id": "bob"}
    opened.close()


def test_a_foreign_page_gets_no_socket(browser: Browser) -> None:
    """403 for another Origin; and for none, which no browser sends, beside a cookie."""
    cookie = {"Cookie": browser.cookie}
    assert handshake(browser.judge, **cookie) == 403
    for origin in (FOREIGN, "null"):
        assert handshake(browser.judge, Origin=origin, **cookie) == 403
        with pytest.raises(HandshakeError):
            socket(browser, Origin=origin)
    assert handshake(browser.judge, Origin=browser.judge.url, **cookie) == 101


def test_a_token_in_the_address_of_a_socket(browser: Browser) -> None:
    """400 before the handshake, though it is valid."""
    token, _ = tokens.new("ada")
    with pytest.raises(HandshakeError) as refusal:
        Client(f"ws{browser.judge.url.removeprefix('http')}/ws?token={token}")
    assert refusal.value.status_code == 400


def test_a_cookie_that_is_over_opens_no_socket(browser: Browser) -> None:
    """The hello is refused like one without a token; the socket stays open for another."""
    opened = socket(browser)
    sql("DELETE FROM sessions")
    opened.send({"type": "hello"})
    assert opened.receive()["type"] == "error"
    opened.send({"type": "hello", "token": tokens.new("ada")[0]})
    assert opened.receive()["type"] == "ready"
    opened.close()


@pytest.fixture(scope="module")
def strict_web(servers: Servers) -> Iterator[Running]:
    """Looks at the credentials of open sockets all the time."""
    with web_alone(servers, **WITH_ACCOUNTS, JUDGE_RECHECK_S="0.2") as running:
        yield running


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM tokens",
        "UPDATE tokens SET expires_at = clock_timestamp()",
        "UPDATE users SET disabled_at = clock_timestamp()",
        "UPDATE users SET removed_at = clock_timestamp()",
    ],
)
def test_a_socket_ends_with_its_token(clean: Servers, strict_web: Running, statement: str) -> None:
    """Closed by 1008, though neither side has anything to say."""
    accounts.add("ada", "author", HASH)
    opened = strict_web.socket({"token": tokens.new("ada")[0]})
    sql(statement)
    assert closed(opened) == 1008


def test_a_socket_that_is_never_silent_ends_with_its_token(clean: Servers, strict_web: Running) -> None:
    """A client that has always sent more before it is answered is asked for its token all the same."""
    accounts.add("ada", "author", HASH)
    opened = strict_web.socket({"token": tokens.new("ada")[0]})
    sql("DELETE FROM tokens")
    frame = {"type": "subscribe", "submission_id": new_id()}

    def go_on() -> None:
        for _ in range(100):
            opened.send(frame)
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            opened.receive()
            opened.send(frame)

    with pytest.raises(ConnectionClosed) as end:
        go_on()
    assert end.value.reason == 1008


def test_a_stranger_who_keeps_talking_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time in which to say hello begins with the socket, and not anew with each frame."""
    monkeypatch.setattr("judge.web.session._HELLO_S", 0.2)
    hub: Any = None  # nothing is listened to before the hello
    session = Session(Listener(hub, threading.Event(), 1), send=lambda message: None)

    def go_on() -> None:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            session.ask_again()
            with pytest.raises(Refused):
                session.handle({"type": "nothing"})

    with pytest.raises(SignedOut, match="hello"):
        go_on()


def test_a_socket_ends_with_its_session(clean: Servers, strict_web: Running) -> None:
    """And being open is no use of it, which would keep it for ever."""
    accounts.add("ada", "author", HASH)
    page = Browser(strict_web)
    page.sign_in()
    opened = socket(page)
    opened.send({"type": "hello"})
    assert opened.receive()["type"] == "ready"
    sql("UPDATE sessions SET last_used_at = clock_timestamp() - interval '23 h 59 min 59 s'")
    assert closed(opened) == 1008


def test_a_socket_ends_with_what_its_user_may(clean: Servers, strict_web: Running, tmp_path: Path) -> None:
    """Who was an author is sent nothing more of another's submission, and cannot follow it again."""
    new_problem(tmp_path)
    new_language()
    accounts.add("ada", "author")
    followed, _ = submit(user_id="bob")
    hello = {"token": tokens.new("ada")[0]}
    subscribe = {"type": "subscribe", "submission_id": followed.id}
    opened = strict_web.socket(hello)
    opened.send(subscribe)
    assert opened.receive()["type"] == "snapshot"
    accounts.change("ada", role="user")
    assert closed(opened) == 1008
    again = strict_web.socket(hello)
    again.send(subscribe)
    assert again.receive()["type"] == "error"


def closed(opened: Socket) -> int:
    """The code that a socket is closed with."""
    with pytest.raises(ConnectionClosed) as end:
        opened.receive()
    return int(end.value.reason)
