"""Versions as npm's semver writes and selects them, as far as runtimes are named by them: pure."""

import re

Version = tuple[int, int, int]

_TOKEN = re.compile(r"(\^|~>?|>=|<=|>|<|=)?\s*v?(\d+|[xX*])?(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?")
_HYPHEN = re.compile(r"(\S+)\s+-\s+(\S+)")
_LONGEST = 256
"""Longer ones semver reads neither; what splits them would take the square of their length."""
_LAST: Version = (2**31, 0, 0)


def version(text: str) -> Version:
    """The first three numbers of a version, with 0 for those that it has not."""
    numbers = [int(number) for number in text.split(".") if number.isdecimal()][:3]
    return (*numbers, *[0] * (3 - len(numbers)))  # type: ignore[return-value]  # three of them


def written(numbers: Version) -> str:
    """As runtimes are listed."""
    return ".".join(map(str, numbers))


def satisfies(numbers: Version, selector: str) -> bool:
    """Whether a selector means a version; one that cannot be read means none."""
    if len(selector) > _LONGEST:
        return False
    return any(_meets(numbers, part) for part in selector.split("||"))


def _meets(numbers: Version, comparators: str) -> bool:
    comparators = _HYPHEN.sub(r">=\1 <=\2", comparators.strip())
    comparators = re.sub(r"(\^|~>?|>=|<=|>|<|=)\s+", r"\1", comparators)
    ranges = [_range(word) for word in comparators.split() or ["*"]]
    return all(found is not None and found[0] <= numbers < found[1] for found in ranges)


def _range(word: str) -> tuple[Version, Version] | None:
    """The least version that is meant, and the first that is not any more; None for what is no comparator."""
    found = _TOKEN.fullmatch(word)
    if found is None or not word:
        return None
    parts: list[int] = []
    for part in found.groups()[1:]:
        if part is None or not part.isdecimal():
            break  # whatever stands behind an x
        parts.append(int(part))
    if not parts:
        return (0, 0, 0), _LAST
    low = version(".".join(map(str, parts)))
    after = _next(low, len(parts))
    match found[1]:
        case "^":
            kept = next((index for index, part in enumerate(parts) if part), len(parts) - 1)
            return low, _next(low, kept + 1)
        case "~" | "~>":
            return low, _next(low, min(2, len(parts)))
        case ">=":
            return low, _LAST
        case ">":
            return after, _LAST
        case "<":
            return (0, 0, 0), low
        case "<=":
            return (0, 0, 0), after
    return low, after


def _next(low: Version, kept: int) -> Version:
    """The first version that has another number at the last of so many places."""
    numbers = [*low[:kept], 0, 0][:3]
    numbers[kept - 1] += 1
    return tuple(numbers)  # type: ignore[return-value]  # three of them
