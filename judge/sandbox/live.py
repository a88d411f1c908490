"""A run whose output is told while it comes, and whose standard input may come while it runs."""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Literal

from judge.sandbox import streams
from judge.sandbox.attendance import Attendee, attend
from judge.sandbox.box import Box
from judge.sandbox.feed import Feed
from judge.sandbox.limits import Limits
from judge.sandbox.outcome import STDERR_BYTES, Outcome
from judge.sandbox.streams import Drain
from judge.sandbox.supply import Supply

StreamName = Literal["stdout", "stderr"]


def run_live(
    box: Box,
    argv: Sequence[str],
    limits: Limits,
    printed: Callable[[StreamName, bytes], None],
    *,
    stdin: bytes = b"",
    feed: Feed | None = None,
    env: Mapping[str, str] | None = None,
    merge_stderr: bool = False,
) -> Outcome:
    """Run a program as ``Box.run`` does, and hand on each piece of what it prints when it has come.

    printed is called by this thread with all that is kept of a stream: each stream in its order, both in the
    order in which they were read. The program waits while it is called, and its wall time runs on; what it
    raises ends the box. feed: further input after stdin, abandoned when the program has ended; waiting for
    it is wall time alone. merge_stderr: both streams come as stdout, in order.

    Raises what ``Box.run`` does.
    """
    program = box.runner.order(argv, env, limits)
    with ExitStack() as stack:
        out = stack.enter_context(_Tap(limits.output_bytes, limits.output_bytes, partial(printed, "stdout")))
        kept_bytes = min(STDERR_BYTES, limits.output_bytes)
        err = stack.enter_context(_Tap(kept_bytes, limits.output_bytes, partial(printed, "stderr")))
        attendees: list[Attendee] = [out, err]
        stack.enter_context(box.runner)
        if feed is None:
            source = streams.sealed(stdin)
        else:
            supply = stack.enter_context(Supply(feed, stdin))
            source = supply.reader
            attendees.append(supply)
        try:
            box.runner.begin(program, limits, [source, out.writer, (out if merge_stderr else err).writer])
        finally:
            os.close(source)
        out.close_writer()
        err.close_writer()
        run = box.runner.attended(limits, attendees)
        attend(run)
        return box.runner.finish(run, out, err, keep=False)


class _Tap(Drain):
    """Tells of each piece that is kept."""

    def __init__(self, keep: int, limit: int, tell: Callable[[bytes], None]) -> None:
        super().__init__(keep, limit)
        self._tell = tell

    def read(self) -> None:
        told = len(self._kept)
        super().read()
        if len(self._kept) > told:
            self._tell(bytes(self._kept[told:]))
