"""The statements of a package, one a language, with their names and figures."""

import re
from collections.abc import Mapping
from pathlib import Path

from judge.manifest import Sample
from judge.packages.folders import Folder
from judge.packages.package import Statement
from judge.packages.problem import Problem
from judge.packages.reading import UNFIT, Reading
from judge.packages.version import Version

_FILE = re.compile(r"problem(?:\.(?P<language>[a-z]{2,3}(?:-[A-Z]{2})?))?\.(?P<kind>md|tex|pdf)")
_FIGURES = (".png", ".jpg", ".jpeg", ".svg", ".pdf")
_KINDS = ("md", "tex", "pdf")  # the first of several is shown
_PLAIN_NAME = re.compile(r"^%%\s*plainproblemname:\s*(.*?)\s*$", re.MULTILINE)
_NEXT_SAMPLE = {"md": re.compile(r"\{\{\s*nextsample\s*\}\}"), "tex": re.compile(r"\\nextsample\b")}


def read_statements(
    reading: Reading, problem: Problem, samples: tuple[Sample, ...]
) -> tuple[tuple[Statement, ...], Mapping[str, str]]:
    """The statements, English first, and the figures by their path beside them, with their SHA-256."""
    name = reading.version.statement_folder
    other = "statement" if reading.version is Version.LEGACY else "problem_statement"
    folder = reading.root.at(name)
    if reading.root.at(other):
        told = reading.warn if folder else reading.fault
        told(other, f"is not read: format {reading.version} calls it {name}")
    folder = folder or Folder(name)
    found = _by_language(reading, folder)
    if not found:
        reading.fault(
            folder.inner("problem.en.md"), "there is no statement (problem.<language>.md, .tex or .pdf)"
        )
    _check_names(reading, problem, found)
    statements = [
        _statement(reading, problem, folder, language, found[language]) for language in sorted(found)
    ]
    for statement in statements:
        _check_samples(reading, folder, statement, found[statement.language], len(samples))
    statements.sort(key=lambda statement: not (statement.language + "-").startswith("en-"))
    return tuple(statements), _figures(reading, folder, set(found.values()))


def _by_language(reading: Reading, folder: Folder) -> dict[str, str]:
    """The file of each language."""
    found: dict[str, list[str]] = {}
    for name in folder.files:
        match = _FILE.fullmatch(name)
        if not match:
            continue
        if match["language"] is None and reading.version is not Version.LEGACY:
            reading.fault(folder.inner(name), f"names no language: call it problem.en.{match['kind']}")
        if match["kind"] == "md" and reading.version is Version.LEGACY:
            reading.warn(folder.inner(name), "is read, though legacy statements are in LaTeX or PDF")
        found.setdefault(match["language"] or "en", []).append(name)
    for language, names in found.items():
        names.sort(key=lambda name: _KINDS.index(name.rpartition(".")[2]))
        for name in names[1:]:
            reading.demand(folder.inner(name), f"is a second statement in the language {language}")
    return {language: names[0] for language, names in found.items()}


def _check_names(reading: Reading, problem: Problem, found: Mapping[str, str]) -> None:
    if reading.version is Version.LEGACY or not problem.names:
        return
    folder = reading.version.statement_folder
    for language in sorted(found.keys() - problem.names.keys()):
        reading.fault("problem.yaml", f"name: there is none in {language}, in which there is a statement")
    for language in sorted(problem.names.keys() - found.keys()):
        if found:
            reading.fault(
                f"{folder}/problem.{language}.md", f"is missing: problem.yaml has a name in {language}"
            )


def _statement(reading: Reading, problem: Problem, folder: Folder, language: str, name: str) -> Statement:
    path, file, kind = folder.inner(name), folder.files[name], name.rpartition(".")[2]
    if kind == "pdf":
        return Statement(language, _name(reading, problem, language, ""), "pdf", "", reading.keep(file), path)
    source = reading.text(path, file)
    if kind == "md":
        source = reading.replaced(source.encode()).decode()
    shown = _name(reading, problem, language, source)
    return Statement(language, shown, "md" if kind == "md" else "tex", source, path=path)


def _name(reading: Reading, problem: Problem, language: str, source: str) -> str:
    """The problem's name in a language: legacy statements bear their own."""
    given = problem.names.get(language) or problem.names.get("", "")
    if reading.version is not Version.LEGACY:
        return given or reading.folder.name
    plain, set_in_tex = _PLAIN_NAME.search(source), _tex_name(source)
    # That of problem.yaml is in one of the languages, and nobody knows in which.
    without_tex = "" if re.search(r"[\\${}]", set_in_tex) else set_in_tex
    name = (plain[1] if plain else "") or without_tex or given or set_in_tex or reading.folder.name
    if UNFIT.search(name):
        reading.fault("problem.yaml", "name: holds a NUL or a lone surrogate")
    return name


def _tex_name(source: str) -> str:
    r"""What \problemname{...} holds, with the braces in it."""
    start = source.find(r"\problemname{")
    if start < 0:
        return ""
    start, depth = start + len(r"\problemname{"), 1
    for end in range(start, len(source)):
        depth += {"{": 1, "}": -1}.get(source[end], 0)
        if depth == 0:
            return source[start:end].strip()
    return ""


def _check_samples(reading: Reading, folder: Folder, statement: Statement, name: str, samples: int) -> None:
    pattern = _NEXT_SAMPLE.get(statement.kind)
    count = len(pattern.findall(statement.source)) if pattern else 0
    if count > samples:
        reading.fault(folder.inner(name), f"asks for the next sample {count} times; there are {samples}")


def _figures(reading: Reading, folder: Folder, statements: set[str]) -> dict[str, str]:
    figures = {}
    for name, file in folder.walk():
        if name in statements or _FILE.fullmatch(name):
            continue
        if Path(name).suffix.lower() in _FIGURES:
            figures[name] = reading.keep(file)
        else:
            reading.warn(folder.inner(name), "is neither a statement nor a figure, and is ignored")
    return figures
