"""`judge problem`: packages into the database, and what is there."""

import json
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

from judge import packages, problems
from judge.cli.http import ask, url_option
from judge.errors import PackageError


@click.group()
def problem() -> None:
    """Problem packages."""


@problem.command()
@click.argument(
    "folders", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option("--quiet", is_flag=True, help="Tell only of what is wrong.")
def add(folders: tuple[Path, ...], quiet: bool) -> None:
    """Import packages; a folder's name is the problem's id. What has not changed is skipped."""
    failed = False
    with Progress(
        console=Console(stderr=True), transient=True, disable=quiet or not sys.stderr.isatty()
    ) as bar:
        for folder in folders:
            task = bar.add_task(folder.name)

            def show(done: int, total: int, task: Any = task) -> None:
                bar.update(task, completed=done, total=total)

            try:
                changed = problems.add(packages.read(folder), show)
            except PackageError as error:
                failed = True
                for path, message in error.faults:
                    click.echo(f"{folder}/{path}: {message}", err=True)
                continue
            if not quiet:
                click.echo(f"{folder.name}: {'imported' if changed else 'unchanged'}")
    if failed:
        sys.exit(1)


@problem.command("list")
@url_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(url: str, token: str | None, as_json: bool) -> None:
    """List the problems of the running judge."""
    items, cursor = [], ""
    while cursor is not None:
        found = ask("GET", url, "/problems", token, params={"cursor": cursor} if cursor else {})
        items += found["items"]
        cursor = found["next_cursor"]
    if as_json:
        click.echo(json.dumps(items, indent=1))
        return
    for item in items:
        limits = item["limits"]
        click.echo(
            f"{item['id']:<24} {item['name']:<28} {limits['time_limit_s']:g} s, "
            f"{limits['memory_bytes'] // 2**20} MiB, {item['test_count']} tests"
        )
