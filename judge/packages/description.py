"""problem.yaml of whatever version, which says what everything else in a package is to be read as."""

from collections.abc import Mapping
from typing import Any

from judge.packages.legacy_problem_yaml import legacy_problem_of
from judge.packages.problem import Problem
from judge.packages.problem_yaml import PATH, problem_of
from judge.packages.reading import Reading
from judge.packages.version import Version, version_of


def described(reading: Reading) -> dict[Any, Any] | None:
    """What problem.yaml says, its version noted in the reading; None where it cannot be read."""
    file = reading.folder / PATH
    if not file.exists() and not file.is_symlink():
        reading.fault(PATH, "is missing")
        return None
    if file.is_symlink() and not file.resolve().is_relative_to(reading.folder):
        return None  # told of among all links
    if not file.is_file():
        reading.fault(PATH, "is no file")
        return None
    document = reading.document(PATH, file)
    if document is None:
        return None
    try:
        reading.version = version_of(document.get("problem_format_version"))
    except ValueError as error:
        reading.fault(PATH, str(error))
        return None
    for key, value in document.items():
        if value is None:
            reading.warn(PATH, f"{key}: says nothing and counts as left out")
    return {key: value for key, value in document.items() if value is not None}


def problem_in(reading: Reading, document: Mapping[Any, Any]) -> Problem:
    """The problem's metadata; where they are wrong, as much as the rest needs to be looked at."""
    of_version = legacy_problem_of if reading.version is Version.LEGACY else problem_of
    found = of_version(reading, document)
    if found:
        return found
    words = str([document.get("type"), document.get("validation")])
    return Problem(
        scoring="scoring" in words, interactive="interactive" in words, multi_pass="multi-pass" in words
    )
