"""Reads the hostile programs of tests/programs, plays them in a box, and compares what came of it."""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from judge import languages
from judge.sandbox import Box, Limits, Outcome, SandboxError, Status

PROGRAMS = Path(__file__).parent.parent / "programs"
MIB = 1 << 20

RUN = Limits(cpu_time_s=5, wall_time_s=10, memory_bytes=256 * MIB, output_bytes=MIB)
"""Ample for everything that is not meant to break a limit."""

COMPILE = replace(
    RUN, cpu_time_s=20, wall_time_s=20, memory_bytes=1024 * MIB,
    processes=256, file_bytes=512 * MIB, file_count=20_000,
)  # fmt: skip
"""A worker's for compiling, but for a shorter time."""


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """What must come of a run; the README of the programs tells what each field means."""

    status: str | list[str] = ""
    exit_code: int | None = None
    signal: int | None = None
    stdout: str | None = None
    stderr: str | None = None
    stdout_has: list[str] = field(default_factory=list)
    stdout_lacks: list[str] = field(default_factory=list)
    stderr_has: list[str] = field(default_factory=list)
    stdout_bytes: int | None = None
    cpu_s: Mapping[str, float] = field(default_factory=dict)
    wall_s: Mapping[str, float] = field(default_factory=dict)
    memory_mib: Mapping[str, float] = field(default_factory=dict)
    error: str = ""

    def differences(self, seen: Outcome | SandboxError) -> list[str]:
        """In what an outcome is not the expected one, a line each, with the outcome last."""
        if isinstance(seen, SandboxError) or self.error:
            found = getattr(seen, "layer", "no error")
            return [] if found == self.error else [f"error: {found!r}, not {self.error!r}", str(seen)]
        different = list(self._compare(seen))
        return different and [*different, str(seen)[:1000]]

    def _compare(self, seen: Outcome) -> Iterator[str]:
        statuses = [self.status] if isinstance(self.status, str) else self.status
        if statuses == [""]:
            statuses = [Status.EXITED if self.signal is None else Status.SIGNALED]
        plain = statuses == [Status.EXITED] and self.exit_code is None
        stdout, stderr = seen.stdout.decode(errors="replace"), seen.stderr.decode(errors="replace")
        for name, found, wanted in (
            ("exit_code", seen.exit_code, 0 if plain else self.exit_code),
            ("signal", seen.signal, self.signal),
            ("stdout", stdout, self.stdout),
            ("stderr", stderr, self.stderr),
            ("stdout_bytes", len(seen.stdout), self.stdout_bytes),
        ):
            if wanted is not None and found != wanted:
                yield f"{name}: {found!r}, not {wanted!r}"
        if seen.status not in statuses:
            yield f"status: {seen.status}, not {' or '.join(statuses)}"
        for part in self.stdout_has:
            if part not in stdout:
                yield f"stdout: {stdout!r}, without {part!r}"
        for part in self.stdout_lacks:
            if part in stdout:
                yield f"stdout: {stdout!r}, with {part!r}"
        for part in self.stderr_has:
            if part not in stderr:
                yield f"stderr: {stderr!r}, without {part!r}"
        for name, figure, bounds in (
            ("cpu_s", seen.cpu_time_s, self.cpu_s),
            ("wall_s", seen.wall_time_s, self.wall_s),
            ("memory_mib", seen.memory_bytes / MIB, self.memory_mib),
        ):
            if not bounds.get("least", 0) <= figure <= bounds.get("most", float("inf")):
                yield f"{name}: {figure:.3f}, not within {bounds}"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One run: what is put before it, what is run, and what must come of it."""

    argv: list[str]
    put: Mapping[str, str]
    place: Mapping[str, str]
    stdin: str
    fetch: str
    keep: bool
    limits: Limits
    environment: Mapping[str, str]
    merged: bool
    expect: Expectation


@dataclass(frozen=True, kw_only=True)
class Program:
    """One entry of a table."""

    name: str
    does: str
    source: str
    language: str = ""
    beside: Mapping[str, str] = field(default_factory=dict)
    args: list[str] = field(default_factory=list)
    stdin: str = ""
    limits: Mapping[str, float] = field(default_factory=dict)
    unsealed: bool = False
    keep: bool = False
    expect: Mapping[str, Any] = field(default_factory=dict)
    then: list[Mapping[str, Any]] = field(default_factory=list)
    guards: list[str] = field(default_factory=list)
    unguarded: Mapping[str, Any] | None = None
    tries: int = 1
    held: Mapping[str, Any] | None = None
    layers: list[str] = field(default_factory=list)
    why: str = ""
    fails: str = ""
    sampled: Mapping[str, Any] = field(default_factory=dict)

    def where(self, *, counted: bool) -> "Program":
        """The entry as it stands where memory is counted by a cgroup, or where it is sampled."""
        return self if counted else replace(self, **self.sampled)

    @property
    def path(self) -> Path:
        return PROGRAMS / self.name.partition("/")[0] / self.source

    def files(self, compiled: Callable[[Path], bytes]) -> dict[str, bytes]:
        """What is put into the box: a program of C compiled, everything else as it is."""
        folder = self.path.parent
        found = {name: (folder / file).read_bytes() for name, file in self.beside.items()}
        if self.language:
            return found | {languages.table()[self.language].source: self.path.read_bytes()}
        if self.path.suffix == ".c":
            return found | {self.path.stem: compiled(self.path)}
        return found | {self.source: self.path.read_bytes()}

    def steps(self) -> list[Step]:
        """The runs of this entry, in their order."""
        first = {"args": self.args, "stdin": self.stdin, "limits": self.limits, "expect": self.expect}
        first["keep"] = self.keep
        return [self._step(number, raw) for number, raw in enumerate([first, *self.then])]

    def _step(self, number: int, raw: Mapping[str, Any]) -> Step:
        ample, environment, merged = RUN, {}, False
        args = raw.get("args", [])
        if self.language:
            language = languages.table()[self.language]
            environment, merged = language.environment, number == 0
            ample = COMPILE if number == 0 else RUN
            sources = [f"/code/{language.source}"]
            argv = language.compile_command(sources) if number == 0 else language.run_command(256 * MIB)
        else:
            interpreter = {".py": ["python3"], ".sh": ["sh"]}.get(self.path.suffix, [])
            argv = [*interpreter, f"/code/{self.source if interpreter else self.path.stem}"]
        return Step(
            argv=raw.get("argv") or [*argv, *args],
            put=raw.get("put", {}),
            place=raw.get("place", {}),
            stdin=raw.get("stdin", ""),
            fetch=raw.get("fetch", ""),
            keep=raw.get("keep", False),
            limits=replace(ample, **dict(map(_in_bytes, raw.get("limits", {}).items()))),
            environment=environment,
            merged=merged,
            expect=Expectation(**raw.get("expect", {})),
        )

    @property
    def early(self) -> bool:
        """Whether the first run is that of a compiler, before the box is sealed."""
        return self.unsealed or bool(self.language)

    def play(self, box: Box) -> Iterator[tuple[Step, Outcome | SandboxError]]:
        """Run one step after another, up to the end or the first that the box fails at."""
        for number, step in enumerate(self.steps()):
            try:
                if step.put:
                    box.put({name: text.encode() for name, text in step.put.items()})
                if number == int(self.early):
                    box.seal()
                if step.place:
                    box.place({name: text.encode() for name, text in step.place.items()})
                seen = box.run(
                    step.argv,
                    step.limits,
                    stdin=_fetched(box, step.fetch) if step.fetch else step.stdin.encode(),
                    env=step.environment,
                    merge_stderr=step.merged,
                    keep=step.keep,
                )
            except SandboxError as error:
                yield step, error
                return
            yield step, seen


def _fetched(box: Box, name: str) -> bytes:
    found = box.fetch(name, MIB)
    return b"no file\n" if found is None else b"a file\n" + found.content


def _in_bytes(limit: tuple[str, Any]) -> tuple[str, Any]:
    """Bytes for what a table says in mebibytes."""
    name, value = limit
    return (f"{name.removesuffix('_mib')}_bytes", value * MIB) if name.endswith("_mib") else (name, value)


def read() -> list[Program]:
    """All entries of all tables; TypeError for a field that does not exist."""
    found = []
    for path in sorted(PROGRAMS.glob("*/table.toml")):
        for name, entry in tomllib.loads(path.read_text("utf-8")).items():
            found.append(Program(name=f"{path.parent.name}/{name}", **entry))
    return found
