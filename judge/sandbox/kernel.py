"""The kernel calls that Python's ``os`` does not offer, each raising OSError when refused."""

import ctypes
import os

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY = 1
MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_REMOUNT = 32
MS_NOATIME = 1024
MS_BIND = 4096
MS_REC = 16384
MS_PRIVATE = 1 << 18
MNT_DETACH = 2

ATTR_RDONLY = 1
ATTR_NOSUID = 2
ATTR_NODEV = 4
ATTR_NOEXEC = 8

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_CAPBSET_DROP = 24
PR_SET_SECUREBITS = 28
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47

WALL = 0x40000000
"""For wait4: children of every kind, also those that clone made without SIGCHLD."""

MACHINE = os.uname().machine
_NUMBERS = {  # name: (x86_64, aarch64)
    "pivot_root": (155, 41),
    "rt_sigaction": (13, 134),
    "keyctl": (250, 219),
    "close_range": (436, 436),
    "mount_setattr": (442, 442),
}
_COLUMN = {"x86_64": 0, "aarch64": 1}.get(MACHINE)

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
_AT_FDCWD = -100
_AT_RECURSIVE = 0x8000
_CAPABILITY_V3 = 0x20080522


class MountAttributes(ctypes.Structure):
    """struct mount_attr of mount_setattr(2)."""

    _fields_ = (
        ("set", ctypes.c_uint64),
        ("clear", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("userns_fd", ctypes.c_uint64),
    )


_DEFAULT_ACTION = (
    ctypes.c_uint64 * 4
)()  # struct sigaction of the kernel: SIG_DFL is zero, no flags, no mask

_NO_CAPABILITIES = (
    (ctypes.c_uint32 * 2)(_CAPABILITY_V3, 0),
    (ctypes.c_uint32 * 6)(),
)


def _check(result: int, what: str) -> int:
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def _syscall(name: str, *arguments: object) -> int:
    if _COLUMN is None:
        raise OSError(f"no system call table for {MACHINE}")
    wide = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return _check(_libc.syscall(ctypes.c_long(_NUMBERS[name][_COLUMN]), *wide), name)


def unshare(flags: int) -> None:
    _check(_libc.unshare(ctypes.c_int(flags)), "unshare")


def mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    result = _libc.mount(
        source.encode(),
        target.encode(),
        kind.encode() if kind else None,
        ctypes.c_ulong(flags),
        options.encode() if options else None,
    )
    _check(result, f"mount {kind or 'bind'} {source} on {target}")


def set_mount_attributes(target: str, attributes: int, *, recursive: bool = True) -> None:
    """Put the ATTR_* flags on the mount at ``target``, and on those below it."""
    value = MountAttributes(attributes, 0, 0, 0)
    flags = _AT_RECURSIVE if recursive else 0
    size = ctypes.c_long(ctypes.sizeof(value))
    _syscall("mount_setattr", _AT_FDCWD, target.encode(), flags, ctypes.byref(value), size)


def umount(target: str, flags: int = 0) -> None:
    _check(_libc.umount2(target.encode(), ctypes.c_int(flags)), f"umount {target}")


def pivot_root(new: str, old: str) -> None:
    _syscall("pivot_root", new.encode(), old.encode())


def prctl(option: int, *arguments: int) -> int:
    padded = [ctypes.c_ulong(a) for a in (*arguments, 0, 0, 0, 0)[:4]]
    return _check(_libc.prctl(ctypes.c_int(option), *padded), f"prctl {option}")


def drop_capabilities() -> None:
    """Empty the effective, permitted and inheritable sets of the calling thread."""
    header, data = _NO_CAPABILITIES
    _check(_libc.capset(ctypes.byref(header), ctypes.byref(data)), "capset")


def close_from(lowest: int) -> None:
    _syscall("close_range", lowest, 0xFFFFFFFF, 0)


def default_action(signal: int) -> None:
    """Give a signal its default action, also one that the C library keeps for itself and refuses to touch."""
    _syscall("rt_sigaction", signal, ctypes.byref(_DEFAULT_ACTION), None, 8)


def new_session_keyring() -> None:
    """Leave whatever keyring was inherited for an empty one."""
    _syscall("keyctl", 1, 0)
