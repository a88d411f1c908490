"""Writing the submission's files into /code, from inside the box and without following anything."""

import contextlib
import os
from collections.abc import Sequence

from judge.sandbox.errors import SandboxError
from judge.sandbox.mounts import CODE

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def parts(name: str) -> list[str]:
    """Return the components of a relative file name; ValueError for any that could lead elsewhere."""
    found = name.split("/")
    if "\0" in name or any(part in ("", ".", "..") or len(part.encode()) > 255 for part in found):
        raise ValueError(f"{name!r} is not a plain relative file name")
    return found


def put(files: Sequence[tuple[str, int]], contents: int) -> None:
    """Write each (name, size) below /code with the next ``size`` bytes of the descriptor ``contents``.

    Every folder on the way is opened from the one above it and no link is followed; a name that a program
    has taken in the meantime is unlinked first, never written through. Raises SandboxError.
    """
    for name, size in files:
        try:
            *folders, last = parts(name)
            where = os.open(CODE, _FOLDER)
            try:
                for folder in folders:
                    where = _enter(where, folder)
                _write(where, last, size, contents)
            finally:
                os.close(where)
        except (OSError, ValueError) as error:
            raise SandboxError("code folder", f"{name}: {error}") from error


def _enter(where: int, folder: str) -> int:
    """Open a folder, made if need be, and close the one it lies in."""
    with contextlib.suppress(FileExistsError):
        os.mkdir(folder, 0o755, dir_fd=where)
    inner = os.open(folder, _FOLDER, dir_fd=where)
    os.dup2(inner, where, inheritable=False)
    os.close(inner)
    return where


def _write(where: int, name: str, size: int, contents: int) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(name, dir_fd=where)
    # Executable too: scripts are run by name, and compilers care for neither.
    file = os.open(name, _NEW, 0o755, dir_fd=where)
    try:
        while size:
            moved = os.sendfile(file, contents, None, size)
            if not moved:
                raise OSError("its contents ended early")
            size -= moved
    finally:
        os.close(file)
