"""Programs on their caller's own input, in real boxes: what is told, what comes of it, and why."""

import io
import signal
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from judge.config import settings
from judge.execution import MOST_ARGS, Execution, ExecutionResult, RunLimits, maxima
from judge.judging import Box, Feed, Pool, execute
from judge.judging.compiling import ToolchainMissing
from judge.judging.toolchains import found
from judge.languages import Language, table
from judge.records import SourceFile
from judge.sandbox import BoxKilled, hierarchy
from judge.verdict import Verdict

MIB = 1024 * 1024
FOUND = {language.id for language in found()}
LIMITS = RunLimits(cpu_time_s=5, wall_time_s=60, memory_bytes=256 * MIB)

DRAWN = replace(
    table()["bash"],
    compile=("bash", "-c", "head -c 16 /dev/urandom > /code/drawn", "{sources}"),
    run=("cat", "/code/drawn"),
)
"""Compiling draws lots, and the program prints what was drawn."""


@dataclass
class Told:
    """What an execution has told; heard: what is done upon each piece of output."""

    compiled_with: list[bytes | None] = field(default_factory=list)
    pieces: list[tuple[str, bytes, int]] = field(default_factory=list)
    heard: Callable[[bytes], None] = lambda data: None

    def compiled(self, output: bytes | None) -> None:
        assert not self.pieces
        self.compiled_with.append(output)

    def printed(self, stream: str, data: bytes, repetition: int) -> None:
        self.pieces.append((stream, data, repetition))
        self.heard(data)

    def of(self, stream: str, repetition: int = 1) -> bytes:
        return b"".join(data for name, data, of in self.pieces if (name, of) == (stream, repetition))


Executed = Callable[..., tuple[ExecutionResult, Told]]


@pytest.fixture
def executed() -> Iterator[Executed]:
    """Execute a program, or some files, in boxes of a pool."""
    with Pool() as pool:

        def executed(
            source: str | Mapping[str, str],
            language: str | Language = "python3",
            *,
            feed: Feed | None = None,
            told: Told | None = None,
            **asked: Any,
        ) -> tuple[ExecutionResult, Told]:
            spec = table()[language] if isinstance(language, str) else language
            if spec.id not in FOUND:
                pytest.skip(f"needs {', '.join(spec.tools)}")
            files = {spec.source: source} if isinstance(source, str) else source
            told = told or Told()
            execution = Execution(
                spec, [SourceFile(*file) for file in files.items()], **{"limits": LIMITS} | asked
            )
            return execute(execution, pool.take, told, feed), told

        yield executed


def test_a_program_that_ends_by_itself(executed: Executed) -> None:
    """What it printed on both streams, and what it used; the same was told while it ran."""
    result, told = executed("import sys; print(input()); print('aside', file=sys.stderr)", stdin=b"hello\n")
    assert (result.verdict, result.exit_code, result.signal) == (Verdict.ACCEPTED, 0, None)
    assert (result.stdout, result.stderr) == (b"hello\n", b"aside\n")
    assert (told.of("stdout"), told.of("stderr")) == (b"hello\n", b"aside\n")
    assert result.cpu_time_s
    assert result.wall_time_s
    assert result.memory_bytes
    assert result.message is result.compile_output is None
    assert told.compiled_with == [None]
    (repetition,) = result.repetitions
    assert (repetition.verdict, repetition.cpu_time_s) == (Verdict.ACCEPTED, result.cpu_time_s)


def test_bytes_that_are_no_text(executed: Executed) -> None:
    """Input and output are bytes, NUL and what is not UTF-8 among them."""
    content = bytes(range(256)) + b"\xff\0\xfe"
    copy = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())"
    result, told = executed(copy, stdin=content, expected_output=content)
    assert result.stdout == told.of("stdout") == content
    assert result.verdict == Verdict.ACCEPTED


