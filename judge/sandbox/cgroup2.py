"""Control groups of version 2: one hierarchy, of which a part may be delegated to an ordinary user."""

import os
import re
import select

from judge.sandbox.cgroup import Cgroup, opened_all
from judge.sandbox.hierarchy import Hierarchies


class Cgroup2(Cgroup):
    """A group of version 2, in which its first process is born."""

    LIMIT = "memory.max"
    UNLIMITED = b"max"
    USAGE = "memory.current"
    PEAK = "memory.peak"
    CACHE = re.compile(rb"^file (\d+)", re.M)
    EVENTS = "memory.events"
    OOM_EVENT_KIND = select.POLLPRI

    def __init__(self, hierarchies: Hierarchies) -> None:
        self._peak_before = 0
        self._ooms_seen = 0
        super().__init__(hierarchies)

    @property
    def cpu_usage(self) -> int | None:
        return self.files.get("cpu.stat")

    def birthplace(self) -> list[int]:
        return opened_all([self.folders["memory"]], os.O_RDONLY | os.O_DIRECTORY)

    def remove(self) -> None:
        self.oom_event = None
        super().remove()

    def _prepare(self) -> None:
        self._open("cpuacct", "cpu.stat", os.O_RDONLY)
        self.oom_event = self._open("memory", self.EVENTS, os.O_RDONLY)
        self._ooms_seen = self._field(self.EVENTS, b"oom")
        swap = self.folders["memory"] / "memory.swap.max"
        if swap.exists():  # swap would hide what a program holds, and slow down whoever shares the disk
            swap.write_text("0")
        try:
            self._open("memory", self.PEAK, os.O_RDWR)
            self._forget_peak()
        except OSError:  # before Linux 6.12 it cannot be forgotten, and before 5.19 there is none
            self.memory_is_sampled = True
            self._close(self.PEAK)

    def _peak(self) -> int:
        return self._number(self.USAGE if self.memory_is_sampled else self.PEAK)

    def _forget_peak(self) -> None:
        if not self.memory_is_sampled:
            os.pwrite(self.files[self.PEAK], b"reset", 0)

    def _close(self, name: str) -> None:
        if name in self.files:
            os.close(self.files.pop(name))

    def _kills(self) -> int:
        return self._field(self.EVENTS, b"oom_kill")

    def _was_noticed(self) -> bool:
        before, self._ooms_seen = self._ooms_seen, self._field(self.EVENTS, b"oom")
        return self._ooms_seen > before
