"""`judge submit`: post a file and watch its tests come in over the WebSocket."""

import json
import sys
import threading
import time
from collections.abc import Generator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import click
from simple_websocket import Client, ConnectionClosed, ConnectionError

from judge.cli.http import ask, socket_url, url_option
from judge.languages import detect

_ENDINGS = ("submission.done", "submission.failed", "submission.cancelled")
_PING_S = 20
_RECONNECT_S = 60.0


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
    body = {
        "problem_id": problem_id,
        "language": language or (guessed and guessed.id),
        "code": code,
    } | ({"user_id": user_id} if user_id else {})
    submission = ask("POST", url, "/submissions", token, json=body)
    if not as_json:
        click.echo(f"submission {submission['id']}")
    hello = {"type": "hello", "stream": False} | (
        {"token": token} if token else {"user_id": submission["user_id"]}
    )
    with closing(_follow(url, hello, submission["id"])) as events:
        for event in events:
            click.echo(json.dumps(event) if as_json else _line(event))
            if event["type"] in _ENDINGS:
                break
    sys.exit(0 if event["data"]["verdict"] == "accepted" else 1)


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise SystemExit(f"judge: {file} is not UTF-8, and nothing else is judged: {error}") from error


def _follow(url: str, hello: dict[str, Any], submission_id: str) -> Generator[dict[str, Any], None, None]:
    """Every event of a submission, once and in order, over as many connections as it takes."""
    after_seq, lost_at = 0, None
    while True:
        try:
            subscribe = {"type": "subscribe", "submission_id": submission_id, "after_seq": after_seq}
            for message in _messages(url, hello, subscribe):
                if message["type"] == "error":
                    raise SystemExit(f"judge: {message['detail']}")
                if message["type"].startswith("submission."):
                    after_seq, lost_at = message["seq"], None
                    yield message
        except (ConnectionClosed, ConnectionError, OSError) as error:
            lost_at = lost_at or time.monotonic()
            if time.monotonic() - lost_at > _RECONNECT_S:
                raise SystemExit(f"judge: the connection is lost: {error}") from error
            time.sleep(0.5)  # the server may be restarting


def _messages(url: str, *frames: dict[str, Any]) -> Generator[dict[str, Any], None, None]:
    """What a socket brings once these frames have been sent on it."""
    # Its thread sleeps up to the next ping after the socket is closed; nobody is to wait for it.
    daemon = partial(threading.Thread, daemon=True)
    socket = Client(socket_url(url), ping_interval=_PING_S, thread_class=daemon)
    try:
        for frame in frames:
            socket.send(json.dumps(frame))
        while True:  # a long queue is no reason to give up; a server that answers no ping is
            yield json.loads(socket.receive())
    finally:
        if socket.connected:
            socket.close()


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
