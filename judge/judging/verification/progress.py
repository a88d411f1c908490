"""How far a verification has come, told step by step."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Tested:
    """How an example submission did on a test, which is named by its index."""

    submission: str
    index: int
    verdict: str


@dataclass(frozen=True)
class Step:
    """``done`` of ``total`` pieces of work, a test of a submission or a run of a validator each.

    what: the last one of them, for people; tested: what came of it, where it was a test of a submission. The
    total grows where something has to be measured again.
    """

    done: int
    total: int
    what: str
    tested: Tested | None = None


class Counter:
    """Counts pieces of work; used by one thread."""

    def __init__(self, told: Callable[[Step], None]) -> None:
        self._told = told
        self._done = self._total = 0

    def expect(self, pieces: int) -> None:
        """More work is to come."""
        self._total += pieces

    def did(self, piece: "Piece") -> None:
        """Some of it has been done."""
        self._done += piece.count
        self._total = max(self._total, self._done)
        self._told(Step(self._done, self._total, piece.what, piece.tested))


@dataclass(frozen=True)
class Piece:
    """Work that has been done; count: how many pieces, those included that turned out not to be needed."""

    what: str
    count: int = 1
    tested: Tested | None = None
