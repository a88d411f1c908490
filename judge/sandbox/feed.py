"""A program's standard input that comes while it runs, written by other threads than the one that attends."""

import threading
from collections.abc import Callable

FEED_BYTES = 1 << 20


class Feed:
    """What is written, until the program takes it; any thread may write and end it.

    It may be written to before the program runs and after it has ended. It holds ``most_bytes`` beside what
    the kernel's pipe does, so a program that does not read costs no more than that.
    """

    def __init__(self, most_bytes: int = FEED_BYTES) -> None:
        if most_bytes <= 0:
            raise ValueError("most_bytes must be greater than zero")
        self._most_bytes = most_bytes
        self._held = bytearray()
        self._changed = threading.Condition()
        self._ended = False
        self._read = True
        self._wake: Callable[[], None] = lambda: None

    def write(self, data: bytes, within_s: float = 0.0) -> bool:
        """Have the program read this, all of it or, where False is returned, nothing.

        False says that there was no room for it within that time: the program has not read what it was
        given before. What comes after ``end``, or when nobody will read it any more, is dropped. The thread
        that attends the program may write as well, but would wait for itself.

        Raises ValueError for more than it can ever hold.
        """
        if len(data) > self._most_bytes:
            raise ValueError(f"{len(data)} bytes at once are more than {self._most_bytes}")
        with self._changed:
            room = self._changed.wait_for(lambda: self._has_room_for(len(data)), within_s)
            if room and self.is_open:
                self._held += data
                self._wake()
            return room

    def end(self) -> None:
        """Have the program read the end of its input after all that was written."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
            self._wake()

    @property
    def is_open(self) -> bool:
        """Whether what is written now can come to be read."""
        return self._read and not self._ended

    def _has_room_for(self, size: int) -> bool:
        return not self.is_open or len(self._held) + size <= self._most_bytes

    # The rest is for the one who attends the program.

    def attach(self, wake: Callable[[], None]) -> None:
        """Have this called, by whichever thread, when there is something to ``take``."""
        with self._changed:
            self._wake = wake
            if self._held or self._ended:
                wake()

    def take(self, most_bytes: int) -> bytes | None:
        """The next that was written, which may be nothing yet; None when there was all."""
        with self._changed:
            if self._ended and not self._held:
                return None
            taken = bytes(self._held[:most_bytes])
            del self._held[:most_bytes]
            self._changed.notify_all()
            return taken

    def abandon(self) -> None:
        """Nobody reads any more: drop what there is and what comes, and let go whoever waits for room."""
        with self._changed:
            self._wake = lambda: None
            self._read = False
            self._held.clear()
            self._changed.notify_all()
