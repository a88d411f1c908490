"""Webhooks over HTTP: shapes, refusals, who may do what, and deliveries by a real courier."""

import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from judge import accounts, webhooks
from judge.accounts import tokens
from judge.accounts.scopes import Scope
from tests.conftest import Running
from tests.servers import Servers, until
from tests.web.conftest import web_alone
from tests.web.test_refusals import refused
from tests.webhooks.conftest import COURIER, QUICK
from tests.webhooks.receiver import Receiver

URL = "https://hook.example/judge"
TYPES = [
    "submission.done",
    "submission.failed",
    "submission.cancelled",
    "verification.done",
    "verification.failed",
]
SHAPE = {
    "id", "user_id", "url", "scope", "events", "problem_id", "description", "state", "disabled_reason",
    "disabled_at", "failures", "failing_since", "previous_secret_until", "created_at",
}  # fmt: skip
UNKNOWN = "0" * 26

Ask = Callable[..., requests.Response]


def make(web: Running, **body: Any) -> dict[str, Any]:
    """A webhook that must be taken."""
    response = web.request("POST", "/webhooks", json={"url": URL, **body})
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


def test_a_webhook_is_made_with_a_secret_that_is_shown_once(web: Running) -> None:
    """201, Location, and no cache keeps it; no other answer has it."""
    response = web.request("POST", "/webhooks", json={"url": URL})
    made = response.json()
    secret = made.pop("secret")
    assert (response.status_code, response.headers["Cache-Control"]) == (201, "no-store")
    assert response.headers["Location"] == f"/api/v1/webhooks/{made['id']}"
    assert secret.startswith("whsec_")
    assert made.keys() == SHAPE
    assert made | {"id": "", "created_at": ""} == {
        "id": "", "user_id": "anonymous", "url": URL, "scope": "own", "events": None, "problem_id": None,
        "description": None, "state": "enabled", "disabled_reason": None, "disabled_at": None, "failures": 0,
        "failing_since": None, "previous_secret_until": None, "created_at": "",
    }  # fmt: skip
    assert web.get(f"/webhooks/{made['id']}") == made
    assert web.get("/webhooks") == {"items": [made], "next_cursor": None}
    changed = web.request("PATCH", f"/webhooks/{made['id']}", json={})
    assert changed.json() == made
    assert secret not in changed.text


def test_everything_that_may_be_said(web: Running) -> None:
    """And changed one by one; null takes a filter away."""
    body = {
        "url": URL, "events": TYPES, "problem_id": "a-plus-b", "description": "caf\u00e9", "scope": "all",
        "user_id": "7",
    }  # fmt: skip
    made = make(web, **body)
    assert {name: made[name] for name in body} == body
    path = f"/webhooks/{made['id']}"
    for change in (
        {"url": "http://other.example:8080/"},
        {"events": ["submission.done"]},
        {"events": None, "problem_id": None, "description": None},
        {"scope": "own"},
        {"state": "disabled"},
        {"state": "enabled"},
    ):
        response = web.request("PATCH", path, json=change)
        assert response.status_code == 200, response.text
        assert {name: response.json()[name] for name in change} == change
    web.request("PATCH", path, json={"state": "disabled"})
    assert web.get(path)["disabled_reason"] == "switched off"


