"""The files below data/ put together to tests: what shares a base name belongs together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from judge.packages.folders import Folder
from judge.packages.reading import Reading
from judge.packages.version import Version

IMAGES = (".png", ".jpg", ".jpeg", ".svg")
_DISPLAYED = (".in.statement", ".ans.statement", ".out")
_DOWNLOADED = (".in.download", ".ans.download")
# Longer ones first, for a test of the name 1.in is not the one of 1.in.statement.
_NEW = (*_DISPLAYED[:2], *_DOWNLOADED, ".interaction", ".in", ".ans", ".out", ".yaml", ".args", *IMAGES)
EXTENSIONS = {
    Version.LEGACY: (".interaction", ".in", ".ans", ".hint", ".desc", ".args", *IMAGES),
    Version.DRAFT: (*_NEW, ".hint", ".desc"),
    Version.CURRENT: _NEW,
}
"""What may belong to a test; anything else beside it is ignored."""
CONFIGURATION = ("test_group.yaml", "testdata.yaml")
"""What is about a group, not about a test."""


@dataclass(frozen=True)
class Found:
    """The files of one test by their extensions. ``name`` is its path below data/, without any."""

    name: str
    parts: Mapping[str, Path]
    files: Folder | None = None

    def path(self, extension: str) -> str:
        """Where one of its files is in the package."""
        return f"data/{self.name}{extension}"


@dataclass
class _Gathering:
    parts: dict[str, dict[str, Path]] = field(default_factory=dict)
    files: dict[str, Folder] = field(default_factory=dict)
    folders: list[Folder] = field(default_factory=list)


@dataclass(frozen=True)
class Gathered:
    """What a folder holds: tests in the order of their names, and folders that belong to no test."""

    tests: tuple[Found, ...]
    folders: tuple[Folder, ...]


def gather(reading: Reading, folder: Folder, *more: str) -> Gathered:
    """The tests right in a folder, those without ``.in`` too; what is no part of a test is told of.

    more: further extensions that belong to tests here.
    """
    extensions = (*EXTENSIONS[reading.version], *more)
    gathering, others = _Gathering(), list[str]()
    for name, file in folder.files.items():
        extension = next((one for one in extensions if name.endswith(one) and name != one), None)
        if name in CONFIGURATION:
            continue
        if extension is None:
            others.append(name)
        else:
            gathering.parts.setdefault(name.removesuffix(extension), {})[extension] = file
    _tell_of(reading, folder, others)
    for name, inner in folder.folders.items():
        if name.endswith(".files") and name != ".files":
            gathering.files[name.removesuffix(".files")] = inner
        else:
            gathering.folders.append(inner)
    return _checked(reading, folder, gathering)


def _tell_of(reading: Reading, folder: Folder, others: list[str]) -> None:
    """One warning for all files of a kind: there may be thousands."""
    for suffix in sorted({Path(name).suffix for name in others}):
        first, *more = (name for name in others if Path(name).suffix == suffix)
        like_it = f", as are {len(more)} more *{suffix} beside it" if more else ""
        reading.warn(folder.inner(first), f"is no part of a test and is ignored{like_it}")


def _checked(reading: Reading, folder: Folder, gathering: _Gathering) -> Gathered:
    for inner in gathering.folders:
        name = inner.path.rpartition("/")[2]
        if name in gathering.parts:
            reading.demand(inner.path, f"has the name of a test beside it, {name}.in")
    names = sorted({*gathering.parts, *gathering.files})
    within = folder.path.removeprefix("data/")
    tests = (
        Found(f"{within}/{name}", gathering.parts.get(name, {}), gathering.files.get(name)) for name in names
    )
    return Gathered(tuple(tests), tuple(gathering.folders))


def judged(reading: Reading, found: Iterator[Found], dialogues: bool) -> Iterator[Found]:
    """Those that are run, or only shown as dialogues where ``dialogues`` allows it; what is wrong is told."""
    for test in found:
        _check_parts(reading, test, dialogues)
        sample = test.name.startswith("sample/")
        if ".in" in test.parts:
            if ".ans" in test.parts:
                yield test
            else:
                reading.fault(test.path(".ans"), "is missing: a test has an answer, be it an empty one")
        elif sample and dialogues and ".interaction" in test.parts and len(test.parts) == 1:
            yield test
        else:
            extension = next(iter(test.parts), ".files")
            reading.fault(test.path(extension), f"belongs to no test: {test.path('.in')} is missing")


def _check_parts(reading: Reading, test: Found, dialogues: bool) -> None:
    has = test.parts.keys()
    if ".interaction" in has:
        if not dialogues:
            reading.fault(
                test.path(".interaction"), "is for problems of type interactive or multi-pass: this is none"
            )
        for extension in (*_DISPLAYED, *_DOWNLOADED):
            if extension in has:
                reading.fault(test.path(extension), "contradicts the .interaction beside it, which is shown")
    if ".out" in has and ".ans.statement" in has:
        reading.fault(test.path(".out"), "contradicts the .ans.statement beside it: only one can be shown")
    if reading.version is Version.CURRENT:
        for half in (".in", ".ans"):
            if (f"{half}.statement" in has) != (f"{half}.download" in has):
                reading.fault(
                    test.path(half), f"{half}.statement and {half}.download come together or not at all"
                )
    if len(has & set(IMAGES)) > 1:
        reading.demand(test.path(".in"), "has several illustrations; one is allowed")
    if test.name.rpartition("/")[2] in ("test_group", "testdata"):
        reading.fault(test.path(".in"), "cannot have this name: its .yaml would be its group's")
    if test.files and not any(True for _ in test.files.walk()):
        reading.warn(test.files.path, "holds no file")
