"""Tests and groups of the legacy format: folders in folders, each with a testdata.yaml or its ancestors'."""

from collections.abc import Mapping
from typing import Any

from judge.manifest import Group
from judge.packages.collecting import Collection
from judge.packages.folders import Folder
from judge.packages.gathering import Found, gather, judged
from judge.packages.problem import Problem
from judge.packages.reading import Reading
from judge.packages.settings import Settings, of_test
from judge.packages.testdata_yaml import SCORED, SCORES, VERDICTS, TestData, as_legacy
from judge.packages.version import Version

_FILE = "testdata.yaml"


def read_legacy_groups(
    reading: Reading, problem: Problem, data: Folder, collection: Collection
) -> tuple[Group, ...]:
    """Collect every test in the order of the tree; returns the groups, none where they change nothing."""
    if data.at("secret") is None:
        reading.fault("data/secret", "is missing: a problem needs at least one secret test")
        return ()
    groups = _Groups(reading, problem, collection)
    groups.read(data, {})
    if not any(test.author_name.startswith("secret/") for test in collection.tests):
        reading.fault("data/secret", "holds no test (*.in)")
    return groups.read_ones if problem.scoring or groups.matter else ()


class _Groups:
    """What is collected on the way through the tree below data."""

    def __init__(self, reading: Reading, problem: Problem, collection: Collection) -> None:
        self._reading, self._problem, self._collection = reading, problem, collection
        self._groups: list[Group] = []
        self._number = 0
        self.matter = False

    @property
    def read_ones(self) -> tuple[Group, ...]:
        """Outer before inner."""
        return tuple(self._groups)

    def read(self, folder: Folder, inherited: Mapping[str, Any]) -> None:
        """A group with all that is in it; ``inherited`` is what its ancestors' files say."""
        said = self._said(folder, inherited)
        path = folder.inner(_FILE) if _FILE in folder.files else folder.path
        shape = self._reading.shaped(path, {**said, **self._problem.grading}, TestData)
        shape = shape or TestData()
        self._add(folder, path, shape)
        settings = self._settings(path, shape)
        if folder.path == "data":
            for name in ("sample", "secret"):
                if name in folder.folders:
                    self.read(folder.folders[name], said)
            return
        gathered = gather(self._reading, folder)
        name = folder.path.removeprefix("data/")
        tests = {
            test.name: test
            for test in judged(self._reading, iter(gathered.tests), self._collection.dialogues)
        }
        inner = {one.path.removeprefix("data/"): one for one in gathered.folders}
        for key in sorted({*tests, *inner}):
            if key in tests:
                self._collect(tests[key], name, settings)
            if key in inner:
                self.matter = True
                self.read(inner[key], said)

    def _collect(self, test: Found, group: str, settings: Settings) -> None:
        self._collection.add(test, group, of_test(self._reading, test, settings))

    def _said(self, folder: Folder, inherited: Mapping[str, Any]) -> dict[str, Any]:
        """What a group's file says over what it inherits, key by key, as the format's own tools read it."""
        path = folder.inner(_FILE)
        if "test_group.yaml" in folder.files:
            self._reading.warn(
                folder.inner("test_group.yaml"), "is ignored: the legacy format has testdata.yaml"
            )
        if _FILE not in folder.files:
            return dict(inherited)
        document = self._reading.document(path, folder.files[_FILE]) or {}
        if self._reading.version is Version.DRAFT:
            document = as_legacy(document)
        for key in document:
            if key not in TestData.model_fields:
                # Whoever tried a legacy package saw it work without the key; a draft's key may be any.
                tell = self._reading.fault if self._reading.version is Version.DRAFT else self._reading.warn
                tell(path, f"{key}: is no key of testdata.yaml and is ignored")
            elif key in SCORED and not self._problem.scoring:
                self._reading.warn(path, f"{key}: is for problems of type scoring, and is ignored")
        known = {
            key: value
            for key, value in document.items()
            if key in TestData.model_fields and (self._problem.scoring or key not in SCORED)
        }
        taken = [key for key in inherited if key not in known and key.endswith("_validator_flags")]
        if taken:
            self._reading.warn(path, f"does not say {', '.join(taken)}, taken from the folder above it")
        return {**inherited, **known}

    def _add(self, folder: Folder, path: str, shape: TestData) -> None:
        if shape.grading == "custom":
            self._reading.fault(path, "grading: custom graders are not supported")
        verdict, score, flags = self._grader(path, shape)
        name = folder.path.removeprefix("data").removeprefix("/")
        group = Group(
            name,
            self._public_name(name),
            score=score,
            accept_score=shape.accept_score,
            reject_score=shape.reject_score,
            least=shape.range[0],
            most=shape.range[1],
            verdict=verdict,
            accept_if_any="accept_if_any_accepted" in flags,
            ignore_sample=name == "" and "ignore_sample" in flags,
            stops=shape.on_reject == "break",
        )
        self._groups.append(group)
        if not group.stops or group.accept_if_any or group.ignore_sample or verdict == "always_accept":
            self.matter = True

    def _grader(self, path: str, shape: TestData) -> tuple[Any, Any, set[str]]:
        """Of contradicting modes the last one stands, as the format says."""
        verdict, score = "worst_error", "sum"
        flags = shape.grader_flags.split()
        for flag in flags:
            if flag in VERDICTS:
                verdict = VERDICTS[flag]
            elif flag in SCORES:
                score = flag
            elif flag not in ("ignore_sample", "accept_if_any_accepted"):
                self._reading.fault(path, f"grader_flags: the default grader has no flag {flag!r}")
        return verdict, score, set(flags)

    def _public_name(self, name: str) -> str:
        if not name.startswith("secret/"):
            return name
        self._number += 1
        return f"secret/group-{self._number}"

    def _settings(self, path: str, shape: TestData) -> Settings:
        given = shape.input_validator_flags
        if isinstance(given, str):
            input_args: Any = tuple(given.split())
        else:
            input_args = {given.name: tuple(given.flags.split())}
        chosen = shape.output_validator_flags
        flags = chosen if isinstance(chosen, str) else chosen.flags
        if not isinstance(chosen, str):
            self._reading.warn(
                path, f"output_validator_flags: every output validator is used, not {chosen.name!r} alone"
            )
        return Settings((), input_args, tuple(flags.split()), path)
