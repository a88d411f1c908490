"""Ordinary programs of every language found here run in a box as they do outside."""

import os
import shutil
from dataclasses import dataclass, replace

import pytest

import judge.languages
from judge.judging import toolchains
from judge.judging.belongings import EVERYBODYS, PATH, foreign
from judge.languages import table
from judge.sandbox import Box

from .conftest import LIMITS

AMPLE = replace(LIMITS, cpu_time_s=60, wall_time_s=120, memory_bytes=1 << 30, file_bytes=256 << 20)
JAVA = b"""import java.util.*;
public class Main { public static void main(String[] a) throws Exception {
    Thread t = new Thread(() -> {}); t.start(); t.join();
    Scanner s = new Scanner(System.in); System.out.println(s.nextInt() + s.nextInt()); } }"""
JAVAC = ("javac", "-d", "/code", "/code/Main.java")
PYTHON = b"print(sum(map(int, input().split())))"
PERL = b'use POSIX; <> =~ /(\\d+) (\\d+)/; print $1 + $2, "\\n";'
C = b'#include <stdio.h>\nint main(){int a,b;scanf("%d%d",&a,&b);printf("%d\\n",a+b);}'
CPP = b"#include <bits/stdc++.h>\nint main(){int a,b;std::cin>>a>>b;std::cout<<a+b<<std::endl;}"
NODE = b"const [a,b]=require('fs').readFileSync('/dev/stdin','utf8').split(' ');console.log(+a + +b)"
GO = b'package main\nimport "fmt"\nfunc main(){var a,b int;fmt.Scan(&a,&b);fmt.Println(a+b)}'
RUST = b"""use std::io::*;
fn main(){let mut s=String::new();stdin().read_to_string(&mut s).unwrap();
println!("{}",s.split_whitespace().map(|x|x.parse::<i32>().unwrap()).sum::<i32>());}"""


def real(tool: str) -> str:
    """The file that a tool's name leads to in the end."""
    return os.path.realpath(shutil.which(tool, path=PATH) or tool)


TOOLCHAINS = [language for language in table().values() if not language.variant_of or language.folders]


@dataclass(frozen=True)
class Language:
    """How a program that adds two numbers is compiled, if it is, and run."""

    tool: str
    name: str
    source: bytes
    run: tuple[str, ...]
    compile: tuple[str, ...] = ()


LANGUAGES = [
    Language("gcc", "a.c", C, ("/code/a",), ("gcc", "-O2", "-o", "/code/a", "/code/a.c")),
    Language("g++", "a.cpp", CPP, ("/code/a",), ("g++", "-O2", "-o", "/code/a", "/code/a.cpp")),
    Language("python3", "a.py", PYTHON, ("python3", "/code/a.py")),
    Language("perl", "a.pl", PERL, ("perl", "/code/a.pl")),
    Language("bash", "a.sh", b"read a b; echo $((a + b))", ("bash", "/code/a.sh")),
    Language("node", "a.js", NODE, ("node", "/code/a.js")),
    Language("javac", "Main.java", JAVA, ("java", "-cp", "/code", "Main"), JAVAC),
    Language("go", "a.go", GO, ("/code/a",), ("go", "build", "-o", "/code/a", "/code/a.go")),
    Language("rustc", "a.rs", RUST, ("/code/a",), ("rustc", "-O", "-o", "/code/a", "/code/a.rs")),
    Language("pypy3", "a.py", PYTHON, ("pypy3", "/code/a.py")),
]


@pytest.mark.parametrize("language", TOOLCHAINS, ids=lambda language: language.id)
def test_a_box_shows_its_own_toolchain_alone(box: Box, language: judge.languages.Language) -> None:
    """Of other languages no tool can be run and no folder read, but for those that this one borrows."""
    if language not in toolchains.found():
        pytest.skip(f"no {language.id}")
    box.cover(foreign(language.id))
    own = {real(tool) for id_ in (language.id, *language.borrows) for tool in table()[id_].tools}
    tools = {tool for other in toolchains.found() for tool in other.tools}
    for tool in sorted(tools - set(EVERYBODYS)):
        if real(tool) in own:  # Clang is one program under two names
            continue
        assert box.run([tool, "--version"], AMPLE).could_not_start, tool
    script = 'for path; do [ -d "$path" ] && ls -A "$path" || cat "$path"; done; true'
    outcome = box.run(["sh", "-c", script, "sh", *foreign(language.id)], AMPLE)
    assert (outcome.exit_code, outcome.stdout) == (0, b"")
    told = box.run(language.version, AMPLE, env=language.environment, merge_stderr=True)
    assert told.exit_code == 0


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.tool)
def test_adds_two_numbers(box: Box, language: Language) -> None:
    """Compiles where it must, reads two numbers and prints their sum; nothing on standard error."""
    if not shutil.which(language.tool, path="/usr/local/bin:/usr/bin:/bin"):
        pytest.skip(f"no {language.tool}")
    box.put({language.name: language.source})
    if language.compile:
        compiled = box.run(language.compile, AMPLE, env={"GOCACHE": "/tmp/c", "GO111MODULE": "off"})
        assert (compiled.exit_code, compiled.stderr) == (0, b""), compiled
    box.seal()
    # PyPy looks for the size of a cache otherwise, and says that it does not find it.
    outcome = box.run(language.run, AMPLE, stdin=b"19 23\n", env={"PYPY_GC_NURSERY": "4M"})
    assert (outcome.stdout, outcome.stderr, outcome.exit_code) == (b"42\n", b"", 0), outcome
