"""`judge submit`: post a file and watch its tests come in over the WebSocket."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from judge.cli.http import client, url_option
from judge.client import Client
from judge.languages import detect


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--problem", "problem_id", required=True, help="The problem's id.")
@click.option("--language", help="The language's id; by default the file's name tells.")
@click.option("--user", "user_id", help="Your user_id, where the judge asks for no token.")
@url_option
@click.option("--json", "as_json", is_flag=True, help="Print every event as a line of JSON.")
def submit(
    file: Path,
    problem_id: str,
    language: str | None,
    user_id: str | None,
    url: str,
    token: str | None,
    as_json: bool,
) -> None:
    """Submit FILE and show each test as it comes in; exit code 0 when it is accepted."""
    code = _text(file)
    guessed = detect([(file.name, code)])
    if language is None and guessed is None:
        raise click.UsageError(f"no language has files like {file.name}; give --language")
    named = language or str(guessed and guessed.id)
    submission = client(url, token, user_id).submit(problem_id, named, code)
    if not as_json:
        click.echo(f"submission {submission['id']}")
    # It is accepted, and whoever watches it may as well wait for a server that restarts.
    for event in Client(url, token).events(submission["id"], over="websocket"):
        click.echo(json.dumps(event) if as_json else _line(event))
    sys.exit(0 if event["data"]["verdict"] == "accepted" else 1)


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise SystemExit(f"judge: {file} is not UTF-8, and nothing else is judged: {error}") from error


def _line(event: dict[str, Any]) -> str:
    data = event["data"]
    match event["type"].removeprefix("submission."):
        case "test":
            return f"{data['index']:>4}  {data['name']:<14} {data['verdict']:<22} {_usage(data)}"
        case "running":
            return f"running {data['test_count']} tests"
        case "done":
            return _ending(data)
        case "failed":
            return "failed: the judge could not judge this, which is not your fault"
        case word:
            return str(word)


def _ending(submission: dict[str, Any]) -> str:
    lines = []
    if submission["verdict"] == "compile_error":
        lines.append((submission["compile_output"] or "").rstrip())
    failed = [test for test in submission["tests"] if test["verdict"] != "accepted"]
    where = f" on test {failed[0]['index']} ({failed[0]['name']})" if failed else ""
    used = f"   {_usage(submission)}" if submission["cpu_time_s"] is not None else ""
    lines.append(f"{submission['verdict']}{where}{used}")
    return "\n".join(lines)


def _usage(row: dict[str, Any]) -> str:
    return f"{row['cpu_time_s']:.3f} s  {row['memory_bytes'] / 2**20:.1f} MiB"
