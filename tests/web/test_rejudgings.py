"""Rejudgings over HTTP: who may, what is refused, and what each answer has."""

from pathlib import Path
from typing import Any

import pytest
import requests

from judge import accounts, rejudgings
from judge.accounts import tokens
from judge.submissions import ledger
from tests.conftest import Running
from tests.core.test_rejudgings import WRONG, judge, judged
from tests.servers import new_language, new_problem, submit
from tests.web.conftest import MOST_REJUDGED
from tests.web.test_refusals import pointers, refused

UNKNOWN = "0" * 26
ECHO = {"problem_id": "echo"}


@pytest.fixture
def problem(web: Running, tmp_path: Path) -> None:
    new_problem(tmp_path)
    new_language()


def post(web: Running, body: Any, path: str = "", **arguments: Any) -> requests.Response:
    return web.request("POST", f"/rejudgings{path}", json=body, **arguments)


def test_the_way_of_a_preview(web: Running, problem: None) -> None:
    """Counted, started, followed, looked at in pages, and applied."""
    ids = [judged() for _ in range(3)]
    submit()
    dry = post(web, {**ECHO, "dry_run": True})
    assert (dry.status_code, dry.json()) == (
        200,
        {"matched": 3, "by_verdict": {"accepted": 3}, "not_ended": 1},
    )
    assert web.get("/rejudgings")["items"] == []
    started = post(web, {**ECHO, "apply": "by_hand", "reason": "a test was wrong"})
    assert started.status_code == 202, started.text
    first = started.json()
    assert started.headers["Location"] == f"/api/v1/rejudgings/{first['id']}"
    path = f"/rejudgings/{first['id']}"
    assert first == {
        "id": first["id"], "state": "running", "apply": "by_hand", "judge_by": "current",
        "reason": "a test was wrong", "user_id": "anonymous", "filter": ECHO,
        "counts": {"total": 3, "waiting": 3, "judging": 0, "judged": 0, "applied": 0, "failed": 0,
                   "skipped": 0, "cancelled": 0},
        "changed": 0, "matrix": {}, "created_at": first["created_at"], "finished_at": None,
    }  # fmt: skip
    etag = web.request("GET", path).headers["ETag"]
    assert web.request("GET", path, headers={"If-None-Match": etag}).status_code == 304
    refused(post(web, None, f"/{first['id']}/apply"), 409)
    rejudgings.go_on()
    shown = web.get(f"/submissions/{ids[0]}")
    assert (shown["state"], shown["verdict"], shown["former"]) == ("done", "accepted", None)
    for one in ids[1:]:
        judge(one)
    judge(ids[0], WRONG)
    rejudgings.go_on()
    assert web.get(path)["state"] == "done"
    assert web.get(path)["matrix"] == {"accepted": {"accepted": 2, "wrong_answer": 1}}
    assert web.get(f"{path}/items?changed=true")["items"] == [
        {
            "submission_id": ids[0], "problem_id": "echo", "user_id": "1", "language": "python3",
            "state": "judged", "from": "accepted", "to": "wrong_answer", "from_score": None,
            "to_score": None, "changed": True,
        }
    ]  # fmt: skip
    page = web.get(f"{path}/items?changed=false&limit=1")
    rest = web.get(f"{path}/items?changed=false&limit=1&cursor={page['next_cursor']}")
    assert [item["submission_id"] for item in page["items"] + rest["items"]] == sorted(ids[1:])
    assert rest["next_cursor"] is None
    assert post(web, None, f"/{first['id']}/apply").json()["state"] == "applying"
    while web.get(path)["state"] == "applying":
        rejudgings.go_on()
    assert web.get(f"/submissions/{ids[0]}")["verdict"] == "wrong_answer"
    assert post(web, None, f"/{first['id']}/apply").status_code == 202
    refused(post(web, None, f"/{first['id']}/cancel"), 409)
    assert [item["id"] for item in web.get("/rejudgings")["items"]] == [first["id"]]
    assert [item["id"] for item in web.get("/rejudgings?problem_id=echo")["items"]] == [first["id"]]
    assert web.get("/rejudgings?problem_id=other")["items"] == []


