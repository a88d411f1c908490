"""The examples of the documentation: each is asked of a judge, and answered as was recorded.

With RECORD_EXAMPLES=1 they are recorded anew.
"""

import json
import os
import re
import time
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

import pytest
import requests

from judge.packages import archives
from judge.web import examples
from tests.conftest import PATIENCE_S, Running
from tests.packages.building import write
from tests.web.pictured import PICTURED

RECORDED = Path(examples.__file__).with_name("examples.json")
TOUR: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_name("tour.toml").read_text())
MOST_ITEMS, MOST_NAMES, MOST_CHARACTERS = 2, 20, 400
NOT_SHOWN = {
    ("events_of_run", 204): "as of a submission",
    ("events_of_version", 204): "as of a submission",
    ("webhooks_create", 409): "more than one may have; met in test_webhooks",
    ("webhooks_test", 409): "a disabled one; met in test_webhooks",
    ("rejudgings_cancel", 409): "what counts already; met in test_rejudgings",
    ("interventions_rejudge", 409): "what is being judged; met in test_interventions",
    ("interventions_delete", 409): "what has not ended; met in test_interventions",
    ("runs_delete", 409): "what has not ended; met in test_runs",
    ("versions_put_problem", 408): "who sends too slowly is met in test_versions",
    ("versions_verify_again", 200): "a version whose verification is open already; met in test_versions",
    ("versions_publish", 409): "a draft; met in test_versions",
    ("users_change", 409): "the last admin; met in test_users",
    ("users_remove", 409): "the last admin; met in test_users",
    ("user_tokens_create", 409): "more tokens than anybody may have; met in test_users",
    ("sign_in_sign_out", 409): "a token is no session; met in test_sign_in",
} | {
    (operation, status): "met in test_idempotency"
    for operation in (
        "submissions_submit",
        "submissions_submit_short",
        "short_form_submit_short",
        "runs_create",
    )
    for status in (400, 409)
}
"""Described answers that no example shows."""


class Tour:
    """Goes from step to step, and remembers what they keep."""

    def __init__(self, running: Running, package: bytes) -> None:
        self._url, self._package = running.url, package
        document = requests.get(f"{running.url}/openapi.json", timeout=PATIENCE_S).json()
        self.operations = {
            operation["operationId"]: (method.upper(), path, operation)
            for path, item in document["paths"].items()
            for method, operation in item.items()
        }
        self._kept: dict[str, Any] = {"root": running.token, "new": str(uuid4())}
        self._cookies: dict[str, str] = {}

    def example(self, name: str, step: Mapping[str, Any]) -> dict[str, Any]:
        """A step as it is recorded."""
        method, path, _ = self.operations[step["operation"]]
        target = re.sub("{(.*?)}", lambda found: quote(self._filled(step["path"][found[1]])), path)
        target += f"?{urlencode(step['query'])}" if "query" in step else ""
        shown, secret = self._credentials(step.get("as", "grace"), method)
        headers = {key: self._filled(value) for key, value in step.get("headers", {}).items()}
        until = time.monotonic() + PATIENCE_S
        while True:
            response = requests.request(
                method,
                self._url + target,
                headers=headers | secret | ({"Content-Type": "application/zip"} if "package" in step else {}),
                data=self._package if "package" in step else None,
                json=self._filled_in(step.get("body")),
                timeout=PATIENCE_S,
            )
            assert response.status_code == step["status"], (name, response.text)
            answer = answer_of(response)
            if all(at(answer, pointer) == value for pointer, value in step.get("until", {}).items()):
                break
            assert time.monotonic() < until, f"{name}: still {response.text}"
            time.sleep(0.2)  # a verification tells of its end on a socket alone
        self._kept |= {key: at(answer, pointer) for key, pointer in step.get("keeps", {}).items()}
        self._cookies |= response.cookies
        recorded = {"name": name, "operation": step["operation"], "method": method, "path": target}
        recorded |= {"status": response.status_code, "headers": shown | headers}
        if "body" in step:
            recorded["body"] = self._filled_in(step["body"])
        if "package" in step:
            recorded["file"] = f"{step['path']['problem_id']}.zip"
        return recorded | {"answer": None if step.get("hides") else shortened(answer)}

    def _credentials(self, who: str, method: str) -> tuple[dict[str, str], dict[str, str]]:
        """The headers that say who is asking: as they are shown, and as they are."""
        if who == "nobody":
            return {}, {}
        if who == "session":
            [(name, value)] = self._cookies.items()
            shown, sent = {"Cookie": f"{name}=$SESSION"}, {"Cookie": f"{name}={value}"}
            if method != "GET":
                shown["X-CSRF-Token"], sent["X-CSRF-Token"] = "$CSRF_TOKEN", self._kept["csrf_token"]
            return shown, sent
        return {"Authorization": "Bearer $TOKEN"}, {"Authorization": f"Bearer {self._kept[who]}"}

    def _filled_in(self, body: Any) -> Any:
        """A body, in which lists of ids are the only texts that earlier steps have kept."""
        if isinstance(body, dict) and "ids" in body:
            return body | {"ids": [self._filled(id_) for id_ in body["ids"]]}
        return body

    def _filled(self, text: object) -> str:
        return str(text).format(**self._kept)


