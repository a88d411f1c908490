"""Limits refuse what would be no limit."""

import math

import pytest

from judge.sandbox import Limits

GOOD = {"cpu_time_s": 0.5, "wall_time_s": 1, "memory_bytes": 1, "output_bytes": 1}


def test_defaults_are_limits_too() -> None:
    """Whatever is not given is bounded."""
    limits = Limits(**GOOD)
    assert limits.processes > 0
    assert limits.file_bytes > 0
    assert limits.file_count > 0
    assert limits.open_files > 0


@pytest.mark.parametrize("name", [*GOOD, "processes", "file_bytes", "file_count", "open_files"])
@pytest.mark.parametrize("value", [0, -1, math.nan, math.inf, None, "1", True])
def test_no_limit_is_refused(name: str, value: object) -> None:
    """Zero, less, no number and no end are ValueErrors for every limit."""
    with pytest.raises(ValueError, match=name):
        Limits(**{**GOOD, name: value})


@pytest.mark.parametrize("name", ["memory_bytes", "output_bytes", "processes", "file_bytes"])
def test_counts_are_whole(name: str) -> None:
    """Bytes and counts take no fractions."""
    with pytest.raises(ValueError, match=name):
        Limits(**{**GOOD, name: 1.5})
