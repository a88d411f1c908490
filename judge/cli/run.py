"""`judge run`: have a program run on one's own input, and watch what it prints while it does."""

import base64
import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import click

from judge.cli.http import ask, url_option
from judge.client import Client, ClientError, JudgeHTTPError
from judge.languages import detect

_READ_BYTES = 64 * 1024


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--language", help="The language's id; by default the file's name tells.")
@click.option("--stdin", "stdin", type=click.File("rb"), help="Its input: a file, or - for this one's.")
@click.option("--arg", "args", multiple=True, help="An argument for the program; may be given again.")
@click.option("--option", "options", multiple=True, help="An option for the compiler, of those allowed.")
@click.option("--interactive", is_flag=True, help="Type to the program while it runs.")
@click.option("--user", "user_id", help="Your user_id, where the judge asks for no token.")
@url_option
@click.option("--json", "as_json", is_flag=True, help="Print every event as a line of JSON.")
def run(
    file: Path,
    language: str | None,
    stdin: BinaryIO | None,
    args: tuple[str, ...],
    options: tuple[str, ...],
    interactive: bool,
    user_id: str | None,
    url: str,
    token: str | None,
    as_json: bool,
) -> None:
    """Run FILE in a box; exit code 0 when it ends by itself with exit code 0.

    Its output goes to standard output and standard error, and how it ended to standard error.
    """
    if stdin and interactive and stdin.fileno() == sys.stdin.fileno():
        raise click.UsageError("--interactive types what --stdin - would read to its end first")
    code = _text(file)
    guessed = detect([(file.name, code)])
    if language is None and guessed is None:
        raise click.UsageError(f"no language has files like {file.name}; give --language")
    body = {
        "language": language or (guessed and guessed.id),
        "code": code,
        "stdin_base64": base64.b64encode(stdin.read() if stdin else b"").decode(),
        "stdin_open": interactive,
        "args": args,
        "compile_options": options,
    } | ({"user_id": user_id} if user_id else {})
    made = ask("POST", url, "/runs", token, json=body)
    if interactive:
        threading.Thread(target=_type, args=(url, token, made["id"]), daemon=True).start()
    screen = _Screen()
    try:
        for event in Client(url, token).run_events(made["id"], over="websocket"):
            if as_json:
                click.echo(json.dumps(event))
            else:
                screen.show(event)
    except KeyboardInterrupt:
        ask("POST", url, f"/runs/{made['id']}/cancel", token)
        raise SystemExit("judge: cancelled") from None
    if not as_json:
        screen.end(event, lambda: ask("GET", url, f"/runs/{made['id']}?encoding=base64", token))
    sys.exit(0 if event["data"]["verdict"] == "accepted" else 1)


class _Screen:
    """What the program prints, on this program's own streams, and beside it what became of it."""

    def __init__(self) -> None:
        self._attempt = 1
        self._shown_bytes = {"stdout": 0, "stderr": 0}
        self._truncated = False

    def show(self, event: dict[str, Any]) -> None:
        """Show an event, if it is one of output or of a beginning."""
        data, kind = event["data"], event["type"].removeprefix("run.")
        if kind == "running" and data["attempt"] > self._attempt:
            self._attempt, self._shown_bytes = data["attempt"], {"stdout": 0, "stderr": 0}
            click.echo("judge: its worker was lost; it runs again from its beginning", err=True)
        if kind in self._shown_bytes:
            content = base64.b64decode(data["base64"]) if "base64" in data else data["text"].encode()
            self._write(kind, content)
            self._truncated |= data.get("truncated", False)

    def end(self, event: dict[str, Any], whole: Callable[[], dict[str, Any]]) -> None:
        """Show how it ended, after what was too much to be told of while it ran; ``whole`` asks for that."""
        run = event["data"]
        if event["type"] != "run.done":
            click.echo(f"judge: {run['state']}", err=True)
            return
        if self._truncated:
            printed = whole()
            for kind, shown in list(self._shown_bytes.items()):
                self._write(kind, base64.b64decode(printed[kind])[shown:])
        if run["verdict"] == "compile_error":
            click.echo((run["compile_output"] or "").rstrip(), err=True)
        used = "" if run["cpu_time_s"] is None else f"   {run['cpu_time_s']:.3f} s"
        used += "" if run["memory_bytes"] is None else f"  {run['memory_bytes'] / 2**20:.1f} MiB"
        told = f"   {run['message']}" if run["message"] else ""
        click.echo(f"judge: {run['verdict']}{used}{told}", err=True)

    def _write(self, kind: str, content: bytes) -> None:
        stream = sys.stdout.buffer if kind == "stdout" else sys.stderr.buffer
        stream.write(content)
        stream.flush()
        self._shown_bytes[kind] += len(content)


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise SystemExit(f"judge: {file} is not UTF-8, and nothing else is run: {error}") from error


def _type(url: str, token: str | None, run_id: str) -> None:
    """Send what is typed here, until its end or that of the run."""
    while True:
        typed = os.read(sys.stdin.fileno(), _READ_BYTES)
        body = {"base64": base64.b64encode(typed).decode(), "eof": not typed}
        try:
            ask("POST", url, f"/runs/{run_id}/stdin", token, json=body)
        except JudgeHTTPError as refusal:
            if typed:
                click.echo(f"judge: what was typed was refused: {refusal}", err=True)
            return
        except ClientError as error:
            click.echo(f"judge: what was typed did not arrive: {error}", err=True)
            continue
        if not typed:
            return
