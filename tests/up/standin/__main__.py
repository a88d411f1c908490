"""`judge up`, with the stand-in's programs in the place of the judge's own."""

import os
import sys

from judge.cli.up import up
from judge.up import programs
from judge.up.child import Program

HERE = "tests.up.standin"
BROKEN = (sys.executable, "-c", "raise SystemExit('this program is broken')")


def migrate(env: programs.Environment) -> Program:
    """The stand-in's migration."""
    return Program("migrate", (*programs.PYTHON, f"{HERE}.migrate"), env)


def broken(name: str) -> None:
    """Replace one program by one that fails at once."""
    setattr(programs, name, lambda env, *rest: Program(name, BROKEN, env))


if __name__ == "__main__":
    programs.JUDGE = (sys.executable, "-c", "pass")
    programs.CELERY = (*programs.PYTHON, "celery", "-A", f"{HERE}.tasks")
    programs.COURIER = (sys.executable, "-c", "import signal; signal.pause()")
    programs.WEB = ("-w", "2", f"{HERE}.web:app")
    programs.migrate = migrate
    if "STANDIN_BROKEN" in os.environ:
        broken(os.environ["STANDIN_BROKEN"])
    up()
