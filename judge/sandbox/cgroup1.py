"""Control groups of version 1: a hierarchy for each controller, and no box need have all of them."""

import os
import re
import select

from judge.sandbox.cgroup import Cgroup, opened_all


class Cgroup1(Cgroup):
    """A group of version 1; also the account of a box for which no group could be made."""

    LIMIT = "memory.limit_in_bytes"
    UNLIMITED = b"-1"
    USAGE = "memory.usage_in_bytes"
    PEAK = "memory.max_usage_in_bytes"
    CACHE = re.compile(rb"^cache (\d+)", re.M)
    OOM_EVENT_KIND = select.POLLIN

    @property
    def cpu_usage(self) -> int | None:
        return self.files.get("cpuacct.usage")

    def doors(self) -> list[int]:
        """As the base says.

        A thread that moves itself alone needs no pause of the whole machine: 0.1 ms, where a process that is
        moved by its number into ``cgroup.procs`` waits 10 to 30 ms for the kernel.
        """
        return opened_all((folder / "tasks" for folder in set(self.folders.values())), os.O_WRONLY)

    def remove(self) -> None:
        if self.oom_event is not None:
            os.close(self.oom_event)
            self.oom_event = None
        super().remove()

    def _prepare(self) -> None:
        if "cpuacct" in self.folders:
            self._open("cpuacct", "cpuacct.usage", os.O_RDONLY)
        if self.counts_memory:
            self._open("memory", self.PEAK, os.O_RDWR)
            control = self._open("memory", "memory.oom_control", os.O_RDONLY)
            # Swap would hide what a program holds, and slow down whoever shares the disk.
            (self.folders["memory"] / "memory.swappiness").write_text("0")
            self.oom_event = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
            (self.folders["memory"] / "cgroup.event_control").write_text(f"{self.oom_event} {control}")

    def _peak(self) -> int:
        return self._number(self.PEAK)

    def _forget_peak(self) -> None:
        self._write(self.PEAK, 0)

    def _kills(self) -> int:
        return self._field("memory.oom_control", b"oom_kill")

    def _was_noticed(self) -> bool:
        try:
            return self.oom_event is not None and os.eventfd_read(self.oom_event) > 0
        except BlockingIOError:
            return False
