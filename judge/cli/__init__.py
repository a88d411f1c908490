"""The command ``judge``: exit code 0, 1 where it ran and the answer is no, 2 for misuse."""

import importlib

import click
from sqlalchemy.exc import OperationalError, ProgrammingError

from judge.cli.running import adopt
from judge.errors import JudgeError

# Each command's module is imported when it is called: `judge submit` need not load Celery.
_COMMANDS = {
    "up": "judge.cli.up",
    "web": "judge.cli.processes",
    "worker": "judge.cli.processes",
    "courier": "judge.cli.processes",
    "beat": "judge.cli.processes",
    "autoscale": "judge.cli.autoscale",
    "migrate": "judge.cli.migrate",
    "doctor": "judge.cli.doctor",
    "config": "judge.cli.config",
    "languages": "judge.cli.languages",
    "submit": "judge.cli.submit",
    "run": "judge.cli.run",
    "problem": "judge.cli.problem",
    "user": "judge.cli.user",
    "rejudge": "judge.cli.rejudge",
    "queue": "judge.cli.queue",
}


class _Lazy(click.Group):
    def list_commands(self, context: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        module = _COMMANDS.get(name)
        if module is None:
            return None
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.command(cls=_Lazy)
@click.version_option(package_name="judge")
@click.pass_context
def judge(context: click.Context) -> None:
    """A self-hosted code judge: submissions in, sandboxed verdicts out, live."""
    if context.invoked_subcommand != "up":
        adopt()


def main() -> None:
    """Run a command; what fails is told in one line, with the way out where there is one."""
    try:
        judge()
    except JudgeError as error:
        raise SystemExit(f"judge: {error}") from error
    except OperationalError as error:
        raise SystemExit(f"judge: the database does not answer: {error.orig}") from error
    except ProgrammingError as error:
        raise SystemExit(f"judge: {error.orig}`judge migrate` brings the database up to date") from error
