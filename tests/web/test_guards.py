"""Who is heard at all: Host, Origin, tokens, and what each may see."""

import hashlib
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from simple_websocket import Client
from simple_websocket import ConnectionError as HandshakeError
from sqlalchemy import create_engine, text

from tests.conftest import REPOSITORY, Running
from tests.web.programs import CRASH, SUM
from tests.web.test_refusals import refused

GOOD = {"problem_id": "a-plus-b", "language": "python3", "code": SUM}
UNKNOWN = "0" * 26
FOREIGN = "http://judge.example"
SECRET = sorted((REPOSITORY / "problems" / "a-plus-b" / "data" / "secret").glob("*.in"))


@pytest.fixture(params=["running_judge", "running_token_judge"])
def either(request: pytest.FixtureRequest) -> Iterator[Running]:
    """Each of the two modes."""
    running: Running = request.getfixturevalue(request.param)
    yield running
    running.close_sockets()


@pytest.fixture(scope="module")
def tokens(running_token_judge: Running) -> dict[str, str]:
    """A token for somebody of each role, and for a second user."""
    roles = {"ann": "user", "ben": "user", "eve": "author", "zoe": "admin"}
    return {
        name: running_token_judge.command("user", "add", name, "--role", role, check=True).stdout.strip()
        for name, role in roles.items()
    }


class As:
    """Asks the judge with accounts in somebody's name."""

    def __init__(self, judge: Running, token: str | None) -> None:
        self._judge, self._token = judge, token

    def __call__(self, method: str, path: str, **arguments: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token is not None else {}
        headers |= arguments.pop("headers", {})
        return requests.request(
            method, f"{self._judge.url}/api/v1{path}", headers=headers, timeout=60, **arguments
        )

    def submit(self, code: str, **more: Any) -> dict[str, Any]:
        """A submission that has ended."""
        response = self("POST", "/submissions?wait=20", json=GOOD | {"code": code} | more)
        assert response.status_code == 200, response.text
        submission: dict[str, Any] = response.json()
        return submission


def handshake(judge: Running, **headers: str) -> int:
    """The status that a WebSocket handshake with these headers is answered with."""
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }
    response = requests.get(f"{judge.url}/ws", headers=upgrade | headers, timeout=20, stream=True)
    response.close()
    return response.status_code


# Host and Origin


@pytest.mark.parametrize(
    "host",
    ["judge.example", "judge.example:8000", "127.0.0.1.judge.example", "localhost@judge.example", "[", "a b"],
)
def test_a_foreign_host_is_refused(either: Running, host: str) -> None:
    """A name that somebody else let point here is answered by 403, on every kind of path."""
    for path in ("/healthz", "/api/v1/problems", "/nope"):
        refused(requests.get(either.url + path, headers={"Host": host}, timeout=20), 403)
    assert handshake(either, Host=host) == 403


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "LOCALHOST:1", "[::1]:80"])
def test_its_own_names_are_answered(either: Running, host: str) -> None:
    """Loopback by any of its names and ports."""
    assert requests.get(f"{either.url}/healthz", headers={"Host": host}, timeout=20).ok


@pytest.mark.parametrize(
    "origin", [FOREIGN, "null", "https://127.0.0.1", "http://127.0.0.1:1", "", "file://"]
)
def test_a_foreign_origin_may_not_act(either: Running, origin: str) -> None:
    """A page of somebody else's may neither submit nor open a socket in its visitor's name."""
    headers = {"Origin": origin} | either.headers
    for path in ("/api/v1/submissions", "/submit", "/healthz", "/nope"):
        response = requests.post(either.url + path, headers=headers, json=GOOD, timeout=20)
        refused(response, 403)
    assert handshake(either, Origin=origin) == 403
    with pytest.raises(HandshakeError):
        Client(f"ws{either.url.removeprefix('http')}/ws", headers={"Origin": origin})


def test_a_foreign_origin_may_read_what_browsers_hide_from_it(judge: Running) -> None:
    """A plain GET is answered, without the header that would let the page see the answer."""
    response = judge.request("GET", "/problems", headers={"Origin": FOREIGN})
    assert response.status_code == 200
    assert "Access-Control-Allow-Origin" not in response.headers


def test_its_own_origin_may(either: Running) -> None:
    """The judge's own pages submit and open sockets."""
    headers = {"Origin": either.url}
    assert either.request("POST", "/submissions", headers=headers, json=GOOD).status_code == 202
    assert handshake(either, Origin=either.url) == 101


# Health


def test_health_is_told_to_anybody(either: Running) -> None:
    """Without a token, in both modes."""
    alive = requests.get(f"{either.url}/healthz", timeout=20)
    assert (alive.status_code, alive.json()) == (200, {"status": "ok"})
    ready = requests.get(f"{either.url}/readyz", timeout=20)
    assert (ready.status_code, ready.json()) == (200, {"status": "ok", "degraded": []})


