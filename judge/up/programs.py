"""The command lines of everything that `judge up` runs beside its servers, and nothing else."""

import signal
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import judge
from judge.up.child import Program

PYTHON = (sys.executable, "-m")
JUDGE = (*PYTHON, "judge")
CELERY = (*PYTHON, "celery", "-A", "judge.tasks")
COURIER = (*PYTHON, "celery", "-A", "judge.couriers", "worker", "-n", "courier@%h")
# By its full path: `judge up` may be called in any folder.
WEB = ("-c", str(Path(judge.__file__).parent.parent / "gunicorn.conf.py"), "judge.web:create_app()")

Environment = Mapping[str, str]


def migrate(env: Environment) -> Program:
    """Bring the tables up to date, once."""
    return Program("migrate", (*JUDGE, "migrate"), env)


def add_problems(env: Environment, folders: Iterable[Path]) -> Program:
    """Import problem packages, once; unchanged ones are skipped."""
    return Program("problems", (*JUDGE, "problem", "add", "--quiet", *map(str, folders)), env)


def web(env: Environment, listener_fd: int) -> Program:
    """The web process on a socket that already listens; the command line wins over the config module."""
    command = (*PYTHON, "gunicorn", "--no-control-socket", "-b", f"fd://{listener_fd}", *WEB)
    return Program("web", command, env, stop_rank=0, grace_s=30.0, pass_fds=(listener_fd,))


def worker(env: Environment, name: str) -> Program:
    """The worker. When we are killed its servers go too: nothing to wait for then (SIGQUIT)."""
    return Program(
        "worker",
        (*CELERY, "worker", "-n", name),
        env,
        stop_rank=1,
        grace_s=30.0,
        death_signal=signal.SIGQUIT,
    )


def courier(env: Environment) -> Program:
    """What tells webhooks; a request that has begun may end."""
    return Program("courier", COURIER, env, stop_rank=1, grace_s=20.0)


def beat(env: Environment) -> Program:
    """The clock that sends the sweeps."""
    return Program("beat", (*CELERY, "beat"), env, stop_rank=1)


def flower(env: Environment, port: int) -> Program:
    """Flower, on the loopback."""
    command = ("flower", "--address=127.0.0.1", f"--port={port}")
    return Program("flower", (*CELERY, *command), env, stop_rank=1)
