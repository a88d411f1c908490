"""Cancelling, rejudging and deleting over HTTP: who may, in which state, and what the answer is."""

from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import text

from judge import accounts, db, events, queue, submissions
from judge.accounts import tokens
from judge.submissions import ledger
from judge.verdict import State
from tests.conftest import Running
from tests.core.test_interventions import bring
from tests.servers import log_of, new_language, new_problem, submit, until
from tests.web.test_refusals import pointers, refused
from tests.web.test_versions import PACKAGE, put, verify

UNKNOWN = "0" * 26
WAYS = {"cancel": ("POST", "/cancel"), "rejudge": ("POST", "/rejudge"), "delete": ("DELETE", "")}


@pytest.fixture
def problem(web: Running, tmp_path: Path) -> None:
    new_problem(tmp_path)
    new_language()


def brought_to(state: str, user_id: str = "ann") -> str:
    """A submission of somebody's in a state; one to be cancelled is left to the test."""
    created, event = submit(user_id=user_id)
    submissions.mark_sent(created.id, published_seq=event.seq, sent=True)
    if state not in (State.QUEUED, State.CANCELLED):
        bring(created.id, State(state))
    return created.id


def act(judge: Running, way: str, submission_id: str, **arguments: Any) -> requests.Response:
    method, suffix = WAYS[way]
    return judge.request(method, f"/submissions/{submission_id}{suffix}", **arguments)


def noted(submission_id: str) -> tuple[bool, int]:
    """Whether the queue is known to have it, and up to which event Redis."""
    query = text("SELECT sent_at IS NOT NULL AS sent, published_seq FROM submissions WHERE id = :id")
    with db.transaction() as session:
        row = session.execute(query, {"id": submission_id}).one()
    return row.sent, row.published_seq


@pytest.mark.parametrize(
    ("state", "statuses"),
    [
        ("queued", {"cancel": 202, "rejudge": 409, "delete": 409}),
        ("compiling", {"cancel": 202, "rejudge": 409, "delete": 409}),
        ("running", {"cancel": 202, "rejudge": 409, "delete": 409}),
        ("done", {"cancel": 409, "rejudge": 202, "delete": 204}),
        ("failed", {"cancel": 409, "rejudge": 202, "delete": 204}),
        ("cancelled", {"cancel": 202, "rejudge": 202, "delete": 204}),
    ],
)
def test_every_state_and_what_is_done_in_it(
    web: Running, problem: None, state: str, statuses: dict[str, int]
) -> None:
    """What does not fit is refused with what to do instead; nothing of it has happened then."""
    for way, status in statuses.items():
        submission_id = brought_to(state)
        if state == "cancelled":
            assert act(web, "cancel", submission_id).json()["state"] == "cancelled"
        before = ledger.get(submission_id)
        response = act(web, way, submission_id)
        if status == 409:
            refused(response, 409)
        assert response.status_code == status, (way, response.text)
        if status == 409 or (way, state) == ("cancel", "cancelled"):
            assert ledger.get(submission_id) == before
        elif way == "delete":
            refused(web.request("GET", f"/submissions/{submission_id}"), 404)
        else:
            assert response.json() == web.get(f"/submissions/{submission_id}")
            assert response.json()["state"] == ("queued" if way == "rejudge" else "cancelled")


@pytest.mark.parametrize(
    ("who", "statuses"),
    [
        ("ann", {"cancel": 202, "rejudge": 403, "delete": 403}),
        ("ben", {"cancel": 404, "rejudge": 403, "delete": 403}),
        ("eve", {"cancel": 403, "rejudge": 202, "delete": 403}),
        ("zoe", {"cancel": 202, "rejudge": 202, "delete": 204}),
    ],
)
def test_who_may_do_what_with_anns(
    token_web: Running, tmp_path: Path, who: str, statuses: dict[str, int]
) -> None:
    """Whose it is cancels it; an author sees it and has it judged anew; an admin does anything."""
    new_problem(tmp_path)
    new_language()
    roles: dict[str, accounts.Role] = {"ann": "user", "ben": "user", "eve": "author", "zoe": "admin"}
    accounts.add(who, roles[who])
    token = tokens.new(who)[0]
    for way, status in statuses.items():
        submission_id = brought_to("queued" if way == "cancel" else "done")
        response = act(token_web, way, submission_id, headers={"Authorization": f"Bearer {token}"})
        assert response.status_code == status, (way, response.text)
        if status > 400:
            refused(response, status)


def test_what_is_not_there(web: Running, problem: None) -> None:
    """404, whatever is asked of it."""
    for way in WAYS:
        refused(act(web, way, UNKNOWN), 404)


def test_a_rejudge_is_told_and_queued(web: Running, problem: None) -> None:
    """Its owner hears of it, a worker gets it, and nothing of that is left to the sweeper."""
    submission_id = brought_to("done")
    submissions.mark_sent(submission_id, published_seq=log_of(submission_id)[-1][0], sent=False)
    with events.connection().pubsub() as heard:  # type: ignore[no-untyped-call]
        heard.subscribe("user:ann")
        heard.get_message(timeout=5)
        response = act(web, "rejudge", submission_id, json={"version": "same"})
        assert response.status_code == 202, response.text
        message = heard.get_message(timeout=30)
    assert '"submission.queued"' in message["data"]
    assert response.json()["former"]["verdict"] == "accepted"
    until(lambda: queue.depth("python3") == 1)
    until(lambda: noted(submission_id) == (True, log_of(submission_id)[-1][0]))


