"""What a zip says it holds, checked before a byte of it is unpacked."""

import re
import stat
import unicodedata
import zipfile
from dataclasses import dataclass
from enum import Enum

from judge.config import settings
from judge.errors import PackageError

MOST_ENTRIES = 30_000
_MOST_FAULTS = 100
_NAME_BYTES, _PATH_BYTES = 255, 1024
_LINK_BYTES = 4096
_LOCAL_HEADER_BYTES = 30

_PLAIN_BYTES = 64 * 1024 * 1024
"""So much may come out of a zip however small it is: tests of one repeated number shrink a thousandfold."""
_MOST_RATIO = 100

_PROBLEM = "problem.yaml"
_NOT_OURS = "__MACOSX/"  # what a Mac's Finder puts beside the files that were chosen
_DRIVE = re.compile("[A-Za-z]:")


class Kind(Enum):
    """What an entry becomes."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"


@dataclass(frozen=True)
class Entry:
    """An entry that may be unpacked.

    name: in the zip, without a final slash. path: in the package.
    """

    info: zipfile.ZipInfo
    name: str
    path: str
    kind: Kind

    @property
    def is_program(self) -> bool:
        """Whether its owner may execute it."""
        return bool(self.info.external_attr >> 16 & stat.S_IXUSR)


Faults = list[tuple[str, str]]


def checked(infos: list[zipfile.ZipInfo], directory_at: int, archive_bytes: int) -> list[Entry]:
    """The entries that make the package. Raises PackageError with every fault found.

    directory_at: where the zip's list of contents begins. archive_bytes: the size of the zip.
    """
    if len(infos) > MOST_ENTRIES:
        raise PackageError([(".", f"the zip has {len(infos)} entries; {MOST_ENTRIES} are allowed")])
    infos = [info for info in infos if not info.orig_filename.startswith(_NOT_OURS)]
    faults = _name_faults(infos)
    if not faults:
        faults = [*_kind_faults(infos), *_clashes(infos), *_overlaps(infos, directory_at)]
        faults += _size_faults(infos, archive_bytes)
    if faults:
        raise PackageError(faults[:_MOST_FAULTS])
    top = _top(infos)
    return [
        Entry(info, _name(info), _name(info).removeprefix(top), kind)
        for info in infos
        if (kind := _kind(info)) and _name(info) + "/" != top
    ]


def _name(info: zipfile.ZipInfo) -> str:
    return info.orig_filename.removesuffix("/")


def _kind(info: zipfile.ZipInfo) -> Kind | None:
    """What an entry is; None for devices, pipes and sockets."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return Kind.LINK
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return None
    return Kind.FOLDER if info.orig_filename.endswith("/") or kind == stat.S_IFDIR else Kind.FILE


def _name_faults(infos: list[zipfile.ZipInfo]) -> Faults:
    return [(_shown(info.orig_filename), fault) for info in infos if (fault := _name_fault(info))]


def _name_fault(info: zipfile.ZipInfo) -> str:
    name = info.orig_filename
    parts = _name(info).split("/")
    if "\0" in name:
        return "has a name with a NUL"
    if "\\" in name:
        return "has a name with a backslash; folders are separated by /"
    if name.startswith("/") or _DRIVE.match(name):
        return "has an absolute path"
    if ".." in parts:
        return "has a path that climbs out of its folder (..)"
    if "" in parts or "." in parts:
        return "has a path with an empty part"
    if len(name.encode()) > _PATH_BYTES or any(len(part.encode()) > _NAME_BYTES for part in parts):
        return f"has a name longer than {_NAME_BYTES} bytes, or a path longer than {_PATH_BYTES}"
    return ""


def _kind_faults(infos: list[zipfile.ZipInfo]) -> Faults:
    return [(_name(info), fault) for info in infos if (fault := _kind_fault(info))]


def _kind_fault(info: zipfile.ZipInfo) -> str:
    kind = _kind(info)
    if info.flag_bits & 0x1:
        return "is encrypted"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is compressed by another method than deflate"
    if kind is None:
        return "is a device, a pipe or a socket"
    if kind is Kind.FOLDER and info.file_size:
        return "is a folder with a content"
    if kind is Kind.LINK and (info.file_size > _LINK_BYTES or info.orig_filename.endswith("/")):
        return "is a link to nothing that could be a path"
    return ""


def _clashes(infos: list[zipfile.ZipInfo]) -> Faults:
    """Names that are one name on some file system, and files that would have to be folders as well."""
    faults: Faults = []
    spellings: dict[str, str] = {}
    seen: set[str] = set()
    folders = {name[:at] for name in map(_name, infos) for at, letter in enumerate(name) if letter == "/"}
    for info in infos:
        name = _name(info)
        if name in seen:
            faults.append((name, "is in the zip twice"))
        seen.add(name)
        if name in folders and _kind(info) is not Kind.FOLDER:
            faults.append((name, "is a file, and the folder of others"))
    for name in sorted(seen | folders):
        spelling = spellings.setdefault(_folded(name), name)
        if spelling != name:
            faults.append((name, f"differs from {spelling!r} only by case or by the form of its letters"))
    return faults


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


def _overlaps(infos: list[zipfile.ZipInfo], directory_at: int) -> Faults:
    """Entries that share bytes of the zip: no tool makes such, and few bytes unpack to very many so."""
    faults: Faults = []
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < 0:
            faults.append((_name(info), "lies before the beginning of the zip, which is cut off"))
        elif info.header_offset < end:
            faults.append((_name(info), "overlaps another entry of the zip"))
        end = info.header_offset + _LOCAL_HEADER_BYTES + info.compress_size
    if end > directory_at:
        faults.append((".", "the zip's entries reach into its list of contents"))
    return faults


def _size_faults(infos: list[zipfile.ZipInfo], archive_bytes: int) -> Faults:
    total, most = sum(info.file_size for info in infos), settings().max_unpacked_bytes
    if total > most:
        return [(".", f"unpacks to {total} bytes; JUDGE_MAX_UNPACKED_BYTES allows {most}")]
    if total > max(_PLAIN_BYTES, _MOST_RATIO * archive_bytes):
        return [(".", f"unpacks to {total // archive_bytes} times its size; {_MOST_RATIO} times are allowed")]
    return []


def _top(infos: list[zipfile.ZipInfo]) -> str:
    """What stands before every path: nothing, or the only folder of the root and its slash."""
    names = {_name(info) for info in infos}
    if _PROBLEM in names:
        return ""
    tops = {name.split("/")[0] for name in names}
    if len(tops) == 1 and f"{min(tops)}/{_PROBLEM}" in names:
        return f"{min(tops)}/"
    raise PackageError([(_PROBLEM, "is missing, at the root of the zip and in the only folder there")])


def _shown(name: str) -> str:
    return name[:200].replace("\0", "\\0")
