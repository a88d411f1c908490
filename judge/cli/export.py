"""`judge problem export`: a version's whole package out of the database, as a zip."""

import shutil
from pathlib import Path

import click

from judge import versions


@click.command()
@click.argument("problem_id")
@click.option("--version", "number", type=int, help="Which version; by default the current one.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write, which must not be there; by default the problem's id and .zip.",
)
def export(problem_id: str, number: int | None, output: Path | None) -> None:
    """Write the package of a problem to a zip."""
    path = output or Path(f"{problem_id}.zip")
    with versions.exported(problem_id, number) as archive:
        try:
            with path.open("xb") as file:
                shutil.copyfileobj(archive, file)
        except OSError as error:
            raise SystemExit(f"judge: {path} cannot be written: {error.strerror}") from error
    click.echo(path)
