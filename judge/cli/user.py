"""`judge user`: who may ask, and their tokens."""

import click

from judge import accounts
from judge.accounts import ROLES, Role


@click.group()
def user() -> None:
    """Users and their tokens, for JUDGE_AUTH=token."""


@user.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="user", show_default=True)
def add(name: str, role: Role) -> None:
    """Add a user and print a token for them, once."""
    try:
        accounts.add(name, role)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="NAME") from error
    click.echo(accounts.new_token(name))


@user.command()
@click.argument("name")
def token(name: str) -> None:
    """Print a further token for a user; it is shown only now, and stored hashed."""
    click.echo(accounts.new_token(name))
