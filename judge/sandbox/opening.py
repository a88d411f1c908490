"""A box in the making: its cgroup and its agents, which need not be waited for at once."""

import os
import resource
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from judge.sandbox import bpf, identity, mounts
from judge.sandbox.cgroup import Cgroup
from judge.sandbox.cgroup1 import Cgroup1
from judge.sandbox.cgroup2 import Cgroup2
from judge.sandbox.hierarchy import Hierarchies
from judge.sandbox.link import Link
from judge.sandbox.wire import Field

CODE_BYTES = 256 << 20
CODE_FILES = 8192

FIXED_LIMITS = (
    # One byte, not zero: the kernel then starts no dump helper of the host either.
    (resource.RLIMIT_CORE, 1),
    (resource.RLIMIT_MEMLOCK, 64 << 10),
    (resource.RLIMIT_SIGPENDING, 4096),
    (resource.RLIMIT_MSGQUEUE, 819200),
    (resource.RLIMIT_RTPRIO, 0),
    (resource.RLIMIT_NICE, 0),
)
"""The resource limits of all processes of a box, whatever a run's own limits are."""


@dataclass(frozen=True)
class Plan:
    """What a box is to be like.

    The processors of its processes (all, if None), the room in /code, a folder of the host's to be shown, and
    what is hidden of its tree, as by ``Box.cover``.
    """

    cpus: Collection[int] | None = None
    code_bytes: int = CODE_BYTES
    code_files: int = CODE_FILES
    shelf: Path | None = None
    hidden: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.code_bytes <= 0 or self.code_files <= 0:
            raise ValueError("code_bytes and code_files must be greater than zero")


class Opening:
    """Begins a box; whoever has it ends it by ``close``, which leaves nothing."""

    def __init__(self, plan: Plan, hierarchies: Hierarchies) -> None:
        """Make the cgroup and start the agents. Raises SandboxError."""
        self.plan = plan
        self.cgroup: Cgroup = (Cgroup2 if hierarchies.version == 2 else Cgroup1)(hierarchies)
        lent: list[int] = []
        try:
            birthplace = self.cgroup.birthplace()
            lent += birthplace
            doors = self.cgroup.doors()
            lent += doors
            usage = [] if self.cgroup.cpu_usage is None else [self.cgroup.cpu_usage]
            shelf = _mount_of(plan.shelf) if plan.shelf else []
            lent += shelf
            packet = _packet(plan, self.cgroup, is_born_there=bool(birthplace), shelf_is_mount=bool(shelf))
            self.link = Link(packet, [*birthplace, *usage, *shelf, *doors])
        except BaseException:
            self.cgroup.remove()
            raise
        finally:
            for descriptor in lent:
                os.close(descriptor)

    def close(self) -> None:
        """End the box, made or not. Raises SandboxError if anything of it stays."""
        try:
            self.link.close()
        finally:
            self.cgroup.remove()


def _mount_of(folder: Path) -> list[int]:
    from judge.sandbox import shelf  # it brings ctypes along, which takes its time

    return shelf.detached(folder)


def _packet(plan: Plan, cgroup: Cgroup, *, is_born_there: bool, shelf_is_mount: bool) -> list[Field]:
    """What the agent is told of a box, in the order in which agent/main.c reads it."""
    users, groups = identity.ids()
    return [
        *(users.start, len(users), groups.start, len(groups)),
        *(cgroup.memory_is_sampled or not cgroup.counts_memory, is_born_there, cgroup.cpu_usage is not None),
        *(shelf_is_mount, str(plan.shelf.absolute()) if plan.shelf else ""),
        *mounts.packed(_tree(plan)),
        *(len(FIXED_LIMITS), *(number for limit in FIXED_LIMITS for number in limit)),
        b"".join(_cpu_mask(plan.cpus or ())),
        bpf.filter_for_this_machine(memory_cgroup=cgroup.counts_memory),
    ]


def _tree(plan: Plan) -> list[mounts.Step]:
    has_shelf = plan.shelf is not None
    return mounts.plan(plan.code_bytes, plan.code_files, has_shelf=has_shelf, hidden=plan.hidden)


def _cpu_mask(cpus: Collection[int]) -> Iterator[bytes]:
    """The kernel's mask of processors, in words; nothing where all are meant."""
    for word in range(max(cpus, default=-1) // 64 + 1):
        yield sum(1 << cpu % 64 for cpu in cpus if cpu // 64 == word).to_bytes(8, "little")
