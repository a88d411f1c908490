"""The compile cache: the same is compiled once, anything else anew, and what is served is sound."""

import os
import random
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from judge.config import settings
from judge.judging import Judging, judge
from judge.judging.compiling import Compilation, compiled
from judge.judging.fingerprints import fingerprint
from judge.judging.programs import arranged
from judge.languages import Language, table
from judge.records import SourceFile
from judge.sandbox import Box, Limits
from judge.verdict import Verdict
from tests.judging.making import Told, made

MIB = 1024 * 1024
LIMITS = Limits(cpu_time_s=5, wall_time_s=10, memory_bytes=256 * MIB, output_bytes=MIB)
C = '#include <stdio.h>\nint main(void) { int a, b; scanf("%d%d", &a, &b); printf("%d", a + b); }'

SHELL = replace(
    table()["bash"],
    compile=("bash", "-c", 'cd /code; . "$0"; head -c 16 /dev/urandom > drawn', "{sources}"),
    run=("cat", "/code/drawn"),
)
"""Its sources are run to compile them, as a build script is, and the program prints what was drawn by lot."""

Files = str | Mapping[str, str]


@pytest.fixture
def box() -> Iterator[Callable[[], Box]]:
    """Fresh boxes, closed at the end."""
    opened: list[Box] = []

    def new() -> Box:
        opened.append(Box())
        return opened[-1]

    yield new
    for one in opened:
        one.close()


def compiled_in(
    box: Box, files: Files, language: Language = SHELL, entry: str | None = None, **limits: Any
) -> Compilation:
    sources = {language.source: files} if isinstance(files, str) else files
    program = arranged(language, [SourceFile(*file) for file in sources.items()], entry)
    return compiled(box, program, **{"time_limit_s": 10.0, "memory_bytes": 256 * MIB} | limits)


def drawn(box: Box) -> bytes:
    """What the program prints, which is never twice the same unless it was not compiled twice."""
    return box.run(SHELL.run, LIMITS).stdout


def kept(home: Path) -> list[Path]:
    return list((home / "artefacts").glob("??/*"))


def test_the_same_is_compiled_once(box: Callable[[], Box], home: Path) -> None:
    """In the other box are the same files, with the same output of the compiler, sealed against every run."""
    one, two = box(), box()
    source = "echo a warning; mkdir -p d/empty; echo x > d/f; echo '#!/bin/sh' > tool"
    first, second = compiled_in(one, source), compiled_in(two, source)
    assert first == second == Compilation(ok=True, output=b"a warning\n")
    assert drawn(one) == drawn(two) != b""
    assert one.capture() == two.capture()
    assert two.run(["touch", "/code/more"], LIMITS).exit_code != 0
    (file,) = kept(home)
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_restored_program_is_measured_as_any(box: Callable[[], Box]) -> None:
    """Neither the files that were put there nor the time it took are the program's."""
    touching = (
        "#include <stdio.h>\nstatic char large[40 << 20];\nint main(void) {\n"
        'for (int i = 0; i < sizeof large; i += 4096) large[i] = 1;\nprintf("%d", large[9]); }'
    )
    times_s, runs = [], []
    for _ in range(4):
        one = box()
        began = time.monotonic()
        assert compiled_in(one, touching, table()["c"]).ok
        times_s.append(time.monotonic() - began)
        runs.append(one.run(["/code/main"], LIMITS))
    assert min(times_s[1:]) < times_s[0] / 2
    assert {run.stdout for run in runs} == {b"0"}
    assert all(abs(run.memory_bytes - runs[0].memory_bytes) < MIB for run in runs)


def test_a_restored_box_shows_no_other_toolchain(box: Callable[[], Box]) -> None:
    """What is covered in a box that compiles is covered in one that does not."""
    for _ in range(2):
        one = box()
        assert compiled_in(one, C, table()["c"]).ok
        assert one.run(["python3", "--version"], LIMITS).could_not_start


BASE: dict[str, Any] = {"files": {"main.sh": "true", "b": "b"}}


@pytest.mark.parametrize(
    "other",
    [
        {"files": {"main.sh": "true ", "b": "b"}},
        {"files": {"main.sh": "true", "b": "c"}},
        {"files": {"main.sh": "true", "c": "b"}},
        {"files": {"main.sh": "true"}},
        {"files": {"main.sh": "true", "b": "b", "c": ""}},
        {"files": {"b": "true", "main.sh": "b"}},
        {"entry": "b"},
        {"time_limit_s": 9.0},
        {"memory_bytes": 255 * MIB},
        {"language": replace(SHELL, compile=(*SHELL.compile, "more"))},
        {"language": replace(SHELL, environment={"LEVEL": "1"})},
        {"language": replace(SHELL, borrows=("c",))},
        {"language": replace(SHELL, files={"given": "1"})},
    ],
    ids=str,
)
def test_anything_else_is_compiled_anew(box: Callable[[], Box], other: dict[str, Any]) -> None:
    """Sources, names, flags, environment, entry point, limits: whatever a compiler's result may hang on."""
    one, two = box(), box()
    assert compiled_in(one, **BASE).ok
    compiled_in(two, **{**BASE, **other})
    assert drawn(one) != drawn(two)


def test_a_fingerprint_follows_the_toolchain(tmp_path: Path) -> None:
    """A tool or a folder of the toolchain that changes changes it; so does what is borrowed."""
    folder = tmp_path / "toolchain"
    (folder / "inner").mkdir(parents=True)
    language = replace(SHELL, folders=(str(folder),))
    found = [fingerprint(language)]
    (folder / "inner" / "new").write_text("")
    found.append(fingerprint(language))
    os.utime(folder, (0, 0))
    found.append(fingerprint(language))
    found.append(fingerprint(replace(language, borrows=("c",))))
    assert len(set(found)) == len(found)
    assert fingerprint(language) == found[2]


