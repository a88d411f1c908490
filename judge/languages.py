"""The table of languages, read from languages.toml: how each is compiled, run, versioned and proven."""

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

_TABLE = Path(__file__).with_name("languages.toml")
_MIB = 1 << 20
CODE = "/code"
"""Where the files of a submission lie in its box."""

HELLO = "hello"
"""What every hello program reads and must print."""


@dataclass(frozen=True)
class Language:
    """One entry of the table; languages.toml says what each field means."""

    id: str
    name: str
    source: str
    run: tuple[str, ...]
    version: tuple[str, ...]
    hello: str
    extensions: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    mixes: tuple[str, ...] = ()
    shebang: str = ""
    compile: tuple[str, ...] = ()
    compile_options: tuple[str, ...] = ()
    unchecked: str = ""
    entry: str = "file"
    entry_point: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    fed_environment: Mapping[str, str] = field(default_factory=dict)
    fed_files: Mapping[str, str] = field(default_factory=dict)
    packages: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    borrows: tuple[str, ...] = ()
    variant_of: str | None = None
    startup_s: float = 0.0
    time_multiplier: float = 1.0
    memory_multiplier: float = 1.0
    memory_floor_mib: int = 0
    reason: str = ""

    @property
    def tools(self) -> tuple[str, ...]:
        """The programs this language needs on the box's PATH."""
        commands = (self.compile, self.run, self.version)
        words = (*(command[0] for command in commands if command), *self.needs)
        return tuple(dict.fromkeys(word for word in words if "/" not in word))

    @property
    def lineage(self) -> tuple[str, ...]:
        """Its base's id, where it is a variant, and its own: what is there for the base is there for it."""
        return (self.variant_of, self.id) if self.variant_of else (self.id,)

    @property
    def sources(self) -> tuple[str, ...]:
        """The extensions of the files that its compiler is given."""
        return self.extensions + self.also + self.mixes

    def refused(self, options: Sequence[str]) -> list[str]:
        """Those of a caller's compiler options that are not among ``compile_options``."""
        return [option for option in options if not any(_allows(one, option) for one in self.compile_options)]

    def compile_command(
        self, sources: Sequence[str], entry: str = "", options: Sequence[str] = ()
    ) -> tuple[str, ...]:
        """The argument list that compiles these files; empty where there is nothing to compile."""
        lists = {"{sources}": sources, "{options}": options}
        words = self._filled(self.compile, entry)
        return tuple(word for part in words for word in lists.get(part, [part]))

    def run_command(self, memory_bytes: int, entry: str = "") -> tuple[str, ...]:
        """The argument list that runs the program under a memory limit.

        entry: the name of the file, or of the class, that the program begins in; else the language's default.
        """
        memory_mib = max(1, memory_bytes // _MIB)
        sizes = {"memory_mib": memory_mib, "memory_kib": memory_mib * 1024, "ample_mib": memory_mib * 4}
        command = tuple(self._filled(self.run, entry))
        for name, size in sizes.items():
            command = tuple(word.replace(f"{{{name}}}", str(size)) for word in command)
        return command

    def _filled(self, command: Sequence[str], entry: str) -> Iterable[str]:
        entry = entry or self.entry_point or self.source
        stem = entry.removesuffix(PurePosixPath(entry).suffix)
        return (part.replace("{entry}", entry).replace("{stem}", stem) for part in command)

    def time_limit_s(self, limit_s: float) -> float:
        """The CPU time that a program may take where a problem allows ``limit_s``."""
        return limit_s * self.time_multiplier + self.startup_s

    def memory_bytes(self, limit_bytes: int) -> int:
        """The memory that a program may take where a problem allows ``limit_bytes``."""
        return max(int(limit_bytes * self.memory_multiplier), self.memory_floor_mib * _MIB)


def version_number(told: str) -> str:
    """The number in what a toolchain tells of its version, such as 12.2.0; empty where it tells none."""
    found = re.search(r"\d+(\.\d+)+", told) or re.search(r"\d+", told)
    return found[0] if found else ""


def _allows(allowed: str, option: str) -> bool:
    """Whether an entry of ``compile_options`` is the option, or a pattern that it is like."""
    return bool(re.fullmatch(allowed, option)) if allowed.startswith("^") else allowed == option


@cache
def table() -> Mapping[str, Language]:
    """Every language the judge knows, by id, in the table's order."""
    told = tomllib.loads(_TABLE.read_text("utf-8"))
    words: dict[str, list[str]] = told.pop("words")
    entries: dict[str, dict[str, Any]] = {}
    for id_, entry in told.items():
        base = entries.get(entry.get("variant_of", ""))
        entries[id_] = _variant(base, entry) if base else entry
        for command in ("compile", "run", "version"):
            listed = entries[id_].get(command, [])
            entries[id_][command] = [word for part in listed for word in words.get(part, [part])]
    return {id_: _language(id_, entry) for id_, entry in entries.items()}


def _variant(base: Mapping[str, Any], entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry as its base with what differs: ``swap`` exchanges words of commands, ``add`` ends compile.

    A variant takes the files of its base, but no file speaks of it.
    """
    whole = {**base, "extensions": [], "also": [*base["extensions"], *base.get("also", ())]}
    swap = entry.get("swap", {})
    for command in ("compile", "run", "version"):
        whole[command] = [swap.get(word, word) for word in base.get(command, ())]
    whole["compile"] += entry.get("add", [])
    return whole | {key: value for key, value in entry.items() if key not in ("swap", "add")}


def _language(id_: str, entry: Mapping[str, Any]) -> Language:
    fields: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()
    }
    return Language(id=id_, **fields)


def by_extension(file_name: str) -> Language | None:
    """The language that a file's name speaks of."""
    suffix = PurePosixPath(file_name).suffix
    return next((language for language in table().values() if suffix in language.extensions), None)


def detect(
    files: Sequence[tuple[str, str]],
    allowed: Collection[str] | None = None,
    order: Sequence[str] = (),
) -> Language | None:
    """The language that files, as name and content, are written in; None where they do not tell.

    By the format's appendix on languages: extensions tell, but for those that it has in parentheses, which
    count only where a first line ``#!`` names the language, or ``allowed`` leaves no other. Headers and data
    speak of no language. Of several that fit, the first one in ``order`` is meant.
    """
    known = [language for language in table().values() if allowed is None or language.id in allowed]
    claims = [(name, _claims(name, content, known, alone=allowed is not None)) for name, content in files]
    told = [(name, ids) for name, ids in claims if ids]
    fitting = [
        language.id
        for language in known
        if any(language.id in ids for _, ids in told)
        and all(language.id in ids or name.endswith(language.mixes or ("\0",)) for name, ids in told)
    ]
    if len(fitting) != 1:
        fitting = [id_ for id_ in order if id_ in fitting][:1]
    return table()[fitting[0]] if fitting else None


def _claims(name: str, content: str, known: Sequence[Language], *, alone: bool) -> set[str]:
    """The ids of the languages that a file speaks of."""
    suffix, first_line = PurePosixPath(name).suffix, content.partition("\n")[0]
    taking = [language for language in known if suffix in language.sources]
    named = {lang.id for lang in taking if lang.shebang and re.match(lang.shebang, first_line)}
    own = {language.id for language in taking if suffix in language.extensions}
    return named or own or {language.id for language in taking if alone and suffix in language.also}
