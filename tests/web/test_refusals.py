"""What is refused, with which status, and that one answer names every fault."""

import io
import json
import socket
from collections.abc import Iterator
from itertools import repeat
from typing import Any
from urllib.parse import urlsplit

import gevent
import pytest
import requests
from flask import Flask
from werkzeug.test import create_environ

from judge.web.faults import Fault
from judge.web.schemas import read_json
from tests.conftest import PATIENCE_S, Running
from tests.web.programs import SUM

GOOD = {"problem_id": "a-plus-b", "language": "python3", "code": SUM}
GOOD_SHORT = {"problemId": "a-plus-b", "language": "python3", "code": SUM}
MAIN = {"name": "main.py", "content": SUM}
SURROGATE = "\ud800"
JSON = {"Content-Type": "application/json"}
HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}
LARGEST_BODY = 1 << 20
LARGEST_CODE = 128 << 10


def refused(response: requests.Response, status: int) -> dict[str, Any]:
    """The problem details of an answer that must be an error in the one shape."""
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert {"type", "title", "status", "detail", "errors"} <= problem.keys()
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert all(error["detail"] and isinstance(error["pointer"], str) for error in problem["errors"])
    return problem


def pointers(problem: dict[str, Any]) -> set[str]:
    return {error["pointer"] for error in problem["errors"]}


def without(*names: str, **more: Any) -> dict[str, Any]:
    """A good body less some of its fields, and with others."""
    return {name: value for name, value in GOOD.items() if name not in names} | more


