"""What a judge has on this machine, for tests that want to see nothing left behind."""

from collections.abc import Iterator
from pathlib import Path


def command(pid: int) -> str:
    """A process's command line; empty once it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def children(pid: int) -> list[int]:
    """The children of a process."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def descendants(pid: int) -> Iterator[int]:
    """The children of a process, and theirs."""
    for child in children(pid):
        yield child
        yield from descendants(child)


def boxes(judge: int) -> list[int]:
    """Processes of the boxes of a judge, and of boxes that have lost theirs."""
    own = set(descendants(judge))
    return [pid for pid in _boxed() if pid in own or _is_orphan(pid)]


def programs(judge: int) -> list[int]:
    """Those processes that are no agents: a box made ahead waits with its agents alone."""
    return [pid for pid in boxes(judge) if "box-agent" not in command(pid)]


def cgroups(judge: int) -> list[Path]:
    """The cgroups of the boxes of a judge; each is named after the process that made it."""
    own = {f"judge-{pid}-" for pid in descendants(judge)}
    found = Path("/sys/fs/cgroup").glob("*/**/judge-*")
    return [path for path in found if path.is_dir() and path.name.startswith(tuple(own))]


def mounts() -> list[str]:
    """What is mounted, as this process sees it."""
    return Path("/proc/self/mounts").read_text().splitlines()


def _boxed() -> Iterator[int]:
    """Processes that have another id in a pid namespace below ours."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and len(_status(int(entry.name)).get("NSpid", "").split()) > 1:
            yield int(entry.name)


def _is_orphan(pid: int) -> bool:
    """Whether the agent outside this process's box has lost the process that started it."""
    while len(_status(pid).get("NSpid", "").split()) > 1:
        pid = int(_status(pid).get("PPid", "1"))
    return pid == 1 or _status(pid).get("PPid") == "1"


def _status(pid: int) -> dict[str, str]:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return {}
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
