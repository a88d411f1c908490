"""Packages over HTTP: what is taken becomes a draft, what is not is refused with every reason."""

import io
import socket
import stat
import threading
import time
import zipfile
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from judge import accounts, events, packages, queue, verifications
from judge.accounts import tokens
from judge.packages import archives
from tests.conftest import REPOSITORY, Running
from tests.servers import until
from tests.web.test_refusals import refused

FOLDER = REPOSITORY / "problems" / "a-plus-b"
REPORT = {"ok": True, "time_limit_s": 2.0, "errors": [], "warnings": [], "submissions": []}


def packed() -> bytes:
    """A sample problem as a zip."""
    file = io.BytesIO()
    archives.pack(FOLDER, file)
    return file.getvalue()


PACKAGE = packed()


def changed(*removed: str, added: Mapping[str, bytes] = MappingProxyType({})) -> bytes:
    """That zip without the files below some paths, and with others."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(PACKAGE)) as before, zipfile.ZipFile(made, "w") as after:
        for info in before.infolist():
            if not info.filename.startswith(removed):
                after.writestr(info, before.read(info))
        for name, content in added.items():
            after.writestr(name, content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def put(judge: Running, content: Any, problem_id: str = "a-plus-b", **arguments: Any) -> requests.Response:
    headers = {"Content-Type": "application/zip"} | arguments.pop("headers", {})
    return judge.request("PUT", f"/problems/{problem_id}", data=content, headers=headers, **arguments)


def verify(verification_id: str, *, ok: bool = True) -> None:
    """What a worker does, without its boxes."""
    claim = verifications.claim(verification_id, "worker")
    assert claim is not None
    package = packages.read(FOLDER).with_time_limit(2.0) if ok else None
    verifications.finish(verification_id, claim.attempt, REPORT | {"ok": ok}, package, published=(0, 0))


def test_the_way_to_a_problem(web: Running) -> None:
    """Uploaded it is a draft, verified it can be published, and only then it is there for everybody."""
    response = put(web, PACKAGE)
    assert response.status_code == HTTPStatus.ACCEPTED, response.text
    answer = response.json()
    id_ = answer.pop("verification_id")
    assert answer == {"problem_id": "a-plus-b", "version": 1, "state": "draft"}
    where = response.headers["Location"]
    assert where == "/api/v1/problems/a-plus-b/versions/1"
    assert queue.depth_of(queue.VERIFYING) == 1
    shown = web.get(where)
    assert (shown["state"], shown["current"], shown["verification"]["id"]) == ("draft", False, id_)
    assert refused(web.request("GET", "/problems/a-plus-b"), 404)
    assert "draft" in refused(web.request("POST", f"{where}/publish"), 409)["detail"]
    verify(id_)
    shown = web.get(where)
    assert (shown["state"], shown["verification"]["report"]) == ("verified", REPORT)
    assert web.get("/problems")["items"] == []
    published = web.request("POST", f"{where}/publish")
    assert (published.status_code, published.json()["current"]) == (200, True)
    problem = web.get("/problems/a-plus-b")
    assert (problem["version"], problem["limits"]["time_limit_s"]) == (1, 2.0)
    assert [version["version"] for version in web.get("/problems/a-plus-b/versions")["items"]] == [1]


def test_an_equal_package_is_the_same_version(web: Running) -> None:
    """It is answered as it stands, however it was packed; another file makes another version."""
    first = put(web, PACKAGE).json()
    again = put(web, changed())
    assert (again.status_code, again.json()) == (202, first)
    verify(first["verification_id"], ok=False)
    settled = put(web, PACKAGE)
    assert (settled.status_code, settled.json()) == (200, first | {"state": "rejected"})
    assert queue.depth_of(queue.VERIFYING) == 1
    assert put(web, changed(added={"generators/README.txt": b"new"})).json()["version"] == 2
    once_more = web.request("POST", "/problems/a-plus-b/versions/1/verify")
    assert (once_more.status_code, once_more.json()["state"]) == (202, "rejected")


def test_its_events_come_on_the_socket(web: Running) -> None:
    """To whoever has uploaded it, each once and in order, what Redis has lost included."""
    ada, other = web.socket({"user_id": "ada"}), web.socket({"user_id": "1"})
    id_ = put(web, PACKAGE, params={"user_id": "ada"}).json()["verification_id"]
    queued = ada.receive()
    assert (queued["type"], queued["seq"], queued["verification_id"]) == ("verification.queued", 1, id_)
    assert (queued["problem_id"], queued["version"]) == ("a-plus-b", 1)
    claim = verifications.claim(id_, "worker")  # which nobody publishes
    assert claim is not None
    events.publish(verifications.finish(id_, 1, REPORT | {"ok": False}, None, published=(0, 0)))
    told = ada.until(lambda message: message["type"] == "verification.done")
    assert [(message["seq"], message["type"]) for message in told] == [
        (2, "verification.running"),
        (3, "verification.done"),
    ]
    assert told[-1]["data"] == {"ok": False, "report": REPORT | {"ok": False}}
    other.send("not JSON")
    assert other.receive()["type"] == "error"  # and nothing before it


def test_a_verification_is_subscribed_to(web: Running) -> None:
    """By whomever it was asked for: as it stands, then what comes, and after a number what is missing."""
    id_ = put(web, PACKAGE, params={"user_id": "ada"}).json()["verification_id"]
    socket = web.socket({"user_id": "bo", "stream": False})
    socket.send({"type": "subscribe", "verification_id": id_})
    snapshot = socket.receive()
    assert (snapshot["type"], snapshot["seq"]) == ("snapshot", 1)
    shown = snapshot["verification"]
    assert (shown["id"], shown["state"], shown["problem_id"], shown["version"]) == (
        id_,
        "queued",
        "a-plus-b",
        1,
    )
    claim = verifications.claim(id_, "worker")
    assert claim is not None
    events.publish(verifications.finish(id_, 1, REPORT, None, published=(0, 0)))
    assert [socket.receive()["type"] for _ in range(2)] == ["verification.running", "verification.done"]
    later = web.socket({"user_id": "bo", "stream": False})
    later.send({"type": "subscribe", "verification_id": id_, "after_seq": 2})
    assert later.receive()["type"] == "snapshot"
    assert later.receive()["seq"] == 3
    later.send({"type": "unsubscribe", "verification_id": id_})
    assert later.receive() == {"type": "unsubscribed", "verification_id": id_}


def test_who_may_subscribe_to_a_verification(token_web: Running) -> None:
    """Authors, and whoever asked for it; to others it is not there."""
    for name, role in (("ada", "author"), ("bo", "author"), ("carl", "user")):
        accounts.add(name, role)  # type: ignore[arg-type]  # they are roles
    headers = {"Authorization": f"Bearer {tokens.new('ada')[0]}"}
    id_ = put(token_web, PACKAGE, headers=headers).json()["verification_id"]
    for name, answer in (("ada", "snapshot"), ("bo", "snapshot"), ("carl", "error")):
        socket = token_web.socket({"token": tokens.new(name)[0], "stream": False})
        socket.send({"type": "subscribe", "verification_id": id_})
        assert socket.receive()["type"] == answer, name


def test_the_newest_version_of_each_problem(web: Running) -> None:
    """Listed or not, the newest first, a page at a time."""
    put(web, PACKAGE)
    id_ = put(web, PACKAGE, "other").json()["verification_id"]
    put(web, changed(added={"generators/README.txt": b"new"}))
    verify(id_, ok=True)
    assert web.request("POST", "/problems/other/versions/1/publish").ok
    page = web.get("/versions?limit=1")
    told = [(each["problem_id"], each["version"], each["current_version"]) for each in page["items"]]
    assert told == [("a-plus-b", 2, None)]
    assert page["items"][0]["name"] == "A Plus B"
    page = web.get(f"/versions?limit=1&cursor={page['next_cursor']}")
    assert [(each["problem_id"], each["current_version"]) for each in page["items"]] == [("other", 1)]
    assert page["next_cursor"] is None
    for cursor in ("x", "-1", "9" * 30):
        assert refused(web.request("GET", f"/versions?cursor={cursor}"), 422)


def link(name: str, target: str) -> bytes:
    """The package with a link in it."""
    info = zipfile.ZipInfo(name)
    info.external_attr, info.create_system = (stat.S_IFLNK | 0o777) << 16, 3
    file = io.BytesIO(PACKAGE)
    with zipfile.ZipFile(file, "a") as made:
        made.writestr(info, target)
    return file.getvalue()


FAULTS: dict[str, tuple[bytes, str, str]] = {
    "nothing": (b"", ".", "no zip"),
    "something else": (b"PK" * 1000, ".", "no zip"),
    "no problem.yaml": (changed("problem.yaml"), "problem.yaml", "is missing"),
    "no answer": (changed("data/secret/01-zeros.ans"), "data/secret/01-zeros.ans", "missing"),
    "a climbing path": (changed(added={"data/../../x": b""}), "data/../../x", "climbs out"),
    "an absolute path": (changed(added={"/etc/x": b""}), "/etc/x", "absolute"),
    "a link that leaves": (link("data/secret/x", "../../../x"), "data/secret/x", "leaves the package"),
    "a link elsewhere": (link("data/secret/x", "/etc/passwd"), "data/secret/x", "must be relative"),
    "a clash of case": (changed(added={"Problem.yaml": b""}), "problem.yaml", "only by case"),
    "too much": (changed(added={"generators/x": bytes(65 << 20)}), ".", "JUDGE_MAX_UNPACKED_BYTES"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_no_package_is_refused(web: Running, fault: str) -> None:
    """Each fault with the path in the package that it is about; nothing is kept."""
    content, path, reason = FAULTS[fault]
    problem = refused(put(web, content), 422)
    [found] = [error["detail"] for error in problem["errors"] if error["pointer"] == path]
    assert reason in found
    refused(web.request("GET", "/problems/a-plus-b/versions"), 404)


def test_every_fault_is_told(web: Running) -> None:
    """Not only the first: each costs its author a round."""
    missing = ["data/secret/01-zeros.ans", "data/secret/02-small.ans"]
    errors = refused(put(web, changed(*missing)), 422)["errors"]
    assert sorted(error["pointer"] for error in errors) == missing


def test_how_a_package_is_sent(web: Running) -> None:
    """A zip by its type or without one, of known length or not, and no larger than is allowed."""
    assert put(web, iter([PACKAGE[:1000], PACKAGE[1000:]])).status_code == 202
    assert requests.put(f"{web.url}/api/v1/problems/a-plus-b", data=PACKAGE, timeout=60).status_code == 202
    refused(put(web, b"{}", headers={"Content-Type": "application/json"}), 415)
    large = bytes(9 << 20)
    refused(put(web, large), 413)
    refused(put(web, iter([large])), 413)
    refused(put(web, PACKAGE, "A-plus-B"), 422)
    refused(put(web, PACKAGE, params={"user_id": "a b"}), 422)


def test_only_authors_change_problems(token_web: Running) -> None:
    """Drafts and their reports are nobody else's to see either."""
    headers = {}
    for name, role in (("eve", "author"), ("zoe", "admin"), ("ann", "user")):
        accounts.add(name, role)  # type: ignore[arg-type]
        headers[name] = {"Authorization": f"Bearer {tokens.new(name)[0]}"}
    for name in ("eve", "zoe"):
        assert put(token_web, PACKAGE, headers=headers[name]).status_code == 202
    for method, path in (
        ("PUT", "/problems/a-plus-b"),
        ("GET", "/problems/a-plus-b/versions"),
        ("GET", "/problems/a-plus-b/versions/1"),
        ("POST", "/problems/a-plus-b/versions/1/verify"),
        ("POST", "/problems/a-plus-b/versions/1/publish"),
    ):
        refused(token_web.request(method, path, headers=headers["ann"]), 403)
        refused(token_web.request(method, path), 401)