BAD_FIELDS: dict[str, tuple[Any, set[str]]] = {
    "nothing": ({}, {"/problem_id", "/language", "/code"}),
    "null": (None, {""}),
    "a list": ([GOOD], {""}),
    "a text": ("a-plus-b", {""}),
    "a number": (7, {""}),
    "every field": (
        {"problem_id": 5, "language": None, "code": 1.5, "user_id": "a b", "more": 1},
        {"/problem_id", "/language", "/code", "/user_id", "/more"},
    ),
    "wrong types beside unknown names": (
        {"problem_id": "nope", "language": "nope", "code": [], "user_id": True},
        {"/problem_id", "/language", "/code", "/user_id"},
    ),
    "unknown problem": (without(problem_id="nope"), {"/problem_id"}),
    "empty problem": (without(problem_id=""), {"/problem_id"}),
    "long problem": (without(problem_id="a" * 65), {"/problem_id"}),
    "unknown language": (without(language="klingon"), {"/language"}),
    "unknown both": (without(problem_id="nope", language="nope"), {"/problem_id", "/language"}),
    "unknown problem, no code": (without("code", problem_id="nope"), {"/problem_id", "/code"}),
    "unknown language, long code": (
        without(language="nope", code="#" * (LARGEST_CODE + 1)),
        {"/language", "/code"},
    ),
    "code of a wrong type": (without(code=7), {"/code"}),
    "code and files": (without(files=[MAIN]), {"/code"}),
    "neither": (without("code"), {"/code"}),
    "neither, as null": (without(code=None, files=None), {"/code"}),
    "no files": (without("code", files=[]), {"/files"}),
    "files of a wrong type": (without("code", files={"main.py": SUM}), {"/files"}),
    "a file of a wrong type": (without("code", files=[MAIN, 7]), {"/files/1"}),
    "a file without content": (without("code", files=[{"name": "main.py"}]), {"/files/0/content"}),
    "a file with more": (without("code", files=[MAIN | {"mode": 511}]), {"/files/0/mode"}),
    "no source": (without("code", files=[{"name": "notes.txt", "content": SUM}]), {"/files"}),
    "no entry point": (without("code", files=[MAIN], entry_point="../main.py"), {"/entry_point"}),
    "a name twice": (without("code", files=[MAIN, MAIN]), {"/files/1/name"}),
    "too many files": (
        without("code", files=[MAIN] + [{"name": f"f{n}", "content": ""} for n in range(100)]),
        {"/files"},
    ),
    "long code": (without(code="#" * (LARGEST_CODE + 1)), {"/code"}),
    "long code, in bytes": (without(code="\u00e9" * (LARGEST_CODE // 2 + 1)), {"/code"}),
    "long files": (
        without("code", files=[MAIN, {"name": "data", "content": "#" * LARGEST_CODE}]),
        {"/files"},
    ),
    "unknown fields": (without(**{"a/b": 1, "c~d": 2, "": 3}), {"/a~1b", "/c~0d", "/"}),
    "the other form's words": (GOOD_SHORT, {"/problem_id", "/problemId"}),
    "NUL in code": (without(code="a\0b"), {"/code"}),
    "NUL in problem_id": (without(problem_id="a\0b"), {"/problem_id"}),
    "NUL in language": (without(language="\0"), {"/language"}),
    "NUL in user_id": (without(user_id="1\0"), {"/user_id"}),
    "NUL in an unknown field": (without(more={"deep": ["a\0"]}), {"/more", "/more/deep/0"}),
    "NUL in a file": (without("code", files=[{"name": "main.py", "content": "\0"}]), {"/files/0/content"}),
    "NUL in a file's name": (
        without("code", files=[MAIN, {"name": "a\0b", "content": ""}]),
        {"/files/1/name"},
    ),
    "surrogate in code": (without(code=SURROGATE), {"/code"}),
    "surrogate in problem_id": (without(problem_id=SURROGATE), {"/problem_id"}),
    "surrogate in language": (without(language=SURROGATE), {"/language"}),
    "surrogate in user_id": (without(user_id=SURROGATE), {"/user_id"}),
    "surrogate in a file": (
        without("code", files=[{"name": "main.py", "content": SURROGATE}]),
        {"/files/0/content"},
    ),
    "surrogates everywhere": (
        {"problem_id": SURROGATE, "language": SURROGATE, "code": SURROGATE, "user_id": SURROGATE},
        {"/problem_id", "/language", "/code", "/user_id"},
    ),
}
BAD_FIELDS |= {
    f"file name {name!r}": (without("code", files=[MAIN, {"name": name, "content": ""}]), {"/files/1/name"})
    for name in (
        "",
        ".",
        "..",
        "../x",
        "/etc/passwd",
        "a/b",
        "a\\b",
        ".hidden",
        "-o",
        "a b",
        "a\n",
        "a" * 101,
    )
}
BAD_FIELDS |= {
    f"user_id {value!r:.30}": (without(user_id=value), {"/user_id"})
    for value in (
        "",
        "a" * 65,
        "a b",
        "a\n",
        "a/b",
        "a:b",
        "\u00e9",
        1.0,
        1.5,
        True,
        False,
        [],
        ["1"],
        {"id": 1},
    )
}


@pytest.mark.parametrize(("body", "wrong"), BAD_FIELDS.values(), ids=BAD_FIELDS.keys())
def test_every_bad_field_is_named_at_once(judge: Running, body: Any, wrong: set[str]) -> None:
    """422, and its pointers are exactly the fields at fault."""
    response = judge.request("POST", "/submissions", data=json.dumps(body), headers=JSON)
    assert pointers(refused(response, 422)) == wrong


BAD_SHORT_FIELDS: dict[str, tuple[Any, set[str]]] = {
    "nothing": ({}, {"/problemId", "/language", "/code"}),
    "null": (None, {""}),
    "unknown both": (GOOD_SHORT | {"problemId": "nope", "language": "nope"}, {"/problemId", "/language"}),
    "the long form's words": (GOOD, {"/problemId"}),
    "the long form's words, not even texts": (GOOD | {"problem_id": {}, "user_id": []}, {"/problemId"}),
    "the long form's words beside": (GOOD_SHORT | {"problem_id": "a\0b"}, {"/problem_id"}),
    "no code, and files that are none": (GOOD_SHORT | {"code": None, "files": 5}, {"/code"}),
    "bad user": (GOOD_SHORT | {"userId": "a b"}, {"/userId"}),
    "bool user": (GOOD_SHORT | {"userId": True}, {"/userId"}),
    "NUL": (GOOD_SHORT | {"code": "\0"}, {"/code"}),
    "surrogate": (GOOD_SHORT | {"problemId": SURROGATE}, {"/problemId"}),
}


@pytest.mark.parametrize(("body", "wrong"), BAD_SHORT_FIELDS.values(), ids=BAD_SHORT_FIELDS.keys())
def test_every_bad_field_of_the_short_form_too(judge: Running, body: Any, wrong: set[str]) -> None:
    """422 in the words that the client has used."""
    response = judge.request("POST", "/submit", data=json.dumps(body), headers=JSON)
    assert pointers(refused(response, 422)) == wrong


def test_a_name_that_is_no_text(judge: Running) -> None:
    """422 for a field whose name holds a lone surrogate, told in an answer that any client can read."""
    problem = refused(judge.request("POST", "/submissions", json=without(**{SURROGATE: 1})), 422)
    assert "/\ufffd" in pointers(problem)


def test_errors_are_told_up_to_a_bound(judge: Running) -> None:
    """A body of nothing but faults costs neither minutes nor megabytes."""
    body = {f"f{number}": 1 for number in range(4_000)}
    response = judge.request("POST", "/submissions", json=body)
    assert len(refused(response, 422)["errors"]) <= 200
    assert response.elapsed.total_seconds() < 10


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(GOOD | {"more": [1] * 5_000}),
        json.dumps({f"f{number}": 1 for number in range(50_000)}),
        '{"more": [' + ",".join(["[]"] * 300_000) + "]}",
        '{"more": [[' + ",".join(["{}"] * 300_000) + "]]}",
    ],
    ids=["numbers", "names", "lists", "objects"],
)
def test_a_body_of_too_many_values(judge: Running, body: str) -> None:
    """422 before each is looked at, which would take a thousand times the memory of what was sent."""
    for path in ("/submissions", "/submit", "/runs", "/rejudgings", "/webhooks"):
        problem = refused(judge.request("POST", path, data=body, headers=JSON), 422)
        assert "at most 5000" in problem["detail"]
        assert problem["errors"] == []


def test_a_batch_may_have_as_many_for_each_of_its_items(judge: Running) -> None:
    """A hundred programs with a thousand arguments each are answered one by one."""
    runs = [{"language": "none", "code": "", "args": [""] * 1000}] * 99
    runs += [{"language": "none", "code": "", "args": [""] * 6000}]
    items = judge.request("POST", "/runs/batch", json={"runs": runs}).json()["items"]
    assert {item["status"] for item in items} == {422}
    assert {error["pointer"] for item in items for error in item["problem"]["errors"]} == {"/language"}
    assert "at most 5000" in items[-1]["problem"]["detail"]


BAD_JSON = {
    "empty": b"",
    "cut off": b'{"problem_id": ',
    "trailing comma": b'{"problem_id": "a-plus-b",}',
    "two values": b"{} {}",
    "bare words": b"problem_id=a-plus-b",
    "not UTF-8": b'{"problem_id": "\xff\xfe"}',
    "UTF-8 with a byte missing": b'{"problem_id": "\xe2\x82"}',
    "nested deeply": b"[" * 200_000,
    "nested deeply, in objects": b'{"a":' * 100_000,
    "a number of 5000 digits": b'{"user_id": ' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("path", ["/submissions", "/submit"])
@pytest.mark.parametrize("body", BAD_JSON.values(), ids=BAD_JSON.keys())
def test_what_is_no_json(judge: Running, body: bytes, path: str) -> None:
    """400, and the detail says that it is the JSON."""
    response = judge.request("POST", path, data=body, headers=JSON)
    assert "JSON" in refused(response, 400)["detail"]


@pytest.mark.parametrize(
    "content_type", [None, "", "text/plain", "application/x-www-form-urlencoded", "json"]
)
def test_another_content_type(judge: Running, content_type: str | None) -> None:
    """415: a form on a foreign page cannot send JSON under its own name."""
    headers = {} if content_type is None else {"Content-Type": content_type}
    refused(judge.request("POST", "/submissions", data=json.dumps(GOOD).encode(), headers=headers), 415)


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON"])
def test_json_under_its_other_names(judge: Running, content_type: str) -> None:
    """A charset or capitals make it no other type."""
    headers = {"Content-Type": content_type}
    response = judge.request("POST", "/submissions", data=json.dumps(GOOD).encode(), headers=headers)
    assert response.status_code == 202


def test_a_body_that_is_too_large(judge: Running) -> None:
    """413 from the length it declares."""
    body = json.dumps(without(code="#" * LARGEST_BODY)).encode()
    refused(judge.request("POST", "/submissions", data=body, headers=JSON), 413)


@pytest.mark.parametrize("chunk", [b" " * 65536, b'{"code": "' + b"x" * 70000], ids=["spaces", "text"])
def test_a_body_that_is_too_large_and_does_not_say_so(judge: Running, chunk: bytes) -> None:
    """413 for a chunked body, too, whatever a beginning of it would have been."""

    def body() -> Iterator[bytes]:
        yield json.dumps(GOOD).encode()
        yield from repeat(chunk, 40)

    refused(judge.request("POST", "/submissions", data=body(), headers=JSON), 413)


class Trickle(io.RawIOBase):
    """A body whose end does not come."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        gevent.sleep(0.01)
        buffer[:1] = b" "
        return 1


def test_a_body_that_does_not_come_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """408: who is sending still holds a connection, and as much memory as has come."""
    monkeypatch.setattr("judge.web.schemas._RECEIVE_S", 0.2)
    environ = create_environ(method="POST", content_type="application/json")
    environ |= {"wsgi.input": Trickle(), "CONTENT_LENGTH": str(LARGEST_BODY)}
    with (
        Flask(__name__).request_context(environ),
        pytest.raises(Fault) as fault,
        gevent.Timeout(PATIENCE_S),
    ):
        read_json()
    assert fault.value.status == 408


def test_a_chunked_body_of_fair_size(judge: Running) -> None:
    """Chunked is no fault in itself."""
    body = iter([json.dumps(GOOD).encode()])
    assert judge.request("POST", "/submissions", data=body, headers=JSON).status_code == 202


def test_the_largest_code_is_taken(judge: Running) -> None:
    """The limit itself is within the limit."""
    code = SUM + "#" * (LARGEST_CODE - len(SUM))
    assert judge.submit("a-plus-b", "python3", code)["state"] == "queued"


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=-1", "limit"),
        ("limit=x", "limit"),
        ("limit=", "limit"),
        ("limit=1.5", "limit"),
        ("limit=\u0663", "limit"),
        (f"limit={'9' * 5000}", "limit"),
        ("cursor=x", "cursor"),
        ("cursor=", "cursor"),
        ("cursor=%00", "cursor"),
        ("verdict=fine", "verdict"),
        ("verdict=", "verdict"),
        ("user_id=%00", "user_id"),
        ("problem_id=a%00", "problem_id"),
    ],
)
def test_bad_parameters_of_the_list(judge: Running, query: str, wrong: str) -> None:
    """422 that names the parameter."""
    assert pointers(refused(judge.request("GET", f"/submissions?{query}"), 422)) == {wrong}


@pytest.mark.parametrize("query", ["limit=0", f"limit={'9' * 5000}", "cursor=%00"])
def test_bad_parameters_of_the_problems(judge: Running, query: str) -> None:
    """422 that names the parameter."""
    problem = refused(judge.request("GET", f"/problems?{query}"), 422)
    assert pointers(problem) == {query.partition("=")[0]}


@pytest.mark.parametrize("wait", ["-1", "x", "1.5", "", "\u0663", "1e3", "9" * 5000])
def test_a_bad_wait(judge: Running, wait: str) -> None:
    """422 where a parameter says it; nothing is submitted."""
    refused(judge.request("GET", f"/submissions/{'0' * 26}?wait={wait}"), 422)
    user_id = f"waits-{len(wait)}-{ord((wait or ' ')[0])}"
    response = judge.request("POST", f"/submissions?wait={wait}", json=GOOD | {"user_id": user_id})
    assert pointers(refused(response, 422)) == {"wait"}
    assert judge.get(f"/submissions?user_id={user_id}")["items"] == []


@pytest.mark.parametrize("prefer", ["wait=x", "wait", "wait=-1", "handling=lenient", "await=5"])
def test_a_preference_that_cannot_be_read_is_ignored(judge: Running, prefer: str) -> None:
    """RFC 7240: an answer as if it were not there."""
    response = judge.request("POST", "/submissions", json=GOOD, headers={"Prefer": prefer})
    assert response.status_code == 202
    assert "Preference-Applied" not in response.headers


@pytest.mark.parametrize(
    "path",
    ["/nope", "/api/v1/nope", "/api/v1", "/api/v2/problems", "/api/v1/problems/nope", "/api/v1/problems/%00"],
)
def test_an_unknown_path(judge: Running, path: str) -> None:
    """404 in the shape of every error."""
    refused(requests.get(judge.url + path, timeout=20), 404)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/v1/submissions", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("POST", "/api/v1/problems", {"GET", "HEAD", "OPTIONS"}),
        ("PUT", "/healthz", {"GET", "HEAD", "OPTIONS"}),
        ("GET", "/submit", {"OPTIONS", "POST"}),
        ("BREW", "/api/v1/languages", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_another_method(judge: Running, method: str, path: str, allowed: set[str]) -> None:
    """405 with the methods that are."""
    response = requests.request(method, judge.url + path, timeout=20)
    refused(response, 405)
    assert set(response.headers["Allow"].split(", ")) == allowed


def test_head_of_an_error(judge: Running) -> None:
    """The status without a body."""
    response = judge.request("HEAD", "/problems/nope")
    assert (response.status_code, response.content) == (404, b"")


def test_the_socket_asked_by_plain_http(judge: Running) -> None:
    """426 that says what it is."""
    response = requests.get(f"{judge.url}/ws", timeout=20)
    refused(response, 426)
    assert response.headers["Upgrade"] == "websocket"


@pytest.mark.parametrize("spoilt", [{"Sec-WebSocket-Key": None}, {"Sec-WebSocket-Version": "8"}])
def test_a_handshake_that_is_none(judge: Running, spoilt: dict[str, str | None]) -> None:
    """400, and which version is spoken."""
    headers: Any = HANDSHAKE | spoilt
    response = requests.get(f"{judge.url}/ws", headers=headers, timeout=20)
    refused(response, 400)
    assert response.headers["Sec-WebSocket-Version"] == "13"


def test_chunks_that_are_none(judge: Running) -> None:
    """400 for a body that breaks HTTP in its middle."""
    address = urlsplit(judge.url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as client:
        client.sendall(
            b"POST /api/v1/submissions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"
        )
        assert client.recv(65536).startswith(b"HTTP/1.1 400 ")


def test_a_connection_outlives_a_refusal(judge: Running) -> None:
    """What a refused request has not read of its body is not taken for the next request."""
    with requests.Session() as session:
        for _ in range(3):
            refused(session.post(f"{judge.url}/api/v1/submissions", data=b"x" * 300_000, timeout=20), 415)
            assert session.get(f"{judge.url}/healthz", timeout=20).json() == {"status": "ok"}


def test_a_client_that_goes_in_the_middle(judge: Running) -> None:
    """Nothing is submitted by half a body, and the process serves on."""
    address = urlsplit(judge.url)
    with socket.create_connection((address.hostname, address.port)) as client:
        body = json.dumps(GOOD | {"user_id": "halfway"})
        head = (
            f"POST /api/v1/submissions HTTP/1.1\r\nHost: {address.netloc}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        client.sendall((head + body[:-2]).encode())
        client.shutdown(socket.SHUT_WR)
        answer = client.recv(100)
    assert not answer or answer.startswith(b"HTTP/1.1 400")
    assert judge.get("/submissions?user_id=halfway")["items"] == []


@pytest.mark.parametrize("path", ["/problems?q=", "/problems?after=", "/submissions?user_id=", "/sign-in?x="])
def test_a_nul_in_the_url_of_a_page(judge: Running, path: str) -> None:
    """As in that of the API: no text has one, and Postgres would take none."""
    refused(requests.get(f"{judge.url}{path}a%00b", headers=judge.headers, timeout=30), 422)
