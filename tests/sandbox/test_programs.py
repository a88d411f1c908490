"""Every hostile program of tests/programs, with all guards and with its own switched off."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from judge import languages
from judge.judging import toolchains
from judge.sandbox import Box, SandboxError, hierarchy

from . import corpus, guards
from .conftest import CANARY, NOBODY, Remote, RemoteBox
from .corpus import PROGRAMS, RUN, Expectation, Program
from .test_remains import descendants, mounts, own_groups

GUARDS = guards.read()
TABLE = corpus.read()
AGENTS = 2
"""The processes of a box between two runs."""

REAPED_S = 5.0


def alone(programs: list[Program]) -> list[Any]:
    """The entries as parameters, each of which any of several test processes may run."""
    return [
        pytest.param(program, id=program.name, marks=pytest.mark.xdist_group(program.name))
        for program in programs
    ]


@pytest.fixture(scope="session")
def compiled() -> Callable[[Path], bytes]:
    """Return the static executable of a source, compiled in a box."""
    done: dict[Path, bytes] = {}

    def compile_(path: Path) -> bytes:
        if path not in done:
            with Box() as box:
                box.put({"attack.h": (PROGRAMS / "attack.h").read_bytes(), "p.c": path.read_bytes()})
                command = ["gcc", "-O1", "-static", "-pthread", "-w", "-I/code", "-o", "/code/p", "/code/p.c"]
                outcome = box.run(command, corpus.COMPILE)
                assert outcome.exit_code == 0, outcome.stderr.decode()
                done[path] = box.run(["cat", "/code/p"], corpus.COMPILE).stdout
        return done[path]

    return compile_


@pytest.fixture(autouse=True)
def canary(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put into the judge's environment what a program must not find."""
    monkeypatch.setenv(CANARY, "secret")


def possible(program: Program) -> None:
    """Skip a program whose language is not on this machine."""
    if program.language and languages.table()[program.language] not in toolchains.found():
        pytest.skip(f"no {program.language}")


def remains(owner: int) -> tuple[Any, ...]:
    """What a process has that a box could leave behind: processes, mounts, groups, descriptors."""
    descriptors = len(os.listdir(f"/proc/{owner}/fd"))
    return descendants(owner), mounts(owner), own_groups(owner), descriptors


@pytest.mark.parametrize("program", alone(TABLE))
def test_program(
    program: Program,
    mode: str,
    counted: bool,
    new_box: Callable[..., Box],
    compiled: Callable[[Path], bytes],
    request: pytest.FixtureRequest,
) -> None:
    """It comes to what its table says, the next run is as the one before, and nothing is left."""
    possible(program)
    program = program.where(counted=counted)
    owner = os.getpid() if mode == "self" else request.getfixturevalue("remote").process.pid
    files = program.files(compiled) | {"ordinary": compiled(PROGRAMS / "ordinary.c")}
    before = remains(owner)
    box = new_box()
    box.put(files)
    usual = ordinary(box, program)
    different = []
    for step, seen in program.play(box):
        different += step.expect.differences(seen)
    if different and program.fails:
        pytest.xfail(program.fails)
    assert not different, "\n".join(different)
    if not isinstance(seen, SandboxError):
        assert ordinary(box, program) == usual
        settled(lambda: len(descendants(owner)) - len(before[0]) <= AGENTS)
    box.close()
    assert remains(owner) == before


def ordinary(box: Box, program: Program) -> str:
    """What an ordinary program says of itself and its surroundings, which it must find good."""
    outcome = box.run(["/code/ordinary"], RUN, stdin=b"19 23\n")
    assert outcome.exit_code == 0, outcome
    lines = outcome.stdout.decode().splitlines(keepends=True)
    assert lines[-1] == "sum 42\n"
    # A compiler may leave in /code what it likes.
    return "".join(line for line in lines if not (program.early and line.startswith("/code")))


def settled(holds: Callable[[], bool]) -> None:
    """Wait until something holds that the agent does after it has answered."""
    deadline = time.monotonic() + REAPED_S
    while not holds():
        assert time.monotonic() < deadline


@pytest.mark.parametrize("program", alone([program for program in TABLE if program.guards]))
def test_without_its_guards(
    program: Program, mode: str, counted: bool, compiled: Callable[[Path], bytes]
) -> None:
    """Without its guards an attack succeeds, with any of them it does not; or other layers hold it."""
    possible(program)
    program = program.where(counted=counted)
    if not program.guards:
        pytest.skip("no guard of ours: " + program.why)
    if program.fails:
        pytest.xfail(program.fails)
    user = NOBODY if mode == "nobody" else None
    files = program.files(compiled) | {"ordinary": compiled(PROGRAMS / "ordinary.c")}
    off = set(program.guards)
    if program.unguarded is None:
        held = program.expect if program.held is None else program.held
        different = Expectation(**held).differences(last(program, files, user, off))
        assert not different, "\n".join(["not held by the other layers", *different])
        return
    success = Expectation(**program.unguarded)
    for _ in range(program.tries):
        different = success.differences(last(program, files, user, off))
        if not different:
            break
    assert not different, "\n".join(["it fails with its guards off", *different])
    for guard in off if len(off) > 1 else ():
        seen = last(program, files, user, off - {guard})
        assert success.differences(seen), f"{guard!r} alone does not hold it: {seen}"


def last(program: Program, files: dict[str, bytes], user: int | None, without: set[str]) -> Any:
    """How the last run ends where some guards are off."""
    with tempfile.TemporaryDirectory() as folder:
        remote = Remote(Path(folder), user, [GUARDS[name] for name in without])
        try:
            box = RemoteBox(remote)
            box.put(files)
            *_, (_, seen) = program.play(box)
            return seen
        finally:
            remote.kill()
            hierarchy.sweep(hierarchy.find())


@pytest.mark.parametrize("program", TABLE, ids=lambda program: program.name)
def test_entry(program: Program) -> None:
    """An entry says what it does, names guards and layers that exist, and proves what it claims."""
    assert program.does.endswith(".")
    for variant in (program, program.where(counted=False)):
        for step in variant.steps():
            assert step.argv
        assert variant.fails or set(variant.guards) <= set(GUARDS), variant.guards
        assert set(variant.layers) <= set(GUARDS), variant.layers
        if variant.guards:
            assert variant.unguarded is not None or variant.layers, "guards, and what without them?"
        else:
            assert variant.why, "no guard: what holds it?"
        assert not variant.layers or variant.why, "layers, and why?"
    assert not program.sampled or program.sampled.get("why") or set(program.sampled) <= {"guards", "fails"}


def test_guards_are_used() -> None:
    """Each guard of the table holds some attack."""
    used = {name for program in TABLE for name in (*program.guards, *program.layers)}
    used |= {name for program in TABLE for name in program.sampled.get("guards", ())}
    assert set(GUARDS) - used - {name for name in GUARDS if name.startswith(guards.ROW)} == set()


def rows_without_attack() -> Iterator[str]:
    """The filter's rows that no entry switches off."""
    used = {name for program in TABLE for name in (*program.guards, *program.sampled.get("guards", ()))}
    return (name for name in GUARDS if name.startswith(guards.ROW) and name not in used)


def test_rows_are_attacked() -> None:
    """Each row of the filter is switched off by some entry."""
    assert list(rows_without_attack()) == []
