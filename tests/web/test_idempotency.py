"""A request that is sent twice with one Idempotency-Key is done once and answered twice."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import text

from judge import db, idempotency
from tests.conftest import Running
from tests.servers import Servers, new_language, new_problem
from tests.web.test_refusals import refused

BODY = {"problem_id": "echo", "language": "python3", "code": "print(input())"}


@pytest.fixture
def web(clean: Servers, running_web: Running, tmp_path: Path) -> Running:
    """A web process alone, with a problem and a language."""
    new_problem(tmp_path)
    new_language()
    return running_web


def post(web: Running, key: str | None, path: str = "/submissions", **body: Any) -> requests.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    return web.request("POST", path, headers=headers, json=BODY | body)


def count() -> int:
    with db.transaction() as session:
        return int(session.scalar(text("SELECT count(*) FROM submissions")) or 0)


def test_the_same_again_is_answered_the_same(web: Running) -> None:
    """To the byte, with its Location; the second answer says what it is."""
    first = post(web, '"one"')
    assert first.status_code == 202
    assert "Idempotent-Replayed" not in first.headers
    for key in ('"one"', "one"):  # a string as RFC 9651 writes it, or bare, as many clients do
        again = post(web, key)
        assert (again.status_code, again.content) == (202, first.content)
        assert again.headers["Location"] == first.headers["Location"]
        assert again.headers["Content-Type"] == first.headers["Content-Type"]
        assert again.headers["Idempotent-Replayed"] == "true"
    assert count() == 1


def test_members_may_come_in_another_order(web: Running) -> None:
    """JSON that means the same is the same."""
    first = post(web, "one")
    body = dict(reversed(BODY.items()))
    again = web.request("POST", "/submissions", headers={"Idempotency-Key": "one"}, json=body)
    assert again.json()["id"] == first.json()["id"]


def test_another_body_is_refused(web: Running) -> None:
    """422, and nothing is done."""
    post(web, "one")
    error = refused(post(web, "one", code="print(2)"), 422)
    assert "another body" in error["detail"]
    assert count() == 1


def test_keys_belong_to_a_caller_and_a_route(web: Running) -> None:
    """Somebody else's, and another route's, is another key; without one nothing is held together."""
    short = {"problemId": "echo", "userId": "ann"}
    answers = [
        post(web, "one"),
        post(web, "one", user_id="ann"),
        post(web, "one", "/submit", **short),
        post(web, None),
        post(web, None),
    ]
    assert len({answer.json()["id"] for answer in answers}) == count() == 5


@pytest.mark.parametrize("key", ["", '""', "a" * 256, '"a', 'a"b', '"\\"'])
def test_what_is_no_key(web: Running, key: str) -> None:
    """400, and nothing is done."""
    refused(post(web, key), 400)
    assert count() == 0


def test_a_refused_request_may_be_mended(web: Running) -> None:
    """An error uses up no key."""
    refused(post(web, "one", language="klingon"), 422)
    assert post(web, "one").status_code == 202


def test_while_the_first_is_being_answered(web: Running) -> None:
    """409 with Retry-After; then it can be done."""
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended('anonymous POST /api/v1/submissions one', 0))")
    with db.transaction() as session:
        session.execute(lock)
        response = post(web, "one")
        refused(response, 409)
        assert response.headers["Retry-After"] == "1"
    assert count() == 0
    assert post(web, "one").status_code == 202


def test_many_at_once(web: Running) -> None:
    """One is done; every other is told so, now or when it asks again."""
    together = threading.Barrier(8)

    def send(_: int) -> requests.Response:
        together.wait()
        return post(web, "one")

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(send, range(8)))
    assert {answer.status_code for answer in answers} <= {202, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 202}) == count() == 1


def test_it_is_forgotten_after_a_day(web: Running) -> None:
    """Then the key is free, whether or not the row has been removed."""
    first = post(web, "one")
    with db.transaction() as session:
        session.execute(text("UPDATE idempotency_keys SET created_at = now() - interval '24 hours 1 second'"))
    second = post(web, "one", code="print(2)")
    assert (second.status_code, second.json()["id"] != first.json()["id"]) == (202, True)
    assert idempotency.purge() == 0
    with db.transaction() as session:
        session.execute(text("UPDATE idempotency_keys SET created_at = now() - interval '24 hours 1 second'"))
    assert idempotency.purge() == 1


def test_a_waited_answer_is_kept(judge: Running) -> None:
    """Who waited for the verdict, and lost it on the way, is answered with it."""
    body = {"problem_id": "a-plus-b", "language": "python3", "code": "print(1)"}
    headers = {"Idempotency-Key": "waited"}
    first = judge.request("POST", "/submissions?wait=20", headers=headers, json=body)
    assert (first.status_code, first.json()["state"]) == (200, "done")
    again = judge.request("POST", "/submissions?wait=20", headers=headers, json=body)
    assert (again.status_code, again.content) == (200, first.content)
