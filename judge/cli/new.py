"""`judge problem new`: a package that verifies green at once, to be changed into what it is to become."""

import re
import shutil
import uuid
from pathlib import Path

import click

SKELETONS = Path(__file__).parents[2] / "skeletons"
"""Beside the package, as the sample problems: the judge is run from its checkout."""

TYPES = ("pass-fail", "scoring", "interactive", "multi-pass")
_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")


@click.command()
@click.argument("folder", metavar="NAME", type=click.Path(path_type=Path))
@click.option("--type", "kind", type=click.Choice(TYPES), default=TYPES[0], show_default=True)
def new(folder: Path, kind: str) -> None:
    """Make a new package in the folder NAME, which is the problem's id: a-z, 0-9 and inner hyphens.

    It has a statement, tests, validators and submissions, and `judge problem verify NAME` finds no fault.
    """
    name = folder.resolve().name
    if not _ID.fullmatch(name):
        raise click.BadParameter(f"{name!r} is no problem id: a-z, 0-9 and inner hyphens", param_hint="NAME")
    if folder.exists():
        raise click.BadParameter(f"{folder} is there already", param_hint="NAME")
    shutil.copytree(SKELETONS / kind, folder)
    described = folder / "problem.yaml"
    text = re.sub(r"^uuid: .*", f"uuid: {uuid.uuid4()}", described.read_text("utf-8"), flags=re.MULTILINE)
    title = name.replace("-", " ").title()
    described.write_text(re.sub(r"^name: .*", f"name: {title}", text, flags=re.MULTILINE), "utf-8")
    click.echo(f"{folder}: a {kind} problem; `judge problem verify {folder}` shows where it stands")