@pytest.mark.parametrize(
    ("body", "pointer", "detail"),
    [
        ({}, "/url", "required"),
        ({"url": None}, "/url", "string"),
        ({"url": "ftp://hook.example/"}, "/url", "must begin"),
        ({"url": "http://127.0.0.1/"}, "/url", "JUDGE_WEBHOOK_ALLOW"),
        ({"url": "http://0x7f.1/"}, "/url", "usual way"),
        ({"url": "http://localhost:5432/"}, "/url", "public"),
        ({"url": "https://a:b@hook.example/"}, "/url", "user name"),
        ({"url": "https://hook.example:22/"}, "/url", "port"),
        ({"url": "https://hook.example/\0"}, "/url", "NUL"),
        ({"url": URL, "events": []}, "/events", "at least 1"),
        ({"url": URL, "events": ["submission.test"]}, "/events/0", "one of submission.done"),
        ({"url": URL, "events": "submission.done"}, "/events", "list"),
        ({"url": URL, "problem_id": "No Such"}, "/problem_id", "problem's id"),
        ({"url": URL, "description": "x" * 201}, "/description", "200"),
        ({"url": URL, "scope": "some"}, "/scope", "own"),
        ({"url": URL, "user_id": "a b"}, "/user_id", "must be 1 to 64"),
        ({"url": URL, "secret": "whsec_mine"}, "/secret", "not permitted"),
        ([], "", "dictionary"),
    ],
)
def test_what_is_refused(web: Running, body: Any, pointer: str, detail: str) -> None:
    """422 with what to do; the same in a change, where it says so."""
    response = web.request("POST", "/webhooks", json=body)
    errors = refused(response, 422)["errors"]
    assert [error["pointer"] for error in errors] == [pointer]
    assert detail in errors[0]["detail"]
    assert web.get("/webhooks")["items"] == []
    if pointer not in ("", "/user_id") and body:
        made = make(web)
        refused(web.request("PATCH", f"/webhooks/{made['id']}", json=body), 422)
        assert web.get(f"/webhooks/{made['id']}")["url"] == URL


def test_a_user_has_twenty(web: Running) -> None:
    """409 for the next, until one is gone."""
    made = [make(web, user_id="ann")["id"] for _ in range(20)]
    assert (
        "delete one"
        in refused(web.request("POST", "/webhooks", json={"url": URL, "user_id": "ann"}), 409)["detail"]
    )
    make(web, user_id="ben")
    assert web.request("DELETE", f"/webhooks/{made[0]}").status_code == 204
    make(web, user_id="ann")


def test_the_list_is_walked_and_filtered(web: Running) -> None:
    made = [make(web, user_id="ann")["id"] for _ in range(5)]
    other = make(web, user_id="ben")["id"]
    first = web.get("/webhooks?user_id=ann&limit=3")
    second = web.get(f"/webhooks?user_id=ann&limit=3&cursor={first['next_cursor']}")
    assert [item["id"] for page in (first, second) for item in page["items"]] == made[::-1]
    assert second["next_cursor"] is None
    assert [item["id"] for item in web.get("/webhooks?limit=1")["items"]] == [other]
    for query in ("cursor=x", "limit=0", "user_id=a%20b"):
        refused(web.request("GET", f"/webhooks?{query}"), 422)


@pytest.mark.parametrize("id_", [UNKNOWN, "nope", "%00"])
def test_what_is_not_there(web: Running, id_: str) -> None:
    """404, on every route."""
    made = make(web)["id"]
    for method, path in (
        ("GET", f"/webhooks/{id_}"), ("PATCH", f"/webhooks/{id_}"), ("DELETE", f"/webhooks/{id_}"),
        ("POST", f"/webhooks/{id_}/rotate"), ("POST", f"/webhooks/{id_}/test"),
        ("GET", f"/webhooks/{id_}/deliveries"), ("GET", f"/webhooks/{made}/deliveries/{id_}"),
        ("POST", f"/webhooks/{made}/deliveries/{id_}/redeliver"),
    ):  # fmt: skip
        refused(web.request(method, path, json={}), 404)


@pytest.fixture
def people(token_web: Running) -> dict[str, Ask]:
    """Somebody of each role, and a second user; each asks by their own token."""

    def asks(name: str, role: str) -> Ask:
        accounts.add(name, role)  # type: ignore[arg-type]
        headers = {"Authorization": f"Bearer {tokens.new(name)[0]}"}
        return lambda method, path, **more: token_web.request(method, path, headers=headers, **more)

    roles = {"ann": "user", "ben": "user", "eve": "author", "zoe": "admin"}
    return {name: asks(name, role) for name, role in roles.items()}


