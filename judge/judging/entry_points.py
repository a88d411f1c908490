"""Where a program begins, told by its text: the classes that have a main, and the name a file must have.

No compiler is asked, which would cost a start of it: comments and strings are taken out, and of the rest only
braces, declarations of types and of ``main`` are looked at. What deceives that, as a ``main`` that is
inherited, is what an explicit entry point is for.

All of it happens outside of a box, to any text that a stranger sends, so no pattern may go back over what it
has read: what is opened and never closed reaches to the end, and blanks before a word are those of its line.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import NamedTuple

_NO_CODE = re.compile(
    r"""
    //[^\n]* | /\*.*?(?:\*/|\Z)                      # comments
    | \"{3}.*?(?:\"{3}|\Z) | "(?:\\.|[^"\\\n])*+"?   # strings
    | '(?:\\.[^'\n]*|[^'\\\n])'                   # characters
    """,
    re.DOTALL | re.VERBOSE,
)
_PACKAGE = re.compile(r"^[ \t]*package\s+([\w.]+)", re.MULTILINE)
_JVM_NAME = re.compile(r'@file\s*:\s*JvmName\s*\(\s*"(\w+)"')
_MODULE = re.compile(r"^[ \t]*-\s*module\s*\(\s*'?(\w+)'?\s*\)", re.MULTILINE)
_PROGRAM_MODULE = re.compile(r"^[ \t]*MODULE\s+(\w+)", re.MULTILINE)
_MODIFIERS = 500
"""The characters before a declaration in which its modifiers are looked for."""
_PUBLIC = re.compile(r"\bpublic\s+(?:(?:abstract|final|sealed|non-sealed|strictfp)\s+)*$")


class Source(NamedTuple):
    """What a file's text tells: ``entries`` may be begun in, ``stem`` is the name it must have, if any."""

    entries: tuple[str, ...] = ()
    stem: str = ""


class _Declaration(NamedTuple):
    """A type or a main, how many braces deep it stands, and the outermost type around it."""

    depth: int
    type: str
    is_main: bool
    before: str


def java(name: str, text: str) -> Source:
    """The outermost classes with a ``static void main``; a public class names its file (JLS 7.6)."""
    code = _NO_CODE.sub(" ", text)
    found = list(_declarations(code, _JAVA))
    mains = [each.type for each in found if each.is_main and each.depth == 1 and "static" in each.before]
    public = [each.type for each in found if not each.is_main and _PUBLIC.search(each.before)]
    return Source(_in_package(code, mains), public[0] if public else "")


def kotlin(name: str, text: str) -> Source:
    """The file's own class for a ``main`` outside of all types, otherwise the type with a @JvmStatic one."""
    code = _NO_CODE.sub(" ", text)
    named = _JVM_NAME.search(text)
    own = named[1] if named else _kotlin_class(PurePosixPath(name).stem)
    mains = [
        own if each.depth == 0 else each.type
        for each in _declarations(code, _KOTLIN)
        if each.is_main and (each.depth == 0 or "@JvmStatic" in each.before)
    ]
    return Source(_in_package(code, mains))


def scala(name: str, text: str) -> Source:
    """The outermost objects with a ``main``, and those that extend App."""
    code = _NO_CODE.sub(" ", text)
    mains = [each.type for each in _declarations(code, _SCALA) if each.is_main and each.depth <= 1]
    return Source(_in_package(code, mains))


def groovy(name: str, text: str) -> Source:
    """The classes with a main, or the script itself, whose class is called as its file."""
    return Source(java(name, text).entries or (PurePosixPath(name).stem,))


def erlang(name: str, text: str) -> Source:
    """The module, which names its file."""
    found = _MODULE.search(text)
    return Source((found[1],), found[1]) if found else Source()


def modula2(name: str, text: str) -> Source:
    """The program module, which names its file."""
    found = _PROGRAM_MODULE.search(text)
    return Source((f"{found[1]}{PurePosixPath(name).suffix}",), found[1]) if found else Source()


def file(name: str, text: str) -> Source:
    """Languages whose programs begin in a file."""
    return Source((name,))


RULES: Mapping[str, Callable[[str, str], Source]] = {
    rule.__name__: rule for rule in (file, java, kotlin, scala, groovy, erlang, modula2)
}
"""By the field ``entry`` of the table of languages."""

_JAVA = re.compile(r"[{};]|\b(?:class|interface|enum|record)\s+(?P<type>\w+)|\bvoid\s+(?P<main>main)\s*\(")
_KOTLIN = re.compile(r"[{}]|\b(?:class|object)\s+(?P<type>\w+)|\bfun\s+(?P<main>main)\s*\(")
_SCALA = re.compile(
    r"[{}]|\bobject\s+(?P<type>\w+)(?=\s+extends\b[^{]{0,500}\bApp\b)(?P<main>)|\bobject\s+(?P<plain>\w+)"
    r"|\bdef\s+(?P<entry>main)\s*\("
)


def _declarations(code: str, pattern: re.Pattern[str]) -> Iterator[_Declaration]:
    """Outermost types, and mains at any depth, in order."""
    depth, outermost, since = 0, "", 0
    for match in pattern.finditer(code):
        groups = match.groupdict()
        name = groups.get("type") or groups.get("plain")
        is_main = any(groups.get(group) is not None for group in ("main", "entry"))
        before = code[max(since, match.start() - _MODIFIERS) : match.start()]
        if match[0] in "{};":
            depth += {"{": 1, "}": -1}.get(match[0], 0)
            since = match.end()
            continue
        if name and depth == 0:
            outermost = name
        if is_main or (name and depth == 0):
            yield _Declaration(depth, outermost, is_main, before)


def _in_package(code: str, types: Iterable[str]) -> tuple[str, ...]:
    """The full names of types."""
    found = _PACKAGE.search(code)
    return tuple(f"{found[1]}.{type_}" if found else type_ for type_ in types)


def _kotlin_class(stem: str) -> str:
    """The class that holds what a file has outside of all types."""
    name = re.sub(r"\W", "_", stem)
    return ("_" if name[:1].isdigit() else "") + name[:1].upper() + name[1:] + "Kt"