def test_arguments(executed: Executed) -> None:
    """As they were given: no shell sees them."""
    args = ("two words", "", "$HOME", "*", "ü", "'\"\\", "-c", "\n")
    result, _ = executed("import sys; print(sys.argv[1:])", args=args)
    assert eval(result.stdout.decode()) == list(args)


C_ARGS = '#include <stdio.h>\nint main(int n, char **a) { while (*++a) printf("<%s>", *a); }'
JAVA_ARGS = 'class A { public static void main(String[] a) { System.out.print("<" + a[0] + ">"); } }'


@pytest.mark.parametrize(("language", "source"), [("c", C_ARGS), ("java", JAVA_ARGS)])
def test_compiled_languages(executed: Executed, language: str, source: str) -> None:
    """What their program begins in is found as for a submission, and so is what a runtime needs."""
    limits = replace(LIMITS, memory_bytes=24 * MIB)
    result, _ = executed(source, language, args=("two words",), limits=limits)
    assert (result.verdict, result.stdout) == (Verdict.ACCEPTED, b"<two words>")


def test_an_entry_point(executed: Executed) -> None:
    """Of several files the one is run that is named."""
    files = {"main.py": "print('main')", "other.py": "import main; print('other')"}
    assert executed(files)[0].stdout == b"main\n"
    assert executed(files, entry_point="other.py")[0].stdout == b"main\nother\n"


@pytest.mark.parametrize(
    ("source", "verdict", "message"),
    [
        ("while True: pass", Verdict.TIME_LIMIT_EXCEEDED, "more CPU time than 0.5 s"),
        ("import time; time.sleep(600)", Verdict.TIME_LIMIT_EXCEEDED, "by the clock"),
        (
            "x = bytearray(10**8)\nwhile True: x += x",
            Verdict.MEMORY_LIMIT_EXCEEDED,
            "more memory than 64 MiB",
        ),
        ("while True: print('x' * 999)", Verdict.OUTPUT_LIMIT_EXCEEDED, "printed more than 100000 bytes"),
        (
            "import sys\nwhile True: print('x' * 999, file=sys.stderr)",
            Verdict.OUTPUT_LIMIT_EXCEEDED,
            "100000",
        ),
        ("print(1); raise SystemExit(3)", Verdict.RUNTIME_ERROR, "exit code 3"),
        ("import os; os.kill(os.getpid(), 11)", Verdict.RUNTIME_ERROR, "signal 11"),
        ("print(2)", Verdict.WRONG_ANSWER, "token 1: '2' where the answer has '1'"),
        ("print(1, 1)", Verdict.WRONG_ANSWER, "goes on after"),
        ("print(1)", Verdict.ACCEPTED, None),
    ],
)
def test_verdicts(executed: Executed, source: str, verdict: Verdict, message: str | None) -> None:
    """Each for its own reason, which is said in a sentence."""
    if verdict == Verdict.MEMORY_LIMIT_EXCEEDED and "memory" not in hierarchy.find().folders:
        pytest.skip("no cgroup here: an allocation that is refused is the program's to handle")
    limits = RunLimits(cpu_time_s=0.5, wall_time_s=30, memory_bytes=64 * MIB, output_bytes=100_000)
    if "sleep" in source:
        limits = replace(limits, wall_time_s=1)
    result, told = executed(source, limits=limits, expected_output=b"1")
    assert result.verdict == verdict, result
    if message is None:
        assert result.message is None
    else:
        assert message in (result.message or "")
        assert (result.message or "").endswith(".")
    assert len(result.stdout) <= 100_000
    assert told.of("stdout") == result.stdout
    assert told.of("stderr") == result.stderr


