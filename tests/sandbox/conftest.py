"""Boxes for the tests, opened by whoever runs them and, where that is root, by an ordinary user as well."""

import contextlib
import functools
import gc
import itertools
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from judge import sandbox
from judge.sandbox import Box, Layer, Limits, Outcome, Pool, Status, hierarchy
from judge.sandbox.link import readable

from . import guards
from .guards import Guard

HERE = Path(__file__).parent
NOBODY = 65534
ANSWER_S = 60.0
CANARY = "JUDGE_CANARY"
"""Stands in the environment of whoever opens boxes; no program finds it."""

LIMITS = Limits(cpu_time_s=5, wall_time_s=10, memory_bytes=256 << 20, output_bytes=1 << 20)
"""Ample for everything that is not meant to break a limit."""


def descriptors() -> set[tuple[str, str]]:
    """What is open here, by number and target; what tests before have only dropped is closed first."""
    gc.collect()
    found = set()
    for number in os.listdir("/proc/self/fd"):
        with contextlib.suppress(FileNotFoundError):  # the listing itself was open while it was made
            found.add((number, os.readlink(f"/proc/self/fd/{number}")))
    return found


class Remote:
    """A copy of the package in a process of its own, of another user, who has no cgroup, or of our own one.

    Without some guards, if any are given.
    """

    def __init__(self, folder: Path, user: int | None = NOBODY, without: Iterable[Guard] = ()) -> None:
        package = folder / "judge" / "sandbox"
        shutil.copytree(Path(sandbox.__file__).parent, package)
        guards.remove(without, package)
        (folder / "judge" / "__init__.py").touch()
        shutil.copy(HERE / "driver.py", folder)
        subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
        self.environment = {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", CANARY: "secret"}
        self.process = subprocess.Popen(
            [interpreter(), folder / "driver.py"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=self.environment,
            cwd="/",
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )
        self._answer()

    def call(self, number: int, method: str, *args: Any, **kwargs: Any) -> Any:
        """Do one thing with the box of that number there."""
        pickle.dump((number, method, args, kwargs), self.process.stdin)
        self.process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert readable(self.process.stdout.fileno(), ANSWER_S), f"no answer within {ANSWER_S} s"
        done, answer = pickle.load(self.process.stdout)
        if not done:
            raise answer
        return answer

    def close(self) -> None:
        """Let the process end, and with it its boxes."""
        self.process.stdin.close()
        self.process.wait()

    def kill(self) -> None:
        """End the process and its boxes, whatever state they are in."""
        self.process.kill()
        self.process.wait()


class RemoteBox:
    """A ``Box`` in that other process."""

    numbers = itertools.count()

    def __init__(self, remote: Remote, method: str = "open", *args: Any, **kwargs: Any) -> None:
        self.remote = remote
        self.number = next(self.numbers)
        remote.call(self.number, method, *args, **kwargs)

    def __getattr__(self, method: str) -> Callable[..., Any]:
        return lambda *args, **kwargs: self.remote.call(self.number, method, *args, **kwargs)


class RemotePool(RemoteBox):
    """A ``Pool`` in that other process."""

    def __init__(self, remote: Remote, **kwargs: Any) -> None:
        super().__init__(remote, "pool", **kwargs)

    def take(self, *hidden: Any) -> RemoteBox:
        return RemoteBox(self.remote, "take", self.number, *hidden)


@functools.cache
def interpreter() -> str:
    """Return a Python that nobody may start, which one below /root is not."""
    for path in (sys.executable, "/usr/bin/python3"):
        check = [path, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
        try:
            if not subprocess.run(check, user=NOBODY, group=NOBODY, extra_groups=[], cwd="/").returncode:
                return path
        except PermissionError:
            continue
    pytest.skip("no Python 3.11 that an ordinary user may start")


@pytest.fixture(scope="session")
def remote() -> Iterator[Remote]:
    """The process of the ordinary user."""
    if os.geteuid() != 0:
        pytest.skip("the tests are run by an ordinary user already")
    # Not pytest's own folder, which every session that starts closes to other users again.
    with tempfile.TemporaryDirectory() as folder:
        started = Remote(Path(folder))
        yield started
        started.close()


@pytest.fixture(params=["self", "nobody"])
def mode(request: pytest.FixtureRequest) -> str:
    """Who opens the box: the tests' own process, or an ordinary user without cgroup."""
    return request.param


@pytest.fixture
def counted(mode: str) -> bool:
    """Whether the kernel counts the memory of the box; otherwise it is sampled."""
    return mode == "self" and "memory" in hierarchy.find().folders


@pytest.fixture
def new_box(mode: str, request: pytest.FixtureRequest) -> Iterator[Callable[..., Box]]:
    """Open boxes in the mode; they are closed at the end."""
    boxes = []

    def make(**kwargs: Any) -> Any:
        if mode == "self":
            boxes.append(Box(**kwargs))
        else:
            boxes.append(RemoteBox(request.getfixturevalue("remote"), **kwargs))
        return boxes[-1]

    yield make
    for box in boxes:
        box.close()


@pytest.fixture
def new_pool(mode: str, request: pytest.FixtureRequest) -> Iterator[Callable[..., Pool]]:
    """Open pools in the mode; they are closed at the end."""
    pools = []

    def make(**kwargs: Any) -> Any:
        if mode == "self":
            pools.append(Pool(**kwargs))
        else:
            pools.append(RemotePool(request.getfixturevalue("remote"), **kwargs))
        return pools[-1]

    yield make
    for pool in pools:
        pool.close()


@pytest.fixture
def box(new_box: Callable[..., Box]) -> Box:
    """An open box."""
    return new_box()


@pytest.fixture
def found_layers(mode: str, request: pytest.FixtureRequest) -> list[Layer]:
    """What ``layers`` says in the mode."""
    if mode == "self":
        return sandbox.layers()
    return request.getfixturevalue("remote").call(-1, "layers")


@pytest.fixture(scope="session")
def compiled() -> Callable[[str], bytes]:
    """Return the static executable of ``programs/NAME.c``, compiled in a box."""
    if not shutil.which("gcc"):
        pytest.skip("no gcc")
    done: dict[str, bytes] = {}
    limits = Limits(cpu_time_s=30, wall_time_s=60, memory_bytes=512 << 20, output_bytes=16 << 20)

    def compile_(name: str) -> bytes:
        if name not in done:
            with Box() as box:
                box.put({"p.c": (HERE / "programs" / f"{name}.c").read_bytes()})
                command = ["gcc", "-O1", "-static", "-pthread", "-w", "-o", "/code/p", "/code/p.c"]
                outcome = box.run(command, limits)
                assert outcome.exit_code == 0, outcome.stderr.decode()
                done[name] = box.run(["cat", "/code/p"], limits).stdout
        return done[name]

    return compile_


@pytest.fixture
def run(box: Box, compiled: Callable[[str], bytes]) -> Callable[..., Outcome]:
    """Put ``programs/NAME.c`` compiled into the box, run it with arguments, and return the outcome."""
    present = set()

    def run_(name: str, *args: str, limits: Limits = LIMITS, **kwargs: Any) -> Outcome:
        if name not in present:
            box.put({name: compiled(name)})
            present.add(name)
        return box.run([f"/code/{name}", *args], limits, **kwargs)

    return run_


def shell(box: Box, script: str, limits: Limits = LIMITS, **kwargs: Any) -> str:
    """Run a script of the shell, which must succeed, and return what it printed."""
    outcome = box.run(["sh", "-c", script], limits, **kwargs)
    assert outcome.status is Status.EXITED, outcome
    assert outcome.exit_code == 0, outcome
    return outcome.stdout.decode()
