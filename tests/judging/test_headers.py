"""The precompiled header: it is really used, changes no result, and never makes an error of its own."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from judge.config import settings
from judge.judging import headers
from judge.judging.compiling import Compilation, compile_in
from judge.judging.programs import arranged
from judge.judging.toolchains import found
from judge.languages import table
from judge.records import SourceFile
from judge.sandbox import Box, Limits, Pool

CPP = table()["cpp"]
LIMITS = Limits(cpu_time_s=10, wall_time_s=20, memory_bytes=1 << 30, output_bytes=1 << 20)
SUM = "#include <bits/stdc++.h>\nint main() { int a, b; std::cin >> a >> b; std::cout << a + b; }\n"

pytestmark = pytest.mark.skipif(CPP not in found(), reason="needs g++")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Pool]]:
    """A folder with the header for C++, made while a pool had its box ready."""
    home = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUDGE_HOME", str(home))
        patch.delenv("JUDGE_HEADER_BYTES", raising=False)
        settings.cache_clear()
        with Pool(shelf=headers.folder()) as pool:
            pool.wait()
            headers.provide([CPP])
            yield home, pool
    settings.cache_clear()


@pytest.fixture
def pool(made: tuple[Path, Pool], monkeypatch: pytest.MonkeyPatch) -> Pool:
    """Boxes in which that header is shown."""
    home, pool = made
    monkeypatch.setenv("JUDGE_HOME", str(home))
    settings.cache_clear()
    return pool


def compiled_in(box: Box, source: str, **limits: float) -> Compilation:
    program = arranged(CPP, [SourceFile(CPP.source, source)])
    return compile_in(box, program, **{"time_limit_s": 60, "memory_bytes": 2 << 30} | limits)  # type: ignore[arg-type]


def opened_by(box: Box, before: str = "") -> str:
    """What g++ says of the headers that it opens: "!" before a precompiled one that it takes, "x" if not."""
    box.put({"main.cpp": f"{before}\n{SUM}".encode()})
    compiler, *flags = CPP.compile_command(["/code/main.cpp"])
    argv = [compiler, *headers.options(CPP, box), *flags, "-H", "-Winvalid-pch"]
    outcome = box.run(argv, LIMITS, merge_stderr=True)
    assert outcome.exit_code == 0
    return outcome.stdout.decode()


def test_the_header_is_taken(pool: Pool) -> None:
    """In a box that stood before the header did, too; and the machine's own header is not even opened."""
    for _ in range(2):
        with pool.take() as box:
            said = opened_by(box)
            assert said.startswith(f"! {box.shelf}/")
            assert "/usr/include" not in said


def test_options_of_a_caller_are_heeded(pool: Pool) -> None:
    """The header was made without them: the machine's own one means what they say."""
    source = "#ifdef _GLIBCXX_DEBUG\n" + SUM + "#endif\n"
    program = arranged(CPP, [SourceFile(CPP.source, source)], None, ("-D_GLIBCXX_DEBUG", "-O0"))
    with pool.take() as box:
        assert headers.options(CPP, box)
        assert compile_in(box, program, time_limit_s=60, memory_bytes=2 << 30) == Compilation(
            ok=True, output=b""
        )
        outcome = box.run(["/code/main"], LIMITS, stdin=b"1 2")
    assert outcome.stdout == b"3"


@pytest.mark.parametrize("before", ["#define _GLIBCXX_DEBUG", "#define X 1"])
def test_gcc_refuses_it_where_its_meaning_would_change(pool: Pool, before: str) -> None:
    """What is defined before the include is defined in the header as well."""
    with pool.take() as box:
        said = opened_by(box, before)
        assert "not used because" in said
        assert "/usr/include" in said


SOURCES = {
    "debug mode": (
        "#define _GLIBCXX_DEBUG\n#include <bits/stdc++.h>\nint main() { std::vector<int>().pop_back(); }"
    ),
    "private is public": (
        "#include <sstream>\n#define private public\n#include <bits/stdc++.h>\n"
        "class C { int i = 7; };\nint main() { std::cout << C().i; }"
    ),
    "int is long": (
        "#include <bits/stdc++.h>\n#define int long long\nint f() { return 1ll << 40; }\n"
        "signed main() { std::cout << f(); }"
    ),
    "in a comment": '// bits/stdc++.h\n#include <cstdio>\nint main() { puts("plain"); }',
    "its own": '#include "bits/stdc++.h"\nint main() { puts(MINE); }',
    "a warning": "#include <bits/stdc++.h>\n#warning look here\nint main() { }",
    "an error": '#include <bits/stdc++.h>\nint main() { std::vector<int> v = 1 + "x" + v; undeclared(); }',
}


