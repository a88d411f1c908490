"""`judge web`, `worker`, `courier`, `beat`: the processes of the Procfile, become this one."""

import os
import sys
import sysconfig
from pathlib import Path

import click

import judge

_GUNICORN = Path(judge.__file__).parent.parent / "gunicorn.conf.py"
_ANY = {"ignore_unknown_options": True, "help_option_names": ["--help"]}


@click.command(context_settings=_ANY)
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def web(options: tuple[str, ...]) -> None:
    """Serve HTTP and WebSockets. OPTIONS go to gunicorn."""
    from judge.web.app import check_settings

    check_settings()
    # Not by -m: at SIGUSR2 gunicorn starts itself anew by the path of its main module, beside which there are
    # modules of the names of others.
    script = os.path.join(sysconfig.get_path("scripts"), "gunicorn")
    _become(script, "-c", str(_GUNICORN), "judge.web:create_app()", *options)


@click.command(context_settings=_ANY)
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def worker(options: tuple[str, ...]) -> None:
    """Judge submissions. OPTIONS go to `celery worker`."""
    _check_broker()
    _become("-m", "celery", "-A", "judge.tasks", "worker", *options)


@click.command(context_settings=_ANY)
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def courier(options: tuple[str, ...]) -> None:
    """Send what webhooks are to be told. OPTIONS go to `celery worker`."""
    _check_broker()
    _become("-m", "celery", "-A", "judge.couriers", "worker", "-n", "courier@%h", *options)


@click.command(context_settings=_ANY)
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def beat(options: tuple[str, ...]) -> None:
    """Look for lost work, and send what is done by the clock. OPTIONS go to `celery beat`."""
    _check_broker()
    _become("-m", "celery", "-A", "judge.tasks", "beat", *options)


def _check_broker() -> None:
    """Raises ConfigError; Celery would show it below a traceback."""
    from judge.queue import found_broker

    found_broker()


def _become(*arguments: str) -> None:
    os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606  # no shell is wanted
