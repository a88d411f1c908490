"""Which processes a worker consists of, and what they hold: read from /proc."""

from pathlib import Path


def children(pid: int) -> list[int]:
    """The children of a process."""
    try:
        return [
            int(word)
            for path in Path(f"/proc/{pid}/task").glob("*/children")
            for word in path.read_text().split()
        ]
    except (FileNotFoundError, ProcessLookupError):
        return []


def descendants(pid: int) -> list[int]:
    """Every process that stems from one, boxes and their programs among them."""
    found = children(pid)
    return found + [one for child in found for one in descendants(child)]


def command(pid: int) -> bytes:
    """The words by which a process was started; none once it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def held(pid: int) -> set[str]:
    """The files of submissions that are compiled or run below a process, such as ``p12.py``."""
    words = [word for one in descendants(pid) for word in command(one).split(b"\0")]
    return {word.removeprefix(b"/code/").decode() for word in words if word.startswith(b"/code/")}


def companion(worker: int) -> int | None:
    """The companion of a worker's parent, if it has one."""
    return next((pid for pid in children(worker) if b"judge.tasks.companion" in command(pid)), None)


def holders(worker: int) -> dict[int, set[str]]:
    """The pool children of a worker that hold a running submission, with the files."""
    ours = [pid for pid in children(worker) if pid != companion(worker)]
    return {pid: files for pid in ours if (files := held(pid))}
