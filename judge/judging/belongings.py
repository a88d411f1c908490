"""Which files of this machine are a language's alone, so that boxes of other languages need not show them."""

import glob
import os
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from judge.languages import Language, table

PATH = "/usr/local/bin:/usr/bin:/bin"
"""Where a box looks for programs."""

EVERYBODYS = ("bash", "sh", "env")
"""Tools that scripts of other toolchains need."""


def hidden_from(language_id: str | None) -> tuple[str, ...]:
    """What a program is not to see: nothing is hidden from a script, which may call any program."""
    return () if language_id is None else foreign(language_id)


@cache
def foreign(language_id: str) -> tuple[str, ...]:
    """The files and folders that are other languages' alone, none of them in another."""
    mine = {language_id, *table()[language_id].borrows}
    own = {path for id_ in mine for path in _belongings(table()[id_])}
    theirs = {path for other in table().values() if other.id not in mine for path in _belongings(other)}
    return tuple(sorted(_outermost(theirs - own)))


def _outermost(paths: set[str]) -> Iterator[str]:
    """Those that lie in no other: what is in a covered folder is covered with it."""
    return (path for path in paths if not any(str(parent) in paths for parent in Path(path).parents))


def _belongings(language: Language) -> set[str]:
    """The tools of a language and its folders, by their real names."""
    found = (shutil.which(tool, path=PATH) for tool in language.tools if tool not in EVERYBODYS)
    folders = (path for pattern in language.folders for path in glob.glob(pattern))
    return {os.path.realpath(path) for path in (*filter(None, found), *folders)}
