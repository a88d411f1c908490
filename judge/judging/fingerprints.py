"""What a toolchain of this machine is known by: a text that changes when it does."""

import glob
import hashlib
import json
import os
import platform
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from judge import __version__, sandbox
from judge.judging.belongings import PATH
from judge.languages import Language, table

_DEPTH = 2
"""Folders of a toolchain are looked at so deep: gcc's own programs lie in /usr/lib/gcc/MACHINE/VERSION."""

_EVERYBODYS = (
    "/usr/bin",
    "/usr/local/bin",
    "/usr/include",
    "/usr/lib",
    "/usr/local/lib",
    "/var/lib/dpkg/status",
)


def fingerprint(language: Language) -> str:
    """Changes when the language's entry, a tool or folder of its toolchain, the judge or its sandbox does.

    Package managers replace files by others of the same name, which a folder's time of change shows.
    """
    return digest_of([asdict(language), _judge(), toolchain(language)])


def toolchain(language: Language) -> list[Any]:
    """The state of a language's tools and folders, and of those that it borrows, for JSON."""
    borrowed = [table()[other] for other in language.borrows]
    tools = sorted({tool for each in (language, *borrowed) for tool in each.tools})
    patterns = sorted({pattern for each in (language, *borrowed) for pattern in each.folders})
    found = filter(None, (shutil.which(tool, path=PATH) for tool in tools))
    return _states([*map(os.path.realpath, found), *_folders(tuple(patterns))])


def whole_machine() -> str:
    """Changes when any program or library of this machine is installed, the judge or its sandbox changes."""
    c, cpp = (fingerprint(table()[id_]) for id_ in ("c", "cpp"))
    return digest_of([c, cpp, _states(_EVERYBODYS)])


def digest_of(facts: Sequence[Any]) -> str:
    """SHA-256 of what JSON can tell, as 64 hex digits."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


@cache
def _judge() -> list[Any]:
    """What of ourselves has a part in what a compiler makes; it stays the same while we run."""
    folder = Path(sandbox.__file__).parent
    ours = [*sorted(map(str, folder.glob("*.py"))), str(folder / "box-agent")]
    return [__version__, os.geteuid() == 0, platform.machine(), _states(ours)]


@cache
def _folders(patterns: tuple[str, ...]) -> list[str]:
    """The folders like these patterns, and those below, as they are when they are first asked for.

    A new one shows in the one that it is in.
    """
    found = (
        path
        for pattern in patterns
        for depth in range(_DEPTH + 1)
        for path in glob.glob(pattern + "/*" * depth)
        if os.path.isdir(path) and not path.endswith("/__pycache__")
    )
    return sorted(set(map(os.path.realpath, found)))


def _states(paths: Iterable[str]) -> list[Any]:
    """When files and folders were last changed, and how large they are."""
    states = []
    for path in paths:
        try:
            status = os.stat(path)
        except FileNotFoundError:
            continue
        states.append([path, status.st_mtime_ns, status.st_size])
    return states
