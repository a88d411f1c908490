"""`judge problem verify`: packages verified in boxes, shown as a matrix, JSON or JUnit."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import TypeAlias

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from judge import packages
from judge.cli.junit import junit
from judge.cli.matrix import show
from judge.errors import PackageError
from judge.judging import SandboxError
from judge.judging.verification.progress import Step
from judge.judging.verification.report import Report, unreadable
from judge.judging.verifying import verify as verified

Told: TypeAlias = Callable[[Step], None]
_LINE_EVERY_S = 2.0
_WIDE = 1000
"""Columns where the output is no terminal, more than a row takes."""


@click.command()
@click.argument(
    "folders", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option("--json", "as_json", is_flag=True, help="Print one object; of several folders a list of them.")
@click.option(
    "--junit", "junit_file", type=click.Path(dir_okay=False, path_type=Path), help="Write JUnit XML."
)
@click.option("--slots", type=click.IntRange(min=1), help="Programs run side by side; default: a CPU each.")
@click.option(
    "--allow-missing-languages",
    is_flag=True,
    help="Warn of submissions whose toolchain is not installed here, which otherwise are errors.",
)
def verify(
    folders: tuple[Path, ...],
    as_json: bool,
    junit_file: Path | None,
    slots: int | None,
    allow_missing_languages: bool,
) -> None:
    """Verify packages: everything in them is tried, and each submission must do as its author says.

    The matrix has a row a submission and a column a group of tests. "AC/WA! > AC 3 WA 2" says that tests may
    end accepted and that one must end with a wrong answer, and that three and two of them did. Exit code 1
    tells of an error.
    """
    reports = []
    for folder in folders:
        with _progress(folder.resolve().name) as told:
            report = _report(folder, slots, told, allow_missing_languages=allow_missing_languages)
        reports.append(report)
        if not as_json:
            show(report, _console())
    if as_json:
        shown = [report.as_json() for report in reports]
        click.echo(json.dumps(shown[0] if len(shown) == 1 else shown, indent=1))
    if junit_file:
        junit_file.write_text(junit(reports), "utf-8")
    if not all(report.ok for report in reports):
        sys.exit(1)


def _report(folder: Path, slots: int | None, told: Told, *, allow_missing_languages: bool) -> Report:
    try:
        package = packages.read(folder)
    except PackageError as error:
        return unreadable(folder.resolve().name, error.faults)
    try:
        return verified(package, slots=slots, progress=told, allow_missing_languages=allow_missing_languages)
    except SandboxError as error:
        raise SystemExit(f"judge: {error}") from error


def _console() -> Console:
    return Console() if sys.stdout.isatty() else Console(width=_WIDE)


@contextmanager
def _progress(name: str) -> Iterator[Told]:
    """A bar on a terminal, and otherwise a line every other second; on standard error."""
    if not sys.stderr.isatty():
        yield _Lines(name).told
        return
    columns = ("[bold]{task.description}", BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(
        *columns, TextColumn("{task.fields[what]}"), console=Console(stderr=True), transient=True
    ) as bar:
        task = bar.add_task(name, total=None, what="")
        yield lambda step: bar.update(task, completed=step.done, total=step.total, what=step.what)


class _Lines:
    """Progress as plain lines, few enough for a log."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._next = monotonic() + _LINE_EVERY_S

    def told(self, step: Step) -> None:
        """One more step."""
        if monotonic() >= self._next:
            self._next = monotonic() + _LINE_EVERY_S
            click.echo(f"{self._name}: {step.done} of {step.total}, {step.what}", err=True)
