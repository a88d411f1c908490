"""Whole judgings in real boxes: each verdict for its own reason, and our own failures for none."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from judge import blobs, db
from judge.blobs import BlobDamaged
from judge.judging import Box, Judging, judge
from judge.judging.compiling import OUTPUT_KEPT_BYTES, ToolchainMissing
from judge.judging.toolchains import found
from judge.languages import Language, table
from judge.manifest import Manifest, TestSpec
from judge.records import Judgement, SourceFile, TestResult
from judge.verdict import Verdict
from tests.servers import Servers

FOUND = {language.id for language in found()}
MIB = 1024 * 1024


@dataclass
class Told:
    """What a judging has told of its steps."""

    steps: list[str] = field(default_factory=list)
    tests: list[TestResult] = field(default_factory=list)

    def compiled(self, output: bytes | None) -> None:
        self.steps.append("compiled")

    def tested(self, result: TestResult) -> None:
        self.steps.append(result.name)
        self.tests.append(result)


Judged = Callable[..., tuple[Judgement, Told]]


@pytest.fixture
def judged(clean: Servers, tmp_path: Path) -> Judged:
    """Judge a program, or some files, by four tests: each reads two numbers and wants their sum."""
    specs = []
    with db.transaction() as session:
        for index, name in enumerate(["sample/1", "secret/1", "secret/2", "secret/3"], start=1):
            (tmp_path / "in").write_text(f"{index} 1\n")
            (tmp_path / "ans").write_text(f"{index + 1}\n")
            digests = [blobs.put(session, tmp_path / kind) for kind in ("in", "ans")]
            specs.append(TestSpec(index, name, name, *digests))
    problem = Manifest(
        "Sum", 1.0, tuple(specs), memory_bytes=128 * MIB, output_bytes=MIB, compile_time_s=20.0
    )

    def judged(
        source: str | dict[str, str], language: str | Language = "python3", **limits: Any
    ) -> tuple[Judgement, Told]:
        spec = table()[language] if isinstance(language, str) else language
        told = Told()
        if spec.id not in FOUND:
            pytest.skip(f"needs {', '.join(spec.tools)}")
        files = {spec.source: source} if isinstance(source, str) else source
        with Box() as box:
            judging = Judging(replace(problem, **limits), spec, [SourceFile(*file) for file in files.items()])
            return judge(judging, box, told), told

    return judged


SUM = "a, b = map(int, input().split())\n"
C_SUM = '#include <stdio.h>\nint main(void) { int a, b; scanf("%d%d", &a, &b); printf("%d", a + b); }'
FROM_THE_SECOND = SUM + "if a == 1: print(2); raise SystemExit\n"
"""Right for the sample, and then something else."""


@pytest.mark.parametrize(
    ("source", "verdict"),
    [
        (FROM_THE_SECOND + "print(a - b)", Verdict.WRONG_ANSWER),
        (FROM_THE_SECOND + "", Verdict.WRONG_ANSWER),
        (FROM_THE_SECOND + "while True: pass", Verdict.TIME_LIMIT_EXCEEDED),
        (FROM_THE_SECOND + "import time; time.sleep(60)", Verdict.TIME_LIMIT_EXCEEDED),
        (FROM_THE_SECOND + "x = bytearray(10**9)\nwhile True: x += x", Verdict.MEMORY_LIMIT_EXCEEDED),
        (FROM_THE_SECOND + "while True: print('x' * 10**5)", Verdict.OUTPUT_LIMIT_EXCEEDED),
        (FROM_THE_SECOND + "print(a + b); 1 / 0", Verdict.RUNTIME_ERROR),
        (FROM_THE_SECOND + "import os; os.kill(os.getpid(), 11)", Verdict.RUNTIME_ERROR),
    ],
)
def test_the_first_failure_ends_a_judging(judged: Judged, source: str, verdict: Verdict) -> None:
    """Samples come first, nothing is run after the first test that fails, and its verdict is the whole's."""
    judgement, told = judged(source, time_limit_s=0.5)
    if verdict == Verdict.MEMORY_LIMIT_EXCEEDED and told.tests[-1].verdict == Verdict.RUNTIME_ERROR:
        pytest.skip("no cgroup here: an allocation that is refused is the program's to handle")
    assert judgement.verdict == verdict
    assert told.steps == ["compiled", "sample/1", "secret/1"]
    assert [test.verdict for test in told.tests] == [Verdict.ACCEPTED, verdict]
    assert judgement.memory_bytes == max(test.memory_bytes for test in told.tests)
    assert judgement.cpu_time_s == max(test.cpu_time_s for test in told.tests)


def test_accepted(judged: Judged) -> None:
    """Every test was run, in its order, and each used something."""
    judgement, told = judged(SUM + "print(a + b)")
    assert judgement.verdict == Verdict.ACCEPTED
    assert told.steps == ["compiled", "sample/1", "secret/1", "secret/2", "secret/3"]
    assert all(test.cpu_time_s > 0 and test.memory_bytes > 0 and test.message is None for test in told.tests)


