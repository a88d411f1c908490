"""The arguments of the default output validator."""

import pytest

from judge.comparison import Comparison, comparison


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ("", Comparison()),
        ("case_sensitive", Comparison(case_sensitive=True)),
        ("space_change_sensitive case_sensitive", Comparison(True, True)),
        ("float_absolute_tolerance 1e-6", Comparison(float_absolute_tolerance=1e-6)),
        ("float_relative_tolerance 0", Comparison(float_relative_tolerance=0.0)),
        ("float_relative_tolerance .5 float_absolute_tolerance 2.", Comparison(False, False, 2.0, 0.5)),
        ("float_tolerance 1E-3 case_sensitive", Comparison(True, False, 1e-3, 1e-3)),
    ],
)
def test_what_arguments_ask_for(args: str, expected: Comparison) -> None:
    """Words in any order."""
    assert comparison(args.split()) == expected


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ("close_enough", "no argument 'close_enough'"),
        ("Case_Sensitive", "no argument"),
        ("1e-6", "no argument '1e-6'"),
        ("float_tolerance", "needs a number that is not negative, not ''"),
        ("float_tolerance -1", "not '-1'"),
        ("float_tolerance nan", "not 'nan'"),
        ("float_tolerance inf", "not 'inf'"),
        ("float_tolerance 1e999", "not '1e999'"),
        ("float_tolerance 1_0", "not '1_0'"),
        ("float_absolute_tolerance case_sensitive", "not 'case_sensitive'"),
        ("float_tolerance 1 float_tolerance 1", "has been given before"),
        ("float_tolerance 1 float_relative_tolerance 1", "has been given before"),
        ("float_absolute_tolerance 1 float_tolerance 1", "has been given before"),
        ("float_absolute_tolerance 1 float_absolute_tolerance 2", "has been given before"),
    ],
)
def test_what_cannot_be_read(args: str, words: str) -> None:
    """Told in a sentence, for authors."""
    with pytest.raises(ValueError, match=words):
        comparison(args.split())
