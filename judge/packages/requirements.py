"""What must come out for one submission, and which verdicts of the whole submission that allows."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Literal

from judge.manifest import Group, TestSpec
from judge.packages.globs import matches
from judge.packages.package import Requirement
from judge.packages.submissions_yaml import ALL, Entry, Rule
from judge.verdict import Verdict

EXACT = (Verdict.COMPILE_ERROR, Verdict.MEMORY_LIMIT_EXCEEDED, Verdict.OUTPUT_LIMIT_EXCEEDED)
"""Folders that are not the format's own: the one verdict that they are named for is right."""

_VERDICTS: Mapping[str, tuple[str, ...]] = {
    "AC": (Verdict.ACCEPTED.value,),
    "WA": (Verdict.WRONG_ANSWER.value,),
    "TLE": (Verdict.TIME_LIMIT_EXCEEDED.value,),
    # The format has no word for a limit of memory or output; what exceeds one counts as a crash.
    "RTE": (
        Verdict.RUNTIME_ERROR.value,
        Verdict.MEMORY_LIMIT_EXCEEDED.value,
        Verdict.OUTPUT_LIMIT_EXCEEDED.value,
    ),
}


def requirement(source: str, rule: Rule, tests: tuple[int, ...], group: str = "") -> Requirement:
    """A rule for tests, and what follows from it for the time limit.

    https://www.kattis.com/problem-package-format/spec/2025-09.html, "Timelimit inference".
    """
    permitted: frozenset[str] | None = rule.permitted
    required: frozenset[str] | None = rule.required
    use = rule.use_for_time_limit
    if use == "lower":
        permitted = (permitted or ALL) - {"TLE"}
    if use == "upper":
        required = frozenset({"TLE"})
    bound: Literal["lower", "upper"] | None = None
    if use is not False and required == frozenset({"TLE"}):
        bound = "upper"
    elif use is not False and permitted is not None and "TLE" not in permitted:
        bound = "lower"
    return Requirement(source, tests, group, permitted, required, rule.score, rule.message, bound)


def of_entry(entry: Entry, tests: tuple[TestSpec, ...], groups: Iterable[str]) -> Iterator[Requirement]:
    """What an entry of submissions.yaml requires of each submission that it names."""
    if _says_something(entry.described):
        rule = Rule(**{name: getattr(entry.described, name) for name in Rule.model_fields})
        yield requirement(entry.glob, rule, tuple(test.index for test in tests))
    for glob, rule in entry.rules.items():
        named = tuple(test.index for test in tests if matches(glob, test.author_name))
        source = f"{entry.glob}: {glob}"
        if named:
            yield requirement(source, rule.model_copy(update={"score": None}), named)
        if rule.score:
            for group in groups:
                if matches(glob, group) and named:
                    scored = requirement(source, Rule(score=rule.score), named, group)
                    yield replace(scored, bounds_time=None)


def of_legacy_folder(folder: str, tests: tuple[TestSpec, ...], root: Group | None) -> list[Requirement]:
    """What the legacy format requires of the submissions in a folder; ``root`` is that of a scoring problem.

    There a group may be accepted though some of its tests are not, so that only the score is bound.
    """
    everything = tuple(test.index for test in tests)
    if folder == "accepted":
        permitted = frozenset({"AC"}) if root is None else None
        return [Requirement(folder, everything, permitted=permitted, bounds_time="lower")]
    if folder == "partially_accepted" and root is not None and root.most is not None:
        least = -math.inf if root.least is None else root.least
        return [Requirement(folder, everything, score=(least, math.nextafter(root.most, -math.inf)))]
    if folder == "wrong_answer":
        return [_failing(folder, everything, {"AC", "WA"}, "WA")]
    if folder == "time_limit_exceeded":
        return [replace(_failing(folder, everything, {"AC", "WA", "TLE"}, "TLE"), bounds_time="upper")]
    if folder == "run_time_error":
        return [_failing(folder, everything, ALL, "RTE")]
    return []


LEGACY_EXPECTED: Mapping[str, tuple[str, ...]] = {
    "accepted": _VERDICTS["AC"],
    "partially_accepted": _VERDICTS["AC"],
    "wrong_answer": _VERDICTS["WA"],
    "time_limit_exceeded": (*_VERDICTS["TLE"], *_VERDICTS["WA"]),
    "run_time_error": _VERDICTS["RTE"],
}


def expected(requirements: Iterable[Requirement], tests: int) -> tuple[str, ...]:
    """The verdicts of the whole submission that its requirements allow, for ``tests`` tests in all."""
    permitted = dict.fromkeys(range(1, tests + 1), ALL)
    must_fail = False
    for one in requirements:
        must_fail = must_fail or (one.required is not None and "AC" not in one.required)
        for index in one.tests:
            permitted[index] &= one.permitted or ALL
    # Equal sets are many: a test alone seldom has rules of its own.
    sets = set(permitted.values())
    failing = frozenset[str]().union(*sets) - {"AC"}
    words = [*(["AC"] if not must_fail and all("AC" in one for one in sets) else []), *failing]
    return tuple(
        verdict for word in ("AC", "WA", "TLE", "RTE") if word in words for verdict in _VERDICTS[word]
    )


def contradicts_itself(requirements: Iterable[Requirement], tests: int) -> bool:
    """Whether nothing could come out on some test, or what is required nowhere."""
    permitted = dict.fromkeys(range(1, tests + 1), ALL)
    kept = list(requirements)
    for one in kept:
        for index in one.tests:
            permitted[index] &= one.permitted or ALL
    return not all(permitted.values()) or any(
        one.required is not None and not any(permitted[index] & one.required for index in one.tests)
        for one in kept
    )


def _says_something(rule: Rule) -> bool:
    return any(getattr(rule, name) for name in ("permitted", "required", "score", "message")) or (
        rule.use_for_time_limit in ("lower", "upper")
    )


def _failing(folder: str, tests: tuple[int, ...], permitted: Iterable[str], required: str) -> Requirement:
    return Requirement(folder, tests, permitted=frozenset(permitted), required=frozenset({required}))
