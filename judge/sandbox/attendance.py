"""Attending runs from outside: their streams, their memory, and the last deadline of all, in one loop."""

import select
import signal as signals
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from judge.sandbox import wire
from judge.sandbox.cgroup import Cgroup
from judge.sandbox.errors import BoxKilled, SandboxError
from judge.sandbox.limits import Limits
from judge.sandbox.link import ASK, STOP, Link
from judge.sandbox.order import Answer, Reason
from judge.sandbox.watch import Watch

LOOK_EVERY_S = 0.02
"""How often the peak of memory is noted."""

MARGIN_S = 10.0
"""How much later than the wall limit init must have answered; otherwise the box is ended."""


class Attendee(Protocol):
    """What is at one of a program's standard streams while it runs."""

    def join(self, watch: Watch, run: "Attended") -> None:
        """Have what comes handled as it comes."""

    def writer_goes_on(self) -> None:
        """The main program has been asked for, and is not about to end."""


class Attended:
    """A run that has been ordered: what it reads and writes, and the answer of init once it is over."""

    def __init__(
        self,
        link: Link,
        cgroup: Cgroup,
        limits: Limits,
        streams: Sequence[Attendee],
        when_over: Callable[[Answer], None] | None = None,
    ) -> None:
        self.cgroup = cgroup
        self.limits = limits
        self.answer: Answer | None = None
        self._link = link
        self._streams = streams
        self._when_over = when_over
        self._told_to_stop = False
        self.deadline = time.monotonic() + limits.wall_time_s + MARGIN_S
        """When there must be an answer."""

    def join(self, watch: Watch) -> None:
        """Have all that may come of the run handled as it comes."""
        for stream in self._streams:
            stream.join(watch, self)
        watch.expect(self._link.socket.fileno(), select.POLLIN, self._hear)
        if self.cgroup.oom_event is not None:
            watch.expect(self.cgroup.oom_event, self.cgroup.OOM_EVENT_KIND, self._give_room)

    def leave(self, watch: Watch) -> None:
        """Expect no more of a run that is over but what is left in its streams."""
        watch.forget(self._link.socket.fileno())
        if self.cgroup.oom_event is not None:
            watch.forget(self.cgroup.oom_event)

    def stop(self) -> None:
        """Have init end the run, if that has not been asked for."""
        if not self._told_to_stop and self.answer is None:
            self._told_to_stop = True
            self._link.send(wire.pack(STOP))

    def ask(self) -> None:
        """Have init say whether the main program goes on; if it is ending, its end is the answer."""
        self._link.send(wire.pack(ASK))

    def _give_room(self) -> None:
        if self.cgroup.give_room():
            self.stop()

    def _hear(self) -> None:
        answer = self._receive()
        if answer is None:
            for stream in self._streams:
                stream.writer_goes_on()
            return
        self.answer = answer
        if self._when_over:
            self._when_over(answer)

    def _receive(self) -> Answer | None:
        """The answer, or None when it says only that the program goes on."""
        try:
            numbers = self._link.receive()
        except BoxKilled:
            raise
        except SandboxError:
            if not self.cgroup.memory_exceeded():
                raise
            return _killed_with_its_box()
        return Answer(*numbers) if numbers else None


def attend(*runs: Attended) -> None:
    """Handle all that comes of the runs until init has said of each that it is over and its processes dead.

    Has init stop a run when a stream or memory exceeds its limit. Raises SandboxError when there is no
    answer, BoxKilled.
    """
    watch = Watch()
    for run in runs:
        run.join(watch)
    look = time.monotonic() + LOOK_EVERY_S
    left = runs
    while left:
        deadline = min([run.deadline for run in left])
        while not any(run.answer for run in left):
            now = time.monotonic()
            if now >= look:
                look = now + LOOK_EVERY_S
                for run in left:
                    run.cgroup.look()
            if not watch.wait(max(0, min(look, deadline) - now)) and now >= deadline:
                # Whose fault init's silence is cannot be told, so it is ours.
                late = f"no answer {MARGIN_S:.0f} s after the wall limit"
                raise SandboxError("agent", late, "the machine is overloaded, or its kernel is stuck")
        for run in left:
            if run.answer:
                run.leave(watch)
        left = tuple(run for run in left if not run.answer)


def _killed_with_its_box() -> Answer:
    """What stands for the answer when the kernel's memory killer has taken the whole box.

    It can where init may not be hidden from it. The group holds nothing else, so the program was the cause;
    the box is of no use any more.
    """
    return Answer(
        Reason.MEMORY, int(signals.SIGKILL), cpu_ns=0, wall_ns=0, memory_bytes=0, failure=0,
        began_ns=time.monotonic_ns(), code_bytes=0, scratch_bytes=0, untouched=0,
    )  # fmt: skip
