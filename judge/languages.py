"""The table of languages, read from languages.toml: how each is compiled, run, versioned and proven."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

_TABLE = Path(__file__).with_name("languages.toml")
HELLO = "hello"
"""What every hello program reads and must print."""


@dataclass(frozen=True)
class Language:
    """One entry of the table; languages.toml says what each field means."""

    id: str
    name: str
    source: str
    extensions: tuple[str, ...]
    run: tuple[str, ...]
    version: tuple[str, ...]
    hello: str
    compile: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    folders: tuple[str, ...] = ()
    borrows: tuple[str, ...] = ()

    @property
    def tools(self) -> tuple[str, ...]:
        """The programs this language needs on the box's PATH."""
        commands = (self.compile, self.run, self.version)
        return tuple(dict.fromkeys(command[0] for command in commands if command and "/" not in command[0]))

    def compile_command(self, sources: Sequence[str]) -> tuple[str, ...]:
        """The argument list that compiles these files; empty where there is nothing to compile."""
        return tuple(word for part in self.compile for word in (sources if part == "{sources}" else [part]))

    def run_command(self, memory_bytes: int) -> tuple[str, ...]:
        """The argument list that runs the program under a memory limit."""
        memory_mib = str(max(1, memory_bytes // (1024 * 1024)))
        return tuple(part.replace("{memory_mib}", memory_mib) for part in self.run)


@cache
def table() -> Mapping[str, Language]:
    """Every language the judge knows, by id, in the table's order."""
    entries = tomllib.loads(_TABLE.read_text("utf-8"))
    return {id_: _language(id_, entry) for id_, entry in entries.items()}


def _language(id_: str, entry: dict[str, Any]) -> Language:
    fields: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()
    }
    return Language(id=id_, **fields)


def by_extension(file_name: str) -> Language | None:
    """The language that a file's name speaks of."""
    suffix = Path(file_name).suffix
    return next((language for language in table().values() if suffix in language.extensions), None)
