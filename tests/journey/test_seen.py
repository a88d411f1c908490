"""What is seen of a whole judge from outside: its metrics, and one submission's way through its logs."""

import json
import os
import re
import shutil
import signal
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from judge.metrics.kinds import DECLARED
from judge.web.metrics import READ
from tests.conftest import REPOSITORY, Running, judge_up, open_folder
from tests.servers import until

TOKEN = "a token for these tests alone"
MARKS = ("mark-of-code", "mark-of-stdin", "mark-of-input", "mark-of-answer", "mark-of-output", TOKEN)
"""Words that stand where they must never be logged from."""

PLACES = {"worker": 0, "courier": 1, "beat": 2}


@dataclass
class Seen:
    """A judge that logs all it can, as JSON, and whose processes are asked for metrics."""

    judge: Running
    port: int

    def lines(self, process: str) -> list[dict[str, Any]]:
        """What one program has logged, but for what is printed by whom it is made of."""
        text = (self.judge.home / "log" / f"{process}.log").read_text()
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]

    def scraped(self) -> dict[str, dict[str, float]]:
        """Every sample of every process, by process, then by name with labels."""
        found = {"web": samples(self.judge.request("GET", "/metrics").text)}
        for name, place in PLACES.items():
            headers = {"Authorization": f"Bearer {TOKEN}"}
            url = f"http://127.0.0.1:{self.port + place}/metrics"
            found[name] = samples(requests.get(url, headers=headers, timeout=10).text)
        return found


