"""The files of a package as a tree: links are followed inside it, and what the format hides is not seen."""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from judge.errors import PackageError

MOST_FILES = 100_000
_DEEPEST = 30
_NAME = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,254}")

Telling = Callable[[str | Path, str], None]
"""Takes a path in the package and what there is to say of it."""


@dataclass(frozen=True)
class Folder:
    """A folder of the package; ``path`` is relative to the package and empty for the package itself.

    files: by name, in the order of their names, with the path of what a link leads to. folders: likewise.
    """

    path: str
    files: Mapping[str, Path] = field(default_factory=dict)
    folders: Mapping[str, "Folder"] = field(default_factory=dict)

    def at(self, path: str) -> "Folder | None":
        """A folder below this one; None where there is none."""
        name, _, rest = path.partition("/")
        found = self.folders.get(name)
        return found.at(rest) if found and rest else found

    def inner(self, name: str) -> str:
        """The path in the package of something in this folder."""
        return f"{self.path}/{name}" if self.path else name

    def walk(self, above: str = "") -> Iterator[tuple[str, Path]]:
        """Every file below, by its path from here."""
        for name, path in self.files.items():
            yield above + name, path
        for name, folder in self.folders.items():
            yield from folder.walk(f"{above}{name}/")


class Scan:
    """One walk over a package. ``strict``: files of odd names are as if absent, as in format 2025-09."""

    def __init__(self, root: Path, strict: bool, fault: Telling, warn: Telling) -> None:
        self._root, self._strict = root, strict
        self._fault, self._warn = fault, warn
        self._count = 0

    def folder(self, path: str = "", real: Path | None = None, above: tuple[Path, ...] = ()) -> Folder:
        """What is in a folder of the package. Raises PackageError where there is more than anybody needs."""
        real = real or self._root
        files: dict[str, Path] = {}
        folders: dict[str, Folder] = {}
        for name in sorted(os.listdir(real)):
            where = f"{path}/{name}" if path else name
            target = self._target(where, real / name) if self._is_seen(where, name) else None
            if target is None:
                continue
            self._count += 1
            if self._count > MOST_FILES or len(above) > _DEEPEST:
                raise PackageError(
                    [
                        (
                            path or ".",
                            f"more than {MOST_FILES} files, or folders {_DEEPEST} deep, are no package",
                        )
                    ]
                )
            if target.is_file():
                files[name] = target
            elif not target.is_dir():
                self._fault(where, "is no regular file")
            elif target in (*above, real):
                self._fault(where, "is a link to a folder that it lies in")
            else:
                folders[name] = self.folder(where, target, (*above, real))
        return Folder(path, files, folders)

    def _is_seen(self, where: str, name: str) -> bool:
        if name.startswith(".") or name == "__pycache__":
            return False
        if self._strict and not _NAME.fullmatch(name):
            self._warn(where, "is ignored: names are made of a-z, A-Z, 0-9, '_', '.' and '-'")
            return False
        if not name.isprintable():
            self._fault(where, "has a name that is not printable UTF-8")
            return False
        return True

    def _target(self, where: str, path: Path) -> Path | None:
        """What a link leads to, and anything else itself; None for what may not be followed."""
        if not path.is_symlink():
            return path
        try:
            target = path.resolve(strict=True)
        except (OSError, RuntimeError):  # to nothing, or in a circle
            self._fault(where, "is a link that leads nowhere")
            return None
        if os.path.isabs(os.readlink(path)):
            self._fault(where, "is an absolute link, which leaves the package wherever that is moved")
            return None
        if not target.is_relative_to(self._root):
            self._fault(where, "is a link that leaves the package")
            return None
        return target