@pytest.mark.parametrize(
    ("printed", "expected", "comparison", "verdict"),
    [
        ("A  b", b"a b\n", (), Verdict.ACCEPTED),
        ("A b", b"a b", ("case_sensitive",), Verdict.WRONG_ANSWER),
        ("a  b", b"a b\n", ("space_change_sensitive",), Verdict.WRONG_ANSWER),
        ("0.3333333", b"0.33333334", (), Verdict.WRONG_ANSWER),
        ("0.3333333", b"0.33333334", ("float_tolerance", "1e-6"), Verdict.ACCEPTED),
        ("0.333", b"0.33333334", ("float_tolerance", "1e-6"), Verdict.WRONG_ANSWER),
        ("", b"", (), Verdict.ACCEPTED),
    ],
)
def test_expected_output(
    executed: Executed, printed: str, expected: bytes, comparison: tuple[str, ...], verdict: Verdict
) -> None:
    """It is compared as the default output validator of a problem does."""
    result, _ = executed(f"print({printed!r})", expected_output=expected, comparison=comparison)
    assert result.verdict == verdict


def test_repetitions(executed: Executed) -> None:
    """It is compiled once and run so many times, each in a fresh folder; the figures are the mean."""
    result, told = executed("", DRAWN, repeat=3)
    assert len(told.compiled_with) == 1
    assert told.of("stdout", 1) == told.of("stdout", 2) == told.of("stdout", 3) == result.stdout
    assert len(result.stdout) == 16
    times_s = [repetition.cpu_time_s for repetition in result.repetitions]
    assert len(times_s) == 3
    assert result.cpu_time_s == pytest.approx(sum(times_s) / 3)
    fresh = "import os; assert not os.listdir('.'); open('left', 'w'); print(input())"
    result, told = executed(fresh, stdin=b"the same", repeat=2)
    assert result.verdict == Verdict.ACCEPTED
    assert told.of("stdout", 1) == told.of("stdout", 2) == b"the same\n"


def test_the_first_repetition_that_fails_decides(executed: Executed) -> None:
    """None is run after it, and all that is said is said of it."""
    toss = "import os, sys; coin = os.urandom(1)[0] % 2; print(coin); sys.exit(coin)"
    result, _ = executed(toss, repeat=40)  # all heads once in a million million times
    *before, last = result.repetitions
    assert [repetition.verdict for repetition in before] == [Verdict.ACCEPTED] * len(before)
    assert result.verdict == last.verdict == Verdict.RUNTIME_ERROR
    assert (result.stdout, result.exit_code) == (b"1\n", 1)
    assert (result.cpu_time_s, result.wall_time_s) == (last.cpu_time_s, last.wall_time_s)
    assert result.memory_bytes == last.memory_bytes


def test_a_compile_error(executed: Executed) -> None:
    """Nothing is run, what the compiler said is told, and nobody reads the input."""
    feed = Feed()
    result, told = executed("def (", feed=feed)
    assert result.verdict == Verdict.COMPILE_ERROR
    assert b"SyntaxError" in (result.compile_output or b"")
    assert result.message == "The program could not be compiled."
    assert result.cpu_time_s is result.exit_code is None
    assert result.repetitions == ()
    assert told == Told(heard=told.heard)
    assert not feed.is_open


def test_compiler_options(executed: Executed) -> None:
    """They are heeded, what is compiled with others is kept apart, and warnings are told."""
    source = '#include <stdio.h>\nint main(void) { int unused; printf("%d", X); }'
    for value in (1, 2, 1):
        assert executed(source, "c", compile_options=(f"-DX={value}",))[0].stdout == b"%d" % value
    result, told = executed(source, "c", compile_options=("-DX=3", "-Wall"))
    assert (result.verdict, result.stdout) == (Verdict.ACCEPTED, b"3")
    assert told.compiled_with == [result.compile_output]
    assert b"unused" in (result.compile_output or b"")
    result, _ = executed(source, "c", compile_options=("-DX=3", "-Wall", "-Werror"))
    assert result.verdict == Verdict.COMPILE_ERROR


JAVA_ASKS = """public class Main { public static void main(String[] a) {
    System.out.print("well? "); System.out.print(new java.util.Scanner(System.in).nextInt() + 1); } }"""
GO_ASKS = 'package main\nimport . "fmt"\nfunc main() { var x int; Print("well? "); Scan(&x); Print(x + 1) }'

