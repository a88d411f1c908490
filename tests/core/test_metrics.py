"""Where processes count, what is left of those that were killed, and the port at which they are asked."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from judge.config import Settings
from judge.metrics.kinds import DECLARED, Metric
from judge.web import metrics as web_metrics
from tests.conftest import REPOSITORY
from tests.servers import until

TOKEN = "a token for these tests alone"


class Counting:
    """A process of ours that serves what it counts, and counts whatever it is told to on standard input."""

    program = """
import sys
from judge import log_lines, metrics
from judge.metrics import serving, shared
name = sys.argv[1]
log_lines.begin(name)
if name == "worker":
    shared.share(name, lambda: "slot")
serving.serve(name)
print("ready", flush=True)
for line in sys.stdin:
    getattr(metrics, line.strip()).inc()
    print("counted", flush=True)
"""

    def __init__(self, home: Path, port: int, name: str = "worker", **environment: str) -> None:
        self.log = home / f"{name}-{port}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", self.program, name],
                env={
                    **os.environ,
                    "JUDGE_HOME": str(home),
                    "JUDGE_METRICS_PORT": str(port),
                    **environment,
                },
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def count(self, name: str) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{name}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "counted\n"

    def end(self, number: signal.Signals = signal.SIGKILL) -> None:
        self.process.send_signal(number)
        self.process.communicate()


@pytest.fixture
def port() -> int:
    """One that is free, and those above it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        found: int = listening.getsockname()[1]
    return found


@pytest.fixture
def started() -> Iterator[list[Counting]]:
    """What a test starts, and what is ended after it."""
    processes: list[Counting] = []
    yield processes
    for one in processes:
        if one.process.poll() is None:
            one.end()


def scraped(port: int, **headers: str) -> requests.Response:
    """What a port says, once somebody listens there."""
    answers: list[requests.Response] = []

    def answered() -> bool:
        try:
            answers.append(requests.get(f"http://127.0.0.1:{port}/metrics", headers=headers, timeout=10))
        except requests.ConnectionError:
            return False
        return True

    until(answered)
    return answers[-1]


def value(text: str, name: str) -> float:
    """One that has no labels."""
    [found] = re.findall(rf"^{name} (\S+)$", text, re.MULTILINE)
    return float(found)


def test_what_was_killed_leaves_nothing(tmp_path: Path, port: int, started: list[Counting]) -> None:
    """Its folder goes when the next one starts, which counts from zero; the folder of a living one stays."""
    started.append(first := Counting(tmp_path, port))
    first.count("resent")
    assert value(scraped(port).text, "judge_resent_total") == 1
    first.end()
    started.append(Counting(tmp_path, port))
    [second_folder] = (tmp_path / "metrics").iterdir()
    assert value(scraped(port).text, "judge_resent_total") == 0
    started.append(Counting(tmp_path, 0))
    folders = list((tmp_path / "metrics").iterdir())
    assert len(folders) == 2
    assert second_folder in folders


def test_without_room_on_the_disk(tmp_path: Path) -> None:
    """A process counts for itself then, says so once, and lives: a hole in a mapped file would end it."""
    program = """
import os, resource
from judge import log_lines, metrics
from judge.metrics import shared
log_lines.begin("worker")
shared.share("worker")
shared.begin()
child = os.fork()
if not child:
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    shared.take_room()
    metrics.resent.inc()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
print(sorted(path.name for path in shared.settings().home.glob("metrics/*/*")))
print(os.getpid(), child)
"""
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "JUDGE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stderr.count("is not shown") == 1
    files, pids = ended.stdout.splitlines()
    parent, child = pids.split()
    assert f"counter_{parent}.db" in files
    assert f"histogram_{child}.db" not in files


def test_without_a_folder(tmp_path: Path, port: int, started: list[Counting]) -> None:
    """Each process counts for itself, as where the disk is full, and says so."""
    (tmp_path / "metrics").write_text("in the way")
    started.append(one := Counting(tmp_path, port))
    one.count("resent")
    assert value(scraped(port).text, "judge_resent_total") == 1
    assert "for each process alone" in one.log.read_text()


