"""submissions/submissions.yaml: what must come out for which submissions, on which tests."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from judge.packages.globs import alternatives
from judge.packages.reading import Reading, Shape
from judge.packages.values import Persons, Text

PATH = "submissions/submissions.yaml"
ALL = frozenset(("AC", "WA", "TLE", "RTE"))

_MOST_GLOBS = 1000

Word = Literal["AC", "WA", "TLE", "RTE"]


def _range(value: Any) -> Any:
    return [value, value] if isinstance(value, (int, float)) else value


class Rule(Shape):
    """What must come out on some tests; None where nothing is said."""

    permitted: Annotated[frozenset[Word], Field(min_length=1)] | None = None
    required: Annotated[frozenset[Word], Field(min_length=1)] | None = None
    score: Annotated[tuple[float, float], BeforeValidator(_range)] | None = None
    message: Text = ""
    use_for_time_limit: bool | Literal["lower", "upper"] | None = None

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        permitted, required = self.permitted or ALL, self.required or ALL
        if not permitted & required:
            raise ValueError("nothing that is required is permitted")
        if self.use_for_time_limit == "lower" and not (permitted - {"TLE"} and required - {"TLE"}):
            raise ValueError("use_for_time_limit: lower contradicts that only TLE is permitted or required")
        if self.use_for_time_limit == "upper" and "TLE" not in permitted & required:
            raise ValueError("use_for_time_limit: upper contradicts that TLE is not permitted or required")
        if self.score and not self.score[0] <= self.score[1]:  # no number is neither
            raise ValueError("score: its least is above its most")
        return self


class Described(Rule):
    """A rule for all tests, and what is said of the submissions themselves."""

    language: Text | None = None
    entrypoint: Text | None = None
    authors: Persons | None = None
    model_solution: bool = False


@dataclass(frozen=True)
class Entry:
    """What one glob of submissions says, for all tests and for those that further globs name."""

    glob: str
    described: Described
    rules: Mapping[str, Rule]


DEFAULTS: Mapping[str, dict[str, Any]] = {
    "accepted": {"permitted": ["AC"]},
    "rejected": {"required": ["RTE", "TLE", "WA"]},
    "wrong_answer": {"permitted": ["AC", "WA"], "required": ["WA"]},
    "time_limit_exceeded": {"permitted": ["AC", "TLE"], "required": ["TLE"]},
    "run_time_error": {"permitted": ["AC", "RTE"], "required": ["RTE"]},
    "brute_force": {"permitted": ["AC", "RTE", "TLE"], "required": ["RTE", "TLE"]},
}
"""https://www.kattis.com/problem-package-format/spec/2025-09.html, "Default directories"."""


def read_entries(reading: Reading) -> list[Entry]:
    """What the format says of its folders, where the file does not say otherwise, and what the file says."""
    folder = reading.root.at("submissions")
    file = folder.files.get("submissions.yaml") if folder else None
    document = (reading.document(PATH, file) or {}) if file else {}
    said: dict[Any, Any] = {name: dict(default) for name, default in DEFAULTS.items()}
    for glob, given in document.items():
        if given is None:
            continue
        if not isinstance(glob, str) or not isinstance(given, Mapping):
            reading.fault(PATH, f"{glob}: must be a glob that is mapped to what is said of its submissions")
            continue
        said[glob] = {**said.get(glob, {}), **given}
    entries = [entry for glob, given in said.items() if (entry := _entry(reading, glob, given))]
    globs = [glob for entry in entries for glob in (entry.glob, *entry.rules)]
    if sum(len(alternatives(glob)) for glob in globs) > _MOST_GLOBS:
        reading.fault(
            PATH, f"stands for more than {_MOST_GLOBS} globs, each of which is held against all tests"
        )
        return []
    return entries


def _entry(reading: Reading, glob: str, given: Mapping[Any, Any]) -> Entry | None:
    if not _is_glob(reading, glob):
        return None
    own = {key: value for key, value in given.items() if not isinstance(value, Mapping) or key == "authors"}
    described = _shaped(reading, glob, own, Described)
    rules = {}
    for key, value in given.items():
        if key in own:
            continue
        rule = _shaped(reading, f"{glob}: {key}", value, Rule)
        if isinstance(key, str) and _is_glob(reading, key) and rule:
            rules[key] = rule
    return Entry(glob, described, rules) if described else None


def _shaped(reading: Reading, where: str, given: Any, shape: Any) -> Any:
    before = len(reading.faults)
    found = reading.shaped(PATH, given, shape)
    reading.faults[before:] = [(path, f"{where}: {message}") for path, message in reading.faults[before:]]
    return found


def _is_glob(reading: Reading, glob: str) -> bool:
    try:
        return bool(alternatives(glob))
    except ValueError as error:
        reading.fault(PATH, f"{glob}: {error}")
        return False
