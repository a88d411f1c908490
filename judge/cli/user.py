"""`judge user`: who may ask, their passwords and their tokens."""

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from judge import accounts
from judge.accounts import passwords, tokens
from judge.accounts.scopes import ROLES, SCOPES, Role, Scope

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@click.group()
def user() -> None:
    """Users, passwords and tokens, for JUDGE_AUTH=token."""


@user.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="user", show_default=True)
def add(name: str, role: Role) -> None:
    """Add a user and print a token for them, once."""
    try:
        accounts.add(name, role)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="NAME") from error
    click.echo(tokens.new(name)[0])


@user.command()
@click.argument("name")
@click.option("--name", "label", default="", help="What it is for, to tell it from others.")
@click.option(
    "--scope", type=click.Choice(SCOPES), help="The most that it may; by default all that the role may."
)
@click.option(
    "--expires",
    metavar="WHEN",
    callback=lambda context, option, text: None if text is None else _end(text),
    help="30d, 12h, or an instant; by default it does not.",
)
def token(name: str, label: str, scope: Scope | None, expires: datetime | None) -> None:
    """Print a further token for a user; it is shown only now, and stored hashed."""
    click.echo(tokens.new(name, name=label, scope=scope, expires_at=expires)[0])


@user.command("tokens")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_tokens(name: str, as_json: bool) -> None:
    """List a user's tokens, without the tokens themselves."""
    accounts.get(name)
    items = [kept.as_json() for kept in tokens.listed(name)]
    _print(items, ("id", "scope", "expires_at", "last_used_at", "name"), as_json=as_json)


@user.command()
@click.argument("name")
@click.argument("token_ids", metavar="TOKEN_ID...", nargs=-1, required=True)
def revoke(name: str, token_ids: Sequence[str]) -> None:
    """End tokens of a user at once; `judge user tokens NAME` shows their ids."""
    for token_id in token_ids:
        tokens.revoke(name, token_id)


@user.command()
@click.argument("name")
def password(name: str) -> None:
    """Set a user's password, which is asked for, or is the one line of standard input."""
    accounts.get(name)
    if sys.stdin.isatty():
        chosen = click.prompt("New password", hide_input=True, confirmation_prompt=True)
    else:
        chosen = sys.stdin.read().removesuffix("\n").removesuffix("\r")
    if "\n" in chosen:
        raise click.UsageError("standard input has more than one line; which is the password?")
    try:
        passwords.checked(chosen)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    accounts.change(name, password_hash=passwords.hashed(chosen))


@user.command()
@click.argument("name")
@click.argument("new_role", metavar="ROLE", type=click.Choice(ROLES))
def role(name: str, new_role: Role) -> None:
    """Give a user another role; tokens that they have reach no further than before."""
    accounts.change(name, role=new_role)


@user.command()
@click.argument("name")
def disable(name: str) -> None:
    """Let a user in no more; their tokens rest until they are enabled."""
    accounts.change(name, disabled=True)


@user.command()
@click.argument("name")
def enable(name: str) -> None:
    """Let a disabled user in again."""
    accounts.change(name, disabled=False)


@user.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_users(as_json: bool) -> None:
    """List the users."""
    columns = ("id", "role", "disabled", "has_password", "created_at")
    _print([profile.as_json() for profile in _everybody()], columns, as_json=as_json)


@user.command()
@click.argument("name")
def remove(name: str) -> None:
    """Remove a user for good: what they submitted stays theirs, and the name is not given again."""
    accounts.remove(name)


def _everybody() -> Iterable[accounts.Profile]:
    after = ""
    while found := accounts.page(limit=500, after=after):
        yield from found
        after = found[-1].user_id


def _end(text: str) -> datetime:
    """When something expires: after a while, or at an instant, of UTC where no other time is named."""
    try:
        if text[-1:] in _UNITS:
            end = datetime.now(UTC) + timedelta(**{_UNITS[text[-1]]: int(text[:-1])})
        else:
            end = datetime.fromisoformat(text)
            end = end if end.tzinfo else end.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise click.BadParameter("give 30d, 12h, 45m, 8w, or an instant such as 2030-01-31T12:00Z") from error
    if end <= datetime.now(UTC):
        raise click.BadParameter(f"{text} is over already")
    return end


def _print(items: list[dict[str, Any]], columns: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(items, indent=1))
        return
    shown = [columns, *([_cell(item[column]) for column in columns] for item in items)]
    widths = [max(len(line[index]) for line in shown) for index in range(len(columns))]
    for line in shown if items else []:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _cell(value: Any) -> str:
    return {True: "yes", False: "no", None: "-", "": "-"}.get(value, str(value))
