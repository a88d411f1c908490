"""`judge config`: every setting, with its default and where its value comes from."""

import json
import os

import click

from judge.cli.running import adopted
from judge.config import Settings, settings

_SECRET = ("secret_key", "metrics_token", "database_url", "redis_url", "celery_broker_url", "broker_options")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def config(as_json: bool) -> None:
    """Show every setting: variable, value, default, source. Secrets are not shown."""
    rows = [_row(name) for name in Settings.model_fields]
    if as_json:
        click.echo(json.dumps(rows, indent=1))
        return
    for row in rows:
        click.echo(f"{row['variable']}={row['value']}  ({row['source']})\n    {row['description']}")


def _source(variable: str) -> str:
    if variable in adopted:
        return "the running judge"
    return "environment" if variable in os.environ else "default"


def _row(name: str) -> dict[str, str]:
    field = Settings.model_fields[name]
    variable = name.upper() if field.validation_alias else f"JUDGE_{name.upper()}"
    value = str(getattr(settings(), name))
    return {
        "variable": variable,
        "value": "(set)" if name in _SECRET and getattr(settings(), name) else value,
        "default": "computed" if field.default_factory else str(field.default),
        "source": _source(variable),
        "description": field.description or "",
    }