@pytest.mark.parametrize("body", [{"version": "newest"}, {"version": 2}, {"more": 1}, [], "same"])
def test_a_rejudge_of_another_shape(web: Running, problem: None, body: Any) -> None:
    """422, and the submission stays as it is."""
    submission_id = brought_to("done")
    refused(act(web, "rejudge", submission_id, json=body), 422)
    assert ledger.get(submission_id).state == State.DONE


def test_a_cancellation_is_told(web: Running, problem: None) -> None:
    """Workers hear of it by its id alone, its owner as of any event, and those who wait for ends."""
    submission_id = brought_to("running")
    with events.connection().pubsub() as heard:  # type: ignore[no-untyped-call]
        heard.subscribe("cancelled", "user:ann", "problem_done")
        for _ in range(3):
            heard.get_message(timeout=5)
        assert act(web, "cancel", submission_id).status_code == 202
        told: dict[str, str] = {}
        while len(told) < 3:
            message = heard.get_message(timeout=30)
            told[message["channel"]] = message["data"]
    assert told["cancelled"] == f'{{"id": "{submission_id}"}}'
    assert '"submission.cancelled"' in told["user:ann"]
    assert submission_id in told["problem_done"]


# Problems


@pytest.mark.parametrize("with_submission", [True, False])
def test_a_problem_is_taken_back(web: Running, problem: None, with_submission: bool) -> None:
    """Not listed, and a 404 to whoever comes; what was submitted can be read, and judged anew."""
    submission_id = brought_to("done") if with_submission else None
    assert web.request("DELETE", "/problems/echo").status_code == 204
    assert web.get("/problems")["items"] == []
    refused(web.request("GET", "/problems/echo"), 404)
    body = {"problem_id": "echo", "language": "unproven", "code": "print(input())"}
    assert "/problem_id" in pointers(refused(web.request("POST", "/submissions", json=body), 422))
    if submission_id is None:
        refused(web.request("GET", "/problems/echo/versions"), 404)
        refused(web.request("DELETE", "/problems/echo"), 404)
        return
    assert web.get(f"/submissions/{submission_id}")["verdict"] == "accepted"
    assert act(web, "rejudge", submission_id).json()["version"] == 1
    assert web.request("DELETE", "/problems/echo").status_code == 204
    assert [version["current"] for version in web.get("/problems/echo/versions")["items"]] == [False]


def test_a_problem_is_removed_altogether(web: Running, problem: None) -> None:
    """With its submissions; workers hear of those that they judge."""
    submission_id = brought_to("running")
    with events.connection().pubsub() as heard:  # type: ignore[no-untyped-call]
        heard.subscribe("cancelled")
        heard.get_message(timeout=5)
        assert web.request("DELETE", "/problems/echo?purge=true").status_code == 204
        message = heard.get_message(timeout=30)
    assert message["data"] == f'{{"id": "{submission_id}"}}'
    refused(web.request("GET", f"/submissions/{submission_id}"), 404)
    refused(web.request("GET", "/problems/echo/versions"), 404)


def test_an_uploaded_problem_comes_back(web: Running, tmp_path: Path) -> None:
    """Withdrawn, it can be uploaded and published again; it is the version that it was."""
    new_language()
    id_ = put(web, PACKAGE).json()["verification_id"]
    verify(id_)
    assert web.request("POST", "/problems/a-plus-b/versions/1/publish").ok
    submit(problem_id="a-plus-b")
    assert web.request("DELETE", "/problems/a-plus-b").status_code == 204
    again = put(web, PACKAGE)
    assert (again.status_code, again.json()["version"], again.json()["state"]) == (200, 1, "verified")
    assert web.request("POST", "/problems/a-plus-b/versions/1/publish").ok
    assert web.get("/problems/a-plus-b")["version"] == 1


@pytest.mark.parametrize(
    ("role", "withdrawn", "purged"), [("user", 403, 403), ("author", 204, 403), ("admin", 204, 204)]
)
def test_who_may_take_a_problem_back(
    token_web: Running, tmp_path: Path, role: accounts.Role, withdrawn: int, purged: int
) -> None:
    """Authors and admins; only admins remove what others have submitted."""
    new_problem(tmp_path)
    new_language()
    submit()
    accounts.add("who", role)
    headers = {"Authorization": f"Bearer {tokens.new('who')[0]}"}
    for query, status in (("", withdrawn), ("?purge=true", purged)):
        response = token_web.request("DELETE", f"/problems/echo{query}", headers=headers)
        assert response.status_code == status


@pytest.mark.parametrize("path", ["/problems/nope", "/problems/No%20id", "/problems/nope?purge=true"])
def test_no_such_problem(web: Running, path: str) -> None:
    """404; and a purge that is neither true nor false is 422."""
    refused(web.request("DELETE", path), 404)
    refused(web.request("DELETE", "/problems/nope?purge=maybe"), 422)