@pytest.mark.parametrize(
    ("language", "source"),
    [("python3", "print(1"), ("c", "int main(void) { return x; }"), ("bash", "if"), ("perl", "if (")],
)
def test_a_compile_error_runs_nothing(judged: Judged, language: str, source: str) -> None:
    """What the compiler said is kept; nothing was measured, and nothing was told as compiled."""
    judgement, told = judged(source, language)
    assert judgement.verdict == Verdict.COMPILE_ERROR
    assert judgement.compile_output
    assert (judgement.cpu_time_s, judgement.memory_bytes, told.steps) == (None, None, [])


def test_warnings_are_kept(judged: Judged) -> None:
    """A program with warnings is judged, and they are shown."""
    source = '#warning "look here"\n' + C_SUM
    judgement, _ = judged(source, "c")
    assert judgement.verdict == Verdict.ACCEPTED
    assert b"look here" in (judgement.compile_output or b"")


@pytest.mark.parametrize(
    ("source", "language", "told"),
    [
        ("BEGIN { while (1) { print 'x' x 1000 } }", "perl", b"printed too much"),
        ("BEGIN { while (1) { } }", "perl", b"stopped after 1 s"),
        ("BEGIN { sleep 60 }", "perl", b"stopped after 1 s"),
        ("BEGIN { kill 11, $$; sleep 1 }", "perl", b"ended by signal 11"),
        ("BEGIN { my @a; push @a, 'x' x 1000000 while 1 }", "perl", b"more than 128 MiB"),
    ],
)
def test_a_compiler_is_limited_too(judged: Judged, source: str, language: str, told: bytes) -> None:
    """Code that runs while it is compiled meets limits of time, memory and output, all its own fault."""
    judgement, _ = judged(source, language, compile_time_s=1.0, compile_memory_bytes=128 * MIB)
    if b"Out of memory" in (judgement.compile_output or b"") and told.startswith(b"more"):
        pytest.skip("no cgroup here: an allocation that is refused is the compiler's to handle")
    assert judgement.verdict == Verdict.COMPILE_ERROR
    assert told in (judgement.compile_output or b"")
    assert len(judgement.compile_output or b"") < OUTPUT_KEPT_BYTES + 100


def test_a_header_lies_beside_its_source(judged: Judged) -> None:
    """Of several files the sources are compiled, and what they include is found."""
    files = {
        "sum.h": "int sum(int, int);\n",
        "sum.c": '#include "sum.h"\nint sum(int a, int b) { return a + b; }\n',
        "main.c": '#include <stdio.h>\n#include "sum.h"\n'
        'int main(void) { int a, b; scanf("%d%d", &a, &b); printf("%d\\n", sum(a, b)); }\n',
    }
    judgement, _ = judged(files, "c")
    assert judgement.compile_output is None
    assert judgement.verdict == Verdict.ACCEPTED


def test_modules_lie_beside_the_main_file(judged: Judged) -> None:
    """Python finds what was submitted together, a data file among it."""
    files = {
        "helper.py": "def add(a, b): return a + b\n",
        "words.txt": "this is no Python (\n",
        "main.py": f"from helper import add\nopen('/code/words.txt').read()\n{SUM}print(add(a, b))\n",
    }
    judgement, _ = judged(files)
    assert judgement.verdict == Verdict.ACCEPTED


def test_no_source_at_all_is_the_contestants_failure(judged: Judged) -> None:
    """Files among which the compiler finds nothing to compile are a compile error."""
    judgement, _ = judged({"main.txt": "hello"}, "c")
    assert judgement.verdict == Verdict.COMPILE_ERROR


@pytest.mark.parametrize("part", ["compile", "run"])
def test_a_toolchain_that_is_gone_is_no_verdict(judged: Judged, part: str) -> None:
    """Somebody has uninstalled it since it was proven: our failure, so that another worker may try."""
    gone: dict[str, Any] = {part: ("no-such-python", "/code/main.py")}
    with pytest.raises(ToolchainMissing, match="python3"):
        judged(SUM + "print(a + b)", replace(table()["python3"], **gone))


def test_a_program_cannot_pretend_that_its_toolchain_is_gone(judged: Judged) -> None:
    """By the code and the words of a failed exec it earns a verdict like any other crash."""
    judgement, _ = judged("import sys\nprint('exec: No such file', file=sys.stderr)\nsys.exit(127)")
    assert judgement.verdict == Verdict.RUNTIME_ERROR


def test_a_program_that_was_never_linked_is_the_contestants_failure(judged: Judged) -> None:
    """A Go package that is no program compiles to nothing that can be run."""
    judgement, _ = judged("package sum\n", "go")
    assert judgement.verdict in (Verdict.COMPILE_ERROR, Verdict.RUNTIME_ERROR)


def test_damaged_test_data_is_no_verdict(judged: Judged) -> None:
    """Whoever cannot read the tests judges nobody by them."""
    with db.transaction() as session:
        session.execute(text("DELETE FROM blobs"))
    for path in (Path(blobs.settings().home) / "blobs").glob("??/*"):
        path.unlink()
    with pytest.raises(BlobDamaged):
        judged(SUM + "print(a + b)")
