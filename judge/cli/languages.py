"""`judge languages`: what the running judge can judge."""

import json
from typing import Any

import click

from judge.cli.http import client, url_option


@click.command()
@url_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def languages(url: str, token: str | None, as_json: bool) -> None:
    """List the languages that a worker has proven, with the version found."""
    items = client(url, token).languages()
    if as_json:
        click.echo(json.dumps(items, indent=1))
        return
    for item in items:
        click.echo(f"{item['id']:<12} {item['name']:<24} {_added(item):<22} {item['version']}".rstrip())


def _added(item: dict[str, Any]) -> str:
    """What a language gets beyond a problem's limits, which is nothing for most."""
    parts = [
        f"{item['time_multiplier']:g} x time" if item["time_multiplier"] != 1 else "",
        f"+{item['startup_s']:g} s" if item["startup_s"] else "",
        f"{item['memory_multiplier']:g} x memory" if item["memory_multiplier"] != 1 else "",
        f"at least {item['memory_floor_bytes'] // 2**20} MiB" if item["memory_floor_bytes"] else "",
    ]
    return ", ".join(filter(None, parts))