def answer_of(response: requests.Response) -> Any:
    """JSON, a text, or None where there is neither."""
    kind = response.headers.get("Content-Type", "")
    if kind.endswith("json"):
        return response.json()
    return response.text if kind.startswith("text/") else None


def at(answer: Any, pointer: str) -> Any:
    """What a JSON pointer leads to."""
    for part in pointer.split("/")[1:]:
        answer = answer[part]
    return answer


def shortened(answer: Any) -> Any:
    """An answer that can be read at a glance."""
    if isinstance(answer, dict):
        items = list(answer.items())[:MOST_NAMES]
        return {key: "…" if key in ("token", "secret") else shortened(value) for key, value in items}
    if isinstance(answer, list):
        return [shortened(item) for item in answer[:MOST_ITEMS]]
    if isinstance(answer, str) and len(answer) > MOST_CHARACTERS:
        return answer[:MOST_CHARACTERS] + "…"
    return answer


def differences(was: Any, now: Any, pointer: str = "") -> Iterator[str]:
    """Where two answers are not of one shape; null is of any, and so is an empty list."""
    if was is None or now is None:
        return
    if isinstance(was, dict) and isinstance(now, dict):
        for key in was.keys() ^ now.keys():
            yield f"{pointer}/{key}: only {'before' if key in was else 'now'}"
        for key in was.keys() & now.keys():
            yield from differences(was[key], now[key], f"{pointer}/{key}")
    elif isinstance(was, list) and isinstance(now, list):
        for index, (one, other) in enumerate(zip(was, now, strict=False)):
            yield from differences(one, other, f"{pointer}/{index}")
    elif kind(was) != kind(now):
        yield f"{pointer}: was {was!r}, is {now!r}"


def kind(value: Any) -> str:
    """What JSON has: its numbers are of one kind."""
    return "number" if type(value) in (int, float) else type(value).__name__


@pytest.fixture(scope="module")
def tour(running_token_judge: Running, tmp_path_factory: pytest.TempPathFactory) -> Tour:
    folder = write(tmp_path_factory.mktemp("tour") / "sum", PICTURED)
    zip_ = folder.with_suffix(".zip")
    with zip_.open("wb") as file:
        archives.pack(folder, file)
    return Tour(running_token_judge, zip_.read_bytes())


def test_every_example_is_answered_as_recorded(tour: Tour) -> None:
    """By the same status, and an answer of the same shape."""
    now = [tour.example(name, step) for name, step in TOUR.items()]
    if os.environ.get("RECORD_EXAMPLES"):
        RECORDED.write_text(json.dumps(now, indent=1, ensure_ascii=False) + "\n")
    was = {example["name"]: example for example in json.loads(RECORDED.read_text())}
    assert list(was) == list(TOUR), "the tour has changed: make examples"
    for example in now:
        assert was[example["name"]]["status"] == example["status"], example["name"]
        assert not list(differences(was[example["name"]]["answer"], example["answer"])), example["name"]


def test_every_operation_has_an_example(tour: Tour) -> None:
    """And so has each answer that it describes as its own."""
    shown = {(step["operation"], step["status"]) for step in TOUR.values()}
    described = {
        (name, int(status))
        for name, (_, _, operation) in tour.operations.items()
        for status, answer in operation["responses"].items()
        if "$ref" not in answer and status != "304"
    }
    assert described - shown == NOT_SHOWN.keys()
    assert {name for name, _ in shown} == tour.operations.keys()
