"""The file tree of a box, as a plan for the agent: toolchains read-only, a folder for the submission."""

import os
from collections.abc import Collection, Iterator
from enum import IntEnum
from typing import NamedTuple

from judge.sandbox.wire import Field

ROOT = "/tmp"  # noqa: S108  where the new root is put together, in a mount namespace of its own
SCRATCH = "/tmp"  # noqa: S108  inside the box: the writable folder of a run
CODE = "/code"
SHELF = "/shelf"

FOLDERS = ("proc", "dev", "etc", "code", "tmp", "usr", "var", "run")

TOP_LEVEL = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
"""Links into /usr on merged systems, folders on others: made the way the host has them."""

ETC = (
    *("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "localtime", "ssl/certs"),
    *("perl", "mono", "nim", "ldc2.conf", "R", "gnucobol", "racket"),
)
"""What toolchains read of /etc; nothing here is secret, and what the host lacks is left out."""

ETC_PREFIXES = ("java-", "python3", "fpc")
"""Debian's JDKs, Python and Free Pascal keep their configuration in /etc under names with the version."""

VAR = ("lib/ghc", "lib/ocaml", "lib/chicken")

HIDDEN = ("/usr/etc", "/usr/local/etc")
"""Below /usr, but what local programs are configured with: tokens may be among it."""

DEVICES = ("null", "zero", "full", "random", "urandom")
DEVICE_LINKS = (
    ("fd", "/proc/self/fd"),
    ("stdin", "/proc/self/fd/0"),
    ("stdout", "/proc/self/fd/1"),
    ("stderr", "/proc/self/fd/2"),
    # One writable place with one bound: shared memory objects live beside the run's other files.
    ("shm", SCRATCH),
)

ETC_FILES = {
    "passwd": "root:x:0:0:root:/:/usr/sbin/nologin\nuser:x:1000:1000:user:/tmp:/bin/sh\n"
    "nobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n",
    "group": "root:x:0:\nuser:x:1000:\nnogroup:x:65534:\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    "hosts": "127.0.0.1 localhost\n",
    "hostname": "box\n",
}

RDONLY, NOSUID, NODEV, NOEXEC = 1, 2, 4, 8
"""Attributes of mount_setattr(2)."""

_FIXED = RDONLY | NOSUID | NODEV
SHELF_ATTRIBUTES = _FIXED | NOEXEC

SPACE, PROC, TREE = "mount namespace", "proc", "read-only root"
"""The layers that the steps belong to."""


class Kind(IntEnum):
    """What a step does; agent/tree.c numbers them the same."""

    FOLDER = 0
    FILE = 1
    LINK = 2
    TMPFS = 3
    BIND = 4
    PROC = 5
    PIVOT = 6
    LOCK = 7
    SHELF = 8
    COVER = 9


class Step(NamedTuple):
    """One step: ``source`` is a path, or a file's content, a link's text, or a mount's options."""

    layer: str
    kind: Kind
    source: str
    target: str
    attributes: int = 0


def plan(
    code_bytes: int, code_files: int, *, has_shelf: bool = False, hidden: Collection[str] = ()
) -> list[Step]:
    """Return the steps that make the tree on this machine, in order; paths of the box lie below ROOT.

    has_shelf: there is to be a folder of the host's as SHELF, which the agent has opened before. hidden: as
    for ``Box.cover``.
    """
    return [
        Step(SPACE, Kind.TMPFS, "size=1m,nr_inodes=512,mode=755", ROOT),
        *(Step(SPACE, Kind.FOLDER, "", f"{ROOT}/{name}") for name in FOLDERS),
        # Of other processes a program sees those that it may read, which init is not among.
        Step(PROC, Kind.PROC, "subset=pid,hidepid=ptraceable", f"{ROOT}/proc"),
        *_toolchains(),
        *_etc(),
        *_devices(),
        *_shelf(present=has_shelf),
        Step(TREE, Kind.TMPFS, f"size={code_bytes},nr_inodes={code_files + 1},mode=755", ROOT + CODE),
        Step(TREE, Kind.PIVOT, "", ROOT),
        Step(TREE, Kind.LOCK, "", "/", _FIXED),
        *(Step(TREE, Kind.COVER, "", path) for path in hidden),
    ]


def packed(steps: list[Step]) -> list[Field]:
    """The fields of a packet that the agent reads the steps from."""
    return [len(steps), *(field for step in steps for field in step)]


def _toolchains() -> Iterator[Step]:
    yield _bind("/usr", f"{ROOT}/usr")
    for name in HIDDEN:
        if os.path.isdir(name) and not os.path.islink(name):
            yield Step(TREE, Kind.TMPFS, "size=4k,nr_inodes=1,mode=555", ROOT + name, _FIXED)
    for name in TOP_LEVEL:
        if os.path.lexists(f"/{name}"):
            yield from _mirror(f"/{name}", f"{ROOT}/{name}")
    for name in VAR:
        yield from _mirror_below("/var", name)


def _etc() -> Iterator[Step]:
    for name, text in ETC_FILES.items():
        yield Step(TREE, Kind.FILE, text, f"{ROOT}/etc/{name}")
    versioned = (name for name in sorted(os.listdir("/etc")) if name.startswith(ETC_PREFIXES))
    for name in (*ETC, *versioned):
        yield from _mirror_below("/etc", name)


def _devices() -> Iterator[Step]:
    for name in DEVICES:
        path = f"{ROOT}/dev/{name}"
        yield Step(TREE, Kind.FILE, "", path)
        yield Step(TREE, Kind.BIND, f"/dev/{name}", path, RDONLY | NOSUID | NOEXEC)
    for name, target in DEVICE_LINKS:
        yield Step(TREE, Kind.LINK, target, f"{ROOT}/dev/{name}")


def _shelf(*, present: bool) -> Iterator[Step]:
    """It holds data, which nobody has to execute."""
    if present:
        yield Step(TREE, Kind.FOLDER, "", ROOT + SHELF)
        yield Step(TREE, Kind.SHELF, "", ROOT + SHELF, SHELF_ATTRIBUTES)


def _mirror_below(top: str, name: str) -> Iterator[Step]:
    """Show a host's file, folder or link at the same place in the box, if the host has it."""
    if os.path.lexists(f"{top}/{name}"):
        if folder := os.path.dirname(name):
            yield Step(TREE, Kind.FOLDER, "", f"{ROOT}{top}/{folder}")
        yield from _mirror(f"{top}/{name}", f"{ROOT}{top}/{name}")


def _mirror(source: str, target: str) -> Iterator[Step]:
    if os.path.islink(source):
        yield Step(TREE, Kind.LINK, os.readlink(source), target)
        return
    if os.path.isdir(source):
        yield Step(TREE, Kind.FOLDER, "", target)
    else:
        yield Step(TREE, Kind.FILE, "", target)
    yield _bind(source, target)


def _bind(source: str, target: str) -> Step:
    return Step(TREE, Kind.BIND, source, target, _FIXED)
