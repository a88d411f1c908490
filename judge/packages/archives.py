"""Problem packages as zips: unpacked without trusting anything that the zip says, packed always alike."""

import io
import os
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from judge.blobs import digest_of
from judge.config import settings
from judge.errors import PackageError
from judge.packages.entries import MOST_ENTRIES, Entry, Kind, checked

_DIRECTORY_BYTES = 8 * 1024 * 1024
_BLOCK_BYTES = 1024 * 1024
_ROOT = "."
_SAME_TIME = (1980, 1, 1, 0, 0, 0)  # the first instant that a zip can name


def unpack(archive: Path | BinaryIO, folder: Path) -> Path:
    """The package in a zip, unpacked into a new folder, which is returned.

    A package lies at the root of its zip, or in the only folder there, whose name counts for nothing.
    Raises PackageError with every fault of the names and headers found; of the contents, the first.
    """
    if isinstance(archive, Path):
        with archive.open("rb") as file:
            return unpack(file, folder)
    with _opened(archive) as opened:
        entries = checked(opened.infolist(), opened.start_dir, _size(archive))
        folder.mkdir(parents=True)
        try:
            _extract(opened, entries, folder)
        except BaseException:
            shutil.rmtree(folder)
            raise
    return folder


def pack(folder: Path, archive: BinaryIO) -> None:
    """A package as a zip; equal packages make equal zips, as far as zlib is the same."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        for name, path in _walk(folder):
            info = zipfile.ZipInfo(name, _SAME_TIME)
            info.create_system, info.compress_type = 3, zipfile.ZIP_DEFLATED  # 3: what follows is Unix'
            if path.is_symlink():
                info.external_attr = (stat.S_IFLNK | 0o777) << 16
                made.writestr(info, _target(path))
                continue
            info.external_attr = (stat.S_IFREG | (0o755 if os.access(path, os.X_OK) else 0o644)) << 16
            info.file_size = path.stat().st_size
            with path.open("rb") as content, made.open(info, "w") as entry:
                shutil.copyfileobj(content, entry, _BLOCK_BYTES)


def digest(folder: Path) -> str:
    """SHA-256 over the names, kinds and contents of a package's files, as 64 hex digits."""
    hasher = sha256()
    for name, path in _walk(folder):
        kind = "link" if path.is_symlink() else "program" if os.access(path, os.X_OK) else "file"
        content = _target(path) if path.is_symlink() else digest_of(path)
        hasher.update(f"{kind}\0{name}\0{content}\0".encode("utf-8", "surrogateescape"))
    return hasher.hexdigest()


class _Reading(io.BufferedIOBase):
    """A zip as zipfile reads it: whatever its headers say, no list of contents is read beyond a bound."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, size: int | None = -1) -> bytes:
        if size is None or size < 0 or size > _DIRECTORY_BYTES:
            here, wanted = self._file.tell(), size if size is not None and size >= 0 else _size(self._file)
            if min(wanted, _size(self._file) - here) > _DIRECTORY_BYTES:
                raise PackageError([(_ROOT, f"the zip lists more than {MOST_ENTRIES} entries")])
        return self._file.read(-1 if size is None else size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True


def _opened(file: BinaryIO) -> zipfile.ZipFile:
    size, most = _size(file), settings().max_package_bytes
    if size > most:
        raise PackageError([(_ROOT, f"the zip has {size} bytes; JUDGE_MAX_PACKAGE_BYTES allows {most}")])
    try:
        return zipfile.ZipFile(_Reading(file))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise PackageError([(_ROOT, f"is no zip that can be read: {error}")]) from error


def _extract(opened: zipfile.ZipFile, entries: list[Entry], folder: Path) -> None:
    left = settings().max_unpacked_bytes
    for entry in entries:
        if entry.kind is Kind.FILE:
            left -= _write(opened, entry, folder / entry.path, left)
    # Links come last, when nothing is written any more that could go through one.
    by_name = {entry.name: entry for entry in entries}
    targets = {entry.path: _link(opened, entry, by_name) for entry in entries if entry.kind is Kind.LINK}
    for path in targets:
        _check_circle(path, targets)
    for path, target in targets.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).symlink_to(os.path.relpath(target, os.path.dirname(path) or "."))


def _write(opened: zipfile.ZipFile, entry: Entry, path: Path, left: int) -> int:
    """Unpack one file and return its size; what its header says of it is compared with what comes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    mode = 0o755 if entry.is_program else 0o644
    written = 0
    with open(os.open(path, flags, mode), "wb") as file:
        for block in _blocks(opened, entry):
            written += len(block)
            if written > min(left, entry.info.file_size):
                raise PackageError([(entry.name, "unpacks to more than its header says, or than is allowed")])
            file.write(block)
    if written != entry.info.file_size:
        raise PackageError([(entry.name, "unpacks to less than its header says")])
    return written


def _blocks(opened: zipfile.ZipFile, entry: Entry) -> Iterator[bytes]:
    try:
        with opened.open(entry.info) as content:
            while block := content.read(_BLOCK_BYTES):
                yield block
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, zlib.error) as error:
        raise PackageError([(entry.name, f"cannot be unpacked: {error}")]) from error


def _link(opened: zipfile.ZipFile, entry: Entry, by_name: dict[str, Entry]) -> str:
    """The path in the package that a link leads to."""
    text = b"".join(_blocks(opened, entry)).decode("utf-8", "replace")
    if text.startswith("/") or "\\" in text or "\0" in text:
        raise PackageError([(entry.name, f"is a link to {text!r}; links must be relative")])
    target = os.path.normpath(os.path.join(os.path.dirname(entry.name), text))
    if target == ".." or target.startswith("../"):
        raise PackageError([(entry.name, f"is a link that leaves the package, to {text!r}")])
    if target not in by_name or by_name[target].kind is Kind.FOLDER:
        raise PackageError([(entry.name, f"is a link to {text!r}, which is no file of the package")])
    return by_name[target].path


def _check_circle(path: str, targets: dict[str, str]) -> None:
    seen = {path}
    at = path
    while (at := targets.get(at, "")) != "":
        if at in seen:
            raise PackageError([(path, "is a link that leads nowhere: in a circle")])
        seen.add(at)


def _walk(folder: Path, prefix: str = "") -> Iterator[tuple[str, Path]]:
    """Every file below a folder and its name there, in the order of names; links are not followed."""
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path, f"{prefix}{path.name}/")
        elif path.is_file():
            yield prefix + path.name, path


def _target(link: Path) -> str:
    return os.path.relpath(link.resolve(), link.parent.resolve())


def _size(file: BinaryIO) -> int:
    here = file.tell()
    size = file.seek(0, io.SEEK_END)
    file.seek(here)
    return size