# Tokens


def test_the_scheme_is_read_in_any_case(token_judge: Running, tokens: dict[str, str]) -> None:
    """RFC 9110: bearer, Bearer and BEARER are one."""
    for scheme in ("bearer", "BEARER"):
        headers = {"Authorization": f"{scheme} {tokens['ann']}"}
        assert requests.get(f"{token_judge.url}/api/v1/queue", headers=headers, timeout=20).ok


def test_a_submission_is_its_senders(token_judge: Running, tokens: dict[str, str]) -> None:
    """The token says who it is from; one's own user_id may stand beside it, another's is 403."""
    ann = As(token_judge, tokens["ann"])
    assert ann("POST", "/submissions", json=GOOD).json()["user_id"] == "ann"
    assert ann("POST", "/submissions", json=GOOD | {"user_id": "ann"}).json()["user_id"] == "ann"
    refused(ann("POST", "/submissions", json=GOOD | {"user_id": "ben"}), 403)
    short = {"problemId": "a-plus-b", "language": "python3", "code": SUM, "userId": "ben"}
    refused(ann("POST", "/submit", json=short), 403)


def test_users_see_their_own_alone(token_judge: Running, tokens: dict[str, str]) -> None:
    """Another's submission is a 404 like one that is not there; authors and admins see it."""
    ann, ben = As(token_judge, tokens["ann"]), As(token_judge, tokens["ben"])
    id_ = ann.submit(SUM)["id"]
    for suffix in ("", "/source", "?wait=20"):
        path = f"/submissions/{id_}{suffix}"
        unseen = refused(ben("GET", path), 404)
        unknown = refused(ben("GET", path.replace(id_, UNKNOWN)), 404)
        told = {"detail": unknown["detail"].replace(UNKNOWN, id_), "request_id": unseen["request_id"]}
        assert unseen == unknown | told
        for name in ("ann", "eve", "zoe"):
            assert As(token_judge, tokens[name])("GET", path).status_code == 200


def test_the_list_is_ones_own(token_judge: Running, tokens: dict[str, str]) -> None:
    """A user who asks for everybody's gets their own, for another's a 403; authors get what they ask for."""
    ann, ben = As(token_judge, tokens["ann"]), As(token_judge, tokens["ben"])
    of_ann, of_ben = ann.submit(SUM)["id"], ben.submit(SUM)["id"]
    assert {item["user_id"] for item in ann("GET", "/submissions?limit=200").json()["items"]} == {"ann"}
    refused(ann("GET", "/submissions?user_id=ben"), 403)
    seen = {
        item["id"] for item in As(token_judge, tokens["eve"])("GET", "/submissions?limit=200").json()["items"]
    }
    assert {of_ann, of_ben} <= seen
    found = As(token_judge, tokens["zoe"])("GET", "/submissions?user_id=ben").json()["items"]
    assert {item["user_id"] for item in found} == {"ben"}


def test_authors_see_what_users_do_not(token_judge: Running, tokens: dict[str, str]) -> None:
    """A secret test's own name and how the program ended in it, over HTTP and on the socket."""
    crash = f"a, b = map(int, input().split())\nif a > 2 ** 31:\n    {CRASH}print(a + b)\n"
    mine = As(token_judge, tokens["ann"]).submit(crash)
    assert mine["verdict"] == "runtime_error"
    last = mine["tests"][-1]
    assert re.fullmatch(r"secret/\d+", last["name"])
    assert (last["exit_code"], last["signal"]) == (None, None)
    for name in ("eve", "zoe"):
        shown = As(token_judge, tokens[name])("GET", f"/submissions/{mine['id']}").json()["tests"][-1]
        assert (shown["name"], shown["exit_code"]) in [(f"secret/{path.stem}", 3) for path in SECRET]
        socket = token_judge.socket({"token": tokens[name]})
        socket.send({"type": "subscribe", "submission_id": mine["id"]})
        assert socket.receive()["submission"]["tests"][-1] == shown
    for shown in (
        As(token_judge, tokens["ann"])("GET", f"/submissions/{mine['id']}").json(),
        *As(token_judge, tokens["ann"])("GET", "/submissions?limit=200").json()["items"],
    ):
        assert not {test["name"] for test in shown["tests"]} & {f"secret/{path.stem}" for path in SECRET}


