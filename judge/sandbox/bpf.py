"""The table of refused calls as a program of the kernel's packet filter, which is what seccomp takes."""

import functools
import os
import struct
from collections.abc import Iterator

from judge.sandbox import seccomp
from judge.sandbox.errors import SandboxError
from judge.sandbox.seccomp import ENOSYS, LAST_KNOWN, Refusal

_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32 = 0x4000_0000

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _AND, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
_ALLOW, _ERRNO, _KILL = 0x7FFF_0000, 0x0005_0000, 0x8000_0000
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data


@functools.cache
def filter_for_this_machine(*, memory_cgroup: bool) -> bytes:
    """Return the filter that every process of a box is under. Raises SandboxError."""
    table = seccomp.TABLE if memory_cgroup else seccomp.WITHOUT_MEMORY_CGROUP + seccomp.TABLE
    return program(os.uname().machine, table)


def program(machine: str, table: tuple[Refusal, ...]) -> bytes:
    """Return the filter for a machine (as ``uname -m`` names it) in the kernel's BPF form.

    Calls that are not in the table are decided by their number alone, which newer kernels remember, so they
    cost nothing. A foreign calling convention (i386, x32) ends the process.
    """
    if machine not in _ARCHITECTURES:
        raise SandboxError("seccomp", f"no table for {machine}", "use an x86_64 or aarch64 machine")
    code = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, _ARCHITECTURES[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _KILL),
        (_AT_LEAST, 0, 1, LAST_KNOWN + 1),
        (_RETURN, 0, 0, _ERRNO | ENOSYS),
    ]
    for refusal in table:
        number = refusal.x86_64 if machine == "x86_64" else refusal.aarch64
        if number is not None:
            verdict = list(_verdict(refusal))
            code += [(_EQUAL, 0, len(verdict), number), *verdict]
    code.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("HBBI", *step) for step in code)


def _verdict(refusal: Refusal) -> Iterator[tuple[int, int, int, int]]:
    refuse, allow = (_RETURN, 0, 0, _ERRNO | refusal.answer), (_RETURN, 0, 0, _ALLOW)
    if refusal.argument is None:
        yield refuse
        return
    yield (_LOAD, 0, 0, _ARGUMENTS + 8 * refusal.argument)
    for value in refusal.allowed:
        yield (_EQUAL, 0, 1, value)
        yield allow
    for value in refusal.forbidden:
        yield (_EQUAL, 0, 1, value)
        yield refuse
    if refusal.mask:
        yield (_ANY_BIT, 0, 1, refusal.mask)
        yield refuse
    for bits, value in refusal.exactly:
        yield (_LOAD, 0, 0, _ARGUMENTS + 8 * refusal.argument)
        yield (_AND, 0, 0, bits)
        yield (_EQUAL, 0, 1, value)
        yield refuse
    yield refuse if refusal.allowed else allow