def test_a_webhook_is_its_users(people: dict[str, Ask]) -> None:
    """And an admin's to look after; to others it is not there, on any route."""
    made = people["ann"]("POST", "/webhooks", json={"url": URL}).json()
    assert made["user_id"] == "ann"
    path = f"/webhooks/{made['id']}"
    ping = people["ann"]("POST", f"{path}/test").json()["id"]
    routes = [
        ("GET", path, 200), ("PATCH", path, 200),
        ("POST", f"{path}/rotate", 200), ("POST", f"{path}/test", 202),
        ("GET", f"{path}/deliveries", 200), ("GET", f"{path}/deliveries/{ping}", 200),
        ("POST", f"{path}/deliveries/{ping}/redeliver", 202), ("DELETE", path, 204),
    ]  # fmt: skip
    for method, route, _ in routes:
        for stranger in ("ben", "eve"):
            refused(people[stranger](method, route, json={}), 404)
    for name in ("ann", "zoe"):
        for method, route, status in routes[:-1]:
            assert people[name](method, route, json={}).status_code == status, (name, method, route)
    assert people["zoe"]("DELETE", path).status_code == 204
    assert people["ann"]("GET", path).status_code == 404


def test_only_admins_hear_of_everybody(people: dict[str, Ask]) -> None:
    """Neither when it is made nor by a change; nor is one made in another's name."""
    for name in ("ann", "eve"):
        refused(people[name]("POST", "/webhooks", json={"url": URL, "scope": "all"}), 403)
        made = people[name]("POST", "/webhooks", json={"url": URL}).json()
        refused(people[name]("PATCH", f"/webhooks/{made['id']}", json={"scope": "all"}), 403)
        refused(people["zoe"]("PATCH", f"/webhooks/{made['id']}", json={"scope": "all"}), 403)
        refused(people[name]("POST", "/webhooks", json={"url": URL, "user_id": "zoe"}), 403)
    assert people["zoe"]("POST", "/webhooks", json={"url": URL, "scope": "all"}).status_code == 201
    assert people["zoe"]("POST", "/webhooks", json={"url": URL, "user_id": "zoe"}).status_code == 201


@pytest.mark.parametrize("scope", ["read", "submit", "author"])
def test_a_lesser_token_hears_of_nobody_else(
    token_web: Running, people: dict[str, Ask], scope: Scope
) -> None:
    """An admin's, too: what one is told of everybody, it neither reads nor sends elsewhere."""
    made = people["zoe"]("POST", "/webhooks", json={"url": URL, "scope": "all"}).json()
    path = f"/webhooks/{made['id']}"
    ping = people["zoe"]("POST", f"{path}/test").json()["id"]
    headers = {"Authorization": f"Bearer {tokens.new('zoe', scope=scope)[0]}"}
    for method, route in (
        ("GET", path), ("PATCH", path), ("POST", f"{path}/rotate"), ("POST", f"{path}/test"),
        ("GET", f"{path}/deliveries"), ("GET", f"{path}/deliveries/{ping}"),
        ("POST", f"{path}/deliveries/{ping}/redeliver"), ("DELETE", path),
    ):  # fmt: skip
        refused(token_web.request(method, route, json={}, headers=headers), 403)
    assert people["zoe"]("GET", path).json() == {name: made[name] for name in SHAPE}


def test_the_list_is_ones_own(people: dict[str, Ask]) -> None:
    """And to admins everybody's, or somebody's."""
    made = {name: people[name]("POST", "/webhooks", json={"url": URL}).json()["id"] for name in people}

    def listed(name: str, query: str = "") -> set[str]:
        return {item["id"] for item in people[name]("GET", f"/webhooks{query}").json()["items"]}

    for name in ("ann", "ben", "eve"):
        assert listed(name) == listed(name, f"?user_id={name}") == {made[name]}
        refused(people[name]("GET", "/webhooks?user_id=zoe"), 403)
    assert listed("zoe") == set(made.values())
    assert listed("zoe", "?user_id=ann") == {made["ann"]}


