"""What Python has no words for: death signals, adopting orphans, going by another user id."""

import ctypes
import os
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
CLONE_NEWUSER = 0x10000000

_libc = ctypes.CDLL(None, use_errno=True)  # loaded before any fork: a child must not import


def die_with_parent(death_signal: int) -> Callable[[], None]:
    """A function for a forked child: from then on the kernel sends it ``death_signal`` when we die.

    It has to run after any change of user id, which clears the attribute.
    """
    parent = os.getpid()

    def arm() -> None:
        _prctl(PR_SET_PDEATHSIG, death_signal)
        if os.getppid() != parent:  # we died before the line above: nothing would ever be sent
            os._exit(1)

    return arm


def appear_as(uid: int) -> Callable[[], None]:
    """A function for a forked child: in a user namespace of its own, our id goes by the number ``uid``."""
    own = os.geteuid()

    def unshare() -> None:
        _checked(_libc.unshare(CLONE_NEWUSER))
        with open("/proc/self/uid_map", "w") as file:
            file.write(f"{uid} {own} 1")

    return unshare


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent dies, so that none can be lost."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def children() -> list[int]:
    """Process ids of our children, adopted ones and zombies included."""
    pid = os.getpid()
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(word) for word in file.read().split()]


def _prctl(option: int, value: int) -> None:
    _checked(_libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0))


def _checked(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
