"""`judge migrate`: bring the database up to date."""

import click

from judge import schema
from judge.errors import JudgeError


@click.command()
@click.option("--check", is_flag=True, help="Also fail where models and migrations disagree.")
def migrate(check: bool) -> None:
    """Run the migrations that are missing; several at once wait for each other."""
    revision = schema.upgrade()
    if check:
        try:
            schema.check()
        except JudgeError as error:
            raise SystemExit(f"judge migrate: {error}") from error
    click.echo(f"the database is at {revision}")
