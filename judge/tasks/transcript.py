"""What a program prints, cut into the pieces that are told while it runs: rules without a clock."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from judge.runs.records import Piece

StreamName = Literal["stdout", "stderr"]

PIECE_BYTES = 16 * 1024
TOLD_BYTES = 256 * 1024
_MOST_PIECES = 5000


class Transcript:
    """The pieces of one attempt, each stream's in order; beyond a bound, one last that says so.

    No piece ends within a character of UTF-8: its first bytes wait for the others, or for the end.
    """

    def __init__(self) -> None:
        self._repetition = 1
        self._offsets: dict[StreamName, int] = {"stdout": 0, "stderr": 0}
        self._begun: dict[StreamName, bytes] = {"stdout": b"", "stderr": b""}
        self._left_bytes = TOLD_BYTES
        self._left_pieces = _MOST_PIECES
        self._full = False

    def printed(self, pending: list[Piece], stream: StreamName, data: bytes, repetition: int) -> None:
        """Add what a program has printed to the pieces that have not been told yet."""
        if self._full:
            return
        if repetition != self._repetition:
            self.ended(pending)
            self._repetition = repetition
            self._offsets = dict.fromkeys(self._offsets, 0)
        whole = self._begun[stream] + data[: self._left_bytes]
        self._full = len(data) > self._left_bytes or self._left_pieces <= 0
        self._left_bytes -= len(data)
        complete = len(whole) - _unfinished(whole)
        self._begun[stream] = whole[complete:]
        self._add(pending, stream, whole[:complete])
        if self._full:
            self.ended(pending)
            pending.append(Piece(stream, b"", self._offsets[stream], repetition, truncated=True))

    def ended(self, pending: list[Piece]) -> None:
        """The program has ended: nothing completes a character any more."""
        for stream, begun in self._begun.items():
            self._add(pending, stream, begun)
            self._begun[stream] = b""

    def _add(self, pending: list[Piece], stream: StreamName, data: bytes) -> None:
        last = pending[-1] if pending else None
        if last and (last.stream, last.repetition) == (stream, self._repetition) and not last.truncated:
            joined = last.content + data
            if len(joined) <= PIECE_BYTES:
                pending[-1] = replace(last, content=joined)
                self._offsets[stream] += len(data)
                return
        for content in _cut(data):
            pending.append(Piece(stream, content, self._offsets[stream], self._repetition))
            self._offsets[stream] += len(content)
            self._left_pieces -= 1


def _cut(data: bytes) -> Iterator[bytes]:
    while data:
        content = data[:PIECE_BYTES]
        if len(content) < len(data):
            content = content[: len(content) - _unfinished(content)]
        yield content
        data = data[len(content) :]


def _unfinished(data: bytes) -> int:
    """How many bytes at the end are the beginning of a character of UTF-8 whose end is not there yet."""
    for back, byte in enumerate(reversed(data[-3:]), 1):
        if byte & 0xC0 == 0x80:
            continue
        length = 2 if 0xC2 <= byte < 0xE0 else 3 if 0xE0 <= byte < 0xF0 else 4 if 0xF0 <= byte <= 0xF4 else 0
        return back if back < length else 0
    return 0
