"""The submissions that come with a package, and what each of them must get."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from judge.languages import table
from judge.manifest import Group, TestSpec
from judge.packages.folders import Folder
from judge.packages.globs import matches
from judge.packages.package import Example, Requirement
from judge.packages.problem import Problem
from judge.packages.programs import told_language
from judge.packages.reading import Reading
from judge.packages.requirements import (
    EXACT,
    LEGACY_EXPECTED,
    contradicts_itself,
    expected,
    of_entry,
    of_legacy_folder,
)
from judge.packages.submissions_yaml import DEFAULTS, PATH, Entry, read_entries
from judge.packages.version import Version
from judge.records import SourceFile

_MOST_BYTES = 4 * 1024 * 1024
"""No judge takes a larger submission, and a package may hold anything."""
_PARTIAL = "partially_accepted"


def read_examples(
    reading: Reading, problem: Problem, tests: tuple[TestSpec, ...], groups: tuple[Group, ...]
) -> tuple[Example, ...]:
    """Every submission, in the order of the folders and names."""
    folder = reading.root.at("submissions")
    if folder is None:
        reading.warn("submissions", "is missing: nothing shows that the problem can be solved")
        return ()
    return tuple(_Examples(reading, problem, tests, groups).read(folder))


class _Examples:
    """What is needed on the way through submissions/."""

    def __init__(
        self, reading: Reading, problem: Problem, tests: tuple[TestSpec, ...], groups: tuple[Group, ...]
    ) -> None:
        self._reading, self._tests, self._groups = reading, tests, groups
        self._legacy = reading.version is Version.LEGACY
        # Packages of the draft keep the legacy folder of submissions that get a part of the points.
        self._draft = reading.version is Version.DRAFT
        self._root = groups[0] if problem.scoring and groups else None
        self._scoring = problem.scoring
        self._entries: list[Entry] = [] if self._legacy else read_entries(reading)
        self._requirements = self._of_entries()

    def read(self, folder: Folder) -> Iterator[Example]:
        """The examples of every folder."""
        for name in folder.files:
            if name != "submissions.yaml":
                self._reading.warn(
                    folder.inner(name), "lies in no folder that says what it must get; ignored"
                )
            elif self._legacy:
                self._reading.warn(PATH, "is ignored: the legacy format does not know it")
        names = []
        for name, inner in folder.folders.items():
            for example in self._of_folder(name, inner):
                names.append(example.name)
                yield example
        if not any(name.startswith("accepted/") for name in names):
            self._reading.warn(
                "submissions/accepted", "holds no submission: nothing shows that the problem can be solved"
            )
        for entry in self._entries:
            if entry.glob not in DEFAULTS and not any(matches(entry.glob, name) for name in names):
                self._reading.warn(PATH, f"{entry.glob}: there is no such submission")

    def _of_folder(self, name: str, folder: Folder) -> Iterator[Example]:
        for file_name, file in folder.files.items():
            if Path(file_name).suffix in (".disabled", ".template", ".md", ".txt"):
                self._reading.warn(folder.inner(file_name), "is no submission and is ignored")
            else:
                yield self._example(name, f"{name}/{file_name}", {file_name: file})
        for inner_name, inner in folder.folders.items():
            yield self._example(name, f"{name}/{inner_name}", dict(inner.walk()))

    def _example(self, folder: str, name: str, files: Mapping[str, Path]) -> Example:
        sources, reason = self._sources(name, files)
        entries = [entry for entry in self._entries if matches(entry.glob, name)]
        language, why = self._language(entries, files)
        reason = reason or why
        if reason:
            self._reading.warn(f"submissions/{name}", f"is not tried: {reason}")
        required, allowed = self._required(folder, name, entries)
        entry_points = [entry.described.entrypoint for entry in entries if entry.described.entrypoint]
        return Example(
            name=name,
            language=None if reason else language,
            files=sources,
            expected=allowed,
            requirements=required,
            entry_point=entry_points[-1] if entry_points else None,
            reason=reason,
        )

    def _sources(self, name: str, files: Mapping[str, Path]) -> tuple[tuple[SourceFile, ...], str]:
        if sum(file.stat().st_size for file in files.values()) > _MOST_BYTES:
            return (), f"it is larger than {_MOST_BYTES} bytes"
        sources = []
        for inner, file in files.items():
            content = self._reading.replaced(file.read_bytes())
            if b"\0" in content:
                return (), f"{inner} is no text: it holds a NUL"
            try:
                text = content.decode("utf-8")
            except UnicodeDecodeError:
                self._reading.warn(f"submissions/{name}", f"{inner} is not UTF-8; it is read as Latin 1")
                text = content.decode("latin-1")
            sources.append(SourceFile(inner, text))
        return tuple(sources), "" if sources else "it holds no file"

    def _language(self, entries: list[Entry], files: Mapping[str, Path]) -> tuple[str | None, str]:
        given = [entry.described.language for entry in entries if entry.described.language]
        if not given:
            return told_language(files)
        if given[-1] not in table():
            return None, f"this judge does not know its language, {given[-1]}"
        return given[-1], ""

    def _required(
        self, folder: str, name: str, entries: list[Entry]
    ) -> tuple[tuple[Requirement, ...], tuple[str, ...]]:
        count = len(self._tests)
        if self._legacy or (self._draft and folder == _PARTIAL and not entries):
            required = tuple(of_legacy_folder(folder, self._tests, self._root))
            if folder in LEGACY_EXPECTED:
                return required, LEGACY_EXPECTED[folder]
        else:
            required = tuple(one for entry in entries for one in self._requirements[entry.glob])
        if contradicts_itself(required, count):
            self._reading.fault(
                PATH, f"what is said of {name} cannot all come out: its rules exclude each other"
            )
        if folder in EXACT:
            return required, (folder,)
        if not required:
            self._reading.warn(f"submissions/{name}", "may get anything: nothing says what it must get")
        return required, expected(required, count)

    def _of_entries(self) -> dict[str, tuple[Requirement, ...]]:
        """What each entry requires, with what is odd in it told once."""
        names = [group.name for group in self._groups]
        found = {}
        for entry in self._entries:
            found[entry.glob] = tuple(of_entry(entry, self._tests, names))
            for glob, rule in entry.rules.items():
                self._check(entry, glob, bool(rule.score), names)
            if entry.described.score and not self._scoring:
                self._reading.fault(PATH, f"{entry.glob}: score: is for problems of type scoring")
        return found

    def _check(self, entry: Entry, glob: str, scores: bool, groups: list[str]) -> None:
        where = f"{entry.glob}: {glob}"
        if not any(matches(glob, test.author_name) for test in self._tests):
            known = glob.startswith(("sample", "secret", "{", "*"))
            tell = self._reading.warn if known else self._reading.fault
            tell(PATH, f"{where}: is neither a key of the format nor a test")
        elif scores and not self._scoring:
            self._reading.fault(PATH, f"{where}: score: is for problems of type scoring")
        elif scores and not any(matches(glob, group) for group in groups):
            self._reading.fault(PATH, f"{where}: score: is for groups, and this names tests alone")
