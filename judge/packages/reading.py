"""One reading of one package: its folder, what has been found wrong or odd, and the data to keep."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from judge.blobs import digest_of
from judge.manifest import MIB, PLACED_BYTES, PLACED_FILES
from judge.packages.documents import MOST_BYTES, decoded, load
from judge.packages.folders import Folder, Scan
from judge.packages.package import Content, Note
from judge.packages.version import Version

UNFIT = re.compile("[\0\ud800-\udfff]")
"""NUL and lone surrogates: Postgres takes neither."""

_MOST_CODE_BYTES = 16 * 1024 * 1024
"""No source is so large; what is, is data, in which no constant is looked for."""


class Shape(BaseModel):
    """The shape of a YAML file, or of a part of one: keys that it does not name are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


_Shape = TypeVar("_Shape", bound=Shape)


class Reading:
    """A reading goes on after a fault, so that an author is told all of them at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.version = Version.CURRENT
        self.root = Folder("")
        self.constants: Mapping[str, str] = {}
        self.faults: list[Note] = []
        self.warnings: list[Note] = []
        self.data: dict[str, Content] = {}
        self._digests: dict[Path, str] = {}

    def fault(self, path: str | Path, message: str) -> None:
        """Note once what is wrong, and where."""
        self._note(self.faults, path, message)

    def warn(self, path: str | Path, message: str) -> None:
        """Note once what is odd and changes nothing, and where."""
        self._note(self.warnings, path, message)

    def demand(self, path: str | Path, message: str) -> None:
        """A fault by the current format; older packages, never held to it, are only warned."""
        self._note(self.faults if self.version.is_strict else self.warnings, path, message)

    def scan(self) -> None:
        """Look at every file of the package. Raises PackageError where there are absurdly many."""
        self.root = Scan(self.folder, self.version.is_strict, self.fault, self.warn).folder()

    def check_placed(self, folder: Folder) -> None:
        """Note where a folder is too much to be put beside a program, before each of its runs."""
        files = [file for _, file in folder.walk()]
        if len(files) > PLACED_FILES or sum(file.stat().st_size for file in files) > PLACED_BYTES:
            self.fault(
                folder.path,
                f"holds more than {PLACED_FILES} files, or than {PLACED_BYTES // MIB} MiB, which are put "
                "beside the program for each run",
            )

    def keep(self, file: Path) -> str:
        """Take a file's bytes as they are into the package's data; returns their SHA-256."""
        if file not in self._digests:  # thousands of links may lead to one file
            digest = self._digests[file] = digest_of(file)
            self.data.setdefault(digest, file)
        return self._digests[file]

    def keep_code(self, file: Path) -> str:
        """Likewise, with the values of constants in the place of their names."""
        if not self.constants or file.stat().st_size > _MOST_CODE_BYTES:
            return self.keep(file)
        content = file.read_bytes()
        changed = self.replaced(content)
        if changed == content:
            return self.keep(file)
        digest = digest_of(changed)
        self.data.setdefault(digest, changed)
        return digest

    def replaced(self, content: bytes) -> bytes:
        """A content in which each ``{{name}}`` of a constant is its value."""
        return re.sub(
            rb"\{\{([a-zA-Z_][a-zA-Z0-9_]*)\}\}",
            lambda found: self.constants.get(found[1].decode(), found[0].decode()).encode(),
            content,
        )

    def document(self, path: str, file: Path, *, constants: bool = False) -> dict[Any, Any] | None:
        """What a YAML file maps; None where it is wrong, which is noted."""
        if file.stat().st_size > MOST_BYTES:
            self.fault(path, f"is larger than {MOST_BYTES} bytes")
            return None
        content = file.read_bytes()
        try:
            found = load(self.replaced(content) if constants else content)
        except ValueError as error:
            self.fault(path, str(error))
            return None
        if b"\r\n" in content:
            self.warn(path, "has lines that end with CR LF; the format wants LF alone")
        if found is not None and not isinstance(found, dict):
            self.fault(path, "must be a map of keys to values")
            return None
        return found or {}

    def shaped(self, path: str, document: Mapping[Any, Any], shape: type[_Shape]) -> _Shape | None:
        """A document, or a part of one, as a shape; None where it is of another, which is noted."""
        try:
            return shape.model_validate(document)
        except ValidationError as error:
            for detail in error.errors():
                self.fault(path, _told(detail))
            return None

    def text(self, path: str, file: Path) -> str:
        """A text file's text; empty where it is none, which is noted."""
        if file.stat().st_size > MOST_BYTES:
            self.fault(path, f"is larger than {MOST_BYTES} bytes")
            return ""
        try:
            text = decoded(file.read_bytes())
        except ValueError as error:
            self.fault(path, str(error))
            return ""
        if "\0" in text:
            self.fault(path, "holds a NUL")
        if "\r\n" in text:
            self.warn(path, "has lines that end with CR LF; the format wants LF alone")
        return text

    def _note(self, notes: list[Note], path: str | Path, message: str) -> None:
        note = os.fsencode(path).decode("utf-8", "backslashreplace"), message
        if note not in notes:
            notes.append(note)


def _told(detail: Any) -> str:
    """What pydantic says of a value, with where it stands in the document."""
    if detail["type"] == "extra_forbidden":
        message = "is no key of the format; mend its spelling or take it out"
    elif detail["type"] == "string_type":
        message = f"must be text: put {detail['input']!r} in quotes"
    else:
        message = detail["msg"].removeprefix("Value error, ")
    return ": ".join(filter(None, (".".join(map(str, detail["loc"])), message)))
