"""Tests and groups of format 2025-09: secret tests or groups of them, never both, and no groups in groups."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from judge.manifest import Group
from judge.packages.collecting import Collection
from judge.packages.folders import Folder
from judge.packages.gathering import Found, gather, judged
from judge.packages.problem import Problem
from judge.packages.reading import Reading
from judge.packages.settings import Args, Settings, of_test
from judge.packages.values import OneOrMoreTexts, Texts

_FILE = "test_group.yaml"
_SCORED = ("max_score", "score_aggregation", "require_pass")
_STATIC = ("static_validation_score", "static_validator_args")


def _names(value: Any) -> Any:
    return None if value == [] else value


class GroupYaml(Args):
    """A group's test_group.yaml; None where it says nothing."""

    max_score: Annotated[int, Field(ge=0, le=10**12)] | Literal["unbounded"] | None = None
    score_aggregation: Literal["pass-fail", "sum", "min"] | None = None
    require_pass: Annotated[OneOrMoreTexts | None, BeforeValidator(_names)] = None
    static_validation_score: int | Literal["pass-fail"] | None = None
    static_validator_args: Texts | None = None


def read_groups(
    reading: Reading, problem: Problem, data: Folder, collection: Collection
) -> tuple[Group, ...]:
    """Collect every test, samples first; returns the groups, none where they say nothing."""
    if _FILE in data.files:
        reading.fault(
            data.inner(_FILE),
            "has no place in format 2025-09: put it into data/sample, data/secret or a group",
        )
    groups = _Groups(reading, problem, collection)
    sample = data.at("sample")
    if sample:
        groups.sample(sample)
    secret = data.at("secret")
    if secret is None:
        reading.fault("data/secret", "is missing: a problem needs at least one secret test")
        return ()
    return groups.secret(secret)


