"""What every answer carries, whatever it answers: a name, and what browsers and caches need to know."""

import json
import logging
import re
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask

from judge import log_lines
from judge.web import faults, judge0, piston, request_ids
from tests.conftest import PATIENCE_S, Running
from tests.servers import Servers
from tests.web.conftest import web_alone
from tests.web.test_refusals import refused

MADE = re.compile("[0-9a-f]{32}")
LISTED, FOREIGN = "https://contest.example", "https://elsewhere.example"
ASKED = [
    ("GET", "/api/v1/problems", 200),
    ("GET", "/healthz", 200),
    ("GET", "/docs", 200),
    ("HEAD", "/api/v1/queue", 200),
    ("GET", "/nope", 404),
    ("GET", "/api/v1/submissions/nope", 404),
    ("DELETE", "/api/v1/submissions", 405),
    ("POST", "/api/v1/submissions", 415),
    ("GET", "/api/v1/problems?limit=x", 422),
    ("GET", "/ws", 426),
]


@pytest.mark.parametrize(("method", "path", "status"), ASKED)
def test_every_answer_has_a_name(web: Running, method: str, path: str, status: int) -> None:
    """The client's, or one of ours, which is also in the problem."""
    for sent, is_kept in (
        ("mine-1.A_b", True),
        ("x" * 64, True),
        ("x" * 65, False),
        ("a b", False),
        (None, False),
    ):
        headers = {} if sent is None else {"X-Request-Id": sent}
        response = requests.request(method, web.url + path, headers=headers, timeout=PATIENCE_S)
        assert response.status_code == status
        name = response.headers["X-Request-Id"]
        assert name == sent if is_kept else MADE.fullmatch(name)
        if status >= 400:
            assert refused(response, status)["request_id"] == name
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "no-" in response.headers["Cache-Control"]


def test_what_is_somebodys_own_is_not_kept(web: Running) -> None:
    """Lists of submissions are stored nowhere; what has an ETag is asked for again."""
    assert web.request("GET", "/submissions").headers["Cache-Control"] == "no-store"
    assert web.request("GET", "/openapi.json").headers["Cache-Control"] == "no-cache"


def test_a_body_too_large_has_a_name(web: Running) -> None:
    """413 is told before the body is read."""
    response = web.request("POST", "/submissions", json={"code": "x" * (1 << 20)})
    assert refused(response, 413)["request_id"] == response.headers["X-Request-Id"]


def test_what_is_logged_has_the_name(caplog: pytest.LogCaptureFixture) -> None:
    """A failure of ours is found by the name that its client was told."""
    app = Flask("failing")
    request_ids.register(app)
    faults.register(app)
    app.add_url_rule("/", view_func=lambda: {}["nothing"])
    caplog.handler.setFormatter(log_lines.JsonLines({}))
    with caplog.at_level(logging.ERROR):
        answer = app.test_client().get("/", headers={"X-Request-Id": "who-did-this"})
    assert (answer.status_code, answer.json["request_id"]) == (500, "who-did-this")  # type: ignore[index]
    assert json.loads(caplog.text)["request_id"] == "who-did-this"


