"""Real `judge up` processes for tests: started as this user or as nobody, watched by what they print."""

import os
import re
import select
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest
import redis
import requests

from judge.up.leftovers import of_home

REPOSITORY = Path(__file__).parent.parent.parent
NOBODY = 65534
PATIENCE_S = 60.0


@dataclass
class Running:
    """One `judge up` of the stand-in, and what it has printed so far."""

    process: subprocess.Popen[bytes]
    home: Path
    output: str = ""

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Read on until ``pattern`` was printed since the start."""
        until = time.monotonic() + PATIENCE_S
        while (found := re.search(pattern, self.output)) is None:
            assert self._read(until), f"no {pattern!r} in:\n{self.output}\n{self.logs()}"
        return found

    def banner(self) -> str:
        """Wait until it is up; its URL."""
        return self.wait_for(r"web +(http://\S+)[\s\S]+Ctrl-C drains").group(1)

    def exit_code(self) -> int:
        """Wait for its end."""
        until = time.monotonic() + PATIENCE_S
        while self._read(until):
            pass
        return self.process.wait(PATIENCE_S)

    def stop(self) -> int:
        """Ctrl-C, and its exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.exit_code()

    def pid_of(self, program: str) -> int | None:
        """The main process of one of its programs, told by its arguments; None while there is none."""
        for line in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split():
            if program.encode() in Path(f"/proc/{line}/cmdline").read_bytes():
                return int(line)
        return None

    def database(self) -> "psycopg2.extensions.connection":
        """A connection to its embedded database, by what its banner says."""
        found = self.wait_for(r"PGPASSFILE=(\S+) \S*psql -h (\S+) -U judge judge")
        return psycopg2.connect(host=found[2], user="judge", dbname="judge", passfile=found[1])

    def redis(self) -> "redis.Redis":
        """A client of its embedded Redis, by what its banner says."""
        return redis.Redis(unix_socket_path=self.wait_for(r"redis-cli -s (\S+)")[1])

    def left(self) -> list[int]:
        """Processes of this home, whoever started them."""
        return of_home(self.home, self.home / "postgres")

    def logs(self) -> str:
        """Every log's end."""
        return "\n".join(f"--- {log}\n{log.read_text()[-2000:]}" for log in sorted(self.home.glob("log/*")))

    def _read(self, until: float) -> bool:
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], max(0.0, until - time.monotonic()))
        piece = os.read(self.process.stdout.fileno(), 65536) if ready else b""
        self.output += piece.decode()
        return bool(piece)


def wait_gone(pids: Sequence[int]) -> None:
    """Until every one of these processes has ended."""
    for pid in pids:
        try:
            fd = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        ended = select.poll()
        ended.register(fd, select.POLLIN)
        assert ended.poll(PATIENCE_S * 1000), f"{pid} lives on: {Path(f'/proc/{pid}/cmdline').read_bytes()!r}"
        os.close(fd)


def until(check: Callable[[], object]) -> None:
    """For what sends no event: look again and again."""
    deadline = time.monotonic() + PATIENCE_S
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def answers(url: str) -> bool:
    """Whether /readyz answers 200."""
    try:
        return requests.get(url + "/readyz", timeout=5).status_code == 200
    except requests.RequestException:
        return False


def python_for(user: int | None) -> tuple[str, Path]:
    """An interpreter and its packages that ``user`` can read."""
    packages = Path(sysconfig.get_path("purelib"))
    if user is None:
        return sys.executable, packages
    system = f"/usr/bin/python3.{sys.version_info.minor}"
    code = "import celery, psycopg2, redis, judge"
    for python in (sys.executable, system):
        try:
            subprocess.run(
                [python, "-c", code], user=user, group=user, extra_groups=[], cwd="/", check=True,
                env={"PYTHONPATH": f"{REPOSITORY}:{packages}"}, capture_output=True,
            )  # fmt: skip
        except (PermissionError, FileNotFoundError, subprocess.CalledProcessError):
            continue
        return python, packages
    refuse = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
    refuse(f"user {user} can read neither {sys.executable} nor a like {system} with {packages}")


@pytest.fixture(params=[None, NOBODY], ids=["self", "nobody"])
def user(request: pytest.FixtureRequest) -> int | None:
    """Every test that takes this runs as we are, and once more as an ordinary user where we are root."""
    if request.param is not None and os.geteuid() != 0:
        pytest.skip("only root can become another user")
    return request.param


@pytest.fixture
def place(user: int | None) -> Iterator[Path]:
    """A folder that ``user`` owns and that every id may pass through, which pytest's own is not."""
    path = Path(tempfile.mkdtemp(prefix="judge-test-", dir="/tmp"))
    path.chmod(0o755)
    if user is not None:
        os.chown(path, user, user)
    yield path
    shutil.rmtree(path, ignore_errors=True)


Starter = Callable[..., Running]


@pytest.fixture
def start(place: Path, user: int | None) -> Iterator[Starter]:
    """Start the stand-in: ``start(home, "--port", "0", PORT="8000")``."""
    started: list[Running] = []
    kept = ("PATH", "LANG", "CI", "TERM", "COVERAGE_PROCESS_START")

    def start(home: str | Path, *arguments: str, uid: int | None = user, **environment: str) -> Running:
        python, packages = python_for(uid)
        path = place / home
        env: Mapping[str, str] = {
            **{key: os.environ[key] for key in kept if key in os.environ},
            "JUDGE_HOME": str(path),
            "HOME": str(place),
            "PYTHONPATH": f"{REPOSITORY}:{packages}",
            "PYTHONDONTWRITEBYTECODE": "1",
            **environment,
        }
        process = subprocess.Popen(
            [python, "-m", "tests.up.standin", *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=place, env=env,
            user=uid, group=uid, extra_groups=None if uid is None else [],
        )  # fmt: skip
        started.append(Running(process, path))
        return started[-1]

    yield start
    for running in started:
        if running.process.poll() is None:
            running.stop()
        assert running.process.stdout is not None
        running.process.stdout.close()
    for running in started:  # a home may have been started in twice
        wait_gone(running.left())
