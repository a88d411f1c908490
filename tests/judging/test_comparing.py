"""The default validator: which outputs are right, whatever bytes a program prints, and in how much memory."""

import re
import tracemalloc
from collections.abc import Callable
from fractions import Fraction
from itertools import chain, product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from judge.comparison import Comparison
from judge.judging.comparing import difference, matches
from judge.judging.items import BLOCK_BYTES, items

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
    # The grammar
    (EXACT, b".5", b"0.5", True),
    (EXACT, b"5.", b"5", True),
    (EXACT, b"+5", b"5.0E+0", True),
    (EXACT, b"500e-2", b"5", True),
    (EXACT, b"005", b"5", True),
    (EXACT, b"-0.0e7", b"+0", True),
    (EXACT, b".", b"0", False),
    (EXACT, b".e1", b"0", False),
    (EXACT, b"5e", b"5", False),
    (EXACT, b"--5", b"5", False),
    (EXACT, b"+-5", b"5", False),
    (EXACT, b"5e1.0", b"50", False),
    (EXACT, b"5 .0", b"5.0", False),
    (EXACT, b"5f", b"5", False),
    (EXACT, b"infinity", b"1", False),
    (EXACT, b"YES 5.0", b"yes 5", True),
    (SPACE_AND_NUMBERS, b"YES 5.0", b"yes 5", True),
    (Comparison(case_sensitive=True, float_absolute_tolerance=0.0), b"YES 5.0", b"yes 5", False),
    (Comparison(case_sensitive=True, float_absolute_tolerance=0.0), b"YES 5e0", b"YES 5E0", True),
    (Comparison(case_sensitive=True, space_change_sensitive=True), b"A b", b"A b", True),
    (Comparison(case_sensitive=True, space_change_sensitive=True), b"a b", b"A b", False),
    (Comparison(case_sensitive=True, space_change_sensitive=True), b"A\tb", b"A b", False),
    # Borders that doubles would miss
    (ABSOLUTE, b"1.01", b"1", True),
    (ABSOLUTE, b"1.010000000000000000000000000001", b"1", False),
    (ABSOLUTE, b"0.99", b"1", True),
    (ABSOLUTE, b"0.989999999999999999999999999999", b"1", False),
    (ABSOLUTE, b"100000000000000000000.01", b"100000000000000000000", True),
    (ABSOLUTE, b"100000000000000000000.02", b"100000000000000000000", False),
    (RELATIVE, b"1.01", b"1", True),
    (RELATIVE, b"-101", b"-100", True),
    (RELATIVE, b"101.0000000000000000001", b"100", False),
    (EXACT, b"9007199254740993", b"9007199254740992", False),
    (EXACT, b"0." + b"3" * 50, b"0." + b"3" * 49 + b"4", False),
    (EXACT, b"1" * 31 + b"." + b"1" * 31, b"1" * 31 + b"." + b"1" * 31 + b"0", True),
    # Beyond doubles
    (EXACT, b"1e400", b"1.0e400", True),
    (EXACT, b"1e400", b"10e399", True),
    (BOTH, b"1e400", b"1e399", False),
    (RELATIVE, b"1.01e400", b"1e400", True),
    (RELATIVE, b"1.02e400", b"1e400", False),
    (ABSOLUTE, b"1.01e400", b"1e400", False),
    (RELATIVE, b"1.01e-400", b"1e-400", True),
    (RELATIVE, b"1.02e-400", b"1e-400", False),
    (BOTH, b"1e999999999999999", b"1", False),
    (BOTH, b"1", b"1e999999999999999", False),
    (BOTH, b"1e-999999999999999", b"0", True),
    (BOTH, b"1e00000000000000000000001", b"10", True),
    (BOTH, b"1e-1000000000000000", b"0", False),  # sixteen digits of exponent make a word
    (Comparison(float_relative_tolerance=10.0), b"-1e308", b"1e308", True),
    (Comparison(float_relative_tolerance=1e308), b"-1e308", b"1e308", True),
    (EXACT, b"9" * 5000, b"9" * 5000 + b".0", True),  # more than int() takes
    (EXACT, b"9" * 5000, b"9" * 4999 + b"8", False),
    # Tokens beyond a block are words, and are not cut in two
    (EXACT, b"1" * BLOCK_BYTES, b"1" * BLOCK_BYTES + b".", False),
    (ABSOLUTE, b"0" * BLOCK_BYTES + b"5", b"0" * BLOCK_BYTES + b"5", True),
    (ABSOLUTE, b"0" * BLOCK_BYTES + b"5", b"0" * BLOCK_BYTES + b"5.0", False),
    (PLAIN, b"x" * BLOCK_BYTES + b" x", b"x" * BLOCK_BYTES + b"x", False),
    (PLAIN, b"x" * BLOCK_BYTES + b"X\n", b"\n" * BLOCK_BYTES + b"x" * BLOCK_BYTES + b"x", True),
    (ABSOLUTE, b"y x" + b"x" * BLOCK_BYTES + b"  1.0", b"y  x" + b"x" * BLOCK_BYTES + b" 1", True),
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


