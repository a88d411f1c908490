"""testdata.yaml of the legacy format, and of drafts that kept its name."""

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from judge.packages.reading import Shape
from judge.packages.values import Text

VERDICTS = {
    "worst_error": "worst_error",
    "no_errors": "worst_error",
    "first_error": "first_error",
    "always_accept": "always_accept",
}
SCORES = ("sum", "avg", "min", "max")
SCORED = ("accept_score", "reject_score", "range")


def _flags(value: Any) -> Any:
    return "" if value is None else value


class NamedFlags(Shape):
    """Flags of one validator."""

    name: Text
    flags: Text = ""


def _range(value: Any) -> Any:
    """Least and most, None where there is no bound."""
    try:
        least, most = map(float, value.split())
    except (AttributeError, ValueError):
        raise ValueError("must be two numbers, as in 0 100 or -inf +inf") from None
    if math.isnan(least) or math.isnan(most) or least > most:
        raise ValueError(f"{value!r} is no range: its least is not below its most")
    return tuple(bound if math.isfinite(bound) else None for bound in (least, most))


Score = Annotated[float, Field(allow_inf_nan=False)]


class TestData(Shape):
    """What a testdata.yaml says, with the format's defaults; ``range`` is None where it has no bound."""

    __test__ = False  # for pytest, which collects by name

    on_reject: Literal["break", "continue"] = "break"
    grading: Literal["default", "custom"] = "default"
    grader_flags: Annotated[Text, BeforeValidator(_flags)] = ""
    input_validator_flags: Annotated[Text | NamedFlags, BeforeValidator(_flags)] = ""
    output_validator_flags: Annotated[Text | NamedFlags, BeforeValidator(_flags)] = ""
    accept_score: Score = 1.0
    reject_score: Score = 0.0
    range: Annotated[tuple[float | None, float | None], BeforeValidator(_range)] = (None, None)


def as_legacy(document: Mapping[Any, Any]) -> dict[Any, Any]:
    """A draft's testdata.yaml with the legacy names of arguments; for a time it had names of its own."""
    names = {f"{kind}_validator_args": f"{kind}_validator_flags" for kind in ("input", "output")}
    return {names.get(key, key): _joined(value) if key in names else value for key, value in document.items()}


def _joined(value: Any) -> Any:
    is_texts = isinstance(value, list) and all(isinstance(word, str) for word in value)
    return " ".join(value) if is_texts else value
