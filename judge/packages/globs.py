"""The patterns by which submissions.yaml names submissions and tests: ``*`` within a name, and braces."""

import re
from collections.abc import Iterator
from functools import cache

_MOST = 1000  # characters of a pattern, and patterns that its braces stand for
_INNERMOST = re.compile(r"\{([^{}]*)\}")


@cache
def alternatives(pattern: str) -> tuple[str, ...]:
    """A pattern without braces for each way to choose in them. Raises ValueError with what is wrong."""
    if "**" in pattern:
        raise ValueError("'**' is not supported by the format: '*' stands within a name")
    if re.search(r"\[.*\]", pattern):
        raise ValueError("'[...]' is not supported by the format")
    made = [pattern]
    while any(_INNERMOST.search(one) for one in made):
        made = [expanded for one in made for expanded in _chosen(one)]
        if len(made) > _MOST or len(pattern) > _MOST:
            raise ValueError(f"is longer than {_MOST} characters, or stands for more than {_MOST} patterns")
    if any("{" in one or "}" in one for one in made):
        raise ValueError("has a brace that is not closed or not opened")
    return tuple(dict.fromkeys(made))


def matches(pattern: str, path: str) -> bool:
    """Whether a pattern names a path or a folder above it. Raises ValueError as ``alternatives`` does."""
    return any(_leads_to(one.split("/"), path.split("/")) for one in alternatives(pattern))


def _leads_to(pattern: list[str], path: list[str]) -> bool:
    return len(pattern) <= len(path) and all(map(_fits, pattern, path))


def _fits(pattern: str, name: str) -> bool:
    """Whether a name is the pieces of a pattern in their order, with anything between them."""
    first, *rest = pattern.split("*")
    if not rest:
        return pattern == name
    *between, last = rest
    if len(name) < len(first) + len(last) or not (name.startswith(first) and name.endswith(last)):
        return False
    position, end = len(first), len(name) - len(last)
    for piece in between:
        position = name.find(piece, position, end) + len(piece)
        if position < len(piece):
            return False
    return True


def _chosen(pattern: str) -> Iterator[str]:
    found = _INNERMOST.search(pattern)
    if not found:
        yield pattern
        return
    for choice in found[1].split(","):
        yield pattern[: found.start()] + choice + pattern[found.end() :]
