"""Guards of the sandbox as edits of its source, by which a copy of it can do without one of them."""

import subprocess
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from judge.sandbox.link import AGENT
from judge.sandbox.seccomp import TABLE, WITHOUT_MEMORY_CGROUP

from .corpus import PROGRAMS

ROW = "filter: "
"""What the name of a guard begins with that is a row of the filter's table; the call's name follows."""

_WITHOUT_ROW = """
TABLE = tuple(row for row in TABLE if row.name != {call!r})
WITHOUT_MEMORY_CGROUP = tuple(row for row in WITHOUT_MEMORY_CGROUP if row.name != {call!r})
"""


@dataclass(frozen=True, kw_only=True)
class Guard:
    """What it is, and the edit that takes it away; without one it is a layer beyond our reach."""

    name: str
    what: str
    file: str = ""
    text: str = ""
    instead: str = ""

    def remove_from(self, package: Path) -> Path:
        """Edit the copy of judge/sandbox at ``package`` and return the file that was changed."""
        file = package / self.file
        source = file.read_text()
        if self.name.startswith(ROW) and not self.text:
            file.write_text(source + _WITHOUT_ROW.format(call=self.name.removeprefix(ROW)))
        else:
            assert source.count(self.text) == 1, f"{self.file} has not once the text of {self.name!r}"
            file.write_text(source.replace(self.text, self.instead))
        return file


def read() -> dict[str, Guard]:
    """Every guard by its name: those of the table, and each row of the filter."""
    table = tomllib.loads((PROGRAMS / "guards.toml").read_text("utf-8"))
    found = {name: Guard(name=name, **entry) for name, entry in table.items()}
    for row in TABLE + WITHOUT_MEMORY_CGROUP:
        found.setdefault(ROW + row.name, Guard(name=ROW + row.name, what=row.reason, file="seccomp.py"))
    return found


def remove(guards: Iterable[Guard], package: Path) -> None:
    """Take guards out of a copy of judge/sandbox."""
    changed = {guard.remove_from(package) for guard in guards}
    if any(file.suffix == ".c" for file in changed):
        subprocess.run([package / "agent" / "compile", package / AGENT.name], check=True)
