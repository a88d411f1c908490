"""Commands as people and scripts call them: what they print, and their exit codes."""

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from judge.config import Settings
from tests.conftest import JUDGE, REPOSITORY, Running
from tests.servers import FEW_LANGUAGES

COMMANDS = [
    (),
    ("up",),
    ("web",),
    ("worker",),
    ("courier",),
    ("beat",),
    ("autoscale",),
    ("migrate",),
    ("doctor",),
    ("config",),
    ("languages",),
    ("submit",),
    ("run",),
    ("problem",),
    ("problem", "add"),
    ("problem", "list"),
    ("user",),
    ("user", "add"),
    ("user", "token"),
    ("user", "tokens"),
    ("user", "revoke"),
    ("user", "password"),
    ("user", "role"),
    ("user", "disable"),
    ("user", "enable"),
    ("user", "list"),
    ("user", "remove"),
    ("queue",),
    ("rejudge",),
]
MISUSES = [
    ("nope",),
    ("--nope",),
    ("config", "extra"),
    ("config", "--nope"),
    ("languages", "--url"),
    ("languages", "--url", "127.0.0.1:8000"),
    ("languages", "--url", "ftp://127.0.0.1"),
    ("languages", "--url", "http://"),
    ("queue", "--url", "http://["),
    ("problem",),
    ("problem", "nope"),
    ("problem", "add"),
    ("problem", "add", "/nowhere"),
    ("problem", "add", str(REPOSITORY / "setup.cfg")),
    ("submit",),
    ("submit", "/nowhere.py", "--problem", "a-plus-b"),
    ("submit", str(REPOSITORY / "setup.cfg")),
    ("submit", str(REPOSITORY / "setup.cfg"), "--problem", "a-plus-b"),
    ("run",),
    ("run", "/nowhere.py"),
    ("run", str(REPOSITORY / "setup.cfg")),
    ("up", "--port", "65536"),
    ("autoscale",),
    ("autoscale", "--max", "0"),
    ("autoscale", "--min", "3", "--max", "2"),
    ("autoscale", "--max", "2", "-n", "mine"),
    ("autoscale", "--max", "2", "--concurrency=3"),
    ("autoscale", "--max", "2", "--json"),
    ("user", "token", "ada", "--scope", "everything"),
    ("user", "token", "ada", "--expires", "soon"),
    ("user", "token", "ada", "--expires", ""),
    ("user", "token", "ada", "--expires", "2020-01-01"),
    ("user", "token", "ada", "--expires", "-1d"),
    ("user", "token", "ada", "--expires", "9999999999d"),
    ("user", "revoke", "ada"),
    ("user", "role", "ada", "king"),
]


def run(*arguments: str, home: Path, **env: str) -> "subprocess.CompletedProcess[str]":
    """`judge …` where no judge runs."""
    unset = ("DATABASE_URL", "REDIS_URL", "PORT")
    own = {name: value for name, value in os.environ.items() if name not in unset}
    own |= {"JUDGE_HOME": str(home), **FEW_LANGUAGES, **env}
    return subprocess.run([*JUDGE, *arguments], env=own, capture_output=True, text=True, timeout=60)


