"""Attending a run from outside: draining its streams, noting its memory, and the last deadline of all."""

import select
import signal as signals
import time

from judge.sandbox import wire
from judge.sandbox.cgroup import Cgroup
from judge.sandbox.errors import BoxKilled, SandboxError
from judge.sandbox.limits import Limits
from judge.sandbox.link import STOP, Link
from judge.sandbox.order import Answer, Reason
from judge.sandbox.streams import Drain

LOOK_EVERY_S = 0.02
"""How often the peak of memory is noted."""

MARGIN_S = 10.0
"""How much later than the wall limit init must have answered; otherwise the box is ended."""

KILLED_WITH_ITS_BOX = Answer(
    Reason.MEMORY, int(signals.SIGKILL), cpu_ns=0, wall_ns=0, memory_bytes=0, failure=0, began_ns=1,
    code_bytes=0, untouched=0,
)  # fmt: skip


def attend(link: Link, cgroup: Cgroup, limits: Limits, drains: list[Drain]) -> Answer:
    """Drain the streams until init says that the run is over and every process of it dead.

    Has init stop the run when a stream or memory exceeds its limit. Raises SandboxError when there is no
    answer, BoxKilled.
    """
    look = time.monotonic() + LOOK_EVERY_S
    deadline = time.monotonic() + limits.wall_time_s + MARGIN_S
    answers = link.socket.fileno()
    running = {drain.reader: drain for drain in drains}
    poll = select.poll()
    for descriptor in (*running, answers):
        poll.register(descriptor, select.POLLIN)
    if cgroup.oom_event is not None:
        poll.register(cgroup.oom_event, cgroup.OOM_EVENT_KIND)
    told_to_stop = False
    while True:
        wait_s = max(0, min(look, deadline) - time.monotonic())
        ready = [descriptor for descriptor, _ in poll.poll(wait_s * 1000)]
        if answers in ready:
            return _answer(link, cgroup)
        now = time.monotonic()
        if now >= look:
            cgroup.look()
            look = now + LOOK_EVERY_S
        if now >= deadline:
            # Whose fault init's silence is cannot be told, so it is ours.
            late = f"no answer {MARGIN_S:.0f} s after the wall limit"
            raise SandboxError("agent", late, "the machine is overloaded, or its kernel is stuck")
        stop = False
        for descriptor in ready:
            if descriptor == cgroup.oom_event:
                stop = cgroup.give_room() or stop
                continue
            running[descriptor].read()
            if running[descriptor].ended:
                poll.unregister(descriptor)
        if (stop or any(drain.exceeded for drain in drains)) and not told_to_stop:
            told_to_stop = True
            link.send(wire.pack(STOP))


def _answer(link: Link, cgroup: Cgroup) -> Answer:
    try:
        return Answer(*link.receive())
    except BoxKilled:
        raise
    except SandboxError:
        if not cgroup.memory_exceeded():
            raise
        # Where init may not be hidden from it, the kernel's memory killer can take the whole box. The group
        # holds nothing else, so the program was the cause; the box is of no use any more.
        return KILLED_WITH_ITS_BOX
