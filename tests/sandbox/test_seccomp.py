"""The filter's table against the kernel's own lists, for both machines."""

import re
import struct
from pathlib import Path

import pytest

from judge.sandbox import SandboxError, bpf, seccomp
from judge.sandbox.seccomp import TABLE, WITHOUT_MEMORY_CGROUP

HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}
ALLOW, ERRNO, KILL = 0x7FFF0000, 0x00050000, 0x80000000
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


def decide(machine: str, number: int, *arguments: int, architecture: int | None = None) -> int:
    """Run the filter as the kernel would and return its decision."""
    arguments = (*arguments, 0, 0, 0, 0, 0, 0)[:6]
    data = struct.pack("=iIQ6Q", number, architecture or ARCHITECTURES[machine], 0, *arguments)
    steps = list(struct.iter_unpack("HBBI", bpf.program(machine, TABLE)))
    at = value = 0
    while True:
        code, yes, no, operand = steps[at]
        at += 1
        if code == 0x20:
            value = struct.unpack_from("=I", data, operand)[0]
        elif code == 0x54:
            value &= operand
        elif code == 0x06:
            return operand
        else:
            holds = {0x15: value == operand, 0x35: value >= operand, 0x45: bool(value & operand)}[code]
            at += yes if holds else no


@pytest.mark.parametrize("machine", HEADERS)
def test_numbers(machine: str) -> None:
    """Every number in the table is the one in the machine's header, as far as the header knows the call."""
    if not HEADERS[machine].exists():
        pytest.skip("no kernel headers")
    known = dict(re.findall(r"#define __NR(?:3264)?_(\w+) (\d+)", HEADERS[machine].read_text()))
    compared = 0
    for refusal in TABLE + WITHOUT_MEMORY_CGROUP:
        number = getattr(refusal, machine)
        if refusal.name in known:
            assert number == int(known[refusal.name]), refusal.name
            compared += 1
    assert compared > 70


def test_rows() -> None:
    """Each call stands once in its table, with a reason, a number and an answer."""
    for table in (TABLE, WITHOUT_MEMORY_CGROUP):
        names = [refusal.name for refusal in table]
        assert len(names) == len(set(names))
    for refusal in TABLE + WITHOUT_MEMORY_CGROUP:
        assert refusal.reason
        assert refusal.answer >= 0
        assert refusal.aarch64 is not None or refusal.x86_64 is not None


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_decisions(machine: str) -> None:
    """Refusals without condition hold for any argument; everything else below the last known is allowed."""
    refused = {getattr(refusal, machine): refusal for refusal in TABLE}
    for number in range(seccomp.LAST_KNOWN + 1):
        refusal = refused.get(number)
        if refusal is None:
            assert decide(machine, number, 1, 2, 3) == ALLOW
        elif refusal.argument is None:
            assert decide(machine, number) == ERRNO | refusal.answer
    assert decide(machine, seccomp.LAST_KNOWN + 1) == ERRNO | seccomp.ENOSYS
    assert decide(machine, 0, architecture=0x40000003) == KILL
    assert decide(machine, 0x40000000) == KILL
    assert decide(machine, -1) == KILL


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_conditions(machine: str) -> None:
    """Where the argument decides, its low 32 bits do, as in the kernel."""
    number = {refusal.name: getattr(refusal, machine) for refusal in TABLE}
    wide = 1 << 32
    assert decide(machine, number["prlimit64"], 0) == ALLOW
    assert decide(machine, number["prlimit64"], wide) == ALLOW
    assert decide(machine, number["prlimit64"], 1) == ERRNO | seccomp.EPERM
    assert decide(machine, number["clone"], 0x3D0F00) == ALLOW
    assert decide(machine, number["clone"], 0x3D0F00 | 0x10000000) == ERRNO | seccomp.EPERM
    assert decide(machine, number["clone"], 0x4111) == ALLOW
    assert decide(machine, number["clone"], 0x10F00) == ALLOW
    assert decide(machine, number["clone"], 0x14F00) == ERRNO | seccomp.EPERM
    assert decide(machine, number["clone"], 0x4011) == ERRNO | seccomp.EPERM
    assert decide(machine, number["fcntl"], 3, 4) == ALLOW
    assert decide(machine, number["fcntl"], 3, 38) == ERRNO | seccomp.ENOLCK
    assert decide(machine, number["flock"], 3, 2) == ERRNO | seccomp.DONE
    assert decide(machine, number["clock_gettime"], (1 << 64) - 14) == ERRNO | seccomp.EINVAL
    assert decide(machine, number["clock_gettime"], 1) == ALLOW
    assert decide(machine, number["setsockopt"], 3, 1, 26) == ERRNO | seccomp.EPERM
    assert decide(machine, number["msync"], 0, 4096, 1) == ALLOW
    assert decide(machine, number["msync"], 0, 4096, 4) == ERRNO | seccomp.DONE
    assert decide(machine, number["socketpair"], 1) == ALLOW
    assert decide(machine, number["socketpair"], 2) == ERRNO | seccomp.EAFNOSUPPORT
    assert decide(machine, number["ioctl"], 0, 0x5401) == ALLOW
    assert decide(machine, number["ioctl"], 0, wide | 0x5412) == ERRNO | seccomp.EPERM
    assert decide(machine, number["mmap"], 0, 4096, 3, 0x22) == ALLOW
    assert decide(machine, number["mmap"], 0, 4096, 3, wide | 0x40022) == ERRNO | seccomp.ENOMEM
    assert decide(machine, number["memfd_create"], 0, 3) == ALLOW
    assert decide(machine, number["memfd_create"], 0, wide | 5) == ERRNO | seccomp.ENOSYS
    assert decide(machine, number["madvise"], 0, 4096, 4) == ALLOW
    assert decide(machine, number["fadvise64"], 0, 0, 0, 3) == ALLOW
    assert decide(machine, number["fadvise64"], 0, 0, 0, 4) == ERRNO | seccomp.EPERM
    assert decide(machine, number["prctl"], 15) == ALLOW
    assert decide(machine, number["prctl"], wide | 62) == ERRNO | seccomp.EINVAL
    assert decide(machine, number["personality"], 0xFFFFFFFF) == ALLOW
    assert decide(machine, number["personality"], 0x40000) == ERRNO | seccomp.EPERM


def test_unknown_machine() -> None:
    """A machine without a table gets no box."""
    with pytest.raises(SandboxError, match="seccomp"):
        bpf.program("riscv64", TABLE)
