"""The file tree of a box: toolchains read-only, one folder for the submission, one for each run."""

import os

from judge.sandbox import kernel
from judge.sandbox.errors import SandboxError

ROOT = "/tmp"  # noqa: S108  where the new root is put together, in a mount namespace of our own
SCRATCH = "/tmp"  # noqa: S108  inside the box: the writable folder of a run
CODE = "/code"

TOP_LEVEL = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
"""Links into /usr on merged systems, folders on others: made the way the host has them."""

ETC = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "localtime", "perl", "mono", "ssl/certs")
"""What toolchains read of /etc; nothing here is secret, and what the host lacks is left out."""

ETC_PREFIXES = ("java-", "python3")
"""Debian's JDKs and Python keep their configuration in folders of /etc named for the version."""

VAR = ("lib/ghc", "lib/ocaml")

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

_LOCKED = kernel.ATTR_RDONLY | kernel.ATTR_NOSUID
_PROC = "subset=pid,hidepid=ptraceable"


def build(code_bytes: int, code_files: int) -> int:
    """Make the box's tree and move into it; nothing of the host's is reachable afterwards.

    Returns a descriptor of the box's own /proc, whole and writable, for the agent alone. Raises SandboxError.
    """
    try:
        kernel.mount("none", "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
        _tmpfs(ROOT, "size=1m,nr_inodes=512,mode=755")
        for name in ("proc", "dev", "etc", "code", "tmp", "usr", "var", "run"):
            os.mkdir(f"{ROOT}/{name}", 0o755)
    except OSError as error:
        raise SandboxError("mount namespace", str(error), "allow mounts in user namespaces") from error
    proc = _proc()
    try:
        _toolchains()
        _etc()
        _devices()
    except OSError as error:
        raise SandboxError("read-only root", str(error), "Linux 5.14 or newer") from error
    try:
        _tmpfs(ROOT + CODE, f"size={code_bytes},nr_inodes={code_files + 1},mode=755")
        os.chdir(ROOT)
        kernel.pivot_root(".", ".")
        kernel.umount(".", kernel.MNT_DETACH)
        os.chdir("/")
        kernel.set_mount_attributes("/", _LOCKED | kernel.ATTR_NODEV, recursive=False)
    except OSError as error:
        raise SandboxError(
            "read-only root", str(error), "the worker's root must be a mount of its own"
        ) from error
    return proc


def seal() -> None:
    """Make /code read-only, for good.

    By another mount over the first, which no path reaches any more. The first one would not let itself be
    made read-only while a file is open for writing, as one can be that was sent into a socket and never taken
    out, until the kernel's collector comes by.
    """
    kernel.mount(CODE, CODE, None, kernel.MS_BIND)
    kernel.set_mount_attributes(CODE, _LOCKED | kernel.ATTR_NODEV)


def code_bytes() -> int:
    """Return the memory that /code takes: contents, and about a kilobyte for each file's own record."""
    space = os.statvfs(CODE)
    return (space.f_blocks - space.f_bfree) * space.f_frsize + (space.f_files - space.f_ffree << 10)


class Scratch:
    """The writable folder of a run, thrown away when anything was done to it."""

    def __init__(self) -> None:
        self._size: tuple[int, int] | None = None
        self._fresh: object = None

    def prepare(self, size: int, count: int) -> None:
        """Have an empty folder of at most ``size`` bytes and ``count`` files there."""
        if self._size != (size, count):
            self._renew(size, count)

    def clean(self) -> None:
        """Leave nothing of the run behind, and the next one an equal folder."""
        if self._size is not None and self._state() != self._fresh:
            self._renew(*self._size)

    def _renew(self, size: int, count: int) -> None:
        if self._size is not None:
            # Detached, as a file sent into a socket and never taken out would hold it for a while.
            kernel.umount(SCRATCH, kernel.MNT_DETACH)
        # One file more for the folder itself.
        _tmpfs(SCRATCH, f"size={size},nr_inodes={count + 1},mode=700")
        self._size = (size, count)
        self._fresh = self._state()

    @staticmethod
    def used_bytes() -> int:
        """What the files in /tmp and /code hold in memory."""
        return sum((s.f_blocks - s.f_bfree) * s.f_frsize for s in map(os.statvfs, (SCRATCH, CODE)))

    @staticmethod
    def _state() -> object:
        """All by which an untouched folder differs from one that was written to."""
        space, folder = os.statvfs(SCRATCH), os.stat(SCRATCH)
        return (
            (space.f_bfree, space.f_ffree, folder.st_ino, folder.st_dev, folder.st_mode),
            (folder.st_mtime_ns, folder.st_ctime_ns, os.listxattr(SCRATCH)),
        )


def _proc() -> int:
    """Mount /proc twice: whole, seen by a descriptor alone, then read-only with the box's processes."""
    target = f"{ROOT}/proc"
    flags = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
    try:
        kernel.mount("proc", target, "proc", flags)
        whole = os.open(target, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        kernel.umount(target, kernel.MNT_DETACH)
        # Read-only: a program may not even change its own standing with the memory killer.
        kernel.mount("proc", target, "proc", flags | kernel.MS_RDONLY, _PROC)
    except OSError as error:
        raise SandboxError(
            "proc",
            str(error),
            "Linux 5.8 or newer; in a container an unmasked /proc (--security-opt systempaths=unconfined)",
        ) from error
    return whole


def _toolchains() -> None:
    _bind("/usr", f"{ROOT}/usr")
    for name in HIDDEN:
        if os.path.isdir(name) and not os.path.islink(name):
            _tmpfs(ROOT + name, "size=4k,nr_inodes=1,mode=555")
            kernel.set_mount_attributes(ROOT + name, _LOCKED | kernel.ATTR_NODEV)
    for name in TOP_LEVEL:
        if os.path.islink(f"/{name}"):
            os.symlink(os.readlink(f"/{name}"), f"{ROOT}/{name}")
        elif os.path.isdir(f"/{name}"):
            os.mkdir(f"{ROOT}/{name}")
            _bind(f"/{name}", f"{ROOT}/{name}")
    for name in VAR:
        _mirror(f"/var/{name}", f"{ROOT}/var/{name}")


def _etc() -> None:
    for name, text in ETC_FILES.items():
        with open(f"{ROOT}/etc/{name}", "x") as file:
            file.write(text)
    versioned = (name for name in sorted(os.listdir("/etc")) if name.startswith(ETC_PREFIXES))
    for name in (*ETC, *versioned):
        _mirror(f"/etc/{name}", f"{ROOT}/etc/{name}")


def _devices() -> None:
    for name in DEVICES:
        path = f"{ROOT}/dev/{name}"
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o444))
        kernel.mount(f"/dev/{name}", path, None, kernel.MS_BIND)
        kernel.set_mount_attributes(path, _LOCKED | kernel.ATTR_NOEXEC)
    for name, target in DEVICE_LINKS:
        os.symlink(target, f"{ROOT}/dev/{name}")


def _mirror(source: str, target: str) -> None:
    """Show a host's file, folder or link at the same place in the box, if the host has it."""
    if not os.path.lexists(source):
        return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.islink(source):
        os.symlink(os.readlink(source), target)
        return
    if os.path.isdir(source):
        os.mkdir(target)
    else:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o444))
    _bind(source, target)


def _bind(source: str, target: str) -> None:
    kernel.mount(source, target, None, kernel.MS_BIND | kernel.MS_REC)
    kernel.set_mount_attributes(target, _LOCKED | kernel.ATTR_NODEV)


def _tmpfs(target: str, options: str) -> None:
    # Without times of access: reading a folder would leave a trace that the next run could find.
    kernel.mount("tmpfs", target, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOATIME, options)