def test_one_that_is_cancelled(web: Running, problem: None) -> None:
    """What is in the queue is as it was; to cancel it twice is no fault."""
    one = judged()
    id_ = post(web, ECHO).json()["id"]
    rejudgings.go_on()
    assert web.get(f"/submissions/{one}")["state"] == "queued"
    for _ in range(2):
        response = post(web, None, f"/{id_}/cancel")
        assert (response.status_code, response.json()["state"]) == (202, "cancelled")
    assert web.get(f"/submissions/{one}")["verdict"] == "accepted"
    refused(post(web, None, f"/{id_}/apply"), 409)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, {""}),
        ({"reason": "none"}, {""}),
        ({"verdict": "nice"}, {"/verdict"}),
        ({"verdict": []}, {"/verdict"}),
        ({"version": 1}, {"/version"}),
        ({**ECHO, "version": 0}, {"/version"}),
        ({"submitted_after": "2026-01-01T00:00:00"}, {"/submitted_after"}),
        ({"submitted_before": "yesterday"}, {"/submitted_before"}),
        ({"ids": [UNKNOWN]}, {"/ids/0"}),
        ({"ids": []}, {"/ids"}),
        ({**ECHO, "apply": "later", "judge_by": 3, "more": 1}, {"/apply", "/judge_by", "/more"}),
        ({"problem_id": "nope"}, set()),
        ([], {""}),
    ],
)
def test_what_is_refused(web: Running, problem: None, body: Any, where: set[str]) -> None:
    """422 with the place of each fault; nothing is begun."""
    judged()
    assert pointers(refused(post(web, body), 422)) == where
    assert web.get("/rejudgings")["items"] == []


def test_every_field_at_once(web: Running, problem: None) -> None:
    """A verdict is one or several; instants have an offset."""
    one = judged()
    created_at = ledger.get(one).as_json()["created_at"]
    body = {
        **ECHO, "user_id": 1, "language": "python3", "verdict": ["accepted", "failed"], "version": 1,
        "submitted_after": "2020-01-01T00:00:00+01:00", "submitted_before": "2100-01-01T00:00:00Z",
        "ids": [one], "judge_by": "same",
    }  # fmt: skip
    response = post(web, body)
    assert response.status_code == 202, response.text
    assert response.json()["filter"] == {
        **{name: value for name, value in body.items() if name != "judge_by"},
        "user_id": "1", "submitted_after": "2019-12-31T23:00:00.000Z",
        "submitted_before": "2100-01-01T00:00:00.000Z",
    }  # fmt: skip
    assert post(web, {"verdict": "accepted", "dry_run": True}).json()["matched"] == 1
    assert post(web, {"submitted_after": created_at, "user_id": "2", "dry_run": True}).json()["matched"] == 0


def test_paths_of_what_is_not_there(web: Running, problem: None) -> None:
    """404 for each."""
    for id_ in (UNKNOWN, "nonsense"):
        for method, suffix in (("GET", ""), ("GET", "/items"), ("POST", "/apply"), ("POST", "/cancel")):
            refused(web.request(method, f"/rejudgings/{id_}{suffix}"), 404)


def test_too_many(web: Running, problem: None) -> None:
    """The bound is a setting, and is named; a look at how many they are is free."""
    for _ in range(MOST_REJUDGED + 1):
        judged()
    assert "JUDGE_MAX_REJUDGED" in refused(post(web, ECHO), 422)["detail"]
    assert post(web, {**ECHO, "dry_run": True}).json()["matched"] == MOST_REJUDGED + 1


@pytest.mark.parametrize(("role", "status"), [("user", 403), ("author", 202), ("admin", 202)])
def test_who_may(token_web: Running, tmp_path: Path, role: accounts.Role, status: int) -> None:
    """Authors and admins; a user neither starts nor sees one."""
    new_problem(tmp_path)
    new_language()
    judged()
    accounts.add("who", role)
    headers = {"Authorization": f"Bearer {tokens.new('who')[0]}"}
    assert post(token_web, ECHO, headers=headers).status_code == status
    listed = token_web.request("GET", "/rejudgings", headers=headers)
    if status == 403:
        refused(listed, 403)
        return
    [shown] = listed.json()["items"]
    assert shown["user_id"] == "who"
    for method, suffix, expected in (("GET", "", 200), ("GET", "/items", 200), ("POST", "/cancel", 202)):
        response = token_web.request(method, f"/rejudgings/{shown['id']}{suffix}", headers=headers)
        assert response.status_code == expected