def test_a_socket_is_its_tokens(token_judge: Running, tokens: dict[str, str]) -> None:
    """hello wants a valid token, whatever user_id stands there, and brings that user's events alone."""
    socket = token_judge.socket()
    for hello in ({"user_id": "ann"}, {"token": "nope"}, {"token": 7}, {"token": "\ud800"}, {}):
        socket.send({"type": "hello", **hello})
        assert socket.receive()["type"] == "error"
    socket.send({"type": "hello", "token": tokens["ann"], "user_id": "ben"})
    assert socket.receive() == {"type": "ready", "user_id": "ann"}
    As(token_judge, tokens["ben"]).submit(SUM)
    own = As(token_judge, tokens["ann"]).submit(SUM)
    # Submissions of hers that other tests did not wait for may still be told of.
    events = socket.until(
        lambda event: (event["type"], event["submission_id"]) == ("submission.done", own["id"])
    )
    assert {event["user_id"] for event in events} == {"ann"}


def test_another_users_submission_cannot_be_followed(token_judge: Running, tokens: dict[str, str]) -> None:
    """An error for a user; an author gets it."""
    id_ = As(token_judge, tokens["ann"]).submit(SUM)["id"]
    for name, type_ in (("ben", "error"), ("eve", "snapshot"), ("zoe", "snapshot")):
        socket = token_judge.socket({"token": tokens[name]})
        socket.send({"type": "subscribe", "submission_id": id_})
        assert socket.receive()["type"] == type_


# Accounts


def test_tokens_are_kept_as_digests(token_judge: Running, tokens: dict[str, str]) -> None:
    """The table holds SHA-256 of each token, and no table anything of the token itself."""
    engine = create_engine(token_judge.env["DATABASE_URL"])
    with engine.connect() as connection:
        query = text("SELECT tokens.user_id, digest, tokens::text || users::text FROM tokens, users")
        found = connection.execute(query).all()
    engine.dispose()
    kept, rows = {(user_id, bytes(digest)) for user_id, digest, _ in found}, [row for _, _, row in found]
    for name, token in tokens.items():
        assert (name, hashlib.sha256(token.encode()).digest()) in kept
        assert not [row for row in rows if token.removeprefix("judge_") in row or token.encode().hex() in row]


def test_a_further_token(token_judge: Running, tokens: dict[str, str]) -> None:
    """`judge user token` gives another that works beside the first; an unknown user is exit code 1."""
    second = token_judge.command("user", "token", "ann", check=True).stdout.strip()
    assert second != tokens["ann"]
    for token in (tokens["ann"], second):
        assert As(token_judge, token)("GET", "/queue").ok
    unknown = token_judge.command("user", "token", "nobody")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert "nobody" in unknown.stderr


def test_a_user_is_added_once(token_judge: Running, tokens: dict[str, str]) -> None:
    """The second time is exit code 1 with the way out, and gives no token."""
    again = token_judge.command("user", "add", "ann")
    assert (again.returncode, again.stdout) == (1, "")
    assert "judge user token ann" in again.stderr


@pytest.mark.parametrize(
    "arguments",
    [("add", "a b"), ("add", ""), ("add", "a" * 65), ("add", "x", "--role", "king"), ("add",), ("nope",)],
)
def test_misused_accounts(token_judge: Running, arguments: tuple[str, ...]) -> None:
    """Exit code 2, told on standard error."""
    misused = token_judge.command("user", *arguments)
    assert (misused.returncode, misused.stdout) == (2, "")
    assert "Usage" in misused.stderr


def test_the_command_line_uses_a_token(token_judge: Running, tokens: dict[str, str], tmp_path: Any) -> None:
    """--token and JUDGE_TOKEN; without one, 401 and exit code 1."""
    assert token_judge.command("languages", "--token", tokens["ann"]).returncode == 0
    refusal = token_judge.command("languages")
    assert refusal.returncode == 1
    assert "401" in refusal.stderr
    program = tmp_path / "sum.py"
    program.write_text(SUM)
    submitted = token_judge.command("submit", str(program), "--problem", "a-plus-b", "--token", tokens["ben"])
    assert submitted.returncode == 0, submitted.stderr
    assert "accepted" in submitted.stdout


def test_the_url_of_the_tests_is_loopback(either: Running) -> None:
    """A judge started without more listens where only this machine reaches it."""
    assert urlsplit(either.url).hostname == "127.0.0.1"


def test_an_answer_that_comes_again_shows_no_more(token_judge: Running, tokens: dict[str, str]) -> None:
    """An author's lesser token is shown the names of secret tests by no Idempotency-Key either."""
    lesser = token_judge.command("user", "token", "eve", "--scope", "submit", check=True).stdout.strip()
    asked: dict[str, Any] = {"json": GOOD, "headers": {"Idempotency-Key": "by-an-author"}}
    first = As(token_judge, tokens["eve"])("POST", "/submissions?wait=20", **asked)
    assert first.status_code == 200
    assert any("judge_message" in test for test in first.json()["tests"])
    again = As(token_judge, lesser)("POST", "/submissions?wait=20", **asked)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json() == As(token_judge, lesser)("GET", f"/submissions/{first.json()['id']}").json()
