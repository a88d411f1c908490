"""The pipe by which a program gets its standard input while it runs."""

import os
import select
from types import TracebackType
from typing import TYPE_CHECKING, Self

from judge.sandbox.feed import Feed
from judge.sandbox.streams import CHUNK
from judge.sandbox.watch import Watch

if TYPE_CHECKING:
    from judge.sandbox.attendance import Attended


class Supply:
    """Passes on what is in a feed, as the program makes room; a context manager.

    first: what comes before it.
    """

    def __init__(self, feed: Feed, first: bytes = b"") -> None:
        self.reader, self._sink = os.pipe2(os.O_CLOEXEC)
        """The program's end, which is the caller's to close, and ours."""
        os.set_blocking(self._sink, False)
        if os.geteuid() == 0:
            os.fchmod(self.reader, 0o444)  # as in Stream
        self._written = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        """Ready when there is more in the feed."""
        self._feed = feed
        self._rest = memoryview(first)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._feed.abandon()
        if self._sink >= 0:
            os.close(self._sink)
        os.close(self._written)

    def join(self, watch: Watch, run: "Attended") -> None:
        self._watch = watch
        watch.expect(self._written, select.POLLIN, self._go_on)
        watch.expect(self._sink, select.POLLOUT, self._pass_on)
        self._feed.attach(lambda: os.eventfd_write(self._written, 1))

    def writer_goes_on(self) -> None:
        """The program writes nothing here."""

    def _go_on(self) -> None:
        """There is more, or the end."""
        os.eventfd_read(self._written)
        if self._sink >= 0:
            self._watch.expect(self._sink, select.POLLOUT, self._pass_on)

    def _pass_on(self) -> None:
        """Write what there is room for, once, so that the program's output is not left waiting."""
        if not self._rest:
            content = self._feed.take(CHUNK)
            if content is None:
                self._close_sink()
                return
            if not content:
                self._watch.forget(self._sink)
                return
            self._rest = memoryview(content)
        try:
            self._rest = self._rest[os.write(self._sink, self._rest[:CHUNK]) :]
        except BlockingIOError:
            return
        except BrokenPipeError:  # nobody can read it any more
            self._feed.abandon()
            self._close_sink()

    def _close_sink(self) -> None:
        self._watch.forget(self._sink)
        os.close(self._sink)
        self._sink = -1
