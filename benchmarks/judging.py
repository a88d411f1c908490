"""Measures what judging costs: a whole submission beside its bare compiler and as many bare runs.

Bare is the command of the table of languages, then the program once a test, its input a file, its output read
from a pipe; a validator's or interactor's runs likewise. Judged is all of `judge`, in boxes as a worker's
slot has them, made ahead: the data comes from the cache on disk, a verdict is reached, the boxes are closed.
Nothing is written to a database. Neither the compile cache nor the precompiled header is used unless the case
says so, but a validator always comes from that cache, as it is the same for all submissions. All ways of a
case take turns, on one processor with us.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator, Set
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks.bare import ended, output_of, started
from benchmarks.report import HEADING, Action, Figure, compared, in_turns, show
from judge.config import settings
from judge.judging import Judging, Pool, headers, judge
from judge.languages import Language, table
from judge.manifest import Manifest, Program, TestSpec
from judge.records import SourceFile, TestResult
from judge.shelf import shelf

BENCH = "judging"
SECONDS_A_CASE = 30.0
TESTS = 100
ROUNDS = 1000
PLAIN, CACHED = (
    frozenset({"JUDGE_COMPILE_CACHE_BYTES", "JUDGE_HEADER_BYTES"}),
    frozenset({"JUDGE_HEADER_BYTES"}),
)
"""The settings whose room is 0: neither is used, or the compile cache alone."""

C = """#include <stdio.h>
int main(void) { int a, b; scanf("%d%d", &a, &b); printf("%d\\n", a + b); }
"""
PYTHON = "a, b = map(int, input().split())\nprint(a + b)\n"
CPP = """#include <bits/stdc++.h>
int main() { int a, b; std::cin >> a >> b; std::cout << a + b << '\\n'; }
"""
VALIDATOR = """#include <stdio.h>
int main(int argc, char **argv) {
    int given, wanted;
    if (scanf("%d", &given) != 1 || fscanf(fopen(argv[2], "r"), "%d", &wanted) != 1) return 43;
    return given == wanted ? 42 : 43;
}
"""
SPEAKER = """#include <stdio.h>
int main(void) {
    int heard = 0;
    for (int i = 0; i < %d; i++) {
        printf("%%d\\n", heard);
        fflush(stdout);
        if (scanf("%%d", &heard) != 1) return 1;
    }
}
"""
INTERACTOR = """#include <stdio.h>
int main(void) {
    int heard;
    for (int i = 0; i < %d; i++) {
        if (scanf("%%d", &heard) != 1) return 43;
        printf("%%d\\n", heard + 1);
        fflush(stdout);
    }
    return 42;
}
"""


@dataclass
class Problem:
    """Sums, and the files of a folder that the bare runs are fed from."""

    folder: Path
    count: int
    validator: str | None = None
    manifest: dict[str, object] = field(default_factory=dict)

    def made(self) -> Manifest:
        """As a worker has it, its data in the cache."""
        specs = [self._spec(number) for number in range(1, self.count + 1)]
        files = (("validate.c", kept(self.validator.encode())),) if self.validator else ()
        validators = (Program("validator", "c", files),) if files else ()
        return Manifest(
            "Sum", 2.0, tuple(specs), validators=validators, memory_bytes=256 << 20, **self.manifest
        )

    def _spec(self, number: int) -> TestSpec:
        texts = {"in": b"%d %d\n" % (number, number), "ans": b"%d\n" % (2 * number)}
        for kind, text in texts.items():
            self.file(number, kind).write_bytes(text)
        return TestSpec(number, f"secret/{number}", f"secret/{number}", *map(kept, texts.values()))

    def file(self, number: int, kind: str) -> Path:
        """Where the data of a test lies for the bare runs."""
        return self.folder / f"{number}.{kind}"


class Silent:
    """Somebody who hears of the steps and does nothing about it."""

    def compiled(self, output: bytes | None) -> None: ...

    def tested(self, result: TestResult) -> None: ...


def measured(folder: Path) -> Iterator[Figure]:
    """Every case."""
    os.environ["JUDGE_HOME"] = str(folder / "home")
    cpus = {max(os.sched_getaffinity(0))}
    os.sched_setaffinity(0, cpus)
    headers.provide([table()["cpp"]])
    with Pool(cpus=cpus, ahead=2, shelf=headers.folder()) as pool:
        for case in (many_tests, header, custom_validator, interactive):
            yield from case(folder, pool)


def many_tests(folder: Path, pool: Pool) -> Iterator[Figure]:
    """A trivial program and 100 tests: the figure by which everything else is seen."""
    problem = Problem(folder, TESTS)
    for language, source in (("c", C), ("python3", PYTHON)):
        ways = {
            "bare": Bare(problem, table()[language], source).judged,
            "judged": judged(pool, problem, language, source, PLAIN),
            "judged, compiled before": judged(pool, problem, language, source, CACHED),
        }
        yield from compared(BENCH, f"{table()[language].name}, {TESTS} tests", in_turns_of(pool, 25, ways))


def header(folder: Path, pool: Pool) -> Iterator[Figure]:
    """The header that includes all of the library, and one test."""
    problem = Problem(folder, 1)
    ways = {
        "bare": Bare(problem, table()["cpp"], CPP).judged,
        "judged": judged(pool, problem, "cpp", CPP, PLAIN),
        "judged, precompiled": judged(pool, problem, "cpp", CPP, PLAIN - {"JUDGE_HEADER_BYTES"}),
        "judged, compiled before": judged(pool, problem, "cpp", CPP, CACHED),
    }
    yield from compared(BENCH, "C++ with bits/stdc++.h, 1 test", in_turns_of(pool, 10, ways))


def custom_validator(folder: Path, pool: Pool) -> Iterator[Figure]:
    """The same 100 tests with a validator of the problem's own."""
    problem = Problem(folder, TESTS, VALIDATOR)
    ways = {
        "bare": Bare(problem, table()["c"], C).judged,
        "judged": judged(pool, problem, "c", C, CACHED, compiled_anew=True),
    }
    yield from compared(BENCH, f"C, {TESTS} tests, own validator", in_turns_of(pool, 25, ways))


