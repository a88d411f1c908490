"""What init is told of one run, and what it answers."""

import functools
import itertools
import math
import resource
from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

from judge.sandbox import wire
from judge.sandbox.limits import Limits
from judge.sandbox.mounts import SCRATCH
from judge.sandbox.wire import Field

PATH = ("/usr/local/bin", "/usr/bin", "/bin")

ENVIRONMENT = {"PATH": ":".join(PATH), "HOME": SCRATCH, "TMPDIR": SCRATCH, "LANG": "C.UTF-8"}

STACK_SLACK_BYTES = 1 << 20
"""A little more stack than the memory limit, so that a deep recursion meets that one first."""

AGENT_PROCESSES = 2
"""Keeper and init are counted by RLIMIT_NPROC, too: the kernel counts by user, and the user is the same."""

DATA_FACTOR, DATA_SLACK_BYTES = 16, 1 << 30
"""Without a memory cgroup: the address space for private data is bounded, but far above the limit, as
runtimes ask for stacks and heaps that they never touch. It stops what would outrun the samples."""


class Reason(IntEnum):
    """Why init ended a run; agent/run.c numbers them the same."""

    EXIT = 0
    CPU = 1
    WALL = 2
    MEMORY = 3
    STOPPED = 4


class Answer(NamedTuple):
    """How a run ended, as init saw it.

    memory_bytes is what was sampled, or where a cgroup counts memory the most that any one process held, with
    mapped files; failure is the errno of an exec that did not succeed; began_ns
    is 0 when the program's process died before its exec; code_bytes and scratch_bytes are what /code and the
    scratch folder take; untouched is whether that folder is as it was when it was new.
    """

    reason: int
    wait_status: int
    cpu_ns: int
    wall_ns: int
    memory_bytes: int
    failure: int
    began_ns: int
    code_bytes: int
    scratch_bytes: int
    untouched: int


def order(argv: Sequence[str], env: Mapping[str, str], limits: Limits, *, memory_cgroup: bool) -> bytes:
    """What to run, as agent/run.c reads it after the scratch folder's newness.

    A name without a slash is looked for in PATH, by init. Raises ValueError for what no exec takes.
    """
    return _order(tuple(argv), tuple(env.items()), limits, memory_cgroup)


@functools.lru_cache(maxsize=16)  # it is the same for one test after another
def _order(
    argv: tuple[str, ...], env: tuple[tuple[str, str], ...], limits: Limits, memory_cgroup: bool
) -> bytes:
    whole = ENVIRONMENT | dict(env)
    if not argv or any("\0" in word for word in (*argv, *whole, *whole.values())):
        raise ValueError("an argument or variable is missing or has a NUL")
    rlimits = _rlimits(limits, memory_cgroup=memory_cgroup)
    paths = [argv[0]] if "/" in argv[0] else [f"{folder}/{argv[0]}" for folder in PATH]
    fields: list[Field] = [round(limits.cpu_time_s * 1e9), round(limits.wall_time_s * 1e9)]
    fields += [limits.memory_bytes, len(rlimits), *itertools.chain.from_iterable(rlimits)]
    fields += [len(paths), *paths, len(argv), *argv]
    fields += [len(whole), *(f"{name}={value}" for name, value in whole.items())]
    return wire.pack(*fields)


def _rlimits(limits: Limits, *, memory_cgroup: bool) -> list[tuple[int, int]]:
    found = [
        (resource.RLIMIT_CPU, math.ceil(limits.cpu_time_s) + 1),
        (resource.RLIMIT_FSIZE, limits.one_file_bytes or limits.file_bytes),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_STACK, limits.stack_bytes or limits.memory_bytes + STACK_SLACK_BYTES),
        (resource.RLIMIT_NPROC, limits.processes + AGENT_PROCESSES),
    ]
    if not memory_cgroup:
        found.append((resource.RLIMIT_DATA, DATA_FACTOR * limits.memory_bytes + DATA_SLACK_BYTES))
    return found
