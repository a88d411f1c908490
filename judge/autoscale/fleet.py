"""The worker processes of one autoscaler: started, drained, and started again when they die."""

import contextlib
import hashlib
import logging
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from judge import metrics
from judge.metrics import serving
from judge.up.kernel import die_with_parent

log = logging.getLogger(__name__)

GRACE_S = 25.0
"""A worker that was told to end has finished or given back by then; one that hangs is killed."""

FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 30.0
STABLE_S = 30.0
"""Who has lived this long has died of something new: the delays begin anew."""

_WORKER = (sys.executable, "-m", "celery", "-A", "judge.tasks", "worker")
# Both tell workers of each other what no task here asks for, and the second holds up the start by a second.
_ALONE = ("--without-gossip", "--without-mingle")


@dataclass
class _Member:
    """A worker process; ``place`` says which CPUs are its own."""

    name: str
    place: int
    process: "subprocess.Popen[bytes]"
    started_at: float
    told_at: float | None = None  # when it was told to end


class Fleet:
    """One thread, the one that made it: the kernel drains our workers when that dies.

    Names are ``auto-HOME-RUN-NUMBER@HOST``: no two processes share a row of theirs, and what a dead
    autoscaler of this JUDGE_HOME has left is told from everybody else's.
    """

    def __init__(self, home: Path, slots: int, options: Sequence[str]) -> None:
        self._host = socket.gethostname()
        self._kin = "auto-" + hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:4] + "-"
        self._run = self._kin + secrets.token_hex(3) + "-"
        self._slots = slots
        self._options = tuple(options)
        self._members: list[_Member] = []
        self._started = 0
        self._deaths = 0
        self._due = 0.0

    @property
    def number(self) -> int:
        """Workers that are there to judge, or about to be."""
        return len(self._staying())

    def owns(self, worker: str) -> bool:
        """Whether a worker of that name is one of these, and is to stay."""
        return worker in (member.name for member in self._staying())

    def is_kin(self, worker: str) -> bool:
        """Whether an autoscaler of this JUDGE_HOME has started it, this one or one that is dead."""
        return worker.startswith(self._kin) and worker.endswith(f"@{self._host}")

    def delay_s(self) -> float:
        """How long the next start must wait, for workers have died."""
        return max(0.0, self._due - time.monotonic())

    def tend(self, number: int, idle: Collection[str]) -> None:
        """Collect who has ended, then start as many as are missing, or let go of idle ones, by name."""
        self.collect()
        surplus = self.number - number
        while surplus < 0 and not self.delay_s():
            self._start()
            surplus += 1
        # The newest first: what has judged longest has most in its caches.
        going = [member for member in reversed(self._staying()) if member.name in idle]
        for member in going[: max(0, surplus)]:
            self._tell(member)

    def collect(self) -> None:
        """Note every process that has ended, adopted ones included; kill who does not drain in time."""
        for late in self._members:
            if late.told_at is not None and time.monotonic() - late.told_at > GRACE_S:
                log.error("%s does not end, killing it", late.name)
                self._kill(late)
        with contextlib.suppress(ChildProcessError):  # there is no child at all
            while (ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) is not None:
                member = next((one for one in self._members if one.process.pid == ended.si_pid), None)
                if member is None:
                    os.waitpid(ended.si_pid, 0)
                    continue
                # While it is a zombie its number belongs to nobody else: children that it left go now.
                self._kill(member)
                self._ended(member, member.process.wait())

    def stop(self, sleep: Callable[[float], None], hurry: Callable[[], bool]) -> None:
        """Drain all; ``hurry`` says whether they are to be killed instead."""
        for member in self._staying():
            self._tell(member)
        while True:
            self.collect()
            if not self._members:
                return
            if hurry():
                for member in self._members:
                    self._kill(member)
            sleep(0.5)

    def _staying(self) -> list[_Member]:
        return [member for member in self._members if member.told_at is None]

    def _start(self) -> None:
        taken = {member.place for member in self._members}
        place = next(place for place in range(len(taken) + 1) if place not in taken)
        self._started += 1
        name = f"{self._run}{self._started}@{self._host}"
        cpus, die = self._cpus(place), die_with_parent(signal.SIGTERM)

        def arm() -> None:
            os.sched_setaffinity(0, cpus)
            die()

        try:
            process = subprocess.Popen(
                [*_WORKER, "-n", name, *_ALONE, *self._options],
                env={**os.environ, "JUDGE_SLOTS": str(self._slots), **serving.environment_of(place)},
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the autoscaler, which then drains it
                preexec_fn=arm,  # takes no lock that another thread could hold
            )
        except OSError as error:  # no process or memory to be had just now
            self._put_off()
            log.error("no worker can be started: %s; next try in %.1f s", error, self.delay_s())
            return
        self._members.append(_Member(name, place, process, time.monotonic()))
        log.info("%s starts, process %d, on CPUs %s", name, process.pid, sorted(cpus))

    def _cpus(self, place: int) -> set[int]:
        """CPUs for a slot each: workers beside each other have theirs apart while there are enough."""
        allowed = sorted(os.sched_getaffinity(0))
        first = place * self._slots
        return {allowed[(first + slot) % len(allowed)] for slot in range(self._slots)}

    def _tell(self, member: _Member) -> None:
        log.info("%s is told to end", member.name)
        member.told_at = time.monotonic()
        # Not by the Popen, which reaps whoever has just died: `collect` would never hear of that.
        os.kill(member.process.pid, signal.SIGTERM)

    def _kill(self, member: _Member) -> None:
        os.killpg(member.process.pid, signal.SIGKILL)  # its leader is not reaped yet, so it is there

    def _ended(self, member: _Member, status: int) -> None:
        self._members.remove(member)
        if member.told_at is not None:
            log.info("%s has ended", member.name)
            return
        metrics.autoscaled_died.inc()
        if time.monotonic() - member.started_at >= STABLE_S:
            self._deaths = 0
        self._put_off()
        how = f"was killed by {signal.Signals(-status).name}" if status < 0 else f"exited with code {status}"
        log.error("%s %s; the next starts in %.1f s", member.name, how, self.delay_s())

    def _put_off(self) -> None:
        delay_s = min(FIRST_DELAY_S * 2 ** min(self._deaths, 10), LONGEST_DELAY_S)
        self._deaths += 1
        self._due = time.monotonic() + delay_s
