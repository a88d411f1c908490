"""The time limit from times: the format's rule, and the margins of a given limit."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.judging.verification.timing import (
    Bound,
    bounds,
    derived_s,
    is_sensitive,
    plain_s,
    slowest,
    too_fast,
    too_tight,
)
from judge.languages import table
from judge.packages.package import Example, Requirement, Timing
from judge.records import TestResult

EXAMPLE = Example("accepted/sum.py", "python3", (), ("accepted",))


def result(index: int, cpu_time_s: float, verdict: str = "accepted") -> TestResult:
    name = f"secret/{index}"
    return TestResult(index, name, name, verdict, cpu_time_s, cpu_time_s, 1, 0, None, None)


def bound(seconds: float) -> Bound:
    return Bound(EXAMPLE, 1, "secret/1", seconds)


@pytest.mark.parametrize(
    ("seconds", "timing", "limit"),
    [
        (0.0, Timing(None), 1.0),  # a limit is above nothing
        (0.5, Timing(None), 1.0),
        (0.51, Timing(None), 2.0),
        (0.51, Timing(None, resolution_s=0.5), 1.5),
        (
            0.3,
            Timing(None, ac_to_time_limit=3.0, resolution_s=0.1),
            0.9,
        ),  # in floats 0.3 * 3 / 0.1 is above 9
        (2.0, Timing(None, ac_to_time_limit=5.0), 10.0),
    ],
)
def test_the_limit_is_the_smallest_multiple_that_leaves_the_margin(
    seconds: float, timing: Timing, limit: float
) -> None:
    assert derived_s(timing, seconds) == limit


@given(
    st.floats(0, 100),
    st.floats(1, 10),
    st.sampled_from([0.1, 0.25, 0.5, 1.0, 2.0]),
)
def test_a_derived_limit_is_safe_and_no_smaller_one_is(
    seconds: float, factor: float, resolution: float
) -> None:
    timing = Timing(None, ac_to_time_limit=factor, resolution_s=resolution)
    limit = derived_s(timing, seconds)
    assert not too_tight(timing, bound(seconds), limit + 1e-6)
    smaller = limit - resolution
    assert smaller <= 0 or too_tight(timing, bound(seconds), smaller - 1e-6)


def test_each_side_has_its_margin() -> None:
    """What is on the margin is safe."""
    timing = Timing(1.0)
    assert not too_tight(timing, bound(0.5), 1.0)
    assert "2 times that is 1.020 s" in too_tight(timing, bound(0.51), 1.0)
    assert not too_fast(timing, bound(1.5), 1.0)
    assert "it must take 1.5 s" in too_fast(timing, bound(1.49), 1.0)


def test_only_the_tests_of_a_rule_count() -> None:
    """Each rule by itself gives a bound, and one that bounds nothing gives none."""
    rules = (
        Requirement("accepted", (1, 2), permitted=frozenset({"AC"}), bounds_time="lower"),
        Requirement("accepted/*", (3,), required=frozenset({"TLE"}), bounds_time="upper"),
        Requirement("*", (1, 2, 3)),
    )
    results = [result(1, 0.2), result(2, 0.1), result(3, 9.0)]
    example, language = replace(EXAMPLE, requirements=rules), table()["python3"]
    (lower,), (upper,) = (list(bounds(example, language, results, kind)) for kind in ("lower", "upper"))
    assert (lower.test, lower.seconds) == (1, plain_s(language, 0.2))
    assert upper.test == 3
    assert slowest([lower, bound(0.0)]) == lower


@pytest.mark.parametrize("language", table().values(), ids=str)
def test_a_language_that_is_given_more_is_measured_by_that(language: object) -> None:
    """At the limit of its language a program is at the problem's own limit, whatever it is."""
    assert hasattr(language, "time_limit_s")
    for limit in (0.5, 1.0, 7.0):
        assert plain_s(language, language.time_limit_s(limit)) == pytest.approx(limit)  # type: ignore[arg-type]


def test_only_a_time_near_a_multiple_is_taken_again() -> None:
    """By default limits are whole seconds, and half a second is what the first of them leaves room for."""
    assert is_sensitive(Timing(None), 0.49)
    assert is_sensitive(Timing(None), 0.55)
    assert not is_sensitive(Timing(None), 0.1)
    assert not is_sensitive(Timing(None), 0.75)
