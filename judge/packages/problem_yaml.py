"""problem.yaml of format 2025-09 and of its draft of 2023-07."""

import math
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BeforeValidator, Field, model_validator

from judge.languages import table
from judge.packages.codes import CODES
from judge.packages.package import Timing
from judge.packages.problem import CommonLimits, Problem
from judge.packages.reading import Reading, Shape
from judge.packages.values import Code, Credits, OneOrMoreTexts, Sources, Text, Texts

PATH = "problem.yaml"
LICENSES = ("unknown", "public domain", "cc0", "cc by", "cc by-sa", "educational", "permission")

_CONSTANT = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_INCOMPATIBLE = (
    ("pass-fail", "scoring"),
    ("multi-pass", "submit-answer"),
    ("interactive", "submit-answer"),
)
_KINDS = ("pass-fail", "scoring", "multi-pass", "interactive", "submit-answer")
_PLAIN_DIGITS = 40  # a number of more places is written with an exponent


class _Multipliers(Shape):
    ac_to_time_limit: float = Field(default=2.0, ge=1, allow_inf_nan=False)
    time_limit_to_tle: float = Field(default=1.5, ge=1, allow_inf_nan=False)


class _Limits(CommonLimits):
    time_multipliers: _Multipliers = _Multipliers()
    time_limit: Annotated[float, Field(gt=0)] | None = None
    time_resolution: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    validation_passes: Annotated[int, Field(ge=2, le=1000)] | None = None


def _kinds(value: Any) -> Any:
    kinds = [value] if isinstance(value, str) else value
    if not isinstance(kinds, list) or not kinds or not all(kind in _KINDS for kind in kinds):
        raise ValueError(f"must be one or more of {', '.join(_KINDS)}")
    if len(kinds) != len(set(kinds)):
        raise ValueError("says the same twice")
    for one, other in _INCOMPATIBLE:
        if one in kinds and other in kinds:
            raise ValueError(f"{one} and {other} exclude each other")
    if "submit-answer" in kinds:
        raise ValueError("submit-answer problems are not supported")
    return kinds


def _names(value: Any) -> Any:
    if not isinstance(value, (str, Mapping)):
        raise ValueError(f"must be text, or a map of languages to such: put {value!r} in quotes")
    return {"en": value} if isinstance(value, str) else value


def _embargo(value: Any) -> Any:
    if isinstance(value, date):
        return value
    raise ValueError("must be a date, as in 2026-03-01 or 2026-03-01T12:00:00Z")


def _constant(value: Any) -> str:
    """A value as it stands in programs and statements: numbers without an exponent."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError("must be text or a finite number")
    plain = format(Decimal(repr(value)), "f")
    return plain if isinstance(value, int) or len(plain) <= _PLAIN_DIGITS else repr(value)


class _Problem(Shape):
    problem_format_version: Any
    type: Annotated[tuple[str, ...], BeforeValidator(_kinds)] = ("pass-fail",)
    name: Annotated[dict[Code, Text], Field(min_length=1), BeforeValidator(_names)]
    uuid: Text
    version: Text | None = None
    credits: Text | Credits | None = None
    source: Sources | None = None
    license: Literal[LICENSES] = "unknown"  # type: ignore[valid-type]  # they are listed once
    rights_owner: Text | None = None
    embargo_until: Annotated[Any, BeforeValidator(_embargo)] = None
    limits: _Limits = _Limits()
    keywords: Texts = ()
    languages: OneOrMoreTexts = ("all",)
    allow_file_writing: bool = False
    constants: dict[Text, Annotated[Text, BeforeValidator(_constant)]] = Field(default={})

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if self.limits.validation_passes and "multi-pass" not in self.type:
            raise ValueError("limits.validation_passes is for multi-pass problems")
        if self.license == "public domain" and self.rights_owner:
            raise ValueError("rights_owner: what is in the public domain has none")
        for name in self.constants:
            if not _CONSTANT.fullmatch(name):
                raise ValueError(f"constants: {name!r} is no name: a-z, A-Z, 0-9 and '_', no digit first")
        return self


def problem_of(reading: Reading, document: Mapping[Any, Any]) -> Problem | None:
    """The metadata of a package of format 2025-09 or of its draft; None where it is wrong, which is noted."""
    shape = reading.shaped(PATH, document, _Problem)
    if shape is None:
        return None
    _note_oddities(reading, shape)
    limits = shape.limits
    multi_pass = "multi-pass" in shape.type
    return Problem(
        names=shape.name,
        scoring="scoring" in shape.type,
        interactive="interactive" in shape.type,
        multi_pass=multi_pass,
        limits=limits,
        timing=Timing(
            limits.time_limit,
            limits.time_multipliers.ac_to_time_limit,
            limits.time_multipliers.time_limit_to_tle,
            limits.time_resolution,
        ),
        passes=(limits.validation_passes or 2) if multi_pass else 1,
        keywords=shape.keywords,
        languages=_languages(reading, shape.languages),
        constants=shape.constants,
    )


def _languages(reading: Reading, codes: tuple[str, ...]) -> tuple[str, ...] | None:
    if codes == ("all",):
        return None
    for code in codes:
        if code == "all":
            reading.fault(PATH, "languages: all stands alone, not in a sequence")
        elif code not in CODES and code not in table():
            reading.fault(PATH, f"languages: {code!r} is no code of the format's table of languages")
        elif code not in table():
            reading.warn(PATH, f"languages: this judge does not know {code!r}")
    return codes


def _note_oddities(reading: Reading, shape: _Problem) -> None:
    try:
        UUID(shape.uuid)
    except ValueError:
        reading.warn(PATH, f"uuid: {shape.uuid!r} is no UUID")
    authors = shape.credits.authors if isinstance(shape.credits, Credits) else shape.credits
    if shape.license not in ("unknown", "public domain") and not (
        shape.rights_owner or authors or shape.source
    ):
        reading.warn(PATH, f"license: {shape.license} needs a rights_owner, an author or a source")
