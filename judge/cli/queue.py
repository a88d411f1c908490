"""`judge queue`: how much waits, how much runs, on whom."""

import json

import click

from judge.cli.http import client, url_option


@click.command()
@url_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def queue(url: str, token: str | None, as_json: bool) -> None:
    """Show the backlog and the workers."""
    found = client(url, token).queue()
    if as_json:
        click.echo(json.dumps(found, indent=1))
        return
    oldest = (
        f", the oldest for {found['oldest_queued_s']:.1f} s" if found["oldest_queued_s"] is not None else ""
    )
    click.echo(f"{found['queued']} queued{oldest}; {found['running']} running")
    for worker in found["workers"]:
        click.echo(
            f"{worker['name']}: {worker['busy']} of {worker['slots']} busy; {', '.join(worker['languages'])}"
        )