@pytest.mark.parametrize("name", SOURCES)
def test_results_are_the_same(pool: Pool, name: str) -> None:
    """Whatever stands around the include: the compiler says the same, and the program does the same."""
    files = [SourceFile(CPP.source, SOURCES[name])]
    if name == "its own":
        files.append(SourceFile("bits/stdc++.h", '#include <cstdio>\n#define MINE "mine"\n'))
    results = []
    for box in (pool.take(), Box()):
        with box:
            compilation = compile_in(box, arranged(CPP, files), time_limit_s=60, memory_bytes=2 << 30)
            outcome = box.run(["/code/main"], LIMITS, stdin=b"1 2") if compilation.ok else None
            results.append((compilation, outcome and (outcome.exit_code, outcome.signal, outcome.stdout)))
    assert results[0] == results[1]


def test_it_saves_time(pool: Pool) -> None:
    """Most of what including all of the library costs."""
    times = []
    for box in (pool.take(), Box()):
        with box:
            box.put({"main.cpp": SUM.encode()})
            compiler, *flags = CPP.compile_command(["/code/main.cpp"])
            outcome = box.run([compiler, *headers.options(CPP, box), *flags], LIMITS)
            assert outcome.exit_code == 0
            times.append(outcome.cpu_time_s)
    assert times[0] < times[1] / 2


@pytest.mark.parametrize("damage", ["cut", "zeroed"])
def test_a_damaged_header_makes_no_error(
    pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    """What fails with it is compiled without it, and the next look at it removes it."""
    home = tmp_path / "home"
    shutil.copytree(settings().home, home)
    monkeypatch.setenv("JUDGE_HOME", str(home))
    settings.cache_clear()
    (header,) = home.glob("headers/*/bits/*.gch")
    size = header.stat().st_size
    os.truncate(header, 1 << 20)
    if damage == "zeroed":
        os.truncate(header, size)
    with Pool(shelf=headers.folder()) as own, own.take() as box:
        assert compiled_in(box, SUM).ok
        assert box.run(["/code/main"], LIMITS, stdin=b"1 2").stdout == b"3"
    key = headers.key_of(CPP)
    assert key == header.parent.parent.name
    headers.sweep({key})
    assert list(headers.folder().iterdir()) == []


def test_both_tries_share_the_time(pool: Pool) -> None:
    """An error is found twice, but no compilation takes longer than it may."""
    with pool.take() as box:
        endless = "template<int N> struct T { static const int v = T<N + 1>::v + T<N + 2>::v; };\n"
        compilation = compiled_in(
            box, f"#include <bits/stdc++.h>\n{endless}int main() {{ return T<0>::v; }}", time_limit_s=1.0
        )
        assert not compilation.ok


def test_who_has_one() -> None:
    """Ids of the same flags share it; other compilers and languages have none."""
    keys = {id_: headers.key_of(table()[id_]) for id_ in table()}
    assert keys["cpp"] == keys["cpp20"] is not None
    assert keys["cpp17"] not in (keys["cpp"], None)
    assert keys["c"] is keys["clangpp"] is keys["python3"] is None
    assert headers.key_of(replace(CPP, compile=(*CPP.compile, "-O0"))) != keys["cpp"]
    assert headers.key_of(replace(CPP, compile=(*CPP.compile, "-lm"))) == keys["cpp"]


def test_the_room_is_bounded(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A header that has no room is not kept; 0 makes none at all; what is not needed any more goes."""
    (headers.folder() / "old" / "bits").mkdir(parents=True)
    (headers.folder() / "old" / headers._NAME).write_bytes(b"old")
    (headers.folder() / ".part-x").mkdir()
    for size in ("0", "1000000"):
        monkeypatch.setenv("JUDGE_HEADER_BYTES", size)
        settings.cache_clear()
        headers.provide([CPP])
        assert [path.name for path in headers.folder().iterdir()] == [".part-x"]
    assert headers.folder().stat().st_mode & 0o777 == 0o755