def test_each_kind_has_its_port(tmp_path: Path, port: int, started: list[Counting]) -> None:
    """One environment is enough for all processes of a machine."""
    for name in ("worker", "courier", "beat", "autoscaler"):
        started.append(Counting(tmp_path, port, name))
    started[1].count("sweeps")
    assert [value(scraped(port + place).text, "judge_sweeps_total") for place in range(4)] == [0, 1, 0, 0]


def test_a_port_that_is_taken(tmp_path: Path, port: int, started: list[Counting]) -> None:
    """It is told once, the process goes on, and it serves as soon as the port is free."""
    with socket.create_server(("127.0.0.1", port)):
        started.append(late := Counting(tmp_path, port))
        until(lambda: f"port {port}" in late.log.read_text())
        late.count("resent")
        assert late.log.read_text().count("WARNING") == 1
    assert value(scraped(port).text, "judge_resent_total") == 1


def test_the_token(tmp_path: Path, port: int, started: list[Counting]) -> None:
    """Where there is one it is asked for; what is asked besides is not there."""
    started.append(Counting(tmp_path, port, JUDGE_METRICS_TOKEN=TOKEN))
    assert scraped(port).status_code == 401
    assert scraped(port, Authorization="Bearer wrong").status_code == 401
    assert scraped(port, Authorization=f"Bearer {TOKEN}").ok
    elsewhere = f"http://127.0.0.1:{port}/elsewhere"
    headers = {"Authorization": f"Bearer {TOKEN}"}
    assert requests.get(elsewhere, headers=headers, timeout=10).status_code == 404


@pytest.mark.parametrize(
    ("settings", "reason"),
    [({"metrics_bind": "0.0.0.0"}, "JUDGE_METRICS_TOKEN"), ({"metrics_token": "short"}, "20 letters")],
)
def test_what_is_refused_at_the_start(settings: dict[str, str], reason: str) -> None:
    """Metrics that strangers could read, and a token that could be guessed."""
    with pytest.raises(ValueError, match=reason):
        Settings(**settings)  # type: ignore[arg-type]


# What is written of them


def expected_tables() -> dict[str, str]:
    """The tables of docs/metrics.md, as the code has it."""
    counted = [(metric.name, metric.kind, labels_of(metric), metric.help) for metric in DECLARED]
    read = [
        (name, "gauge", "`queue`" if "_queue_" in name else "", help_)
        for name, help_ in web_metrics.READ.items()
    ]
    return {"counted": table(counted), "read": table(read)}


def labels_of(metric: Metric) -> str:
    return ", ".join(
        f"`{label}`" + (f" ({', '.join(values)})" if values else "")
        for label, values in metric.labels.items()
    )


def table(rows: Sequence[tuple[str, ...]]) -> str:
    lines = [f"| `{name}` | {kind} | {labels} | {help_} |" for name, kind, labels, help_ in rows]
    return "\n".join(["| name | kind | labels | what |", "| --- | --- | --- | --- |", *lines])


def test_every_metric_is_documented() -> None:
    """docs/metrics.md has them all, and no other; RECORD_METRICS=1 writes the tables anew."""
    path = REPOSITORY / "docs" / "metrics.md"
    before = path.read_text()
    text = before
    for name, rows in expected_tables().items():
        pattern = rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)"
        text = re.sub(
            pattern, lambda found, rows=rows: f"{found[1]}{rows}\n{found[2]}", text, flags=re.DOTALL
        )
    if os.environ.get("RECORD_METRICS"):
        path.write_text(text)
    assert path.read_text() == text


