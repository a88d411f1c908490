"""Compiler options of a caller's: those of the list reach the compiler, in their place, and no others do."""

import pytest

from judge.execution import Execution
from judge.judging.compiling import compile_in
from judge.judging.programs import arranged
from judge.judging.toolchains import Proof, found
from judge.languages import HELLO, Language, table
from judge.records import SourceFile
from judge.sandbox import Box, Limits

MIB = 1024 * 1024
LIMITS = Limits(cpu_time_s=20, wall_time_s=60, memory_bytes=512 * MIB, output_bytes=MIB)
FOUND = {language.id for language in found()}
WITH_OPTIONS = [language for language in table().values() if language.compile_options]
TOOLCHAINS = [language for language in WITH_OPTIONS if not language.variant_of or "clang" in language.id]
INTERPRETED = (
    "python3",
    "python2",
    "pypy3",
    "javascript",
    "bash",
    "perl",
    "ruby",
    "php",
    "lua",
    "tcl",
    "awk",
)

HARMFUL = """
-o -o/tmp/x -o=/tmp/x -I/etc -I -idirafter/etc -isystem/etc -include/etc/passwd -imacros -x -xc -xassembler
@file @/etc/passwd -B/tmp -B -L/tmp -l/etc/x -lm -wrapper -wrapper=sh -fplugin=/tmp/x.so -fplugin-arg-x
-specs=/tmp/x --specs=/tmp/x -T/tmp/x -Wl,-T,/etc/passwd -Wa,-a=/tmp/x -Wp,-MD,/tmp/x -Xlinker -Xassembler
-Xpreprocessor -MD -MF/tmp/x -MMD -save-temps -fdump-tree-all -dumpdir/tmp -fprofile-use=/tmp/x
-fprofile-generate -fcompare-debug -ftest-coverage -iquote/etc --sysroot=/tmp -S -c -E -M -v -### -shared
-print-file-name=x -fuse-ld=/tmp/x -fopt-info=/tmp/x -fdiagnostics-format=sarif-file --param=x --help -J/tmp
-J-Xmx1g -cp/etc -classpath -sourcepath -processor -processorpath -d -d/tmp -h/tmp -Xplugin:x -toolexec=sh
-overlay=/etc/passwd -modfile=/etc/x -exec=sh -C/tmp -pkgdir=/tmp -gcflags=-importcfg=/etc/passwd
-ldflags=-extld=/tmp/x -gcflags=-N -ldflags=-linkmode=external -tags=a,/b -Clinker=/tmp/x -Clink-arg=x
-Cincremental=/tmp --emit=asm -L/tmp --extern=x=/tmp/y -Zx --edition=2018 -pgmF/tmp/x -F -package-db -optc-x
-fplugin=X -main-is -outputdir/tmp --nimcache:/tmp --path:/etc --passC:x --passL:-T --cincludes:/etc
--import:/etc/x -d:ssl --outdir:/tmp --app:lib -r:/etc/x -out:/tmp/x -recurse:/ -resource:/etc/passwd
-keyfile:/etc/x -addmodule:x -Fu/etc -FE/tmp -Fi/etc -k-T -XP/tmp -s -an -gnatG=x -gnatec=/etc/x -bargs
-largs -aI/etc --RTS=/tmp -J/etc -of=/tmp/x -od=/tmp -Xf=/tmp/x -vgc-report -run --outDir --project
/etc/passwd main.c -std=c++17/../x -std=c17,x -DX=@f -DX=/etc -DX=a,b -D -D1 -DX=(1)
"""
"""What reads or writes files, loads code into a compiler, calls another program or is no option at all."""

ALMOST = (
    "",
    " ",
    "-O2 ",
    " -O2",
    "-O2\n",
    "-O9",
    "-DX=1\n",
    "-DX=a b",
    "-DX\n",
    "-std=c17\n",
    "-O2 -o x",
    "^",
    ".*",
)


@pytest.mark.parametrize("language", table().values(), ids=lambda language: language.id)
def test_nothing_harmful_is_allowed(language: Language) -> None:
    """Whatever the language, and however close it comes to what is."""
    harmful = [*HARMFUL.split(), *ALMOST]
    assert [option for option in harmful if option not in language.refused(harmful)] == []


