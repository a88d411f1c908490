"""What one program writes, passed on to another one's standard input while both run."""

import os
import select
from typing import TYPE_CHECKING

from judge.sandbox.link import readable
from judge.sandbox.streams import CHUNK, Stream
from judge.sandbox.watch import Watch

if TYPE_CHECKING:
    from judge.sandbox.attendance import Attended


class Relay(Stream):
    """Passes a stream on, counts it, and has the writer wait while the reader is slow.

    Two pipes, so that the programs share nothing and the writer cannot die of the reader's end: what cannot
    be passed on any more is read and thrown away. The reader gets to see the end of the stream when the
    writer has closed it and goes on, or when init has noted the writer's end, so that nothing which it does
    upon that can come to be noted first.
    """

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.input, self._sink = os.pipe2(os.O_CLOEXEC)
        """The reading program's end, and ours."""
        os.set_blocking(self._sink, False)
        if os.geteuid() == 0:
            os.fchmod(self.input, 0o444)  # as in Stream
        self._writer_is_over = False
        self._discards = False

    def join(self, watch: Watch, run: "Attended") -> None:
        self._watch = watch
        self._run = run
        watch.expect(self.reader, select.POLLIN, self._pass_on)

    def writer_goes_on(self) -> None:
        """It has closed the stream itself."""
        self._close_sink()

    def writer_is_over(self) -> None:
        """What is still in the pipe is all that comes."""
        self._writer_is_over = True
        if self.ended or self._discards or not readable(self.reader):
            self._end()

    def reader_is_over(self) -> None:
        """Throw away what comes from now on, and what has not been passed on."""
        self._close_sink()
        self._discard()

    def close_input(self) -> None:
        """Let go of the reading program's end, so that its closing it is noticed."""
        if self.input >= 0:
            os.close(self.input)
            self.input = -1

    def read(self) -> None:
        self._take()

    def close(self) -> None:
        self.close_input()
        if self._sink >= 0:
            os.close(self._sink)
            self._sink = -1
        super().close()

    def _pass_on(self) -> None:
        try:
            moved = os.splice(self.reader, self._sink, min(CHUNK, self._limit + 1 - self._seen))
        except BlockingIOError:  # there is something to be read, so there is no room for it
            self._watch.forget(self.reader)
            self._watch.expect(self._sink, select.POLLOUT, self._go_on)
            return
        except BrokenPipeError:
            self.reader_is_over()
            return
        self._count(moved)
        if self.exceeded:
            self._run.stop()
            self._discard()
        elif self.ended or (self._writer_is_over and not readable(self.reader)):
            self._end()

    def _go_on(self) -> None:
        """There is room again."""
        self._watch.forget(self._sink)
        self._watch.expect(self.reader, select.POLLIN, self._pass_on)
        self._pass_on()

    def _discard(self) -> None:
        self._discards = True
        if not self.ended:
            self._watch.expect(self.reader, select.POLLIN, self._throw_away)

    def _throw_away(self) -> None:
        self.read()
        if self.exceeded:
            self._run.stop()
        if self.ended:
            self._end()

    def _end(self) -> None:
        """All has come; a descriptor that was sent to a socket may keep the pipe from its own end."""
        self._watch.forget(self.reader)
        if self._writer_is_over:
            self._close_sink()
        elif not self._discards:
            self._run.ask()

    def _close_sink(self) -> None:
        if self._sink >= 0:
            self._watch.forget(self._sink)
            os.close(self._sink)
            self._sink = -1