@pytest.mark.parametrize(
    "source",
    [
        "for n in $(seq 1100); do : > f$n; done",
        "head -c 70000000 /dev/zero > large",
        "ln -s /etc/passwd link",
        "mkfifo fifo",
        "mkdir d; ln -s / d/link",
    ],
)
def test_what_cannot_be_restored_is_not_kept(box: Callable[[], Box], home: Path, source: str) -> None:
    """Too much, or something other than files: it is judged all the same, and compiled each time."""
    one, two = box(), box()
    assert compiled_in(one, source).ok
    assert compiled_in(two, source).ok
    assert drawn(one) != drawn(two)
    assert kept(home) == []


@pytest.mark.parametrize("source", ["exit 1", "kill -9 $$", "while :; do :; done", "echo x; false; exit 3"])
def test_failures_are_not_kept(box: Callable[[], Box], home: Path, source: str) -> None:
    """An error may be the machine's, which is not to be repeated for good."""
    assert not compiled_in(box(), source, time_limit_s=0.3).ok
    assert kept(home) == []


def test_what_a_compilation_leaves_is_served_to_its_own_sources_alone(box: Callable[[], Box]) -> None:
    """A build that plants files, and looks for ways out, plants them for those who hand in the very same."""
    hostile = (
        "rm -f main.sh; echo planted > main; echo planted > /tmp/main; mkdir -p .judge; echo x > .judge/f"
    )
    assert compiled_in(box(), hostile).ok
    for honest in ("true", hostile + "\n", " " + hostile):
        one = box()
        assert compiled_in(one, honest).ok
        files = one.capture()
        assert files is not None
        assert files[SHELL.source] == honest.encode() if honest == "true" else SHELL.source not in files
        assert ("main" in files) == (honest != "true")
    again = box()
    assert compiled_in(again, hostile).ok
    files = again.capture()
    assert files is not None
    assert files["main"] == b"planted\n"


@pytest.mark.parametrize("damage", [b"", b"x" * 20, b"x" * 4000, None])
def test_a_damaged_file_is_discarded(box: Callable[[], Box], home: Path, damage: bytes | None) -> None:
    """It is compiled again, and kept again."""
    one, two, three = box(), box(), box()
    assert compiled_in(one, "true").ok
    (file,) = kept(home)
    content = bytearray(file.read_bytes())
    content[random.Random(0).randrange(len(content))] ^= 1
    file.write_bytes(content if damage is None else damage)
    assert compiled_in(two, "true").ok
    assert compiled_in(three, "true").ok
    assert drawn(one) != drawn(two) == drawn(three)


def test_the_cache_is_bounded_and_can_be_off(
    box: Callable[[], Box], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was used longest ago goes first; with no room, nothing is kept."""
    for size, most in ((3_000_000, 3), (0, 0), (500_000, 0)):
        monkeypatch.setenv("JUDGE_COMPILE_CACHE_BYTES", str(size))
        settings.cache_clear()
        for path in kept(home):
            path.unlink()
        for number in range(4):
            assert compiled_in(box(), f"head -c 900000 /dev/zero > f; : {number}").ok
        assert len(kept(home)) == most


def test_many_at_once(home: Path) -> None:
    """Whoever comes first keeps it, and all get what is whole."""

    def work(number: int) -> bytes:
        outputs = b""
        for _ in range(5):
            with Box() as one:
                assert compiled_in(one, "head -c 300000 /dev/urandom > f; echo done").output == b"done\n"
                outputs = drawn(one)
        return outputs

    with ThreadPoolExecutor(3) as executor:
        assert len(set(executor.map(work, range(3)))) == 1
    assert len(kept(home)) == 1


class Listened(Box):
    """A box that notes what is run in it."""

    runs: list[str]

    def run(self, argv: Any, *more: Any, **options: Any) -> Any:
        Listened.runs.append(" ".join(argv[:2]))
        return super().run(argv, *more, **options)


def test_a_validator_is_compiled_once() -> None:
    """For all submissions of its problem, and each of those once; the steps that are told stay the same."""
    Listened.runs = []
    problem = made([("1 2", "3")] * 2, validators=["import sys; sys.exit(42)"])

    def judged(source: str) -> list[str]:
        told, language = Told(), table()["c"]
        judging = Judging(
            problem.manifest, language, [SourceFile("main.c", source)], opened=problem.data.opened
        )
        assert judge(judging, lambda hidden: Listened(), told).verdict is Verdict.ACCEPTED
        return told.steps

    steps = [judged(source) for source in (C, C + "\n", C, C + "\n")]
    assert steps == [["compiled", "secret/1", "secret/2"]] * 4
    assert [run for run in Listened.runs if run.startswith("gcc")] == ["gcc -std=gnu17"] * 2
    assert [run for run in Listened.runs if run.startswith("python3 -I")] == ["python3 -I"]


def test_a_build_script_is_run_once() -> None:
    """A validator without a language of the table is built once, too."""
    Listened.runs = []
    scripts = {"build": "#!/bin/sh\ncp script run\n", "script": "#!/bin/sh\nexit 42\n"}
    problem = made([("", "")], validators=[scripts])
    for source in ("print(1)", "print(2)"):
        judging = Judging(
            problem.manifest, table()["python3"], [SourceFile("main.py", source)], opened=problem.data.opened
        )
        assert judge(judging, lambda hidden: Listened(), Told()).verdict is Verdict.ACCEPTED
    assert Listened.runs.count("sh -c") == 1
