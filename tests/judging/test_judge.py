"""Whole judgings in real boxes: each verdict for its own reason, and our own failures for none."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from judge import blobs, db
from judge.blobs import BlobDamaged
from judge.judging import Box, Judging, judge
from judge.judging.compiling import OUTPUT_KEPT_BYTES, ToolchainMissing
from judge.judging.testing import Trial, middle_of
from judge.judging.toolchains import found
from judge.languages import Language, table
from judge.manifest import Manifest, TestSpec
from judge.records import Judgement, SourceFile
from judge.sandbox import Outcome, Status
from judge.verdict import Verdict
from tests.judging.making import Told, made
from tests.servers import Servers

FOUND = {language.id for language in found()}
MIB = 1024 * 1024


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
        judging = Judging(replace(problem, **limits), spec, [SourceFile(*file) for file in files.items()])
        return judge(judging, lambda hidden: Box(), told), told

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


def test_arguments_and_files_of_a_test() -> None:
    """A test may come with arguments, and with files in the working folder, which the program may change."""
    specs = {"args": ("one", "two words"), "files": {"data/list.txt": "1 2 3", "empty": ""}}
    source = (
        "import os, sys\n"
        "assert sys.argv[1:] == ['one', 'two words'], sys.argv\n"
        "print(sum(map(int, open('data/list.txt').read().split())), os.path.getsize('empty'))\n"
        "open('data/list.txt', 'w').write('9')\n"
    )
    judgement, told = made([("", "6 0")] * 2, specs=specs).judged(source)
    assert [test.verdict for test in told.tests] == [Verdict.ACCEPTED] * 2
    assert judgement.verdict == Verdict.ACCEPTED


def test_what_a_problem_puts_beside_a_submission() -> None:
    """Its files take the place of the submission's, those of the language that of those for all."""
    includes = {
        "default": {"words.txt": "from the problem", "helper.py": "word = 'of all'"},
        "python3": {"helper.py": "word = 'of the language'"},
        "c": {"helper.h": "#error"},
    }
    source = {
        "main.py": "import helper\nprint(open('words.txt').read(), helper.word)",
        "helper.py": "word = 'of the submission'",
    }
    problem = made([("", "from the problem of the language")], includes=includes)
    assert problem.judged(source)[0].verdict == Verdict.ACCEPTED


def test_a_variant_gets_what_is_there_for_its_base() -> None:
    """Packages know the format's codes of languages, of which cpp20 is none."""
    manifest = made([("", "")], includes={"default": {"a": "1"}, "cpp": {"a": "2"}}).manifest
    languages = table()
    assert manifest.included(*languages["cpp20"].lineage) == manifest.included("cpp")
    assert manifest.included(*languages["c"].lineage) == manifest.included()


def test_an_entry_point() -> None:
    """Of several files that could be the first, the one that is named is."""
    files = {"main.py": "print('main')", "other.py": "print('other')"}
    problem = made([("", "other")])
    assert problem.judged(files, entry_point="other.py")[0].verdict == Verdict.ACCEPTED
    assert problem.judged(files)[0].verdict == Verdict.WRONG_ANSWER


def test_the_clock_does_not_outvote_two_that_were_in_time() -> None:
    """A run that others kept waiting has used some CPU time, perhaps neither the least nor the most."""

    def tried(status: Status, cpu_time_s: float) -> list[Trial]:
        verdict = Verdict.ACCEPTED if status is Status.EXITED else Verdict.TIME_LIMIT_EXCEEDED
        return [Trial(verdict, Outcome(status, 0, None, cpu_time_s, 1.0, 0, b"", b""))]

    stopped = tried(Status.WALL_TIME_EXCEEDED, 0.5)
    right = [tried(Status.EXITED, 0.4), tried(Status.EXITED, 0.6)]
    assert middle_of([stopped, *right]) == right[1]
    assert middle_of([stopped, stopped, right[0]]) == stopped


BURNS = """\
import time
share = float(input())
while time.process_time() < share: pass
print("done")
"""


@pytest.mark.parametrize(("share", "verdict"), [(0.97, "accepted"), (1.03, "time_limit_exceeded")])
def test_a_time_that_is_close_is_taken_three_times(share: float, verdict: str) -> None:
    """The median decides; the one row of the test tells all three."""
    problem = made([(str(0.4 * share), "done")], time_limit_s=0.4)
    judgement, told = problem.judged(BURNS)
    [test] = told.tests
    assert test.verdict == verdict
    assert test.repeated_cpu_s is not None
    assert test.cpu_time_s == sorted(test.repeated_cpu_s)[1]
    assert len(test.repeated_cpu_s) == 3
    assert judgement.verdict == verdict


@pytest.mark.parametrize(("share", "verdict"), [(0.5, "accepted"), (1.5, "time_limit_exceeded")])
def test_a_time_that_is_not_close_is_taken_once(share: float, verdict: str) -> None:
    """Nobody waits for what is clear."""
    _, told = made([(str(0.4 * share), "done")], time_limit_s=0.4).judged(BURNS)
    assert (told.tests[0].verdict, told.tests[0].repeated_cpu_s) == (verdict, None)


def test_a_program_is_stopped_a_little_above_its_limit() -> None:
    """At 1.05 times the limit, so that who ends just above it can be told from who never would."""
    _, told = made([("", "")], time_limit_s=0.4).judged("while True: pass")
    assert 0.42 <= told.tests[0].cpu_time_s < 0.5


def test_files_of_a_test_take_no_room_from_the_program() -> None:
    """However large they are, it may write as much beside them as it ever may."""
    source = "import os\nopen('mine', 'wb').write(bytes(30 << 20)); print(os.path.getsize('theirs'))"
    problem = made(
        [("", str(50 << 20))], specs={"files": {"theirs": "x" * (50 << 20)}}, memory_bytes=256 * MIB
    )
    assert problem.judged(source)[0].verdict == Verdict.ACCEPTED
