"""Asking the running judge over HTTP, as every other client does."""

from typing import Any
from urllib.parse import urlsplit

import click

from judge.cli.running import server_url
from judge.client import Client


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


def client(url: str, token: str | None, user_id: str | None = None) -> Client:
    """A client that says at once where nothing answers: people see that, and mend it."""
    return Client(url, token, user_id, patience_s=0)


def ask(method: str, url: str, path: str, token: str | None, **arguments: Any) -> Any:
    """The JSON of an answer. Raises ClientError."""
    return client(url, token).request(method, path, **arguments)


def _checked(context: click.Context, option: click.Parameter, url: str) -> str:
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise click.BadParameter(f"{url!r} is no address like http://127.0.0.1:8000")
    return url
