"""A box in the making: its cgroup and its agents, which need not be waited for at once."""

from collections.abc import Collection
from dataclasses import dataclass

from judge.sandbox.cgroup import Cgroup, Hierarchies
from judge.sandbox.link import Link
from judge.sandbox.start import Zygote

CODE_BYTES = 256 << 20
CODE_FILES = 8192


@dataclass(frozen=True)
class Plan:
    """What a box is to be like: the processors of its processes (all, if None), the room in /code."""

    cpus: Collection[int] | None = None
    code_bytes: int = CODE_BYTES
    code_files: int = CODE_FILES

    def __post_init__(self) -> None:
        if self.code_bytes <= 0 or self.code_files <= 0:
            raise ValueError("code_bytes and code_files must be greater than zero")


class Opening:
    """Begins a box; whoever has it ends it by ``close``, which leaves nothing."""

    def __init__(self, plan: Plan, hierarchies: Hierarchies, zygote: Zygote | None = None) -> None:
        """Make the cgroup and ask for the agents: from a zygote, or else from an interpreter of their own.

        Raises SandboxError.
        """
        self.plan = plan
        self.cgroup = Cgroup(hierarchies)
        try:
            request = {
                "cpus": sorted(plan.cpus or ()),
                "code_bytes": plan.code_bytes,
                "code_files": plan.code_files,
                "memory_cgroup": self.cgroup.counts_memory,
            }
            self.link = Link(request, self.cgroup, zygote)
        except BaseException:
            self.cgroup.remove()
            raise

    def close(self) -> None:
        """End the box, made or not. Raises SandboxError if anything of it stays."""
        try:
            self.link.close()
        finally:
            self.cgroup.remove()
