"""Judge0's languages by their ids, of both of its editions, and what stands for each here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from judge import workers
from judge.config import settings
from judge.languages import version_number

MULTI_FILE = 89
_VERSION = re.compile(r"\d+(\.\d+)+")

# Names with the version that Judge0 has, in whose place the one found here is shown; behind it the language
# of ours that takes the same programs. Those without are archived, the word there for what cannot be used.
_CE = """
1 Bash (4.4)
2 Bash (4.0)
3 Basic (fbc 1.05.0)
4 C (gcc 7.2.0)
5 C (gcc 6.4.0)
6 C (gcc 6.3.0)
7 C (gcc 5.4.0)
8 C (gcc 4.9.4)
9 C (gcc 4.8.5)
10 C++ (g++ 7.2.0)
11 C++ (g++ 6.4.0)
12 C++ (g++ 6.3.0)
13 C++ (g++ 5.4.0)
14 C++ (g++ 4.9.4)
15 C++ (g++ 4.8.5)
16 C# (mono 5.4.0.167)
17 C# (mono 5.2.0.224)
18 Clojure (1.8.0)
19 Crystal (0.23.1)
20 Elixir (1.5.1)
21 Erlang (OTP 20.0)
22 Go (1.9)
23 Haskell (ghc 8.2.1)
24 Haskell (ghc 8.0.2)
25 Insect (5.0.0)
26 Java (OpenJDK 9 with Eclipse OpenJ9)
27 Java (OpenJDK 8)
28 Java (OpenJDK 7)
29 JavaScript (nodejs 8.5.0)
30 JavaScript (nodejs 7.10.1)
31 OCaml (4.05.0)
32 Octave (4.2.0)
33 Pascal (fpc 3.0.0)
34 Python (3.6.0)
35 Python (3.5.3)
36 Python (2.7.9)
37 Python (2.6.9)
38 Ruby (2.4.0)
39 Ruby (2.3.3)
40 Ruby (2.2.6)
41 Ruby (2.1.9)
42 Rust (1.20.0)
43 Plain Text
44 Executable
45 Assembly (NASM 2.14.02) = assembly
46 Bash (5.0.0) = bash
47 Basic (FBC 1.07.1)
48 C (GCC 7.4.0) = c
49 C (GCC 8.3.0) = c
50 C (GCC 9.2.0) = c
51 C# (Mono 6.6.0.161) = csharp
52 C++ (GCC 7.4.0) = cpp
53 C++ (GCC 8.3.0) = cpp
54 C++ (GCC 9.2.0) = cpp
55 Common Lisp (SBCL 2.0.0) = lisp
56 D (DMD 2.089.1) = d
57 Elixir (1.9.4) = elixir
58 Erlang (OTP 22.2) = erlang
59 Fortran (GFortran 9.2.0) = fortran
60 Go (1.13.5) = go
61 Haskell (GHC 8.8.1) = haskell
62 Java (OpenJDK 13.0.1) = java
63 JavaScript (Node.js 12.14.0) = javascript
64 Lua (5.3.5) = lua
65 OCaml (4.09.0) = ocaml
66 Octave (5.1.0) = octave
67 Pascal (FPC 3.0.4) = pascal
68 PHP (7.4.1) = php
69 Prolog (GNU Prolog 1.4.5) = gprolog
70 Python (2.7.17) = python2
71 Python (3.8.1) = python3
72 Ruby (2.7.0) = ruby
73 Rust (1.40.0) = rust
74 TypeScript (3.7.4) = typescript
75 C (Clang 7.0.1) = clang
76 C++ (Clang 7.0.1) = clangpp
77 COBOL (GnuCOBOL 2.2) = cobol
78 Kotlin (1.3.70) = kotlin
79 Objective-C (Clang 7.0.1) = objectivec
80 R (4.0.0) = r
81 Scala (2.13.2) = scala
82 SQL (SQLite 3.27.2) = sql
83 Swift (5.2.3)
84 Visual Basic.Net (vbnc 0.0.0.5943)
85 Perl (5.28.1) = perl
86 Clojure (1.10.1) = clojure
87 F# (.NET Core SDK 3.1.202)
88 Groovy (3.0.3) = groovy
89 Multi-file program = multifile
90 Dart (2.19.2)
91 Java (JDK 17.0.6) = java
92 Python (3.11.2) = python3
94 TypeScript (5.0.3) = typescript
95 Go (1.18.5) = go
96 JavaFX (JDK 17.0.6, OpenJFX 22.0.2)
97 JavaScript (Node.js 20.17.0) = javascript
98 PHP (8.3.11) = php
99 R (4.4.1) = r
100 Python (3.12.5) = python3
101 TypeScript (5.6.2) = typescript
102 JavaScript (Node.js 22.08.0) = javascript
103 C (GCC 14.1.0) = c
105 C++ (GCC 14.1.0) = cpp
107 Go (1.23.5) = go
108 Rust (1.85.0) = rust
109 Python (3.13.2) = python3
110 C (Clang 19.1.7) = clang
111 Kotlin (2.1.10) = kotlin
112 Scala (3.4.2) = scala
113 Python (3.14.0) = python3
"""
_EXTRA = """
1 C (Clang 10.0.1) = clang
2 C++ (Clang 10.0.1) = clangpp
3 C3 (latest)
4 Java (OpenJDK 14.0.1) = java
5 Java Test (OpenJDK 14.0.1, JUnit Platform Console Standalone 1.6.2)
6 MPI (OpenRTE 3.1.3) with C (GCC 8.4.0)
7 MPI (OpenRTE 3.1.3) with C++ (GCC 8.4.0)
8 MPI (OpenRTE 3.1.3) with Python (3.7.7)
9 Nim (stable) = nim
10 Python for ML (3.7.7) = python3numpy
11 Bosque (latest)
12 C++ Test (GCC 8.4.0, Google Test 1.8.1)
13 C (Clang 9.0.1) = clang
14 C++ (Clang 9.0.1) = clangpp
15 C++ Test (Clang 10.0.1, Google Test 1.8.1)
20 Visual Basic.Net (vbnc 0.0.0.5943)
21 C# (.NET Core SDK 3.1.406)
22 C# (Mono 6.12.0.122) = csharp
23 C# Test (.NET Core SDK 3.1.406, NUnit 3.12.0)
24 F# (.NET Core SDK 3.1.406)
25 Python for ML (3.11.2) = python3numpy
26 Python 2.7 (PyPy 7.3.12)
28 Python 3.10 (PyPy 7.3.12) = pypy3
33 Python for ML (3.12.5) = python3numpy
89 Multi-file program = multifile
"""
_RENAMED = {"d": "D (LDC {})", "python2": "Python (Jython {})", "objectivec": "Objective-C (GCC {})"}
"""Names of those whose compiler is another here."""


@dataclass(frozen=True)
class Language:
    """One of Judge0's languages; ``ours`` is the id of the language here, None where it is archived."""

    id: int
    name: str
    ours: str | None
    source_file: str = ""
    compile_cmd: str | None = None
    run_cmd: str = ""


def languages() -> dict[int, Language]:
    """All of the edition that this server speaks for, by id."""
    proven = {language["id"]: language for language in workers.languages()}
    rows = _rows(_EXTRA if settings().judge0_version.endswith("-extra") else _CE)
    return {id_: _language(id_, name, proven.get(ours)) for id_, (name, ours) in rows.items()}


@cache
def _rows(text: str) -> Mapping[int, tuple[str, str]]:
    rows = (line.partition(" ") for line in text.split("\n") if line)
    parted = ((int(id_), rest.partition(" = ")) for id_, _, rest in rows)
    return {id_: (name, ours) for id_, (name, _, ours) in parted}


def _language(id_: int, name: str, found: dict[str, Any] | None) -> Language:
    if found is None:
        return Language(id_, name, None)
    ours = str(found["id"])
    version = version_number(str(found["version"]))
    if ours in _RENAMED:
        name = _RENAMED[ours].format(version)
    elif id_ != MULTI_FILE and version:
        name = _VERSION.sub(version, name)
    commands = {key: " ".join(found.get(key) or ()) for key in ("compile", "run")}
    source = "" if id_ == MULTI_FILE else str(found["source"])
    return Language(id_, name, ours, source, commands["compile"] or None, commands["run"])