def test_names_follow_the_conventions() -> None:
    """Counters end in _total, times in _seconds; no label is an id."""
    for metric in DECLARED:
        assert re.fullmatch(r"judge_[a-z]+(_[a-z]+)*", metric.name)
        assert metric.name.endswith("_total") == (metric.kind == "counter"), metric.name
        assert metric.name.endswith("_seconds") or metric.kind != "histogram", metric.name
        assert not any(label.endswith("id") for label in metric.labels)
        assert metric.help.endswith(".")


# What asks for them

_SUFFIXES = {"counter": ("",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
_WORDS = {
    *("sum", "max", "min", "by", "rate", "increase", "histogram_quantile", "and", "or", "unless", "for"),
}
_EXPRESSION = re.compile(
    r"""(?P<string>"(?:[^"\\]|\\.)*") | (?P<range>\[[^\]]*\]) | (?P<number>\d+(?:\.\d+)?)
      | (?P<by>\bby\s*\((?P<group>[^)]*)\)) | (?P<name>[A-Za-z_:][\w:]*) | (?P<space>\s+)
      | (?P<other>[-+*/<>=!~(){},]+)""",
    re.VERBOSE,
)


def expressions() -> dict[str, list[str]]:
    """Every PromQL expression of deploy/, by file."""
    dashboard = json.loads((REPOSITORY / "deploy" / "grafana" / "judge.json").read_text())
    alerts = yaml.safe_load((REPOSITORY / "deploy" / "prometheus" / "alerts.yml").read_text())
    return {
        "judge.json": [
            target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())
        ],
        "alerts.yml": [rule["expr"] for group in alerts["groups"] for rule in group["rules"]],
    }


def parsed(expression: str) -> tuple[set[str], set[str]]:
    """The names of metrics in an expression, and the labels that it asks for by matchers and in ``by``."""
    names: set[str] = set()
    labels: set[str] = set()
    depth, at = 0, 0
    while at < len(expression):
        found = _EXPRESSION.match(expression, at)
        assert found, f"what is {expression[at:]!r}?"
        at = found.end()
        if found["by"]:
            labels |= {label.strip() for label in found["group"].split(",")}
        elif found["name"] and depth:
            labels.add(found["name"])
        elif found["name"] and found["name"] not in _WORDS:
            names.add(found["name"])
        elif found["other"]:
            depth += found["other"].count("{") - found["other"].count("}")
    return names, labels


def known() -> dict[str, set[str]]:
    """Every name that can be asked for, with its labels."""
    names = {
        metric.name + suffix: {*metric.labels, *(("le",) if suffix == "_bucket" else ())}
        for metric in DECLARED
        for suffix in _SUFFIXES[metric.kind]
    }
    names |= {name: {"queue"} if "_queue_" in name else set() for name in web_metrics.READ}
    return {**names, "up": {"job"}}


@pytest.mark.parametrize(
    ("file", "expression"), [(file, one) for file, found in expressions().items() for one in found]
)
def test_what_is_asked_for_is_there(file: str, expression: str) -> None:
    """Every name and label of dashboard and alerts is one that a process shows."""
    names, labels = parsed(expression)
    assert names <= known().keys(), f"{file} asks for what nobody shows"
    assert labels <= set[str]().union(*(known()[name] for name in names)), f"{file}: {expression}"


def test_the_dashboard_shows_everything() -> None:
    """There is no metric for which nobody asks."""
    asked: set[str] = set()
    for one in (one for found in expressions().values() for one in found):
        asked |= {re.sub("_(bucket|sum|count)$", "", name) for name in parsed(one)[0]}
    assert {metric.name for metric in DECLARED} | web_metrics.READ.keys() <= asked


def test_the_example_of_prometheus() -> None:
    """It asks every kind of process, and names the rules that are beside it."""
    folder = REPOSITORY / "deploy" / "prometheus"
    config: Any = yaml.safe_load((folder / "prometheus.yml").read_text())
    assert {job["job_name"] for job in config["scrape_configs"]} == {
        "judge-web",
        "judge-worker",
        "judge-courier",
        "judge-beat",
    }
    assert all((folder / rules).exists() for rules in config["rule_files"])
