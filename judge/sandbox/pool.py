"""Keeps the next boxes ready, so that nobody waits for one."""

import contextlib
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from judge.sandbox import hierarchy
from judge.sandbox.box import Box
from judge.sandbox.errors import SandboxError
from judge.sandbox.opening import CODE_BYTES, CODE_FILES, Opening, Plan

MOST_AHEAD = 16
"""Each box that waits holds memory, mounts and namespaces of the machine."""


@dataclass(frozen=True)
class Report:
    """What a pool holds, and what that costs.

    waiting_bytes is the private memory of the agents of all boxes that wait, counted as if they shared
    nothing, which is more than they take. lost counts the boxes that died while they waited.
    """

    ahead: int
    waiting: int
    ready: int
    taken: int
    lost: int
    waiting_bytes: int


class Pool:
    """Boxes made ahead, each for one submission; a context manager.

    One thread uses it, and the boxes die with that thread; it may have taken several at a time. cpus,
    code_bytes, code_files and shelf are those of every ``Box``. ahead: how many boxes wait at most.

    What is to be hidden in every box so far is hidden ahead: most judges see few languages, and have many.
    """

    def __init__(
        self,
        *,
        cpus: Collection[int] | None = None,
        code_bytes: int = CODE_BYTES,
        code_files: int = CODE_FILES,
        shelf: Path | None = None,
        ahead: int = 1,
    ) -> None:
        if not 1 <= ahead <= MOST_AHEAD:
            raise ValueError(f"ahead is {ahead}; it must be from 1 to {MOST_AHEAD}")
        self._plan = Plan(cpus, code_bytes, code_files, shelf)
        self._ahead = ahead
        self._hierarchies = hierarchy.find()
        hierarchy.sweep(self._hierarchies)
        self._waiting: deque[Opening] = deque()
        self.made, self.lost, self._taken = 0, 0, 0
        """How many boxes were begun, how many died while they waited, and how many were taken."""
        self._hides = False
        self._closed = False
        try:
            self._refill()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def take(self, hidden: Collection[str] | None = None) -> Box:
        """Return a box, the caller's from now on; the next is made while it compiles, or when it ends.

        hidden: what ``Box.cover`` is to take out of sight, for nothing else is; None where it is all one.

        Raises SandboxError when there is none and none can be made.
        """
        if hidden is not None:
            self._hide(frozenset(hidden))
        try:
            box = self._take()
        except SandboxError:
            # It died between the look at it and now, or cannot be made, which the next one will say again.
            box = self._take()
        self._taken += 1
        return box

    def _hide(self, hidden: frozenset[str]) -> None:
        always = self._plan.hidden & hidden if self._hides else hidden
        self._hides, self._plan = True, replace(self._plan, hidden=always)

    def _take(self) -> Box:
        self._drop_the_dead()
        self._drop_the_narrow()
        self._refill()
        return Box(opening=self._waiting.popleft(), meanwhile=self._refill_meanwhile)

    def wait(self) -> None:
        """Return when every box that is being made stands; for those who measure. Raises SandboxError."""
        for opening in self._waiting:
            opening.link.wait()

    def report(self) -> Report:
        """Look at what there is now."""
        ready = [opening for opening in self._waiting if opening.link.stands()]
        agents = [pid for opening in ready for pid in opening.link.process_ids]
        return Report(
            ahead=self._ahead,
            waiting=len(self._waiting),
            ready=len(ready),
            taken=self._taken,
            lost=self.lost,
            waiting_bytes=sum(map(_private_bytes, agents)),
        )

    def close(self) -> None:
        """End the boxes that wait; those that were taken are their takers' to close."""
        self._closed = True
        while self._waiting:
            self._waiting.popleft().close()

    def _refill(self) -> None:
        """Begin what is missing; nothing is waited for."""
        while len(self._waiting) < self._ahead:
            self._waiting.append(Opening(self._plan, self._hierarchies))
            self.made += 1

    def _refill_meanwhile(self) -> None:
        if not self._closed:
            # No fault of the box in use; the next ``take`` will tell.
            with contextlib.suppress(SandboxError, OSError):
                self._refill()

    def _drop_the_dead(self) -> None:
        """Throw away what died while it waited."""
        for opening in list(self._waiting):
            if not _usable(opening):
                self.lost += 1
                self._waiting.remove(opening)
                opening.close()

    def _drop_the_narrow(self) -> None:
        """Throw away what hides something that is to be seen now; that comes once for each thing."""
        for opening in list(self._waiting):
            if not opening.plan.hidden <= self._plan.hidden:
                self._waiting.remove(opening)
                opening.close()


def _usable(opening: Opening) -> bool:
    """Whether a box stands and lives, or is being made."""
    try:
        return not opening.link.stands() or opening.link.lives()
    except SandboxError:
        return False


def _private_bytes(pid: int) -> int:
    """Return the memory of a process that is no file's; 0 when it is gone."""
    try:
        status = Path("/proc", str(pid), "status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    lines = [line.split() for line in status.splitlines()]
    return sum(int(line[1]) << 10 for line in lines if line[0] in ("RssAnon:", "VmPTE:"))