GUESS = """
low, high = 1, 1000
while low < high:
    middle = (low + high) // 2
    if input(f"more than {middle}? ") == "yes":
        low = middle + 1
    else:
        high = middle
print(low)
while line := input("and now? "):
    print(line)
"""


def test_a_talk(executed: Executed) -> None:
    """Questions are told while the program waits, and each answer is what it goes on with."""
    feed, told = Feed(), Told()

    def answer(_: bytes) -> None:
        words = told.of("stdout").split()
        if words[-2:] == [b"and", b"now?"]:
            assert feed.write(b"\n")
        elif words[-1].endswith(b"?"):
            assert feed.write(b"yes\n" if int(words[-1][:-1]) < 729 else b"no\n")

    told.heard = answer
    result, _ = executed(GUESS, feed=feed, told=told)
    assert result.verdict == Verdict.ACCEPTED, result
    assert result.stdout.endswith(b"? 729\nand now? ")
    assert told.of("stdout") == result.stdout
    assert len(told.pieces) > 9


C_ASKS = """#include <stdio.h>
int main(void) { int x; printf("well? "); if (scanf("%d", &x)) printf("%d", x + 1); return 0; }
"""
D_ASKS = 'import std.stdio;\nvoid main() { int x; write("well? "); readf("%d", x); write(x + 1); }'
NIM_ASKS = 'import strutils\nstdout.write "well? "\necho parseInt(stdin.readLine()) + 1'
STRICT = ("-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror")


@pytest.mark.parametrize(
    ("language", "source", "options"),
    [
        ("python3", "import sys; print('well?'); print(int(sys.stdin.readline()) + 1)", ()),
        ("pypy3", "import sys; print('well?'); print(int(sys.stdin.readline()) + 1)", ()),
        ("c", C_ASKS, ()),
        ("c", C_ASKS, (*STRICT, "-std=c89")),
        ("cpp", C_ASKS, (*STRICT, "-std=c++98")),
        ("clang", C_ASKS, STRICT),
        ("clangpp", C_ASKS, STRICT),
        ("cpp17", "#include <bits/stdc++.h>\n" + C_ASKS, ()),
        ("objectivec", C_ASKS, ()),
        ("java", JAVA_ASKS, ()),
        ("go", GO_ASKS, ()),
        ("ruby", "print 'well? '; puts STDIN.gets.to_i + 1", ()),
        ("perl", "print 'well? '; print <STDIN> + 1", ()),
        ("lua", "io.write('well? ') print(io.read('n') + 1)", ()),
        ("luajit", "io.write('well? ') print(io.read('*n') + 1)", ()),
        ("d", D_ASKS, ()),
        ("gdc", D_ASKS, ()),
        ("nim", NIM_ASKS, ()),
    ],
)
def test_a_question_is_not_held_back(
    executed: Executed, language: str, source: str, options: tuple[str, ...]
) -> None:
    """A runtime that gathers output for a pipe has none to gather: the program need not know who reads."""
    feed, told = Feed(), Told()

    def answer(_: bytes) -> None:
        if told.of("stdout").split() == [b"well?"]:
            assert feed.write(b"41\n")

    told.heard = answer
    result, _ = executed(source, language, feed=feed, told=told, compile_options=options)
    assert (result.verdict, result.stdout.split()) == (Verdict.ACCEPTED, [b"well?", b"42"]), result
    assert result.compile_output in (None, b"/code/main.pl syntax OK\n")


def test_a_file_of_the_programs_own_is_kept(executed: Executed) -> None:
    """It stands where one of ours would have."""
    files = {
        "main.c": '#include <stdio.h>\nextern int mine;\nint main(void) { return printf("%d", mine) < 1; }',
        ".judge/unbuffered.c": "int mine = 42;",
    }
    feed = Feed()
    feed.end()
    result, _ = executed(files, "c", feed=feed)
    assert (result.verdict, result.stdout) == (Verdict.ACCEPTED, b"42"), result


