"""Comparing an output with the answer: the default validator of the problem package format.

https://www.kattis.com/problem-package-format/spec/2025-09.html, "Default Output Validator". Bytes are
compared, never text: white space and case are those of ASCII, whatever else a program prints.
"""

import re

from judge.manifest import Comparison


def matches(output: bytes, answer: bytes, comparison: Comparison) -> bool:
    """Whether an output is right: token by token, by the rules that the problem has chosen."""
    if not comparison.case_sensitive:
        output, answer = output.lower(), answer.lower()
    has_tolerance = (comparison.float_absolute_tolerance, comparison.float_relative_tolerance) != (None, None)
    if comparison.space_change_sensitive:
        if output == answer:
            return True
        if not has_tolerance or _spaces(output) != _spaces(answer):
            return False
    given, expected = output.split(), answer.split()
    if given == expected:
        return True
    if not has_tolerance or len(given) != len(expected):
        return False
    return all(
        one == other or _close(one, other, comparison) for one, other in zip(given, expected, strict=True)
    )


def _close(given: bytes, expected: bytes, comparison: Comparison) -> bool:
    """Whether two tokens are numbers within a tolerance; NaN and infinity are near nothing."""
    try:
        one, other = _number(given), _number(expected)
    except ValueError:
        return False
    error = abs(one - other)
    absolute, relative = comparison.float_absolute_tolerance, comparison.float_relative_tolerance
    if error == float("inf"):
        return False  # or an infinite answer would forgive anything by its relative tolerance
    return (absolute is not None and error <= absolute) or (
        relative is not None and error <= relative * abs(other)
    )


def _number(token: bytes) -> float:
    if b"_" in token:
        raise ValueError  # Python's own spelling of thousands is nobody else's
    return float(token)


def _spaces(text: bytes) -> list[bytes]:
    """The white space of a text: what stands before, between and after its tokens."""
    return re.split(rb"\S+", text)
