"""problem.yaml of the legacy format; what the format does not know there is told and left alone."""

import configparser
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, FiniteFloat, PositiveFloat

from judge.packages.package import Timing
from judge.packages.problem import CommonLimits, Problem
from judge.packages.problem_yaml import LICENSES, PATH
from judge.packages.reading import Reading, Shape
from judge.packages.values import Text

_VALIDATION = ("score", "interactive", "multi-pass")
_OLDER = ("accept_score", "reject_score", "range", "on_reject")
"""What ``grading`` had before the version that is called legacy; it stands above testdata.yaml."""
_POLICIES = {"first_error": "break", "grade": "continue"}


def _words(value: Any) -> Any:
    if value is None:
        return ()
    return tuple(value.split()) if isinstance(value, str) else value


def _validation(value: Any) -> Any:
    words = _words(value)
    if not isinstance(words, tuple) or not words or words[0] not in ("default", "custom"):
        raise ValueError("must begin with default or custom")
    allowed = _VALIDATION if words[0] == "custom" else ()
    for word in words[1:]:
        if word not in allowed:
            raise ValueError(f"{word!r} cannot follow {words[0]}; custom takes {', '.join(_VALIDATION)}")
    return words


def _one_name(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(language): name for language, name in value.items()}
    return {} if value is None else {"": value}


Words = Annotated[tuple[Text, ...], BeforeValidator(_words)]


class _Limits(CommonLimits):
    time_multiplier: float = Field(default=5.0, ge=1, allow_inf_nan=False)
    time_safety_margin: float = Field(default=2.0, ge=1, allow_inf_nan=False)
    time_limit: PositiveFloat | None = None
    validation_passes: Annotated[int, Field(ge=2, le=1000)] = 2


class _Grading(Shape):
    objective: Literal["max", "min"] = "max"
    show_test_data_groups: bool = False
    accept_score: FiniteFloat | None = None
    reject_score: FiniteFloat | None = None
    range: Text | None = None
    on_reject: Literal["first_error", "worst_error", "grade"] | None = None
    custom_scoring: bool = False


class _Problem(Shape):
    problem_format_version: Any = None
    type: Literal["pass-fail", "scoring"] = "pass-fail"
    name: Annotated[dict[str, Text], BeforeValidator(_one_name)] = Field(default={})
    uuid: Any = None
    author: Any = None
    source: Any = None
    source_url: Any = None
    license: Any = "unknown"
    rights_owner: Any = None
    limits: _Limits = _Limits()
    validation: Annotated[tuple[str, ...], BeforeValidator(_validation)] = ("default",)
    validator_flags: Words = ()
    grading: _Grading = _Grading()
    keywords: Words = ()


def legacy_problem_of(reading: Reading, document: Mapping[Any, Any]) -> Problem | None:
    """The metadata of a legacy package; None where it is wrong, which is noted."""
    known = _known(reading, document, _Problem)
    for part, shape in (("limits", _Limits), ("grading", _Grading)):
        if isinstance(known.get(part), Mapping):
            known[part] = _known(reading, known[part], shape, f"{part}.")
        elif known.get(part, 0) is None:
            del known[part]  # a key with nothing but comments below it
    found = reading.shaped(PATH, known, _Problem)
    if found is None:
        return None
    _note_oddities(reading, found)
    limits = found.limits
    return Problem(
        names=found.name,
        scoring=found.type == "scoring",
        interactive="interactive" in found.validation,
        multi_pass="multi-pass" in found.validation,
        limits=limits,
        timing=Timing(_given_s(reading, found), limits.time_multiplier, limits.time_safety_margin, 1.0),
        passes=limits.validation_passes if "multi-pass" in found.validation else 1,
        keywords=found.keywords,
        custom=found.validation[0] == "custom",
        validator_args=found.validator_flags,
        grading=_older_grading(reading, found),
    )


def _known(
    reading: Reading, document: Mapping[Any, Any], shape: type[Shape], above: str = ""
) -> dict[str, Any]:
    for key in document:
        if key not in shape.model_fields:
            reading.warn(PATH, f"{above}{key}: is no key of the legacy format and is ignored")
    return {key: value for key, value in document.items() if key in shape.model_fields}


def _note_oddities(reading: Reading, found: _Problem) -> None:
    if found.license not in LICENSES:
        reading.warn(PATH, f"license: {found.license!r} is none of {', '.join(LICENSES)}")
    if found.source_url and not found.source:
        reading.warn(PATH, "source_url: is given without source")
    if found.type != "scoring" and found.grading != _Grading():
        reading.warn(PATH, "grading: is for problems of type scoring, and is ignored")
    if found.type != "scoring" and "score" in found.validation:
        reading.fault(PATH, "validation: score is for problems of type scoring")
    if found.type == "scoring" and found.grading.objective == "min":
        reading.warn(PATH, "grading.objective: scores are shown as they are; here more is taken for better")


def _older_grading(reading: Reading, found: _Problem) -> dict[str, Any]:
    if found.type != "scoring":
        return {}
    older = {key: getattr(found.grading, key) for key in _OLDER if key in found.grading.model_fields_set}
    for key in older:
        reading.warn(PATH, f"grading.{key}: belongs into data/testdata.yaml; it stands above what is there")
    given = {key: value for key, value in older.items() if value is not None}
    policy = given.pop("on_reject", None)
    return given | ({"on_reject": _POLICIES[policy]} if policy in _POLICIES else {})


def _given_s(reading: Reading, found: _Problem) -> float | None:
    """A time limit, which legacy packages have only by the customs of some contest systems, in seconds."""
    if found.limits.time_limit is not None:
        reading.warn(PATH, "limits.time_limit: is no key of the legacy format; it is used all the same")
        return found.limits.time_limit
    for name, read in ((".timelimit", _bare), ("domjudge-problem.ini", _of_ini)):
        file = reading.folder / name
        if not file.is_file() or file.is_symlink():
            continue
        text = read(file.read_bytes()[:4096].decode("utf-8", "replace"))
        if text is not None and re.fullmatch(r"[0-9]+(\.[0-9]*)?", text) and float(text) > 0:
            reading.warn(name, f"is no file of the format; its time limit of {text} s is used all the same")
            return float(text)
        if text is not None:
            reading.fault(name, f"{text!r} is no time limit in seconds")
    return None


def _bare(text: str) -> str:
    return text.strip()


def _of_ini(text: str) -> str | None:
    """``timelimit='3'``: a file without sections."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string("[problem]\n" + text)
    except configparser.Error:
        return None
    found = parser.get("problem", "timelimit", fallback=None)
    return found.strip("'\" ") if found is not None else None
