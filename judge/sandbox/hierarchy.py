"""Where on this machine control groups for boxes can be made, of version 1 or 2, and if not, why not."""

import contextlib
import os
from dataclasses import dataclass, field
from pathlib import Path

CONTROLLERS = ("memory", "pids", "cpuacct")
"""What a box is counted and limited by; in version 2 every group counts CPU time."""

LEAF = "judge-processes"
"""In version 2 a group with controllers for its children holds no processes itself: ours are moved here."""

_TRIES = 10


@dataclass(frozen=True)
class Hierarchies:
    """The folders in which groups can be made, by controller, and for the other controllers why not."""

    version: int = 1
    folders: dict[str, Path] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Mount:
    """A mounted hierarchy: where, and the group that is its root there."""

    point: Path
    root: str

    def folder(self, group: str) -> Path:
        """Where a group of this process, by the name that /proc/self/cgroup gives, is to be found."""
        below = group[len(self.root) :] if self.root != "/" and group.startswith(self.root) else group
        return self.point / below.strip("/")


def find() -> Hierarchies:
    """Look where this process may make groups.

    In a delegated group of version 2 that holds processes, all of them are moved to a leaf of it.
    """
    first, second = _mounts()
    own = _own_groups()
    found, missing = {}, {}
    for controller in CONTROLLERS:
        if controller in first and controller in own:
            folder = first[controller].folder(own[controller])
            if os.access(folder, os.W_OK | os.X_OK):
                found[controller] = folder
            else:
                missing[controller] = f"{folder} is not ours to write"
    if not found and not missing and second and "" in own:
        return _version_2(second.folder(own[""]), second.point)
    for controller in set(CONTROLLERS) - {*found, *missing}:
        missing[controller] = "no hierarchy with it is mounted"
    return Hierarchies(1, found, missing)


def sweep(hierarchies: Hierarchies) -> None:
    """Remove the groups that processes now dead have left, as far as nothing runs in them."""
    for folder in set(hierarchies.folders.values()):
        for group in folder.glob("judge-*-*"):
            owner = group.name.split("-")[1]
            if owner.isdecimal() and not Path("/proc", owner).exists():
                with contextlib.suppress(OSError):  # still dying, or another judge was faster
                    group.rmdir()


def _version_2(own: Path, top: Path) -> Hierarchies:
    """Beside our own group, where that can be; otherwise in it, once its processes are in a leaf."""
    reason = f"{own} is not ours to write: it must be delegated"
    for parent in (own.parent, own) if own != top else (own,):
        if not _may_delegate(parent):
            continue
        try:
            if parent == own and (own / "cgroup.type").exists():  # all but the machine's root group
                _empty(own)
            _enable(parent)
        except OSError as error:
            reason = f"{parent}: {error.strerror}"
            continue
        return Hierarchies(2, dict.fromkeys(CONTROLLERS, parent))
    return Hierarchies(missing=dict.fromkeys(CONTROLLERS, reason))


def _may_delegate(folder: Path) -> bool:
    names = (".", "cgroup.procs", "cgroup.subtree_control")
    return all(os.access(folder / name, os.W_OK) for name in names)


def _enable(folder: Path) -> None:
    """Have its children counted and limited. Raises OSError where the controllers are not to be had."""
    control = folder / "cgroup.subtree_control"
    wanted = {"memory", "pids"} - set(control.read_text().split())
    if wanted:
        control.write_text(" ".join(f"+{name}" for name in sorted(wanted)))


def _empty(folder: Path) -> None:
    """Move all processes of a group to a leaf of it: they were delegated with it. Raises OSError."""
    leaf = folder / LEAF
    leaf.mkdir(exist_ok=True)
    for _ in range(_TRIES):  # they may fork meanwhile
        pids = (folder / "cgroup.procs").read_text().split()
        if not pids:
            return
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                (leaf / "cgroup.procs").write_text(pid)


def _mounts() -> tuple[dict[str, _Mount], _Mount | None]:
    """The hierarchies of version 1 by controller, and that of version 2."""
    first, second = {}, None
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        before, after = line.split(" - ", 1)
        kind, _, options = after.split(" ", 2)
        words = before.split(" ")
        mount = _Mount(Path(words[4]), words[3])
        if kind == "cgroup":
            first.update(dict.fromkeys(options.split(","), mount))
        elif kind == "cgroup2":
            second = mount
    return first, second


def _own_groups() -> dict[str, str]:
    """This process's group by controller of version 1, and by "" that of version 2."""
    own = {}
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, names, path = line.split(":", 2)
        own.update(dict.fromkeys(names.split(","), path))
    return own
