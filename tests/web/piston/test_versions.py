"""Selectors of versions, as npm's semver reads them."""

import pytest

from judge.web.piston.versions import satisfies, version, written


@pytest.mark.parametrize(
    ("selector", "meant", "others"),
    [
        ("3.11.2", "3.11.2", "3.11.1 3.11.3 3.12.0"),
        ("=3.11.2", "3.11.2", "3.11.3"),
        ("v3.11.2", "3.11.2", "3.11.3"),
        ("3.11", "3.11.0 3.11.9", "3.10.9 3.12.0"),
        ("3", "3.0.0 3.99.1", "2.9.9 4.0.0"),
        ("3.x", "3.0.0 3.99.1", "4.0.0"),
        ("3.11.x", "3.11.7", "3.12.0"),
        ("3.X.x", "3.11.7", "4.0.0"),
        ("*", "0.0.1 99.0.0", ""),
        ("", "0.0.1 99.0.0", ""),
        ("x", "1.2.3", ""),
        ("^3.10", "3.10.0 3.11.2", "3.9.9 4.0.0"),
        ("^0.2.3", "0.2.3 0.2.9", "0.3.0 0.2.2"),
        ("^0.0.3", "0.0.3", "0.0.4"),
        ("^0", "0.9.9", "1.0.0"),
        ("~3.10.2", "3.10.2 3.10.9", "3.11.0 3.10.1"),
        ("~3.10", "3.10.0", "3.11.0"),
        ("~3", "3.9.9", "4.0.0"),
        (">=3.10 <3.12", "3.10.0 3.11.9", "3.9.9 3.12.0"),
        (">= 3.10", "3.10.0 9.0.0", "3.9.9"),
        (">3.10", "3.11.0", "3.10.9"),
        (">3.10.1", "3.10.2", "3.10.1"),
        ("<=3.10", "3.10.9 1.0.0", "3.11.0"),
        ("<3.10", "3.9.9", "3.10.0"),
        ("3.9 - 3.11", "3.9.0 3.11.9", "3.12.0 3.8.9"),
        ("2 || ^3.10", "2.7.18 3.10.1", "3.9.0"),
        ("latest", "", "1.0.0 3.11.2"),
        ("3.11.2.1", "", "3.11.2"),
        (">", "9.0.0", ""),
        ("-1", "", "1.0.0"),
        ("9" * 5000, "", "1.0.0"),
    ],
)
def test_selectors(selector: str, meant: str, others: str) -> None:
    """The versions that one means, and some that it does not."""
    assert [found for found in meant.split() if not satisfies(version(found), selector)] == []
    assert [found for found in others.split() if satisfies(version(found), selector)] == []


def test_numbers() -> None:
    """Three of them, whatever a toolchain tells."""
    assert [written(version(told)) for told in ("3.11.2", "25", "5.4", "6.8.0.105", "")] == [
        "3.11.2", "25.0.0", "5.4.0", "6.8.0", "0.0.0",
    ]  # fmt: skip
