"""Which line of a text an offset lies in."""

import re
from bisect import bisect_right


class Lines:
    """The lines of a text, looked at once."""

    def __init__(self, text: str, first: int = 1) -> None:
        self._first = first
        self._begins = [found.end() for found in re.finditer("\n", text)]

    def at(self, offset: int) -> int:
        """The line of an offset, counted from that of the first."""
        return self._first + bisect_right(self._begins, offset)
