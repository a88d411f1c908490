"""The loop that starts programs, restarts whatever dies, and stops all of it in order; one thread."""

import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from judge.errors import JudgeError
from judge.up.child import Child, Program
from judge.up.kernel import adopt_orphans
from judge.up.stop_requests import StopRequests
from judge.up.stopping import stop_in_order

FIRST_DELAY_S = 0.2
LONGEST_DELAY_S = 5.0
STABLE_S = 10.0  # who lived this long starts again without having to wait longer each time
EARLY_DEATHS = 3  # deaths in a row after which a judge that is not up yet gives up
CHECK_S = 0.05  # how often a condition that sends no signal is looked at
LOG_CHECK_S = 10.0

Found = TypeVar("Found")


class StopAsked(JudgeError):
    """Ctrl-C, SIGTERM or SIGHUP came."""


class StartFailed(JudgeError):
    """A program did not start or did not get ready; the message ends with the last lines of its log."""


class _Slot:
    """A program that is meant to run, and the child that runs it now, if one does."""

    def __init__(self, child: Child) -> None:
        self.child: Child | None = child
        self.program = child.program
        self.last = child
        self.deaths = 0
        self.due = 0.0


class Supervisor:
    """Use as a context manager: leaving it stops every program, whatever the reason."""

    def __init__(self, logs: Path, say: Callable[[str], None]) -> None:
        self._logs = logs
        self._say = say
        self._slots: list[_Slot] = []
        self._errand: Child | None = None
        self._starting = True
        self._requests = StopRequests()
        self._logs_checked = time.monotonic()

    def __enter__(self) -> Self:
        adopt_orphans()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        stop_in_order([slot.child for slot in self._slots if slot.child], self._requests, self._say)
        self._requests.close()

    def start(self, program: Program) -> None:
        """Start ``program`` and keep it running from now on."""
        self._slots.append(_Slot(Child(program, self._logs)))

    def run(self, program: Program, deadline: float) -> None:
        """Run ``program`` to its end, by ``deadline`` (monotonic seconds).

        Raises StartFailed where it exits with another code than 0 or is late, StopAsked.
        """
        child = self._errand = Child(program, self._logs)
        try:
            while (status := child.collect()) is None:
                if time.monotonic() > deadline:
                    raise StartFailed(f"{program.name} is not done in time\n{child.tail()}")
                self._tend(1.0)
        finally:
            if status is None:
                child.kill()
                os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
                child.collect()
            self._errand = None
        if status != 0:
            raise StartFailed(f"{program.name} {_ended(status)}\n{child.tail()}")

    def until(self, check: Callable[[], Found | None], deadline: float, what: str) -> Found:
        """Wait until ``check`` gives something other than None, tending the programs meanwhile.

        Raises StartFailed at ``deadline`` (monotonic seconds) with every log's end, StopAsked.
        """
        while (found := check()) is None:
            if time.monotonic() > deadline:
                tails = "\n".join(f"--- {slot.last.log}\n{slot.last.tail()}" for slot in self._slots)
                raise StartFailed(f"{what}: not in time\n{tails}")
            self._tend(CHECK_S)
        return found

    def watch(self) -> None:
        """Keep everything running until somebody asks to stop."""
        self._starting = False
        with contextlib.suppress(StopAsked):
            while True:
                self._tend(LOG_CHECK_S)

    def _tend(self, timeout_s: float) -> None:
        if self._requests.count:
            raise StopAsked
        due = [slot.due - time.monotonic() for slot in self._slots if slot.child is None]
        self._requests.sleep(max(0.0, min([timeout_s, *due])))
        for slot in self._slots:
            if slot.child is None:
                if time.monotonic() >= slot.due:
                    self._restart(slot)
            elif (status := slot.child.collect()) is not None:
                self._died(slot, status)
        self._reap_orphans()
        if time.monotonic() - self._logs_checked > LOG_CHECK_S:
            self._logs_checked = time.monotonic()
            for slot in self._slots:
                slot.last.trim_log()

    def _died(self, slot: _Slot, status: int) -> None:
        slot.child = None
        slot.deaths = 1 if slot.last.lived_s() >= STABLE_S else slot.deaths + 1
        if self._starting and slot.deaths >= EARLY_DEATHS:
            raise StartFailed(f"{slot.program.name} {_ended(status)} again and again\n{slot.last.tail()}")
        delay_s = min(FIRST_DELAY_S * 2 ** min(slot.deaths - 1, 10), LONGEST_DELAY_S)
        slot.due = time.monotonic() + delay_s
        self._say(
            f"{slot.program.name} {_ended(status)}, starting it again in {delay_s:.1f} s ({slot.last.log})"
        )

    def _restart(self, slot: _Slot) -> None:
        try:
            slot.child = slot.last = Child(slot.program, self._logs)
        except OSError as error:  # no process or memory to be had just now, or an upgrade in progress
            slot.due = time.monotonic() + LONGEST_DELAY_S
            self._say(f"{slot.program.name} cannot be started: {error}")

    def _reap_orphans(self) -> None:
        ours = {slot.child.pid for slot in self._slots if slot.child}
        ours |= {self._errand.pid} if self._errand else set()
        with contextlib.suppress(ChildProcessError):  # there is no child at all
            while (ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) is not None:
                if ended.si_pid in ours:
                    return  # collected, with its group, in the next round; so are orphans behind it
                os.waitpid(ended.si_pid, 0)


def _ended(status: int) -> str:
    if status < 0:
        return f"was killed by {signal.Signals(-status).name}"
    return f"exited with code {status}"
