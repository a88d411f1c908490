"""Comparing an output with the answer: the default validator of the problem package format.

https://www.kattis.com/problem-package-format/spec/2025-09.html, "Default Output Validator". Bytes are
compared, never text: white space and case are those of ASCII, whatever else a program prints.
"""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from judge.comparison import Comparison
from judge.judging.decimals import near
from judge.judging.items import BLOCK_BYTES, after_last_space, items, token_count

_SHOWN_BYTES = 40


class _Difference(NamedTuple):
    """The first items that differ, None where a text has ended, and how many are right before them."""

    start: int  # the offset in both texts from which items were taken
    position: int  # the number of items from there
    given: bytes | None
    expected: bytes | None


def matches(output: bytes, answer: bytes, comparison: Comparison) -> bool:
    """Whether an output is right: token by token, by the rules that the problem has chosen."""
    return _first_difference(output, answer, comparison) is None


def difference(output: bytes, answer: bytes, comparison: Comparison) -> str | None:
    """Why an output is wrong, in a sentence for the problem's author; None where it is right.

    It quotes the answer, so no contestant may see it. Capitals are shown as they were compared.
    """
    found = _first_difference(output, answer, comparison)
    if found is None:
        return None
    before = _tokens_before(found, answer, comparison)
    given, expected = found.given, found.expected
    if any(item is not None and item.isspace() for item in (given, expected)):
        place = f"after token {before}" if before else "before any token"
    elif given is None:
        return f"the output ends after {before} of {_token_total(answer)} tokens"
    elif expected is None:
        return f"the output goes on after the answer's {before} tokens: {_shown(given, b'')}"
    else:
        place = f"token {before + 1}"
    return f"{place}: {_shown(given, expected)} where the answer has {_shown(expected, given)}"


def _first_difference(output: bytes, answer: bytes, comparison: Comparison) -> _Difference | None:
    if output == answer:
        return None
    start = _alike(output, answer, comparison)
    position, given, expected = 0, list[bytes](), list[bytes]()
    more_given, more_expected = _items(output, start, comparison), _items(answer, start, comparison)
    while True:
        given, expected = given or next(more_given, []), expected or next(more_expected, [])
        count = min(len(given), len(expected))
        if count == 0:
            break
        if given[:count] != expected[:count]:
            for index in range(count):
                if not _same(given[index], expected[index], comparison):
                    return _Difference(start, position + index, given[index], expected[index])
        position += count
        given, expected = given[count:], expected[count:]
    if not given and not expected:
        return None
    return _Difference(start, position, given[0] if given else None, expected[0] if expected else None)


def _alike(output: bytes, answer: bytes, comparison: Comparison) -> int:
    """How far two texts are the same, in whole blocks and whole tokens: most wrong ones are for long."""
    for start in range(0, max(len(output), len(answer)), BLOCK_BYTES):
        one, other = output[start : start + BLOCK_BYTES], answer[start : start + BLOCK_BYTES]
        if one != other and (comparison.case_sensitive or one.lower() != other.lower()):
            return after_last_space(output, start)
    return after_last_space(output)


def _items(text: bytes, start: int, comparison: Comparison) -> Iterator[list[bytes]]:
    return items(text, start, fold=not comparison.case_sensitive, spaces=comparison.space_change_sensitive)


def _same(given: bytes, expected: bytes, comparison: Comparison) -> bool:
    absolute, relative = comparison.float_absolute_tolerance, comparison.float_relative_tolerance
    if given == expected:
        return True
    return (absolute, relative) != (None, None) and near(given, expected, absolute, relative)


def _tokens_before(found: _Difference, answer: bytes, comparison: Comparison) -> int:
    """How many tokens are right: counted only now, for most comparisons never ask."""
    rest = (item for block in _items(answer, found.start, comparison) for item in block)
    return _token_total(answer, found.start) + token_count(islice(rest, found.position))


def _token_total(text: bytes, end: int | None = None) -> int:
    return sum(map(token_count, items(text, 0, end, fold=False, spaces=False)))


def _shown(item: bytes | None, other: bytes | None) -> str:
    """An item in quotes, shortened to what surrounds its first difference from the other."""
    if item is None:
        return "its end"
    item = item.strip(b" ") or item  # a piece of a long token bears a space
    pairs = enumerate(zip(item, other or b"", strict=False))
    differs = next((index for index, (one, two) in pairs if one != two), 0)
    first = max(0, differs - _SHOWN_BYTES // 2) if len(item) > _SHOWN_BYTES else 0
    shown = item[first : first + _SHOWN_BYTES].decode("utf-8", "backslashreplace")
    return ("…" if first else "") + repr(shown) + ("…" if first + _SHOWN_BYTES < len(item) else "")
