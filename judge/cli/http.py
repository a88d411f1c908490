"""Asking the running judge over HTTP, as every other client does."""

from typing import Any

import click
import requests

from judge.cli.running import server_url


def url_option(command: Any) -> Any:
    """``--url`` and ``--token``, alike in every command that asks a judge."""
    command = click.option(
        "--url", default=server_url, help="The judge to ask; by default the one that runs in this folder."
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
    except requests.ConnectionError as error:
        raise SystemExit(f"judge: nothing answers at {url}; `judge up` starts a judge") from error
    body = response.json() if "json" in response.headers.get("Content-Type", "") else {}
    if not response.ok:
        raise SystemExit(f"judge: {response.status_code}: {body.get('detail', response.reason)}")
    return body


def socket_url(url: str) -> str:
    """The address of a judge's WebSocket endpoint."""
    return f"ws{url.rstrip('/').removeprefix('http')}/ws"