def samples(text: str) -> dict[str, float]:
    return {
        name: float(number)
        for name, number in (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    }


def names(found: dict[str, float]) -> set[str]:
    """The names of metrics, without what belongs to one sample."""
    return {re.sub(r"_(bucket|sum|count)$", "", name.partition("{")[0]) for name in found}


@pytest.fixture(scope="module")
def seen() -> Iterator[Seen]:
    """One judge for the tests of this module, with short leases."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    env = {
        "JUDGE_LOG_FORMAT": "json",
        "JUDGE_LOG_LEVEL": "debug",
        "JUDGE_METRICS_PORT": str(port),
        "JUDGE_METRICS_TOKEN": TOKEN,
        "JUDGE_LANGUAGES": "python3,c,cpp",
        "JUDGE_LEASE_S": "2",
        "JUDGE_LEASE_RENEW_S": "0.5",
        "JUDGE_WEBHOOK_ALLOW": "127.0.0.1",
        "WEB_CONCURRENCY": "2",
    }
    with open_folder() as folder, judge_up(folder, env=env) as running:
        running.wait_for_languages()
        yield Seen(running, port)
        running.close_sockets()


@pytest.fixture(scope="module")
def worked(seen: Seen) -> dict[str, Any]:
    """What has happened to that judge: submissions with every ending, a run, and a lost lease."""
    judge = seen.judge
    socket_ = judge.socket({"user_id": "1"})
    judge.command("problem", "add", "--quiet", str(_marked_problem(judge.home)), check=True)
    code = "print(sum(map(int, input().split())))  # mark-of-code"
    named = {"X-Request-Id": "the-request"}
    body = {"problem_id": "a-plus-b", "language": "python3", "code": code, "user_id": "1"}
    accepted = judge.request("POST", "/submissions", json=body, headers=named).json()
    assert judge.ended(accepted["id"])["verdict"] == "accepted"
    for language, source in (
        ("c", 'int main(void) { return "mark-of-code" }'),
        ("c", 'int main(void) { return "mark-of-code" }'),
        ("python3", "raise SystemExit('mark-of-output')"),
        ("python3", "print('mark-of-output')"),
    ):
        for problem in ("a-plus-b", "marked"):
            judge.ended(judge.submit(problem, language, source, user_id="1")["id"])
    for _ in range(2):  # the second is served from what is kept
        made = judge.submit("a-plus-b", "c", "#include <stdio.h>\nint main(void) { return 0; }", user_id="1")
        judge.ended(made["id"])
    run = judge.request(
        "POST",
        "/runs",
        json={"language": "python3", "code": "print(input(), 'mark-of-output')", "stdin": "mark-of-stdin"},
    ).json()
    until(lambda: judge.get(f"/runs/{run['id']}?wait=5")["state"] == "done")
    slow = judge.submit("a-plus-b", "python3", f"import time\ntime.sleep(1)\n{code}", user_id="1")
    until(lambda: any(line.get("submission_id") == slow["id"] for line in seen.lines("worker")))
    [child] = {
        line["pid"]
        for line in seen.lines("worker")
        if line.get("submission_id") == slow["id"] and "attempt" in line["message"]
    }
    os.kill(child, signal.SIGKILL)
    assert judge.ended(slow["id"])["attempt"] == 2
    socket_.until(lambda event: event["type"] == "submission.done" and event["submission_id"] == slow["id"])
    return {"accepted": accepted["id"], "run": run["id"], "killed": slow["id"]}


def _marked_problem(home: Path) -> Path:
    """A problem in whose secret test there are words that nobody may read."""
    folder = home / "marked"
    shutil.copytree(REPOSITORY / "problems" / "a-plus-b", folder)
    secret = folder / "data" / "secret"
    for path in secret.iterdir():
        path.unlink()
    (secret / "1.in").write_text("mark-of-input\n")
    (secret / "1.ans").write_text("mark-of-answer\n")
    return folder


def test_every_metric_is_shown(seen: Seen, worked: dict[str, Any]) -> None:
    """Each name is exported by the running processes, and those of what has happened have counted it."""
    found = seen.scraped()
    assert set[str]().union(*map(names, found.values())) == {metric.name for metric in DECLARED} | READ.keys()
    worker, web = found["worker"], found["web"]
    assert worker['judge_verdicts_total{language="python3",verdict="accepted"}'] >= 1
    assert worker['judge_verdicts_total{language="c",verdict="compile_error"}'] == 4
    lapsed = 'judge_give_backs_total{reason="lease"}'
    assert worker[lapsed] + found["beat"][lapsed] == 1  # whoever has swept
    assert worker['judge_compilations_total{cache="hit"}'] >= 1
    assert worker['judge_attempts_total{kind="run"}'] == 1
    assert web['judge_events_total{type="submission.queued"}'] >= 12
    assert web['judge_messages_sent_total{task="judge.judge"}'] >= 12
    assert web['judge_streams{kind="socket"}'] == 1
    assert web["judge_workers"] == 1
    assert web["judge_redis_up"] == web["judge_postgres_up"] == 1
    assert web['judge_queue_depth{queue="python3"}'] == 0
    route = 'method="POST",route="/api/v1/submissions"'
    assert web[f'judge_http_requests_total{{{route},status="202"}}'] >= 12
    assert web[f"judge_http_request_seconds_count{{{route}}}"] >= 12
    for name in (
        *('judge_wait_seconds_count{kind="submission"}', 'judge_judging_seconds_count{language="python3"}'),
        *('judge_compiling_seconds_count{language="c"}', 'judge_test_seconds_count{language="python3"}'),
        *("judge_box_wait_seconds_count", "judge_boxes_made_total", "judge_boxes_taken_total"),
        "judge_events_published_total",
    ):
        assert worker[name] > 0, name
    for name in (
        *("judge_events_received_total", "judge_events_forwarded_total", "judge_event_lag_seconds_count"),
        *("judge_slots", 'judge_cache_reads_total{status="miss"}'),
    ):
        assert web[name] > 0, name
    assert found["beat"]["judge_sweeps_total"] > 0


def test_a_child_counts_on(seen: Seen, worked: dict[str, Any]) -> None:
    """Who takes the place of a child that was killed has its counts, and no file of the dead one stays."""
    [folder] = (seen.judge.home / "metrics").glob("worker-*")
    slots = len(os.sched_getaffinity(0))
    places = {path.stem.rpartition("_")[2] for path in folder.glob("*.db")}
    assert places <= {"companion", "parent", *map(str, range(slots))}
    assert seen.scraped()["worker"]['judge_attempts_total{kind="submission"}'] >= 13


def test_no_gauge_of_a_web_process_that_has_ended(seen: Seen, worked: dict[str, Any]) -> None:
    """The sockets that a killed process held are open no longer; what it has counted was."""
    [folder] = (seen.judge.home / "metrics").glob("web-*")
    before = seen.scraped()["web"]
    assert before['judge_streams{kind="socket"}'] == 1
    master = int(json.loads((seen.judge.home / "log" / "web.log").read_text().splitlines()[0])["pid"])
    processes = {path.stem.rpartition("_")[2] for path in folder.glob("gauge_*.db")} - {str(master)}
    for process in processes:
        os.kill(int(process), signal.SIGKILL)
    until(lambda: not any((folder / f"gauge_livesum_{process}.db").exists() for process in processes))
    until(lambda: _answers(seen.judge))
    after = seen.scraped()["web"]
    assert after['judge_streams{kind="socket"}'] == 0
    assert after["judge_events_forwarded_total"] == before["judge_events_forwarded_total"]


def _answers(judge: Running) -> bool:
    try:
        return judge.request("GET", "/healthz").ok
    except requests.ConnectionError:
        return False


def test_one_grep_shows_the_way(seen: Seen, worked: dict[str, Any]) -> None:
    """The id stands in lines of web and worker; the web's have the request's, the last ones have the box."""
    of = {name: [*_about(seen, name, worked["accepted"])] for name in ("web", "worker")}
    assert {line.get("request_id") for line in of["web"] if line["logger"].startswith("judge.")} == {
        "the-request"
    }
    messages = [line["message"] for line in of["worker"]]
    assert any("attempt 1" in message for message in messages)
    [verdict] = [line for line in of["worker"] if line["message"].endswith(": accepted")]
    assert verdict["stage"].startswith("test ")
    assert verdict["box"].isdigit()
    assert verdict["worker"].startswith("up-")
    killed = [*_about(seen, "worker", worked["killed"])]
    assert len({line["pid"] for line in killed if "attempt" in line["message"]}) == 2
    assert [line for line in seen.lines("worker") if line.get("run_id") == worked["run"]]


def _about(seen: Seen, process: str, submission_id: str) -> Iterator[dict[str, Any]]:
    return (line for line in seen.lines(process) if line.get("submission_id") == submission_id)


def test_lines_are_objects(seen: Seen, worked: dict[str, Any]) -> None:
    """Each has what all have, whoever logged it; the web logs nothing else."""
    everything = (seen.judge.home / "log" / "web.log").read_text().splitlines()
    assert len(everything) == len(seen.lines("web"))
    for process in ("web", "worker", "courier", "beat"):
        lines = seen.lines(process)
        assert {line["process"] for line in lines} <= {process, "companion"}
        for line in lines:
            assert {"ts", "level", "logger", "process", "pid", "message"} <= line.keys()
            assert re.fullmatch(r"[-0-9]{10}T[:0-9]{8}\.\d{3}\+00:00", line["ts"])
    assert "companion" in {line["process"] for line in seen.lines("worker")}
    assert {"celery.app.trace", "judge.tasks.judging"} <= {line["logger"] for line in seen.lines("worker")}
    assert "gunicorn.error" in {line["logger"] for line in seen.lines("web")}


def test_no_log_tells_what_is_secret(seen: Seen, worked: dict[str, Any]) -> None:
    """Neither code nor input, answer, output or token, though everything is logged that can be."""
    for path in (seen.judge.home / "log").iterdir():
        text = path.read_text(errors="replace")
        assert not [mark for mark in MARKS if mark in text], path.name