FLOAT = re.compile(rb"[+-]?([0-9]*\.[0-9]+|[0-9]+\.|[0-9]+)([Ee][+-]?[0-9]+)?")  # as the format writes it
WHITE = rb"[\x20\x0c\x0a\x0d\x09\x0b]+"


def model(output: bytes, answer: bytes, comparison: Comparison) -> bool:
    """The rules read aloud, with no thought of time and memory."""
    if not comparison.case_sensitive:
        small = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"abcdefghijklmnopqrstuvwxyz")
        output, answer = output.translate(small), answer.translate(small)
    if comparison.space_change_sensitive and re.findall(WHITE, output) != re.findall(WHITE, answer):
        return False
    one, other = re.split(WHITE, output), re.split(WHITE, answer)
    if not comparison.space_change_sensitive:
        one, other = ([token for token in tokens if token] for tokens in (one, other))
    return len(one) == len(other) and all(
        near(given_, expected, comparison) for given_, expected in zip(one, other, strict=True)
    )


def near(given_: bytes, expected: bytes, comparison: Comparison) -> bool:
    """Two tokens, with numbers as fractions."""
    absolute, relative = comparison.float_absolute_tolerance, comparison.float_relative_tolerance
    if (absolute is None and relative is None) or not FLOAT.fullmatch(expected):
        return given_ == expected
    if not FLOAT.fullmatch(given_):
        return False
    one, other = Fraction(given_.decode()), Fraction(expected.decode())
    return any(
        tolerance is not None and abs(one - other) <= Fraction(repr(tolerance)) * scale
        for tolerance, scale in ((absolute, 1), (relative, abs(other)))
    )


numbers = st.from_regex(
    rb"[+-]?([0-9]{0,3}\.[0-9]{1,3}|[0-9]{1,20}\.|[0-9]{1,3})([Ee][+-]?[0-9]{1,3})?", fullmatch=True
)
few = st.sampled_from(b"1 1.0 1.01 1.001 1.1 0.99 a A -0 nan 1e \0".split(b" "))
gaps = st.sampled_from([b" ", b"\n", b"\t", b"\x0b", b"\x0c", b"\r", b"\x85", b"\xa0"])
texts = st.lists(numbers | few | gaps).map(b" ".join)
tolerances = st.none() | st.sampled_from([0.0, 0.01, 1e-9, 0.1, 1.0, 5e-324]) | st.floats(0, 1e300)
rules = st.builds(Comparison, st.booleans(), st.booleans(), tolerances, tolerances)


@given(texts, texts, rules)
def test_it_is_the_naive_model(output: bytes, answer: bytes, comparison: Comparison) -> None:
    """What is decided by blocks and by doubles is what reading the rules aloud decides."""
    assert matches(output, answer, comparison) is model(output, answer, comparison)


@given(numbers | few, numbers | few, rules)
@example(b"1.01", b"1", ABSOLUTE)
def test_numbers_are_those_of_the_model(one: bytes, other: bytes, comparison: Comparison) -> None:
    """One token each, so that none of them is wrong for another's sake."""
    assert matches(one, other, comparison) is model(one, other, comparison)


@given(st.decimals(-1000, 1000, places=5), st.integers(-2, 2), st.sampled_from([0.1, 0.01, 0.3, 1e-5]))
def test_the_border_of_a_tolerance(expected: object, units: int, tolerance: float) -> None:
    """A last digit more than the tolerance is wrong, the tolerance itself is right."""
    output = Fraction(str(expected)) + Fraction(repr(tolerance)) + Fraction(units, 10**20)
    scaled = output * 10**20
    assert scaled.denominator == 1
    comparison = Comparison(float_absolute_tolerance=tolerance)
    assert matches(b"%de-20" % scaled.numerator, str(expected).encode(), comparison) is (units <= 0)


def test_white_space_is_the_formats() -> None:
    """Six bytes part tokens, and no other byte does."""
    parting = {byte for byte in range(256) if matches(b"a%cb" % byte, b"a b", CASE)}
    assert parting == {0x20, 0x0C, 0x0A, 0x0D, 0x09, 0x0B}


def test_case_is_that_of_ascii() -> None:
    """26 letters have two forms, all other bytes one."""
    pairs = product(range(256), repeat=2)
    equal = {(one, other) for one, other in pairs if matches(b"!%c" % one, b"!%c" % other, PLAIN)}
    letters = {(one, one + 32) for one in range(ord("A"), ord("Z") + 1)}
    spaces = set(b" \t\n\r\x0b\x0c")
    same = {(byte, byte) for byte in range(256)} | {(one, other) for one in spaces for other in spaces}
    assert equal == same | letters | {(small, capital) for capital, small in letters}


@given(st.binary(max_size=60), st.booleans(), st.integers(1, 12))
def test_items_do_not_depend_on_the_block(text: bytes, spaces: bool, block_bytes: int) -> None:
    """Where blocks end shows in no item but the pieces of what is longer than a block."""
    whole = re.findall(rb"\S+|\s" if spaces else rb"\S+", text)
    expected = [piece for item in whole for piece in pieces(item, block_bytes)]
    found = items(text, fold=False, spaces=spaces, block_bytes=block_bytes)
    assert list(chain.from_iterable(found)) == expected


