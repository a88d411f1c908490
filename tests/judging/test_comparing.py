"""The default validator: which outputs are right, whatever bytes a program prints, and how soon it knows."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.judging.comparing import matches
from judge.manifest import Comparison

PLAIN = Comparison()
CASE = Comparison(case_sensitive=True)
SPACE = Comparison(space_change_sensitive=True)
ABSOLUTE = Comparison(float_absolute_tolerance=0.01)
RELATIVE = Comparison(float_relative_tolerance=0.01)
BOTH = Comparison(float_absolute_tolerance=0.01, float_relative_tolerance=0.01)
EXACT = Comparison(float_absolute_tolerance=0.0)
SPACE_AND_NUMBERS = Comparison(space_change_sensitive=True, float_absolute_tolerance=0.01)

TABLE = [
    # Tokens, whatever lies between them
    (PLAIN, b"1 2\n", b"1 2\n", True),
    (PLAIN, b"1\n2", b"1 2\n", True),
    (PLAIN, b"\r\n 1\t\x0b\x0c2  \n\n", b"1 2", True),
    (PLAIN, b"1 2", b"12", False),
    (PLAIN, b"1 2 3", b"1 2", False),
    (PLAIN, b"1", b"1 2", False),
    (PLAIN, b"", b"", True),
    (PLAIN, b" \n", b"", True),
    (PLAIN, b"", b"0", False),
    (PLAIN, b"1.0", b"1", False),
    (PLAIN, b"01", b"1", False),
    # Case
    (PLAIN, b"YES", b"yes", True),
    (CASE, b"YES", b"yes", False),
    (CASE, b"yes", b"yes", True),
    (PLAIN, "Ä".encode(), "ä".encode(), False),
    (PLAIN, b"\xc4", b"\xe4", False),
    # Bytes that are no text
    (PLAIN, b"1\0", b"1", False),
    (PLAIN, b"1\x002", b"1 2", False),
    (PLAIN, b"\0\xff\xfe", b"\0\xff\xfe", True),
    (PLAIN, b"1\xc2\xa02", b"1 2", False),
    (PLAIN, b"1\x1c2", b"1 2", False),
    (BOTH, b"1\0", b"1", False),
    # White space that matters
    (SPACE, b"1 2\n", b"1 2\n", True),
    (SPACE, b"1 2", b"1 2\n", False),
    (SPACE, b"1  2\n", b"1 2\n", False),
    (SPACE, b"1\t2\n", b"1 2\n", False),
    (SPACE, b" 1 2\n", b"1 2\n", False),
    (SPACE, b"A b\n", b"a B\n", True),
    (SPACE, b"\n", b"", False),
    (SPACE_AND_NUMBERS, b"1.001 2\n", b"1 2\n", True),
    (SPACE_AND_NUMBERS, b"1.001  2\n", b"1 2\n", False),
    (SPACE_AND_NUMBERS, b"1.001 2", b"1 2\n", False),
    (SPACE_AND_NUMBERS, b"1.1 2\n", b"1 2\n", False),
    (SPACE_AND_NUMBERS, b" ", b"  ", False),
    # Numbers
    (ABSOLUTE, b"1.005", b"1", True),
    (ABSOLUTE, b"1.015", b"1", False),
    (ABSOLUTE, b"1000.1", b"1000", False),
    (RELATIVE, b"1000.1", b"1000", True),
    (RELATIVE, b"-1000.1", b"-1000", True),
    (RELATIVE, b"1000", b"-1000", False),
    (RELATIVE, b"0.001", b"0", False),
    (BOTH, b"0.001", b"0", True),
    (BOTH, b"1009", b"1000", True),
    (EXACT, b"1.0", b"1", True),
    (EXACT, b"1e0", b"+1.", True),
    (EXACT, b"-0", b"0", True),
    (EXACT, b"1.0000001", b"1", False),
    (BOTH, b"1.0 x", b"1 X", True),
    (BOTH, b"1.0 x", b"1 y", False),
    (BOTH, b"x", b"1", False),
    (BOTH, b"1", b"x", False),
    (BOTH, b"0x1", b"1", False),
    (BOTH, b"1,0", b"1", False),
    (BOTH, b"1_0", b"10", False),
    (BOTH, b"10", b"1_0", False),
    (BOTH, b"1_0", b"1_0", True),
    (BOTH, b"\xd9\xa1", b"1", False),
    # What is no number is near none
    (BOTH, b"nan", b"nan", True),
    (BOTH, b"nan", b"1", False),
    (BOTH, b"1", b"nan", False),
    (BOTH, b"-nan", b"nan", False),
    (BOTH, b"inf", b"inf", True),
    (BOTH, b"1", b"inf", False),
    (BOTH, b"inf", b"1", False),
    (BOTH, b"-inf", b"inf", False),
    (BOTH, b"1e400", b"1", False),
    (BOTH, b"1", b"1e400", False),
    (BOTH, b"1e400", b"-1e400", False),
    (BOTH, b"1e308", b"-1e308", False),
    (BOTH, b"1e-400", b"0", True),
]


@pytest.mark.parametrize(("comparison", "output", "answer", "right"), TABLE)
def test_table(comparison: Comparison, output: bytes, answer: bytes, right: bool) -> None:
    """Each rule of the format, and each way in which bytes are not what they seem."""
    assert matches(output, answer, comparison) is right


comparisons = st.builds(
    Comparison,
    case_sensitive=st.booleans(),
    space_change_sensitive=st.booleans(),
    float_absolute_tolerance=st.none() | st.floats(0, 10),
    float_relative_tolerance=st.none() | st.floats(0, 1),
)
tokens = st.lists(
    st.binary(min_size=1, max_size=5).filter(lambda token: token.split() == [token]), max_size=8
)
spaces = st.text(" \t\n\r\x0b\x0c", min_size=1, max_size=3).map(str.encode)


@given(st.binary(max_size=60), comparisons)
def test_the_answer_itself_is_right(answer: bytes, comparison: Comparison) -> None:
    """Under any rules, and whatever it is made of."""
    assert matches(answer, answer, comparison)


@given(tokens, st.data())
def test_only_tokens_count(words: list[bytes], data: st.DataObject) -> None:
    """White space may be exchanged for other white space, and stand before and after."""
    one, other = (data.draw(spaces) + b"".join(word + data.draw(spaces) for word in words) for _ in range(2))
    assert matches(one, other, PLAIN)
    assert matches(one, other, SPACE) is (one.lower() == other.lower())
    assert matches(one, other, SPACE_AND_NUMBERS) is (one.lower() == other.lower())


@given(tokens, tokens)
def test_other_tokens_are_wrong(words: list[bytes], others: list[bytes]) -> None:
    """Two outputs are equal exactly where their tokens are."""
    same = [word.lower() for word in words] == [word.lower() for word in others]
    assert matches(b" ".join(words), b"\n".join(others), PLAIN) is same
    assert matches(b" ".join(words), b"\n".join(others), CASE) is (words == others)


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(0, 10), st.floats(0, 1))
def test_tolerances(given_: float, expected: float, absolute: float, relative: float) -> None:
    """Near enough by either of the two tolerances is right, otherwise it is not."""
    comparison = Comparison(float_absolute_tolerance=absolute, float_relative_tolerance=relative)
    error = abs(given_ - expected)
    near = error <= absolute or error <= relative * abs(expected)
    assert matches(b"%.17g" % given_, b"%.17g" % expected, comparison) is near


@given(st.binary(max_size=30), st.binary(max_size=30), comparisons)
def test_nothing_is_too_strange(output: bytes, answer: bytes, comparison: Comparison) -> None:
    """Whatever comes, there is an answer to it and no exception."""
    assert matches(output, answer, comparison) in (True, False)


LARGE = 20 * 1000 * 1000


@pytest.mark.parametrize("comparison", [PLAIN, CASE, SPACE, BOTH, SPACE_AND_NUMBERS])
@pytest.mark.parametrize(
    ("output", "answer"),
    [
        (b"7 " * (LARGE // 2), b"7\n" * (LARGE // 2)),
        (b"7 " * (LARGE // 20) + b"8 ", b"7 " * (LARGE // 20) + b"9 "),
        (b"x" * LARGE, b"x" * (LARGE - 1) + b"y"),
        (b"1" * LARGE, b"1" * (LARGE - 1) + b"2"),
        (b"0." + b"3" * LARGE, b"0." + b"3" * (LARGE - 1) + b"4"),
        (b" " * LARGE, b"\n" * LARGE),
    ],
    ids=["tokens", "last token", "word", "integer", "fraction", "spaces"],
)
def test_20_mb_take_seconds(output: bytes, answer: bytes, comparison: Comparison) -> None:
    """Time grows with the length alone, under every rule: no output may keep a worker from its lease."""
    began = time.monotonic()
    matches(output, answer, comparison)
    assert time.monotonic() - began < 10