class _Groups:
    """What is collected on the way through data/sample and data/secret."""

    def __init__(self, reading: Reading, problem: Problem, collection: Collection) -> None:
        self._reading, self._problem, self._collection = reading, problem, collection
        self._aggregations: dict[str, str] = {"sample": "pass-fail"}

    def sample(self, folder: Folder) -> None:
        """Samples are run first, and count for nothing."""
        shape = self._shape(folder)
        for key in _SCORED:
            if getattr(shape, key) is not None:
                self._reading.fault(folder.inner(_FILE), f"{key}: is not for samples")
        gathered = gather(self._reading, folder)
        for inner in gathered.folders:
            self._reading.fault(inner.path, "is a folder among the samples, which have no groups")
        self._collect("sample", gathered.tests, Settings().under(folder.inner(_FILE), shape))

    def secret(self, folder: Folder) -> tuple[Group, ...]:
        """Secret tests, or the groups of them."""
        shape = self._shape(folder)
        gathered = gather(self._reading, folder)
        settings = Settings().under(folder.inner(_FILE), shape)
        if not gathered.folders:
            count = self._collect("secret", gathered.tests, settings)
            if not count:
                self._reading.fault(folder.path, "holds no test (*.in)")
            return self._all(folder, shape, [], count)
        if gathered.tests:
            test, group = gathered.tests[0].name, gathered.folders[0].path.removeprefix("data/")
            self._reading.fault(
                folder.path, f"holds tests ({test}) and groups ({group}): it may hold one or the other"
            )
        if settings != Settings():
            self._reading.warn(
                folder.inner(_FILE),
                "gives arguments to groups, which the format does not say; they take them",
            )
        inner = sorted(gathered.folders, key=lambda one: one.path)
        members = [self._group(one, number, settings, shape) for number, one in enumerate(inner, start=1)]
        return self._all(folder, shape, members, 0)

    def _all(self, folder: Folder, shape: GroupYaml, members: list[Group], tests: int) -> tuple[Group, ...]:
        if not self._problem.scoring:
            names = [("", ""), ("sample", "sample"), ("secret", "secret")]
            return (*(Group(*name) for name in names), *members) if members else ()
        aggregation = shape.score_aggregation or "sum"
        secret = self._scored(folder, "secret", "secret", shape, aggregation, 100, tests)
        self._check_members(folder, secret, members)
        return (
            Group("", "", ignore_sample=True, stops=False),
            Group("sample", "sample", score="pass-fail", accept_score=0.0, most=0.0, stops=False),
            secret,
            *members,
        )

    def _group(self, folder: Folder, number: int, inherited: Settings, secret: GroupYaml) -> Group:
        shape = self._shape(folder)
        tests = tuple(sorted(self._below(folder, top=True), key=lambda test: test.name))
        name = folder.path.removeprefix("data/")
        count = self._collect(name, tests, inherited.under(folder.inner(_FILE), shape))
        if not count:
            self._reading.fault(folder.path, "is a group without a test (*.in)")
        public_name = f"secret/group-{number}"
        if not self._problem.scoring:
            return Group(name, public_name)
        aggregation = shape.score_aggregation or "pass-fail"
        if secret.score_aggregation == "pass-fail" and aggregation != "pass-fail":
            self._reading.fault(
                folder.inner(_FILE), "score_aggregation: must be pass-fail, as that of data/secret is"
            )
        return self._scored(folder, name, public_name, shape, aggregation, None, count)

    def _below(self, folder: Folder, top: bool) -> Iterator[Found]:
        """The tests of a group: folders in it are no groups, so theirs are among them."""
        if not top and _FILE in folder.files:
            self._reading.fault(folder.inner(_FILE), "is in a group already: there are no groups in groups")
        gathered = gather(self._reading, folder)
        yield from gathered.tests
        for inner in gathered.folders:
            yield from self._below(inner, top=False)

    def _scored(
        self, folder: Folder, name: str, public_name: str, shape: GroupYaml, aggregation: Any,
        usual: int | None, tests: int,
    ) -> Group:  # fmt: skip
        """A group that has a score; ``tests`` are those right in it, none where it has groups."""
        path = folder.inner(_FILE) if _FILE in folder.files else folder.path
        given = shape.max_score if shape.max_score is not None else usual
        most = None if given is None or given == "unbounded" else float(given)
        if aggregation == "pass-fail" and most is None:
            self._reading.fault(
                path, "max_score: a group with the aggregation pass-fail needs one, of points"
            )
        requires = self._requires(path, name, shape)
        self._aggregations[name] = aggregation
        accept_score = {"pass-fail": 0.0, "min": most, "sum": most and most / max(tests, 1)}[aggregation]
        return Group(
            name,
            public_name,
            score=aggregation,
            accept_score=accept_score,
            most=most,
            stops=aggregation == "pass-fail" or (aggregation == "min" and tests > 0),
            requires=requires,
        )

    def _requires(self, path: str, name: str, shape: GroupYaml) -> tuple[str, ...]:
        for other in shape.require_pass or ():
            if other != "sample" and name == "secret":
                self._reading.fault(path, f"require_pass: secret may only require sample, not {other!r}")
            elif other not in self._aggregations:
                self._reading.fault(path, f"require_pass: {other!r} is no group that comes before this one")
            elif self._aggregations[other] != "pass-fail":
                self._reading.fault(path, f"require_pass: {other!r} has not the aggregation pass-fail")
        return shape.require_pass or ()

    def _check_members(self, folder: Folder, secret: Group, members: list[Group]) -> None:
        if not members or secret.most is None:
            return
        for member in members:
            if member.most is None:
                self._reading.fault(
                    f"data/{member.name}",
                    "max_score: a group of a bounded data/secret needs one, in its test_group.yaml",
                )
        given = [member.most or 0.0 for member in members]
        reached = sum(given) if secret.score == "sum" else min(given)
        if secret.score != "pass-fail" and reached != secret.most:
            self._reading.warn(
                folder.path, f"can be scored with {secret.most:g} points, its groups give {reached:g} at most"
            )

    def _collect(self, group: str, tests: tuple[Found, ...], settings: Settings) -> int:
        """How many of a group's tests are judged; they are added to the collection."""
        before = len(self._collection.tests)
        for test in judged(self._reading, iter(tests), self._collection.dialogues):
            self._collection.add(test, group, of_test(self._reading, test, settings))
        return len(self._collection.tests) - before

    def _shape(self, folder: Folder) -> GroupYaml:
        path = folder.inner(_FILE)
        if "testdata.yaml" in folder.files:
            self._reading.fault(folder.inner("testdata.yaml"), f"is called {_FILE} in format 2025-09")
        if _FILE not in folder.files:
            return GroupYaml()
        document = self._reading.document(path, folder.files[_FILE], constants=True)
        shape = self._reading.shaped(path, document or {}, GroupYaml)
        if shape is None:
            return GroupYaml()
        for key in _STATIC:
            if getattr(shape, key) is not None:
                self._reading.fault(path, f"{key}: static validators are not supported")
        for key in _SCORED:
            if not self._problem.scoring and getattr(shape, key) is not None:
                self._reading.fault(path, f"{key}: is for problems of type scoring, and this is none")
        if shape.full_feedback and folder.path != "data/sample":
            self._reading.warn(path, "full_feedback: this judge shows nothing of secret tests")
        return shape
