"""/metrics of a web process: who may read it, and what it reads itself when it is asked."""

import re
from pathlib import Path

import pytest
import requests
from simple_websocket import Client, ConnectionClosed
from sqlalchemy import text

from judge import db, submissions
from tests.conftest import Running
from tests.servers import Servers, new_language, new_problem, submit, until
from tests.web.conftest import web_alone

TOKEN = "a token for these tests alone"


def samples(web: Running, **headers: str) -> dict[str, float]:
    """What the metrics say, by name with labels; asked as nobody if not by headers."""
    answer = requests.get(f"{web.url}/metrics", headers=headers, timeout=30)
    assert answer.ok, answer.text
    lines = (line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#"))
    return {name: float(number) for name, number in lines}


def test_the_metrics_token(clean: Servers) -> None:
    """It opens the metrics and no other route; who shows another one is a stranger."""
    tokens = {"JUDGE_AUTH": "token", "SECRET_KEY": "only for these tests", "JUDGE_METRICS_TOKEN": TOKEN}
    with web_alone(clean, **tokens) as web:
        shown = {"Authorization": f"Bearer {TOKEN}"}
        assert samples(web, **shown)["judge_postgres_up"] == 1
        for path in ("/problems", "/session", "/queue", "/users"):
            assert web.request("GET", path, headers=shown).status_code == 401
        assert web.request("POST", "/submissions", headers=shown, json={}).status_code == 401
        for wrong in ({}, {"Authorization": f"Bearer {TOKEN}x"}, {"Authorization": "Bearer "}):
            assert web.request("GET", "/metrics", headers=wrong).status_code == 401


def test_without_a_metrics_token_an_empty_one_opens_nothing(clean: Servers) -> None:
    """There is no token that everybody knows."""
    with web_alone(clean, JUDGE_AUTH="token", SECRET_KEY="only for these tests") as web:
        for empty in ("Bearer ", "Bearer", ""):
            assert web.request("GET", "/metrics", headers={"Authorization": empty}).status_code == 401


def test_how_the_queue_stands(web: Running, tmp_path: Path) -> None:
    """What waits, what is held, and since when, by language; as the rows have it a second ago."""
    new_problem(tmp_path)
    new_language()
    new_language("c")
    created = [submit()[0].id for _ in range(3)]
    submit(language="c")
    with db.transaction() as session:
        session.execute(
            text("UPDATE submissions SET changed_at = changed_at - interval '100 s' WHERE id = :id"),
            {"id": created[0]},
        )
    assert submissions.claim(created[1], "celery@here") is not None
    until(lambda: samples(web).get('judge_queue_held{queue="python3"}') == 1)
    found = samples(web)
    assert found['judge_queue_depth{queue="python3"}'] == 2
    assert found['judge_queue_depth{queue="c"}'] == 1
    assert found['judge_queue_depth{queue="verify"}'] == 0
    assert 100 <= found['judge_queue_oldest_seconds{queue="python3"}'] < 200
    assert found['judge_queue_oldest_seconds{queue="c"}'] < 50
    assert found["judge_workers"] == 0


def test_while_servers_are_away(clean: Servers) -> None:
    """The metrics are there, and say so; nothing else of what they read is made up."""
    env = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none", "REDIS_URL": "redis://127.0.0.1:9/0"}
    with web_alone(clean, **env) as web:
        found = samples(web)
        assert (found["judge_postgres_up"], found["judge_redis_up"]) == (0, 0)
        assert not [name for name in found if name.startswith("judge_queue_depth")]
        until(lambda: samples(web)["judge_postgres_errors_total"] >= 1)
        until(lambda: samples(web)['judge_redis_errors_total{use="subscribe"}'] >= 1)


@pytest.mark.parametrize("path", ["/api/v1/nowhere-1", "/api/v1/nowhere-2"])
def test_labels_are_bounded(web: Running, path: str) -> None:
    """What somebody else has chosen, as a path, a method or an id, names nothing."""
    for method in ("GET", "WHATEVER"):
        web.request(method, path)
    web.request("GET", "/submissions/01m841wfm57nfg86cb6cf17ayv")
    shown = "\n".join(samples(web))
    assert not re.search("nowhere|WHATEVER|01m841wfm57nfg86cb6cf17ayv", shown)
    assert 'judge_http_requests_total{method="GET",route="none",status="404"}' in shown
    assert 'judge_http_requests_total{method="other",route="none",status="404"}' in shown


def test_long_polls_are_not_timed(web: Running, tmp_path: Path) -> None:
    """How long somebody wants to wait says nothing of how fast answers are."""
    new_problem(tmp_path)
    new_language()
    id_ = submit()[0].id
    route = '{method="GET",route="/api/v1/submissions/<one:submission_id>"}'
    before = samples(web).get(f"judge_http_request_seconds_count{route}", 0)
    assert web.get(f"/submissions/{id_}?wait=1")["state"] == "queued"
    assert web.get(f"/submissions/{id_}")["state"] == "queued"
    assert samples(web)[f"judge_http_request_seconds_count{route}"] == before + 1


def test_a_job_of_piston_is_no_answer(clean: Servers) -> None:
    """It lasts as long as its program, which says nothing of the web process."""
    new_language()
    with web_alone(clean) as web:
        socket = Client(f"{web.url.replace('http', 'ws', 1)}/piston/api/v2/connect")
        with pytest.raises(ConnectionClosed):  # nothing is asked of it
            socket.receive()
        label = 'method="GET",route="/piston/api/v2/connect"'
        until(lambda: any(label in name for name in samples(web)))
        assert f"judge_http_request_seconds_count{{{label}}}" not in samples(web)
