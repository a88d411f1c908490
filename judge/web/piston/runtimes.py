"""Piston's languages by their names, and what stands for each here."""

from dataclasses import dataclass

from judge import workers
from judge.languages import Language, table, version_number
from judge.web.piston.versions import Version, satisfies, version

# Our id, Piston's name, what else it is called there, and after a colon the runtime that is told beside it.
_NAMES = """
python3 python py py3 python3 python3.x
python2 python2 py2
javascript javascript node-javascript node-js js : node
typescript typescript ts node-ts tsc typescript5
c c gcc : gcc
cpp c++ cpp g++ : gcc
fortran fortran fortran f90 : gcc
gdc d gdc : gcc
java java
kotlin kotlin kt
scala scala sc
groovy groovy gvy
clojure clojure clj
csharp csharp c# cs mono mono-csharp mono-c# mono-cs : mono
go go golang
rust rust rs
bash bash sh
perl perl pl
ruby ruby ruby3 rb
php php php8
lua lua
haskell haskell hs
ocaml ocaml ml
pascal pascal freepascal pp pas
nim nim
crystal crystal cr
assembly nasm64 asm64
cobol cobol cob
erlang erlang erl escript
elixir elixir exs
prolog prolog plg
lisp lisp cl sbcl commonlisp
racket racket rkt
r rscript r
octave octave matlab m
awk awk gawk : gawk
forth forth gforth
sql sqlite3 sqlite sql
raku raku rakudo perl6 p6 pl6
coffeescript coffeescript coffee
"""
_NONE = ("multifile",)
"""What is no language there."""


@dataclass(frozen=True)
class Runtime:
    """A language of ours as it is called there."""

    ours: Language
    language: str
    version: Version
    aliases: tuple[str, ...]
    runtime: str | None


def runtimes() -> list[Runtime]:
    """All that are here; a language that Piston does not have keeps our name."""
    return [
        Runtime(table()[id_], name, version(version_number(language["version"])), aliases, runtime)
        for language in workers.languages()
        if (id_ := language["id"]) in table() and id_ not in _NONE
        for name, aliases, runtime in [_KNOWN.get(id_, (id_, (), None))]
    ]


def find(language: str, selector: str) -> Runtime | None:
    """The newest runtime of a name or an alias that a version selector means."""
    named = [each for each in runtimes() if language == each.language or language in each.aliases]
    fitting = [each for each in named if satisfies(each.version, selector)]
    return max(fitting, key=lambda each: each.version, default=None)


def _read(line: str) -> tuple[str, tuple[str, tuple[str, ...], str | None]]:
    words, _, runtime = line.partition(" : ")
    id_, name, *aliases = words.split()
    return id_, (name, tuple(aliases), runtime or None)


_KNOWN = dict(_read(line) for line in _NAMES.strip().split("\n"))
