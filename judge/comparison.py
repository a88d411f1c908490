"""How the default output validator compares, and how its arguments say so."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

LINES = ("lines",)
"""What a run asks for to be compared line by line, without the white space at the end of each and of all."""

_FLAGS = ("case_sensitive", "space_change_sensitive")
_ABSOLUTE, _RELATIVE = "float_absolute_tolerance", "float_relative_tolerance"
_TOLERANCES = {_ABSOLUTE: (_ABSOLUTE,), _RELATIVE: (_RELATIVE,), "float_tolerance": (_ABSOLUTE, _RELATIVE)}
_NUMBER = re.compile(r"[+-]?([0-9]*\.[0-9]+|[0-9]+\.?)([Ee][+-]?[0-9]+)?")


@dataclass(frozen=True)
class Comparison:
    """How outputs are compared; with a tolerance, tokens that are numbers are compared as numbers."""

    case_sensitive: bool = False
    space_change_sensitive: bool = False
    float_absolute_tolerance: float | None = None
    float_relative_tolerance: float | None = None


def comparison(args: Sequence[str]) -> Comparison:
    """What the default validator's arguments ask for.

    Raises ValueError for an argument that it does not have, a tolerance that is none, and one that is given
    twice, which ``float_tolerance`` beside one of the others does.
    """
    chosen: dict[str, bool | float] = {}
    words = iter(args)
    for word in words:
        if word in _FLAGS:
            chosen[word] = True
            continue
        names = _TOLERANCES.get(word)
        if names is None:
            known = ", ".join([*_FLAGS, *_TOLERANCES])
            raise ValueError(f"the default output validator has no argument {word!r}, only {known}")
        if not chosen.keys().isdisjoint(names):
            raise ValueError(f"{word} gives a tolerance that has been given before in {' '.join(args)!r}")
        chosen |= dict.fromkeys(names, _tolerance(word, next(words, "")))
    return Comparison(**chosen)  # type: ignore[arg-type]  # the words above are its fields


def _tolerance(name: str, text: str) -> float:
    value = float(text) if _NUMBER.fullmatch(text) else -1.0
    if not 0 <= value < float("inf"):
        raise ValueError(f"{name} needs a number that is not negative, not {text!r}")
    return value
