"""The files that come with a run in a zip: their names and contents, read without trusting what it says."""

import io
import stat
import zipfile
import zlib
from collections.abc import Collection, Sequence

from judge.config import settings

_MOST_FILES, _MOST_FOLDERS = 1000, 1000
"""Both together are fewer than a box has room for, or what somebody has sent would be a failure of ours."""
_NAME_BYTES = 255
_UNIX = 3
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The library unpacks what others have packed as a whole, of which a few hundred bytes can be gigabytes."""


def unzipped(archive: bytes) -> dict[str, bytes]:
    """The files of a zip by their names, which may lie in folders.

    Raises ValueError, in a sentence for whoever sent it: for what is no zip, for names that lead out of their
    folder, for links, and for more than a run's archive may hold.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            return _read(opened)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise ValueError(f"is no zip that can be read: {error}") from error


def check(names: Sequence[str]) -> None:
    """Whether files of these names may come with a run, in folders or not.

    Raises ValueError, in a sentence for whoever sent them.
    """
    if len(names) > _MOST_FILES:
        raise ValueError(f"has {len(names)} files; at most {_MOST_FILES} are taken")
    for name in names:
        is_plain = all(part not in ("", ".", "..") for part in name.split("/"))
        if not is_plain or "\0" in name or "\\" in name or len(name.encode("utf-8", "replace")) > _NAME_BYTES:
            raise ValueError(f"has a file with the name {name!r}, which is no plain relative one")
    folders = {name[:at] for name in names for at, letter in enumerate(name) if letter == "/"}
    if len(folders) > _MOST_FOLDERS:
        raise ValueError(f"has {len(folders)} folders; at most {_MOST_FOLDERS} are taken")
    known = set(names)
    if len(known) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"has {twice!r} twice")
    if (lost := clash(known)) is not None:
        raise ValueError(f"has {lost!r} in what is a file")


def clash(names: Collection[str]) -> str | None:
    """A name that lies in what another name says is a file; None where all of them may stand together."""
    for name in names:
        parts = name.split("/")
        if any("/".join(parts[:count]) in names for count in range(1, len(parts))):
            return name
    return None


def _read(opened: zipfile.ZipFile) -> dict[str, bytes]:
    entries = [entry for entry in opened.infolist() if not entry.is_dir()]
    names = [entry.filename.removeprefix("./") for entry in entries]
    check(names)
    left_bytes = most_bytes = settings().max_run_archive_bytes
    files: dict[str, bytes] = {}
    for name, entry in zip(names, entries, strict=True):
        _check_kind(name, entry)
        with opened.open(entry) as file:
            files[name] = file.read(left_bytes + 1)  # what its header says of its size is not believed
        left_bytes -= len(files[name])
        if left_bytes < 0:
            raise ValueError(f"unpacks to more than {most_bytes} bytes (JUDGE_MAX_RUN_ARCHIVE_BYTES)")
    return files


def _check_kind(name: str, entry: zipfile.ZipInfo) -> None:
    if entry.compress_type not in _METHODS:
        raise ValueError(f"has {name!r}, which is compressed by another method than deflate")
    if entry.create_system == _UNIX and stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
        raise ValueError(f"has {name!r}, which is no regular file")
