"""Which layers of the isolation this machine gives, each tried for real, and what to do about the others."""

from collections.abc import Iterator
from dataclasses import dataclass

from judge.sandbox import hierarchy
from judge.sandbox.box import Box
from judge.sandbox.errors import SandboxError
from judge.sandbox.limits import Limits
from judge.sandbox.outcome import Status
from judge.sandbox.pool import Pool

MADE_WITH_THE_BOX = (
    "agent",
    "spare user id",
    "user namespace",
    "mount namespace",
    "pid namespace",
    "network namespace",
    "IPC namespace",
    "UTS namespace",
    "cgroup namespace",
    "proc",
    "read-only root",
)
"""In the order in which a box is made; the first that fails is the reason why there is no box."""

SEEN_BY_A_PROGRAM = {
    "private tmpfs": " /tmp rw,nosuid,nodev,",
    "capabilities": "CapBnd:\t0000000000000000",
    "no_new_privs": "NoNewPrivs:\t1",
    "seccomp": "Seccomp:\t2",
    "rlimits": "Max open files            17                   17",
}
"""What a program finds of itself under /proc/self when the layer is there."""

CGROUPS = {
    "memory": "memory is sampled, which holds no one who means to break it: what is shared and let go of, "
    "pipes, and peaks of less than 5 ms may be missed; each socket is charged as if it were full, and "
    "memfd_create is refused",
    "pids": "processes are counted by RLIMIT_NPROC alone",
    "cpuacct": "CPU time is sampled: that of children which nobody waits for may be missed",
}

CGROUP_MEND = "delegate a group of version 2 to the worker (systemd: Delegate=yes), or start it as root"

_FILES = ("status", "limits", "mountinfo")
_LIMITS = Limits(cpu_time_s=5, wall_time_s=10, memory_bytes=64 << 20, output_bytes=1 << 20, open_files=17)


@dataclass(frozen=True)
class Layer:
    """One layer: whether it is there, what it gives or why it is not, and the mend.

    Without one that is ``needed`` no box opens; the others only make figures exact.
    """

    name: str
    ok: bool
    detail: str
    mend: str = ""
    needed: bool = True


def layers() -> list[Layer]:
    """Open a box, let a program look at itself there, and return every layer, in the order they are made."""
    found = [*_isolation(), *_accounting()]
    if all(layer.ok or not layer.needed for layer in found):
        found.append(_held_ready())
    return found


def _isolation() -> Iterator[Layer]:
    names = (*MADE_WITH_THE_BOX, *SEEN_BY_A_PROGRAM)
    try:
        with Box() as box:
            outcome = box.run(
                ["cat", "/proc/self/status", "/proc/self/limits", "/proc/self/mountinfo"], _LIMITS
            )
    except SandboxError as error:
        made = names[: names.index(error.layer)] if error.layer in names else ()
        for name in made:
            yield Layer(name, True, "made")
        yield Layer(error.layer, False, error.reason, error.mend)
        for name in names[len(made) :]:
            if name != error.layer:
                yield Layer(name, False, f"not tried: {error.layer} failed before it", error.mend)
        return
    for name in MADE_WITH_THE_BOX:
        yield Layer(name, True, "made")
    seen = outcome.stdout.decode(errors="replace")
    for name, proof in SEEN_BY_A_PROGRAM.items():
        ok = outcome.status is Status.EXITED and proof in seen
        yield Layer(name, ok, "seen by a program" if ok else f"a program in a box finds no {proof.strip()!r}")


def _held_ready() -> Layer:
    """What the boxes cost that a worker holds ready."""
    with Pool() as pool:
        pool.wait()
        report = pool.report()
    detail = f"{report.ahead} for each slot of a worker, {report.waiting_bytes / 2**20:.1f} MiB each"
    return Layer("boxes held ready", True, detail, needed=False)


def _accounting() -> Iterator[Layer]:
    found = hierarchy.find()
    for controller in hierarchy.CONTROLLERS:
        name = f"cgroup {controller}"
        if controller in found.folders:
            detail = f"version {found.version}, in {found.folders[controller]}"
            yield Layer(name, True, detail, needed=False)
        else:
            detail = f"{found.missing[controller]}; {CGROUPS[controller]}"
            yield Layer(name, False, detail, CGROUP_MEND, needed=False)