def test_input_before_and_while_it_runs(executed: Executed) -> None:
    """The one comes before the other."""
    feed = Feed()
    assert feed.write(b"second\n")
    feed.end()
    result, _ = executed("import sys; print(sys.stdin.read())", stdin=b"first\n", feed=feed)
    assert result.stdout == b"first\nsecond\n\n"


def test_a_talk_that_nobody_goes_on_with(executed: Executed) -> None:
    """A program that waits for good ends at the limit by the clock, having spent no CPU time."""
    feed = Feed()
    result, _ = executed("input()", feed=feed, limits=replace(LIMITS, wall_time_s=0.5))
    assert result.verdict == Verdict.TIME_LIMIT_EXCEEDED
    assert "by the clock" in (result.message or "")
    assert not feed.is_open


def test_a_talk_happens_once(executed: Executed) -> None:
    """What a person has said to one run is not there for the next."""
    with pytest.raises(ValueError, match="run once"):
        executed("input()", feed=Feed(), repeat=2)


def test_a_kill_is_no_verdict() -> None:
    """Whoever ends the box ends the execution, at once."""
    boxes: list[Box] = []

    def take(hidden: Collection[str]) -> Box:
        boxes.append(Box())
        return boxes[-1]

    feed, told = Feed(), Told(heard=lambda data: boxes[0].kill())
    execution = Execution(table()["python3"], [SourceFile("main.py", "print(input('on'))")], limits=LIMITS)
    with pytest.raises(BoxKilled):
        execute(execution, take, told, feed)
    assert told.of("stdout") == b"on"
    assert not feed.is_open


@pytest.mark.parametrize("part", ["compile", "run"])
def test_a_toolchain_that_is_gone_is_no_verdict(executed: Executed, part: str) -> None:
    """Our failure, so that another worker may try."""
    gone: dict[str, Any] = {part: ("no-such-python", "/code/main.py")}
    with pytest.raises(ToolchainMissing, match="python3"):
        executed("print(1)", replace(table()["python3"], **gone))


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"args": ("a\0b",)}, "args must be without NUL"),
        ({"args": ("a",) * (MOST_ARGS + 1)}, "args are more than"),
        ({"args": ("a" * 40_000,)}, "bytes"),
        ({"compile_options": ("-o",)}, "python3 is not compiled with -o"),
        ({"repeat": 0}, "repeat must be 1 or more"),
        ({"comparison": ("float",)}, "no argument 'float'"),
        ({"files": []}, "no file"),
    ],
)
def test_what_can_never_be_run(asked: dict[str, Any], told: str) -> None:
    """It is refused before there is a box, in words for whoever asked."""
    whole: dict[str, Any] = {"language": table()["python3"], "files": [SourceFile("main.py", "")]}
    with pytest.raises(ValueError, match=told):
        Execution(**whole | asked)


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf")])
def test_limits_that_limit_nothing(value: float) -> None:
    """Each is greater than zero and finite."""
    with pytest.raises(ValueError, match="cpu_time_s"):
        RunLimits(cpu_time_s=value)
    with pytest.raises(ValueError, match="wall_time_s"):
        RunLimits(wall_time_s=value)