def pieces(item: bytes, size: int) -> list[bytes]:
    """A long token in its pieces, each marked where it goes on."""
    parts = [item[start : start + size] for start in range(0, len(item), size)]
    marked = [b" " * (index > 0) + part + b" " for index, part in enumerate(parts)]
    marked[-1] = marked[-1][:-1]
    return marked


@given(st.binary(max_size=30), st.binary(max_size=30), comparisons)
def test_nothing_is_too_strange(output: bytes, answer: bytes, comparison: Comparison) -> None:
    """Whatever comes, there is a verdict, and a reason that goes with it."""
    assert matches(output, answer, comparison) is (difference(output, answer, comparison) is None)


@pytest.mark.parametrize(
    ("comparison", "output", "answer", "reason"),
    [
        (PLAIN, b"1 2 31", b"1 2 30", "token 3: '31' where the answer has '30'"),
        (PLAIN, b"1 2 3", b" ".join([b"1 2"] * 5), "token 3: '3' where the answer has '1'"),
        (PLAIN, b"1\n2\n1\n", b" ".join([b"1 2"] * 5), "the output ends after 3 of 10 tokens"),
        (PLAIN, b"", b"1", "the output ends after 0 of 1 tokens"),
        (PLAIN, b"1 2 3", b"1 2\n", "the output goes on after the answer's 2 tokens: '3'"),
        (SPACE, b"1  2\n", b"1 2\n", "after token 1: ' ' where the answer has '2'"),
        (SPACE, b"1 2", b"1 2\n", "after token 2: its end where the answer has '\\n'"),
        (SPACE, b"\n1", b"1", "before any token: '\\n' where the answer has '1'"),
        (SPACE_AND_NUMBERS, b"1.0 2", b"1 3", "token 2: '2' where the answer has '3'"),
        (BOTH, b"a\xff\0", b"b", "token 1: 'a\\\\xff\\x00' where the answer has 'b'"),
        (
            PLAIN,
            b"x" * 100 + b"y" + b"x" * 100,
            b"x" * 300,
            f"token 1: …'{'x' * 20}y{'x' * 19}'… where the answer has …'{'x' * 40}'…",
        ),
        (PLAIN, b"7 " * 100000 + b"8", b"7\n" * 100000 + b"9", "token 100001: '8' where the answer has '9'"),
        (PLAIN, b"7 " * 100000 + b"8", b"7 " * 100000 + b"9", "token 100001: '8' where the answer has '9'"),
        (PLAIN, b"x" * 200000 + b" 8", b"x" * 200000 + b"\n9", "token 2: '8' where the answer has '9'"),
        (SPACE, b"7 " * 100000 + b"8", b"7 " * 100000 + b"9", "token 100001: '8' where the answer has '9'"),
    ],
)
def test_the_reason(comparison: Comparison, output: bytes, answer: bytes, reason: str) -> None:
    """An author is told which token differs, and how."""
    assert difference(output, answer, comparison) == reason


LARGE = 20 * 1000 * 1000


@pytest.mark.parametrize("comparison", [PLAIN, CASE, SPACE, BOTH, SPACE_AND_NUMBERS])
@pytest.mark.parametrize(
    ("output", "answer"),
    [
        (lambda: b"7 " * (LARGE // 2), lambda: b"7\n" * (LARGE // 2)),
        (lambda: b"7 " * (LARGE // 2), lambda: b"7 " * (LARGE // 2 - 1) + b"7"),
        (lambda: b"7 " * (LARGE // 20) + b"8 ", lambda: b"7 " * (LARGE // 20) + b"9 "),
        (lambda: b"x" * LARGE, lambda: b"x" * (LARGE - 1) + b"y"),
        (lambda: b"1" * LARGE, lambda: b"1" * (LARGE - 1) + b"2"),
        (lambda: b"0." + b"3" * LARGE, lambda: b"0." + b"3" * (LARGE - 1) + b"4"),
        (lambda: b"1." + b"0" * LARGE, lambda: b"1"),
        (lambda: b"1e" + b"9" * LARGE, lambda: b"1"),
        (lambda: b"1" * BLOCK_BYTES + b" 2", lambda: b"1" * (BLOCK_BYTES - 1) + b"2 2"),
        (lambda: b" " * LARGE, lambda: b"\n" * LARGE),
        (lambda: b"\0" * LARGE, lambda: b"\0"),
    ],
    ids=[
        "tokens",
        "end of line",
        "last token",
        "word",
        "integer",
        "fraction",
        "zeros",
        "exponent",
        "long numbers",
        "spaces",
        "nul",
    ],
)
def test_large_outputs_need_little_memory(
    output: Callable[[], bytes], answer: Callable[[], bytes], comparison: Comparison
) -> None:
    """What is needed beside the two texts does not grow with them."""
    one, other = output(), answer()
    tracemalloc.start()
    try:
        difference(one, other, comparison)
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()