def test_without_a_token_there_is_nothing(token_web: Running) -> None:
    refused(token_web.request("GET", "/webhooks"), 401)
    refused(token_web.request("POST", "/webhooks", json={"url": URL}), 401)


def test_the_name_of_an_account_needs_its_token(web: Running) -> None:
    """Where nobody is asked for one, none is given a webhook for a user of the other mode."""
    accounts.add("ann", "user")
    detail = refused(web.request("POST", "/webhooks", json={"url": URL, "user_id": "ann"}), 409)["detail"]
    assert "JUDGE_AUTH=token" in detail


@pytest.fixture
def web_with_courier(clean: Servers) -> Iterator[Running]:
    """A web process that takes receivers on the loopback, and a courier that reaches them."""
    with web_alone(clean, JUDGE_WEBHOOK_ALLOW="127.0.0.0/8") as running:
        courier = subprocess.Popen(COURIER, env={**running.env, **QUICK}, stderr=subprocess.DEVNULL)
        yield running
        courier.terminate()
        courier.wait(60)


def test_a_webhook_is_tested_and_its_log_read(web_with_courier: Running) -> None:
    """A ping by HTTP arrives; the log says how it went, and it is sent again when that is asked."""
    web = web_with_courier
    with Receiver() as receiver:
        made = make(web, url=receiver.url)
        path = f"/webhooks/{made['id']}"
        accepted = web.request("POST", f"{path}/test")
        assert accepted.status_code == 202
        location = accepted.headers["Location"]
        until(lambda: web.get(location)["state"] == "delivered", 60)
        delivery = web.get(location)
        assert delivery["payload"] == receiver.requests[0].verified(made["secret"])
        [attempt] = delivery["attempts"]
        assert attempt.keys() == {"at", "duration_s", "status", "error", "response"}
        [listed] = web.get(f"{path}/deliveries")["items"]
        assert listed == {name: value for name, value in delivery.items() if name != "payload"}
        assert listed.keys() == {
            "id", "webhook_id", "message_id", "type", "state", "attempts", "next_attempt_at", "created_at",
            "finished_at",
        }  # fmt: skip
        secret = web.request("POST", f"{path}/rotate").json()["secret"]
        again = web.request("POST", f"{location}/redeliver")
        assert (again.status_code, again.json()["state"]) == (202, "pending")
        until(lambda: web.get(location)["state"] == "delivered", 60)
        first, second = receiver.requests
        assert first.id == second.id == delivery["message_id"]
        assert second.verified(secret) == second.verified(made["secret"])


def test_the_log_is_walked_and_filtered(web: Running) -> None:
    path = f"/webhooks/{make(web)['id']}"
    made = [web.request("POST", f"{path}/test").json()["id"] for _ in range(5)]
    first = web.get(f"{path}/deliveries?limit=3")
    second = web.get(f"{path}/deliveries?limit=3&cursor={first['next_cursor']}&state=pending")
    assert [item["id"] for page in (first, second) for item in page["items"]] == made[::-1]
    assert web.get(f"{path}/deliveries?state=delivered")["items"] == []
    for query in ("cursor=x", "limit=0", "state=gone"):
        refused(web.request("GET", f"{path}/deliveries?{query}"), 422)


def test_a_disabled_webhook_is_sent_nothing(web: Running) -> None:
    """409 with the reason, for a test and for a delivery that is asked for again."""
    made = make(web)
    path = f"/webhooks/{made['id']}"
    ping = web.request("POST", f"{path}/test").json()["id"]
    web.request("PATCH", path, json={"state": "disabled"})
    assert web.get(f"{path}/deliveries/{ping}")["state"] == "failed"
    for route in (f"{path}/test", f"{path}/deliveries/{ping}/redeliver"):
        assert "switched off" in refused(web.request("POST", route), 409)["detail"]
    assert webhooks.get(made["id"]).state == "disabled"