def test_what_fails_has_the_shape_of_its_path() -> None:
    """A failure of ours, too, is told to a client of another API as it is told there."""
    app = Flask("failing")
    faults.register(app)
    judge0.register(app)
    piston.register(app)
    app.add_url_rule("/<path:_>", view_func=lambda _: {}["nothing"])
    answers = {path: app.test_client().get(path) for path in ("/judge0/x", "/piston/api/v2/x", "/api/v1/x")}
    assert {answer.status_code for answer in answers.values()} == {500}
    told = {path: answer.json for path, answer in answers.items()}
    why = "this is our fault, and it has been logged"
    assert told["/judge0/x"] == {"error": why}
    assert told["/piston/api/v2/x"] == {"message": why}
    assert told["/api/v1/x"]["title"] == "Internal Server Error"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/9.9\r\n\r\n", 400),
        (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA b: c\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nLong: " + b"x" * 9000 + b"\r\n\r\n", 431),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: nonsense\r\n\r\n", 501),
    ],
    ids=["no request", "version", "long line", "header", "long header", "encoding"],
)
def test_what_is_no_http_is_refused_in_the_same_shape(web: Running, sent: bytes, status: int) -> None:
    """Gunicorn answers these before any route hears of them."""
    address = urlsplit(web.url)
    with socket.create_connection((address.hostname, address.port), timeout=PATIENCE_S) as client:
        client.sendall(sent)
        answer = b"".join(iter(lambda: client.recv(4096), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode()), head
    assert b"Content-Type: application/problem+json" in head
    problem = json.loads(body)
    assert {"type", "title", "status", "detail", "errors", "request_id"} == problem.keys()
    assert (problem["status"], f"X-Request-Id: {problem['request_id']}".encode() in head) == (status, True)


@pytest.fixture(scope="module")
def listing(servers: Servers) -> Iterator[Running]:
    """A web process with accounts that one foreign page may use."""
    secret = {
        "JUDGE_AUTH": "token",
        "SECRET_KEY": "only for these tests",
        "JUDGE_ORIGINS": f"{LISTED}, null.example",
    }
    with web_alone(servers, **secret) as running:
        yield running


def preflight(running: Running, origin: str, path: str = "/submissions") -> requests.Response:
    """What a browser asks before it sends a page's request with a token to another site."""
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    return running.request("OPTIONS", path, headers={"Origin": origin, **asked})


def test_a_listed_page_may_ask(listing: Running) -> None:
    """The preflight, which carries no token, is answered; so is the request, refusals too."""
    allowed = preflight(listing, LISTED)
    assert (allowed.status_code, allowed.content) == (204, b"")
    assert "POST" in allowed.headers["Access-Control-Allow-Methods"]
    sent = allowed.headers["Access-Control-Allow-Headers"].split(", ")
    assert {"Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID", "X-CSRF-Token"} <= {*sent}
    assert int(allowed.headers["Access-Control-Max-Age"]) > 0
    for answer in (allowed, listing.request("GET", "/queue", headers={"Origin": LISTED})):
        assert answer.headers["Access-Control-Allow-Origin"] == LISTED
        assert answer.headers["Access-Control-Allow-Credentials"] == "true"
        assert "Origin" in answer.headers["Vary"]
    assert answer.status_code == 401
    assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"].split(", ")


@pytest.mark.parametrize(
    "origin", [FOREIGN, "null", "", "https://contest.example.evil", "HTTPS://CONTEST.EXAMPLE"]
)
def test_nothing_is_told_to_others(listing: Running, origin: str) -> None:
    """No header that a browser would take for leave, neither in a preflight nor in an answer."""
    refused(preflight(listing, origin), 401)
    for answer in (
        preflight(listing, origin),
        listing.request("GET", "/healthz", headers={"Origin": origin}),
    ):
        assert not [name for name in answer.headers if name.startswith("Access-Control-")]
        assert "Origin" in answer.headers["Vary"]


def test_without_a_list_nobody_may(web: Running) -> None:
    """Not even told that answers might differ."""
    answer = web.request("GET", "/healthz", headers={"Origin": LISTED})
    assert not [name for name in answer.headers if name.startswith("Access-Control-") or name == "Vary"]


def test_the_page_needs_nothing_from_elsewhere(web: Running) -> None:
    """Its style is ours, it has no script, and it tells of every operation with its examples."""
    page = web.request("GET", "/docs")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "<script" not in page.text
    used = re.findall(r'(?:src|href)="([^"#]+)"', page.text)
    assert used
    for path in used:
        assert requests.get(web.url + path, timeout=PATIENCE_S).status_code == 200, path
    document = web.get("/openapi.json")
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert f'id="{operation["operationId"]}"' in page.text, (method, path)
    named = set(re.findall(r'href="#([^"]+)"', page.text))
    assert named <= set(re.findall(r'id="([^"]+)"', page.text))
    assert page.text.count("<pre") >= len(document["paths"])
