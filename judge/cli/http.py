"""Asking the running judge over HTTP, as every other client does."""

from typing import Any
from urllib.parse import urlsplit

import click
import requests

from judge.cli.running import server_url


def url_option(command: Any) -> Any:
    """``--url`` and ``--token``, alike in every command that asks a judge."""
    command = click.option(
        "--url",
        default=server_url,
        callback=_checked,
        help="The judge to ask; by default the one that runs in this folder.",
    )(command)
    return click.option(
        "--token", envvar="JUDGE_TOKEN", help="Your bearer token, where the judge wants one (or JUDGE_TOKEN)."
    )(command)


def ask(method: str, url: str, path: str, token: str | None, **arguments: Any) -> Any:
    """The JSON of an answer; leaves with exit code 1 and the judge's own words where it is an error."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        response = requests.request(
            method, f"{url.rstrip('/')}/api/v1{path}", headers=headers, timeout=60, **arguments
        )
        body = response.json() if "json" in response.headers.get("Content-Type", "") else None
    except requests.ConnectionError as error:
        raise SystemExit(f"judge: nothing answers at {url}; `judge up` starts a judge") from error
    except requests.RequestException as error:
        raise SystemExit(f"judge: {url} does not answer as a judge does: {error}") from error
    if not response.ok:
        detail = body.get("detail") if isinstance(body, dict) else None
        raise SystemExit(f"judge: {response.status_code}: {detail or response.reason}")
    if body is None:
        raise SystemExit(f"judge: {url} does not answer as a judge does: that is no JSON")
    return body


def _checked(context: click.Context, option: click.Parameter, url: str) -> str:
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise click.BadParameter(f"{url!r} is no address like http://127.0.0.1:8000")
    return url


def socket_url(url: str) -> str:
    """The address of a judge's WebSocket endpoint."""
    return f"ws{url.rstrip('/').removeprefix('http')}/ws"
