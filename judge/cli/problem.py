"""`judge problem`: packages into the database, and what is there."""

import json
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

from judge import packages, problems
from judge.cli.export import export
from judge.cli.http import client, url_option
from judge.cli.new import new
from judge.cli.verify import verify
from judge.errors import PackageError
from judge.judging.verifying import verify as verified
from judge.packages.package import Package


@click.group()
def problem() -> None:
    """Problem packages."""


problem.add_command(export)
problem.add_command(new)
problem.add_command(verify)


@problem.command()
@click.argument(
    "folders", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option("--quiet", is_flag=True, help="Tell only of what is wrong.")
def add(folders: tuple[Path, ...], quiet: bool) -> None:
    """Import packages; a folder's name is the problem's id. What has not changed is skipped.

    A package that names no time limit is verified first, and gets the one that its submissions ask for.
    """
    failed = False
    with Progress(
        console=Console(stderr=True), transient=True, disable=quiet or not sys.stderr.isatty()
    ) as bar:
        for folder in folders:
            task = bar.add_task(folder.name)

            def show(done: int, total: int, task: Any = task) -> None:
                bar.update(task, completed=done, total=total)

            try:
                package = packages.read(folder)
                changed = problems.add(package, show, folder=folder, timed=_timed)
            except PackageError as error:
                failed = True
                for path, message in error.faults:
                    click.echo(f"{folder}/{path}: {message}", err=True)
                continue
            if not quiet:
                for path, message in package.warnings:
                    click.echo(f"{folder}/{path}: warning: {message}", err=True)
                click.echo(f"{folder.name}: {'imported' if changed else 'unchanged'}")
    if failed:
        sys.exit(1)


def _timed(package: Package) -> Package:
    """A package under the time limit that its submissions give. Raises PackageError."""
    click.echo(f"{package.id}: names no time limit, so its submissions are run …", err=True)
    report = verified(package, progress=lambda step: None, allow_missing_languages=True)
    if not report.ok or report.time_limit_s is None:
        raise PackageError(list(report.errors))
    click.echo(f"{package.id}: {report.time_limit_s:g} s", err=True)
    return package.with_time_limit(report.time_limit_s)


@problem.command("list")
@url_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(url: str, token: str | None, as_json: bool) -> None:
    """List the problems of the running judge."""
    items = list(client(url, token).problems())
    if as_json:
        click.echo(json.dumps(items, indent=1))
        return
    for item in items:
        limits = item["limits"]
        click.echo(
            f"{item['id']:<24} {item['name']:<28} {limits['time_limit_s']:g} s, "
            f"{limits['memory_bytes'] // 2**20} MiB, {item['test_count']} tests"
        )