def interactive(folder: Path, pool: Pool) -> Iterator[Figure]:
    """One test, on which a program and an interactor exchange 1000 lines each."""
    problem = Problem(folder, 1, INTERACTOR % ROUNDS, {"interactive": True})
    ways = {
        "bare": Bare(problem, table()["c"], SPEAKER % ROUNDS).conversed,
        "judged": judged(pool, problem, "c", SPEAKER % ROUNDS, CACHED, compiled_anew=True),
    }
    yield from compared(BENCH, f"C, a dialogue of {ROUNDS} rounds", in_turns_of(pool, 25, ways))


def in_turns_of(pool: Pool, n: int, ways: dict[str, Action]) -> dict[str, list[float]]:
    """Each way in turn; the boxes are waited for before, as a worker has made them while nothing came in."""
    return in_turns(n, SECONDS_A_CASE, ways, before=pool.wait)


def judged(
    pool: Pool, problem: Problem, language: str, source: str, off: Set[str], *, compiled_anew: bool = False
) -> Action:
    """Judging it as a worker does. off: what is not kept; compiled_anew: it is another program each time."""
    judging = Judging(problem.made(), table()[language], [])
    count = 0

    def judge_once() -> None:
        nonlocal count
        count += 1
        text = source + (f"/* {count} */" if compiled_anew else "")
        without(off)
        judgement = judge(
            replace(judging, files=[SourceFile(judging.language.source, text)]), pool.take, Silent()
        )
        if judgement.verdict != "accepted":
            sys.exit(f"{language}: {judgement}")

    return judge_once


def without(off: Set[str]) -> None:
    """From now on nothing is kept of what these settings are the room for."""
    for name in PLAIN:
        os.environ.pop(name, None)
    os.environ.update(dict.fromkeys(off, "0"))
    settings.cache_clear()


class Bare:
    """The same work without a judge."""

    def __init__(self, problem: Problem, language: Language, source: str) -> None:
        problem.made()
        self._problem = problem
        self._path = problem.folder / language.source
        self._program = str(problem.folder / "main")
        self._path.write_text(source)
        self._compile, self._run = (
            [word.replace("/code/main", self._program) for word in command]
            for command in (
                language.compile_command([str(self._path)]),
                language.run_command(256 << 20, language.source),
            )
        )
        self._validator = self._compiled_validator() if problem.validator else None

    def _compiled_validator(self) -> str:
        path = self._problem.folder / "validator"
        path.with_suffix(".c").write_text(self._problem.validator or "")
        subprocess.run(["gcc", "-O2", "-static", "-o", path, path.with_suffix(".c")], check=True)
        return str(path)

    def judged(self) -> None:
        """Compile, and every test; outputs are read, and looked at where there is a validator."""
        output_of(self._compile)
        for number in range(1, self._problem.count + 1):
            files = [str(self._problem.file(number, kind)) for kind in ("in", "ans")]
            output = output_of(self._run, stdin=files[0])
            if self._validator:
                validator = [self._validator, *files, f"{self._problem.folder}/"]
                output_of(validator, content=output, exit_code=42)
            elif output.split() != self._problem.file(number, "ans").read_bytes().split():
                sys.exit(f"{self._run} printed {output!r}")

    def conversed(self) -> None:
        """Compile, and one dialogue over two pipes."""
        output_of(self._compile)
        assert self._validator
        hears, says = os.pipe2(os.O_CLOEXEC), os.pipe2(os.O_CLOEXEC)
        program = started(self._run, stdin=hears[0], stdout=says[1])
        interactor = started([self._validator, "in", "ans", "."], stdin=says[0], stdout=hears[1])
        for end in (*hears, *says):
            os.close(end)
        ended(program, self._run)
        ended(interactor, [self._validator], exit_code=42)


def kept(content: bytes) -> str:
    """The digest of a piece of data that this machine has fetched already."""
    digest = hashlib.sha256(content).hexdigest()
    with shelf(settings().home / "blobs", settings().blob_cache_bytes).put(digest) as file, file:
        file.write(content)
    return digest


if __name__ == "__main__":
    show(__doc__, HEADING, measured)