def test_maxima(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are the operator's; by the clock a program may wait longer for what somebody types."""
    assert RunLimits().above_maxima() == {}
    assert RunLimits(wall_time_s=500).above_maxima() == {"wall_time_s": 60.0}
    assert RunLimits(wall_time_s=500).above_maxima(is_fed=True) == {}
    assert RunLimits(wall_time_s=601).above_maxima(is_fed=True) == {"wall_time_s": 600.0}
    monkeypatch.setenv("JUDGE_MAX_RUN_CPU_TIME_S", "7")
    monkeypatch.setenv("JUDGE_MAX_RUN_PROCESSES", "8")
    settings.cache_clear()
    assert maxima()["cpu_time_s"] == 7
    assert RunLimits(cpu_time_s=8, processes=9).above_maxima() == {"cpu_time_s": 7.0, "processes": 8}


def test_the_longest_that_it_may_last() -> None:
    """Compiler, repetitions and what a language adds; a talk as long as a talk may."""
    execution = Execution(
        table()["python2"], [SourceFile("main.py2", "")], limits=RunLimits(cpu_time_s=1), repeat=3
    )
    startup_s = table()["python2"].startup_s
    assert execution.cpu_time_s == 1 + startup_s
    assert execution.wall_time_s() == 2 * (1 + startup_s) + 1
    assert execution.wall_time_s(is_fed=True) == 600
    assert execution.longest_s() == pytest.approx(2 * 30 + 3 * execution.wall_time_s() + 10)


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    """A zip that is the same at any time: it also stands in names of tests."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def test_as_many_files_as_may_lie_beside(executed: Executed) -> None:
    """A box has room for them, and for what the program makes."""
    folder = "/".join("d" * 100)
    many = {f"{number}/{folder if number < 4 else ''}f": b"x" for number in range(600)}
    many |= {f"file{number}": b"x" for number in range(400)}
    counts = "import os; open('one more', 'w'); print(sum(len(files) for _, _, files in os.walk('.')))"
    result, _ = executed(counts, archive=zipped(many))
    assert result.stdout == b"1001\n"


def test_files_that_lie_beside(executed: Executed) -> None:
    """They are there to be imported, and to be read and changed in each run's own working folder."""
    source = (
        "import deep.mod as mod\nprint(mod.WORD, open('d/in', 'rb').read())\nopen('d/in', 'a').write('!')\n"
    )
    archive = zipped({"deep/mod.py": "WORD = 'imported'", "d/in": b"\xff\0", "folder/": b""})
    result, told = executed(source, archive=archive, repeat=2)
    assert result.verdict is Verdict.ACCEPTED, result
    assert [told.of("stdout", number) for number in (1, 2)] == [b"imported b'\\xff\\x00'\n"] * 2


def test_a_header_that_lies_beside(executed: Executed) -> None:
    """It is found by the compiler; a source beside is not compiled for itself, and never from the cache."""
    source = '#include <stdio.h>\n#include "word.h"\nint main(void) { puts(WORD); }\n'
    for word in ("one", "two"):
        archive = zipped({"word.h": f'#define WORD "{word}"\n', "broken.c": "this is no C"})
        result, _ = executed(source, "c", archive=archive)
        assert (result.verdict, result.stdout) == (Verdict.ACCEPTED, f"{word}\n".encode())


def test_files_beside_that_cannot_stand_there(executed: Executed) -> None:
    """A name that makes a folder of the program's own file is the asker's fault, not ours."""
    result, _ = executed("print(1)", archive=zipped({"main.py/x": "1"}))
    assert (result.verdict, result.message) == (
        Verdict.COMPILE_ERROR,
        "The archive has main.py/x where the program has a file.",
    )


def test_a_multi_file_program(executed: Executed) -> None:
    """Its scripts build and run what lies in the archive, in whatever languages this machine has."""
    files = {
        "compile": "gcc -o program src/main.c\n",
        "run": './program | python3 tools/loud.py "$1"\n',
        "src/main.c": '#include <stdio.h>\nint main(void) { puts("from c"); }\n',
        "tools/loud.py": "import sys\nprint(input().upper(), sys.argv[1])\nopen('src/new', 'w')\n",
    }
    language = table()["multifile"]
    result, _ = executed({}, language, archive=zipped(files), args=("word",))
    assert (result.verdict, result.stdout) == (Verdict.ACCEPTED, b"FROM C word\n"), result
    result, _ = executed({}, language, archive=zipped(files | {"compile": "echo no; exit 3\n"}))
    assert (result.verdict, result.compile_output) == (Verdict.COMPILE_ERROR, b"no\n")
    result, _ = executed({}, language, archive=zipped({"data": "1"}))
    assert (result.verdict, result.exit_code) == (Verdict.RUNTIME_ERROR, 127)


def test_both_streams_as_one(executed: Executed) -> None:
    """Standard error comes as standard output, in the order of writing."""
    source = (
        "import sys\nfor one in (sys.stdout, sys.stderr) * 2:\n    print(one.name, file=one, flush=True)\n"
    )
    result, told = executed(source, merge_stderr=True)
    assert (result.stdout, result.stderr) == (b"<stdout>\n<stderr>\n" * 2, b"")
    assert (told.of("stdout"), told.of("stderr")) == (result.stdout, b"")


def test_the_limit_of_the_stack(executed: Executed) -> None:
    """A recursion that fits into the memory limit meets its own limit first."""
    source = "int deep(int n) { volatile char kept[1000]; kept[0] = n; return n ? deep(n - 1) + kept[0] : 0; }\nint main(void) { return deep(20000) & 0; }\n"  # noqa: E501
    assert executed(source, "c")[0].verdict is Verdict.ACCEPTED
    result, _ = executed(source, "c", limits=replace(LIMITS, stack_bytes=4 * MIB))
    assert (result.verdict, result.signal) == (Verdict.RUNTIME_ERROR, signal.SIGSEGV)


def test_arguments_that_do_not_fit_the_stack(executed: Executed) -> None:
    """To ask for less room than they take is no failure of ours: the run has its verdict."""
    limits, words = replace(LIMITS, stack_bytes=1), ("x" * 8000,)
    for language, source in (("python3", "print(1)"), ("c", "int main(void) { return 0; }\n")):
        result, _ = executed(source, language, limits=limits, args=words)
        assert result.verdict is Verdict.RUNTIME_ERROR
        assert "does not fit its limits" in str(result.message)


def test_the_limit_of_each_file(executed: Executed) -> None:
    """Several may be as large as one may be; beyond that the program is ended by the kernel."""
    source = "import signal, sys\nsignal.signal(signal.SIGXFSZ, signal.SIG_DFL)\nfor n in 'ab':\n    open(n, 'wb').write(bytes(int(sys.argv[1])))\n"  # noqa: E501
    limits = replace(LIMITS, one_file_bytes=MIB)
    assert executed(source, limits=limits, args=(str(MIB),))[0].verdict is Verdict.ACCEPTED
    result, _ = executed(source, limits=limits, args=(str(MIB + 1),))
    assert (result.verdict, result.signal) == (Verdict.RUNTIME_ERROR, signal.SIGXFSZ)


def test_extra_time(executed: Executed) -> None:
    """A program that needs a little more is told of as too slow, with the time that it took."""
    source = "import time\nwhile time.process_time() < 0.6: pass\nprint('done')\n"
    limits = replace(LIMITS, cpu_time_s=0.3)
    result, _ = executed(source, limits=limits)
    assert (result.verdict, result.stdout) == (Verdict.TIME_LIMIT_EXCEEDED, b"")
    result, _ = executed(source, limits=replace(limits, cpu_extra_time_s=3.0))
    assert (result.verdict, result.stdout) == (Verdict.TIME_LIMIT_EXCEEDED, b"done\n")
    assert result.cpu_time_s is not None
    assert result.cpu_time_s >= 0.6


@pytest.mark.parametrize(
    ("printed", "expected", "verdict"),
    [
        ("1 \n2\t\r\n\n\n", "1\n2", Verdict.ACCEPTED),
        ("", " \n ", Verdict.ACCEPTED),
        ("1  2", "1 2", Verdict.WRONG_ANSWER),
        (" 1", "1", Verdict.WRONG_ANSWER),
        ("1\n\n2", "1\n2", Verdict.WRONG_ANSWER),
        ("Yes", "yes", Verdict.WRONG_ANSWER),
    ],
)
def test_line_by_line(executed: Executed, printed: str, expected: str, verdict: Verdict) -> None:
    """Only white space at the ends of lines and of all is not heeded."""
    result, _ = executed(
        f"import sys\nsys.stdout.write({printed!r})",
        expected_output=expected.encode(),
        comparison=("lines",),
    )
    assert result.verdict is verdict, result.message
