"""Programs that come with a package, validators and what is put beside submissions, and their languages."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from judge.languages import by_extension, detect, table
from judge.manifest import Files, Program
from judge.packages.codes import CODES
from judge.packages.folders import Folder, Telling
from judge.packages.problem import Problem
from judge.packages.reading import Reading
from judge.packages.version import Version

_SCRIPTS = ("build", "run")
_NOT_RUN = {".ctd": "Checktestdata", ".viva": "VIVA"}
_IGNORED = (".disabled", ".template", ".md", ".txt")
_FIRST_LINE_BYTES = 200


def told_language(files: Mapping[str, Path]) -> tuple[str | None, str]:
    """The language that files speak of, and why where there is none."""
    found = detect([(name, _beginning(file)) for name, file in files.items()])
    if found:
        return found.id, ""
    spoken = sorted({language.id for name in files if (language := by_extension(name))})
    if len(spoken) > 1:
        return None, f"its files are in several languages: {', '.join(spoken)}"
    return None, "its language is not one that this judge knows"


def _beginning(file: Path) -> str:
    """As much as holds a first line, which may name a language; Latin 1 has every byte."""
    with file.open("rb") as opened:
        return opened.readline(_FIRST_LINE_BYTES).decode("latin-1")


def read_input_validators(reading: Reading) -> tuple[Program, ...]:
    """The input validators that can be run here; others are told of."""
    found: list[Program] = []
    left = False
    for name in ("input_validators", "input_format_validators"):
        folder = reading.root.at(name)
        if folder is None:
            continue
        if name != "input_validators":
            reading.warn(name, "is an old name of input_validators")
        left = left or any(Path(file).suffix in _NOT_RUN for file in folder.files)
        found += _programs(reading, folder, reading.warn)
    if not found:
        reading.warn(
            "input_validators",
            "there is none that could be run here: inputs cannot be checked"
            if left
            else "is missing or empty: inputs cannot be checked",
        )
    return tuple(found)


def read_output_validators(reading: Reading, problem: Problem) -> tuple[Program, ...]:
    """The output validators; none where the default one judges."""
    name = reading.version.validator_folder
    other = "output_validator" if reading.version is Version.LEGACY else "output_validators"
    if reading.root.at(other):
        message = f"is not read: format {reading.version} calls it {name}"
        (reading.warn if problem.custom is False else reading.fault)(other, message)
    folder = reading.root.at(name)
    if folder and problem.custom is False:
        reading.warn(name, "is ignored: problem.yaml does not say validation: custom")
        return ()
    if folder is None:
        if problem.custom:
            reading.fault(name, "is missing: problem.yaml says validation: custom")
        elif problem.interactive or problem.multi_pass:
            reading.fault(name, "is missing: interactive and multi-pass problems need an output validator")
        return ()
    found = (
        tuple(_programs(reading, folder, reading.fault))
        if reading.version is Version.LEGACY
        else _only(reading, folder)
    )
    if not found:
        reading.fault(name, "holds no program whose language can be told")
    if len(found) > 1 and (problem.interactive or problem.multi_pass):
        reading.fault(name, "holds several programs: only one can hold a dialogue, or ask for a pass")
    return found


def _only(reading: Reading, folder: Folder) -> tuple[Program, ...]:
    """One program: the folder's one file or folder, or the folder itself where sources lie right in it."""
    sources = [name for name in folder.files if name in _SCRIPTS or by_extension(name)]
    if sources:
        if len(folder.files) == 1 and not folder.folders:
            return tuple(_programs(reading, folder, reading.fault))
        return tuple(_program(reading, folder.path, folder.path, dict(folder.walk()), reading.fault))
    if len(folder.folders) > 1:
        reading.fault(folder.path, f"holds several programs: {', '.join(folder.folders)}; one is allowed")
        return ()
    return tuple(_programs(reading, folder, reading.fault))


def _programs(reading: Reading, folder: Folder, tell: Telling) -> list[Program]:
    """Each file and each folder is a program; ``tell`` is told of what cannot be run."""
    found: list[Program] = []
    for name, file in folder.files.items():
        suffix = Path(name).suffix
        if suffix in _NOT_RUN:
            reading.warn(folder.inner(name), f"{_NOT_RUN[suffix]} validators are not run")
        elif suffix in _IGNORED or not by_extension(name):
            reading.warn(
                folder.inner(name), "is no program in a language that this judge knows, and is ignored"
            )
        else:
            found += _program(reading, folder.inner(name), name, {name: file}, tell)
    for name, inner in folder.folders.items():
        found += _program(reading, inner.path, name, dict(inner.walk()), tell)
    return found


def _program(
    reading: Reading, path: str, name: str, files: Mapping[str, Path], tell: Telling
) -> Iterator[Program]:
    scripts = [script for script in _SCRIPTS if script in files]
    for script in scripts:
        if not os.access(files[script], os.X_OK):
            reading.warn(f"{path}/{script}", "is not executable; it is run all the same")
    language, reason = (None, "") if scripts else told_language(files)
    if not scripts and language is None:
        tell(path, f"is no program that can be run here: {reason}")
        return
    kept = tuple((inner, reading.keep_code(file)) for inner, file in files.items())
    yield Program(name, language, kept, _entry_point(path, language, files, tell))


def _entry_point(path: str, language: str | None, files: Mapping[str, Path], tell: Telling) -> str | None:
    """The file that Python begins with; None where there is no choice."""
    sources = [name for name in files if name.endswith((".py", ".py3"))]
    if language not in ("python2", "python3") or len(sources) == 1:
        return None
    for name in ("__main__.py", "main.py"):
        if name in files:
            return name
    tell(path, "has several Python files and neither __main__.py nor main.py to begin with")
    return None


def read_includes(reading: Reading, problem: Problem) -> tuple[tuple[str, Files], ...]:
    """What is put beside every submission, by the code of its language or "default"."""
    folder = reading.root.at("include")
    if folder is None:
        return ()
    for name in folder.files:
        reading.fault(folder.inner(name), "lies in no folder of its language, such as include/cpp")
    found = []
    for name, inner in folder.folders.items():
        if name not in CODES and name not in table() and name != "default":
            reading.demand(inner.path, f"{name!r} is no code of the format's table of languages")
        elif problem.languages is not None and name not in (*problem.languages, "default"):
            reading.warn(inner.path, "is for a language that problem.yaml does not allow")
        files = tuple((path, reading.keep_code(file)) for path, file in inner.walk())
        reading.check_placed(inner)
        if not files:
            reading.warn(inner.path, "holds no file")
        found.append((name, files))
    return tuple(found)
