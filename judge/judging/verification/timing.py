"""The time limit from the example submissions, and whether a given one is safe: pure rules.

https://www.kattis.com/problem-package-format/spec/2025-09.html, "Problem timing", "Timelimit inference"
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from judge.languages import Language
from judge.packages.package import Example, Timing
from judge.records import TestResult

_SLACK = 1e-9
"""Multiples of a resolution are taken of floats."""

_DISTURBED = 1.25

NEAR = 0.9
"""What took at least this share of the slowest time is measured again before it decides."""


@dataclass(frozen=True)
class Bound:
    """What one submission took on the slowest of the tests that a rule of its author is about.

    seconds: CPU time as if its language were given what the problem says, no more.
    """

    example: Example
    test: int
    test_name: str
    seconds: float

    @property
    def where(self) -> str:
        """The submission and the test, for people."""
        return f"{self.example.name} on {self.test_name}"


def plain_s(language: Language, cpu_time_s: float) -> float:
    """A time without what its language is allowed beside the problem's limit."""
    startup_s, whole_s = language.time_limit_s(0.0), language.time_limit_s(1.0)
    return max(0.0, cpu_time_s - startup_s) / (whole_s - startup_s)


def bounds(
    example: Example, language: Language, results: Sequence[TestResult], kind: Literal["lower", "upper"]
) -> Iterator[Bound]:
    """One for each of its author's rules that bounds the time limit from this side."""
    by_index = {result.index: result for result in results}
    for requirement in example.requirements:
        if requirement.bounds_time != kind:
            continue
        slowest = max((by_index[index] for index in requirement.tests), key=lambda each: each.cpu_time_s)
        yield Bound(example, slowest.index, slowest.author_name, plain_s(language, slowest.cpu_time_s))


def slowest(lower: Iterable[Bound]) -> Bound | None:
    """The one that decides."""
    return max(lower, key=lambda bound: bound.seconds, default=None)


def derived_s(timing: Timing, slowest_s: float) -> float:
    """The smallest multiple of the resolution that leaves the slowest submission its margin."""
    multiple = math.ceil(slowest_s * timing.ac_to_time_limit / timing.resolution_s - _SLACK)
    return round(max(1, multiple) * timing.resolution_s, 9)


def is_sensitive(timing: Timing, slowest_s: float) -> bool:
    """Whether a derived limit might be another one if the time were taken again.

    With programs on all processors, and more waiting, CPU times were up to 5 % longer in the median, and
    single ones up to a quarter.
    """
    return derived_s(timing, slowest_s / _DISTURBED) != derived_s(timing, slowest_s * _DISTURBED)


def too_tight(timing: Timing, bound: Bound, limit_s: float) -> str:
    """What is wrong with a limit for a submission that must be in time; empty where nothing is."""
    needed_s = bound.seconds * timing.ac_to_time_limit
    if needed_s <= limit_s + _SLACK:
        return ""
    return (
        f"takes {bound.seconds:.3f} s on {bound.test_name}: {timing.ac_to_time_limit:g} times that is "
        f"{needed_s:.3f} s, more than the time limit of {limit_s:g} s"
    )


def late_from_s(timing: Timing, limit_s: float) -> float:
    """What a submission that must be late has to take at least."""
    return limit_s * timing.time_limit_to_tle


def too_fast(timing: Timing, bound: Bound, limit_s: float) -> str:
    """What is wrong with a limit for a submission that must be late; empty where nothing is."""
    late_s = late_from_s(timing, limit_s)
    if bound.seconds >= late_s - _SLACK:
        return ""
    return (
        f"takes only {bound.seconds:.3f} s on {bound.test_name}: it must take {late_s:g} s, "
        f"{timing.time_limit_to_tle:g} times the time limit of {limit_s:g} s"
    )
