"""Cutting a text of any size and strangeness into items that can be compared, a block at a time.

An item is a token, or one byte of white space where that is asked for. A token longer than a block is given
in pieces that bear a space, which no token holds: equal tokens have equal pieces, and no piece looks like a
whole token. So memory is bounded by the block and time by the length, whatever a program prints.
"""

import re
from collections.abc import Iterable, Iterator

BLOCK_BYTES = 64 * 1024
_SPACES = (b" ", b"\n", b"\r", b"\t", b"\v", b"\f")  # the format's six; also those of bytes.split() and \s
_WORD_OR_SPACE = re.compile(rb"\S+|\s")


def items(
    text: bytes,
    start: int = 0,
    end: int | None = None,
    *,
    fold: bool,
    spaces: bool,
    block_bytes: int = BLOCK_BYTES,
) -> Iterator[list[bytes]]:
    """The items of a text between two places where no token goes on, in lists that are never empty.

    ``fold``: capitals A-Z as small letters. ``spaces``: white space too, one item a byte.
    """
    end = len(text) if end is None else end
    inside = False
    while start < end:
        block = text[start : min(end, start + block_bytes + 1)]
        size = after_last_space(block)
        long = size == 0 and len(block) > block_bytes
        if long:
            size = block_bytes
        elif start + len(block) == end:
            size = len(block)
        start += size
        block = block[:size].lower() if fold else block[:size]
        found = _WORD_OR_SPACE.findall(block) if spaces else block.split()
        if inside or long:
            found[0] = b" " * inside + found[0] + b" " * long
        inside = long
        if found:
            yield found


def after_last_space(text: bytes, end: int | None = None) -> int:
    """Where the last token before ``end`` begins, or where it would; 0 where there is no white space."""
    return 1 + max(text.rfind(space, 0, end) for space in _SPACES)


def token_count(found: Iterable[bytes]) -> int:
    """How many tokens end among some items."""
    return sum(not item[-1:].isspace() for item in found)
