"""A folder of the host's that boxes may read, wherever it lies: a mount is made of it before it is theirs."""

import ctypes
import os
from pathlib import Path

from judge.sandbox.mounts import SHELF_ATTRIBUTES

_OPEN_TREE, _MOUNT_SETATTR = 428, 442
"""The numbers of the system calls, which are the same on every architecture."""

_AT_FDCWD, _AT_EMPTY_PATH = -100, 0x1000
_OPEN_TREE_CLONE = 1

_kernel = ctypes.CDLL(None, use_errno=True).syscall


class _Attributes(ctypes.Structure):
    """struct mount_attr of mount_setattr(2)."""

    _fields_ = tuple((name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "userns"))


def detached(folder: Path) -> list[int]:
    """Return a read-only mount of the folder that is nowhere yet, for the agent to put into its tree.

    So the box's user need not be able to go where the folder lies. Nothing where we may make no mounts:
    then the agent opens the folder by its path, if it gets there.
    """
    mount = _kernel(_OPEN_TREE, _AT_FDCWD, os.fsencode(folder), _OPEN_TREE_CLONE | os.O_CLOEXEC)
    if mount < 0:
        return []
    attributes = _Attributes(set=SHELF_ATTRIBUTES)
    size = ctypes.sizeof(attributes)
    if _kernel(_MOUNT_SETATTR, mount, b"", _AT_EMPTY_PATH, ctypes.byref(attributes), size):
        os.close(mount)
        return []
    return [mount]