def test_a_version_that_is_not_there(web: Running) -> None:
    """404, whatever is asked of it."""
    put(web, PACKAGE)
    for path in ("/problems/a-plus-b/versions/2", "/problems/b/versions/1", "/problems/%00/versions/1"):
        refused(web.request("GET", path), 404)
        refused(web.request("POST", f"{path}/publish"), 404)
        refused(web.request("POST", f"{path}/verify"), 404)


@pytest.fixture
def slow_uploads(web: Running) -> Iterator[list[socket.socket]]:
    """As many uploads as there is room for, of which each has sent a part."""
    address = urlsplit(web.url)
    head = (
        f"PUT /api/v1/problems/a-plus-b HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(PACKAGE)}\r\n\r\n"
    )
    opened = []
    for _ in range(4):
        opened.append(socket.create_connection((address.hostname, address.port)))
        opened[-1].sendall(head.encode() + PACKAGE[:10])
    yield opened
    for connection in opened:
        connection.close()


def test_a_few_at_a_time(web: Running, slow_uploads: list[socket.socket]) -> None:
    """Each upload may need gigabytes of disk; whoever comes beyond the bound is told when to come back."""
    until(lambda: put(web, PACKAGE).status_code == 503)
    response = put(web, PACKAGE)
    refused(response, 503)
    assert response.headers["Retry-After"] == "10"
    assert web.request("GET", "/healthz").ok
    slow_uploads[0].sendall(PACKAGE[10:])
    assert b" 202 " in slow_uploads[0].recv(100)
    assert put(web, PACKAGE).status_code == 202


def test_others_are_served_while_a_package_is_read(web: Running) -> None:
    """Reading takes seconds of Python; nobody else waits as long."""
    many = changed(added={f"data/secret/{n}.{end}": b"1 2\n" for n in range(2000) for end in ("in", "ans")})
    uploading = threading.Thread(target=put, args=(web, many))
    uploading.start()
    longest_s, started = 0.0, time.monotonic()
    while uploading.is_alive():
        asked = time.monotonic()
        assert web.request("GET", "/healthz").ok
        longest_s = max(longest_s, time.monotonic() - asked)
    reading_s = time.monotonic() - started
    print(f"read in {reading_s:.2f} s; the longest wait beside it was {longest_s:.3f} s")
    assert longest_s < reading_s / 2, "read on the loop, it would hold up one request until it ends"
