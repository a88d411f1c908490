"""`judge up`: everything in one terminal."""

import sys
import time
from pathlib import Path

import click
from pydantic import ValidationError

from judge.config import Settings
from judge.errors import JudgeError
from judge.up.up import Options
from judge.up.up import up as run_judge


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), help="Port of the web process; 0 takes a free one.")
@click.option(
    "--ready-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help='Gets {"url", "pid"} once the judge is ready.',
)
@click.option("--flower", is_flag=True, help="Start Flower too, on the loopback.")
def up(port: int | None, ready_file: Path | None, flower: bool) -> None:
    """Start a whole judge: servers, tables, problems, web, worker, courier, beat. Ctrl-C drains it.

    DATABASE_URL and REDIS_URL replace the embedded PostgreSQL and Redis. Data lies in JUDGE_HOME.
    """
    began = time.monotonic()
    try:
        settings = Settings()
    except ValidationError as error:
        for fault in error.errors():
            click.echo(f"judge up: {fault['loc'][0]}: {fault['msg']}", err=True)
        sys.exit(1)
    options = Options(
        settings=settings,
        port=settings.port if port is None else port,
        port_asked_for=port is not None or "port" in settings.model_fields_set,
        ready_file=ready_file,
        flower=flower,
        say=lambda line: print(
            line if "\n" in line else f"{time.monotonic() - began:6.1f} s  {line}", flush=True
        ),
    )
    try:
        run_judge(options)
    except JudgeError as error:
        click.echo(f"judge up: {error}", err=True)
        sys.exit(1)
