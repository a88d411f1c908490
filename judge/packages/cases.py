"""Data that validators are tried on: what they must refuse, and what they must take."""

from pathlib import Path
from typing import Literal

from judge.packages.collecting import Collection
from judge.packages.folders import Folder
from judge.packages.gathering import CONFIGURATION, Found, gather
from judge.packages.package import Case
from judge.packages.problem import Problem
from judge.packages.reading import Reading
from judge.packages.settings import Args, Settings, of_test, split_in_draft
from judge.packages.values import Text
from judge.packages.version import Version

Kind = Literal["invalid_input", "invalid_output", "valid_output"]
_NEEDS: dict[Kind, tuple[str, ...]] = {
    "invalid_input": (".in",),
    "invalid_output": (".in", ".ans", ".out"),
    "valid_output": (".in", ".ans", ".out"),
}
_KNOWN = ("sample", "secret")


class _GroupYaml(Args):
    """A test_group.yaml beside cases."""

    description: Text | None = None


def read_cases(reading: Reading, problem: Problem, data: Folder, collection: Collection) -> tuple[Case, ...]:
    """Every case, in the order of the names."""
    found: list[Case] = []
    for name, folder in data.folders.items():
        kind = next((kind for kind in _NEEDS if name in (kind, f"{kind}s")), None)
        if kind is None:
            if name not in _KNOWN:
                reading.warn(folder.path, "is no folder of the format and is ignored")
            continue
        if name != kind:
            reading.warn(folder.path, f"is an old name of data/{kind}")
        if kind != "invalid_input" and (problem.interactive or problem.multi_pass):
            reading.warn(folder.path, "is for problems where output is not a dialogue, and is ignored")
            continue
        found += _cases(reading, kind, folder, Settings(), collection)
    for name in data.files:
        if name not in CONFIGURATION:
            reading.warn(data.inner(name), "is no part of a test and is ignored")
    return tuple(found)


def _cases(
    reading: Reading, kind: Kind, folder: Folder, inherited: Settings, collection: Collection
) -> list[Case]:
    settings = _settings(reading, folder, inherited)
    gathered = gather(reading, folder, ".out")
    found = [
        _case(reading, kind, test, of_test(reading, test, settings), collection)
        for test in gathered.tests
        if _is_whole(reading, kind, test)
    ]
    # In 2025-09 a test_group.yaml is for its own folder; before, also for those below.
    handed_down = Settings() if reading.version is Version.CURRENT else settings
    for inner in gathered.folders:
        found += _cases(reading, kind, inner, handed_down, collection)
    return found


def _settings(reading: Reading, folder: Folder, inherited: Settings) -> Settings:
    path = folder.inner("test_group.yaml")
    if "test_group.yaml" not in folder.files:
        return inherited
    document = reading.document(path, folder.files["test_group.yaml"], constants=True)
    shape = reading.shaped(path, split_in_draft(reading, document or {}), _GroupYaml)
    return inherited.under(path, shape) if shape else inherited


def _is_whole(reading: Reading, kind: Kind, test: Found) -> bool:
    missing = [extension for extension in _NEEDS[kind] if extension not in test.parts]
    for extension in missing:
        reading.fault(test.path(extension), f"is missing: a case of {kind} has {', '.join(_NEEDS[kind])}")
    return not missing


def _case(reading: Reading, kind: Kind, test: Found, settings: Settings, collection: Collection) -> Case:
    def kept(extension: str) -> str | None:
        wanted: Path | None = test.parts.get(extension) if extension in _NEEDS[kind] else None
        return reading.keep(wanted) if wanted else None

    return Case(
        kind,
        test.name,
        reading.keep(test.parts[".in"]),
        kept(".ans"),
        kept(".out"),
        collection.of_input_validators(test.name, settings),
        collection.output_args(settings),
    )
