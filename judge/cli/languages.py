"""`judge languages`: what the running judge can judge."""

import json

import click

from judge.cli.http import ask, url_option


@click.command()
@url_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def languages(url: str, token: str | None, as_json: bool) -> None:
    """List the languages that a worker has proven, with the version found."""
    items = ask("GET", url, "/languages", token)["items"]
    if as_json:
        click.echo(json.dumps(items, indent=1))
        return
    for item in items:
        click.echo(f"{item['id']:<12} {item['name']:<24} {item['version']}")