@pytest.mark.parametrize("language", table().values(), ids=lambda language: language.id)
def test_what_is_listed_is_allowed(language: Language) -> None:
    """It has a place in the command, before which nothing that a compiler must be told last stands."""
    exact = [option for option in language.compile_options if not option.startswith("^")]
    assert language.refused(exact) == []
    assert language.compile.count("{options}") == bool(language.compile_options)
    plain = language.compile_command(["/code/a"])
    if exact:
        told = language.compile_command(["/code/a"], options=exact)
        at = language.compile_command(["/code/a"], options=["\0"]).index("\0")
        assert told == (*plain[:at], *exact, *plain[at:])


@pytest.mark.parametrize("id_", INTERPRETED)
def test_interpreted_languages_have_none(id_: str) -> None:
    """Their check of the syntax is no place for options."""
    assert table()[id_].compile_options == ()


def test_variants_allow_what_their_base_does() -> None:
    """They are of the same toolchain."""
    assert table()["cpp17"].compile_options == table()["cpp"].compile_options
    assert table()["cpp17"].refused(["-DX=1", "-std=c++11", "-std=gnu11"]) == ["-std=gnu11"]


def test_a_language_is_shown_with_them() -> None:
    """So whoever asks for another one can be told."""
    assert "-O3" in Proof("c", "1", "f").as_json()["compile_options"]
    assert Proof("python3", "1", "f").as_json()["compile_options"] == []


def test_an_execution_with_another_one_is_refused() -> None:
    """Before anything is compiled."""
    with pytest.raises(ValueError, match="c is not compiled with -o, @x"):
        Execution(table()["c"], [SourceFile("main.c", "")], compile_options=("-O2", "-o", "@x"))


def compiled(language: Language, *options: str, source: str = "") -> bytes:
    """What a program prints that was compiled with these; the hello by default."""
    if language.id not in FOUND:
        pytest.skip(f"needs {', '.join(language.tools)}")
    program = arranged(language, [SourceFile(language.source, source or language.hello)], None, options)
    with Box() as box:
        compilation = compile_in(box, program, time_limit_s=120, memory_bytes=2048 * MIB)
        assert compilation.ok, compilation.output.decode()
        command = program.run_command(LIMITS.memory_bytes)
        outcome = box.run(command, LIMITS, stdin=f"{HELLO}\n".encode(), env=language.environment)
    assert outcome.exit_code == 0, outcome
    return outcome.stdout


@pytest.mark.parametrize("language", TOOLCHAINS, ids=lambda language: language.id)
def test_every_compiler_knows_its_options(language: Language) -> None:
    """With all of them at once its hello is compiled, and does what it did."""
    exact = [option for option in language.compile_options if not option.startswith("^")]
    assert compiled(language, *exact).split() == [HELLO.encode()]


C_TELLS = """
#include <stdio.h>
#ifndef X
#define X 0
#endif
#ifdef __OPTIMIZE__
int optimized = 1;
#else
int optimized = 0;
#endif
int main(void) { printf("%d %d %ld", X, optimized, __STDC_VERSION__); }
"""


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), b"0 1 201710"),
        (("-O0",), b"0 0 201710"),
        (("-O0", "-O3"), b"0 1 201710"),
        (("-DX", "-std=c99"), b"1 1 199901"),
        (("-DX=41", "-DX=42", "-w"), b"42 1 201710"),
    ],
)
def test_the_last_one_wins(options: tuple[str, ...], told: bytes) -> None:
    """Over ours, and over the caller's own before it."""
    assert compiled(table()["c"], *options, source=C_TELLS) == told


@pytest.mark.parametrize(
    ("id_", "option", "source", "told"),
    [
        ("rust", "--cfg=wanted", 'fn main() { print!("{}", cfg!(wanted)) }', b"true"),
        ("go", "-tags=other", "//go:build other\n\npackage main\n\nfunc main() { print() }", b""),
        ("haskell", "-O0", "main = putStr (show 1)", b"1"),
        ("pascal", "-dWANTED", "begin {$ifdef WANTED} write(1) {$else} write(0) {$endif} end.", b"1"),
        (
            "csharp",
            "-define:WANTED",
            "class A { static void Main() {\n#if WANTED\nSystem.Console.Write(1);\n#endif\n} }",
            b"1",
        ),
    ],
)
def test_options_by_pattern(id_: str, option: str, source: str, told: bytes) -> None:
    """Each reaches its compiler."""
    assert compiled(table()[id_], option, source=source) == told