def run_all(commands: Sequence[tuple[str, ...]], home: Path) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each command with how it ended; several run at once."""
    with ThreadPoolExecutor(4) as pool:
        yield from zip(
            commands, pool.map(lambda words: run(*words, home=home, PORT="9"), commands), strict=True
        )


def test_every_command_is_known_to_this_test(tmp_path: Path) -> None:
    """A new command must be entered above."""
    listed = run("--help", home=tmp_path).stdout.partition("Commands:")[2]
    names = {line.split()[0] for line in listed.splitlines() if line.startswith("  ") and line[2] != " "}
    assert names == {command[0] for command in COMMANDS if command}


def test_help(tmp_path: Path) -> None:
    """Every command tells what it does, wherever it is called, and exits 0."""
    for command, told in run_all([(*command, "--help") for command in COMMANDS], home=tmp_path):
        assert (told.returncode, told.stderr) == (0, ""), command
        assert told.stdout.startswith("Usage: "), command
        assert f"{' '.join(command[:-1])} [" in told.stdout.splitlines()[0], command


def test_misuse(tmp_path: Path) -> None:
    """Exit code 2, told on standard error, and nothing on standard output."""
    for arguments, misused in run_all(MISUSES, home=tmp_path):
        assert (misused.returncode, misused.stdout) == (2, ""), arguments
        assert "Usage:" in misused.stderr or "Error:" in misused.stderr, arguments


def test_where_no_judge_runs(tmp_path: Path) -> None:
    """Exit code 1 and one line that names the way out."""
    asking = [("languages",), ("queue", "--json"), ("problem", "list"), ("user", "add", "x"), ("migrate",)]
    for arguments, failed in run_all(asking, home=tmp_path):
        assert (failed.returncode, failed.stdout) == (1, ""), arguments
        assert failed.stderr.count("\n") == 1, arguments
        assert "judge up" in failed.stderr, arguments


def test_wrong_settings(tmp_path: Path) -> None:
    """Exit code 1 and one line that names every setting at fault."""
    failed = run("config", home=tmp_path, JUDGE_AUTH="maybe", JUDGE_SLOTS="0", PORT="http")
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr.count("\n") == 1
    assert all(name in failed.stderr.lower() for name in ("auth:", "slots:", "port:"))


def test_config_lists_every_setting(tmp_path: Path) -> None:
    """Variable, value, default, source and meaning; secrets are not shown."""
    secret = "never to be seen"
    rows = json.loads(run("config", "--json", home=tmp_path, SECRET_KEY=secret, JUDGE_SLOTS="3").stdout)
    assert all(row.keys() == {"variable", "value", "default", "source", "description"} for row in rows)
    assert len(rows) == len(Settings.model_fields)
    by_name = {row["variable"]: row for row in rows}
    assert {"DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "PORT", "WEB_CONCURRENCY", "SECRET_KEY"} <= set(
        by_name
    )
    assert {name for name in by_name if name.startswith("JUDGE_")} >= {
        "JUDGE_HOME",
        "JUDGE_AUTH",
        "JUDGE_BIND",
    }
    assert by_name["JUDGE_SLOTS"]["value"] == "3"
    assert by_name["JUDGE_SLOTS"]["source"] == by_name["SECRET_KEY"]["source"] == "environment"
    assert by_name["PORT"]["source"] == "default"
    assert by_name["PORT"]["default"] == "8000"
    assert all(row["description"] for row in rows)
    plain = run("config", home=tmp_path, SECRET_KEY=secret)
    assert plain.returncode == 0
    assert secret not in plain.stdout + json.dumps(rows)
    assert all(f"{name}=" in plain.stdout for name in by_name)


def test_commands_find_the_running_judge(judge: Running) -> None:
    """JUDGE_HOME alone leads to its servers, and `judge config` says that they come from there."""
    rows = json.loads(run("config", "--json", home=judge.home).stdout)
    sources = {row["variable"]: row["source"] for row in rows}
    assert sources["DATABASE_URL"] == sources["REDIS_URL"] == "the running judge"
    assert run("migrate", "--check", home=judge.home).returncode == 0


def test_languages(judge: Running) -> None:
    """With --json the items of GET /languages, otherwise a line each."""
    items = judge.get("/languages")["items"]
    shown = {item["id"] for item in json.loads(judge.command("languages", "--json").stdout)}
    assert {"python3", "c", "cpp"} <= {item["id"] for item in items} <= shown
    plain = judge.command("languages")
    assert plain.returncode == 0
    assert {"python3", "c", "cpp"} <= {line.split()[0] for line in plain.stdout.splitlines()}
    python = next(item for item in items if item["id"] == "python3")
    assert (python["time_multiplier"], python["memory_multiplier"], python["startup_s"]) == (1, 1, 0)
    assert (python["memory_floor_bytes"], python["reason"], python["variant_of"]) == (0, None, None)


def test_languages_tell_what_they_add(judge: Running) -> None:
    """What a runtime takes before the program begins stands in the line of the language, and has a reason."""
    items = {item["id"]: item for item in judge.get("/languages")["items"]}
    if "javascript" not in items:
        pytest.skip("needs node")
    assert items["javascript"]["memory_floor_bytes"] == 64 << 20
    assert items["javascript"]["reason"]
    lines = judge.command("languages").stdout.splitlines()
    assert "at least 64 MiB" in next(line for line in lines if line.startswith("javascript "))


def test_queue(judge: Running) -> None:
    """With --json the answer of GET /queue, otherwise who works on what."""
    shown = json.loads(judge.command("queue", "--json").stdout)
    assert shown.keys() == judge.get("/queue").keys()
    plain = judge.command("queue")
    assert plain.returncode == 0
    assert "queued" in plain.stdout
    assert shown["workers"][0]["name"] in plain.stdout


def test_doctor_of_a_judge_that_is_well(judge: Running) -> None:
    """Exit code 0: a line a check, and as JSON the same checks."""
    plain, as_json = judge.command("doctor"), judge.command("doctor", "--json")
    assert (plain.returncode, as_json.returncode) == (0, 0), plain.stdout
    report = json.loads(as_json.stdout)
    assert report["ok"] is True
    assert all(check.keys() == {"name", "ok", "detail", "mend"} for check in report["checks"])
    names = {check["name"] for check in report["checks"]}
    wanted = {"python", "database", "migrations", "redis", "redis: persistence", "redis: eviction", "disk"}
    assert wanted | {"language: python3", "language: c", "language: cpp"} <= names
    assert any(name.startswith("sandbox: ") for name in names)
    lines = [line for line in plain.stdout.splitlines() if not line.startswith(" ")]
    assert lines[0].startswith("ok    python: ")
    assert len(lines) == len(report["checks"])
    weak = [check for check in report["checks"] if check["name"].startswith("language: ") and not check["ok"]]
    assert all(check["mend"].startswith("apt-get install ") for check in weak)


def test_doctor_where_nothing_runs(tmp_path: Path) -> None:
    """Exit code 1: what fails is told with its mend."""
    ill = run("doctor", "--json", home=tmp_path)
    assert ill.returncode == 1
    report = json.loads(ill.stdout)
    failed = {check["name"]: check["mend"] for check in report["checks"] if check["ok"] is False}
    assert report["ok"] is False
    assert failed.keys() == {"database", "redis"}
    assert all("judge up" in mend for mend in failed.values())
