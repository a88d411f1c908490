"""Tests and groups of the draft of 2023-07: groups in groups, and points shared out among what has none."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from judge.manifest import Group
from judge.packages.collecting import Collection
from judge.packages.folders import Folder
from judge.packages.gathering import Found, gather, judged
from judge.packages.problem import Problem
from judge.packages.reading import Reading, Shape
from judge.packages.settings import Args, Settings, of_test, split_in_draft
from judge.packages.values import OneOrMoreTexts, Text

_FILE = "test_group.yaml"
_Aggregation = Literal["pass-fail", "sum", "min"]


def _maximum(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdecimal() else value


class _Scoring(Shape):
    score: Annotated[
        Annotated[int, Field(ge=0, le=10**12)] | Literal["unbounded"] | None, BeforeValidator(_maximum)
    ] = None
    aggregation: _Aggregation | None = None
    require_pass: OneOrMoreTexts | None = None


class _GroupYaml(Args):
    scoring: _Scoring = _Scoring()
    static_validation: Any = False
    hint: Text | None = None
    description: Text | None = None


@dataclass(frozen=True)
class _Node:
    """A group as read: ``members`` are its tests and the groups in it, in the order of their names."""

    folder: Folder
    scoring: _Scoring
    settings: Settings
    members: "tuple[Found | _Node, ...]"

    @property
    def name(self) -> str:
        return self.folder.path.removeprefix("data/")

    @property
    def aggregation(self) -> _Aggregation:
        return self.scoring.aggregation or ("sum" if self.name == "secret" else "pass-fail")

    @property
    def tests(self) -> list[Found]:
        return [member for member in self.members if isinstance(member, Found)]

    @property
    def groups(self) -> "list[_Node]":
        return [member for member in self.members if isinstance(member, _Node)]


def is_of_draft(reading: Reading, data: Folder) -> bool:
    """Whether groups are as the draft has them: much that bears its name has the legacy format's files."""
    names = {path.rpartition("/")[2]: path for path, _ in data.walk()}
    if _FILE in names and "testdata.yaml" in names:
        reading.fault(
            data.inner(names[_FILE]),
            f"contradicts {data.inner(names['testdata.yaml'])}: keep one of the kinds",
        )
    return "testdata.yaml" not in names


def read_draft_groups(
    reading: Reading, problem: Problem, data: Folder, collection: Collection
) -> tuple[Group, ...]:
    """Collect every test, samples first; returns the groups, none where they say nothing."""
    return _Groups(reading, problem, collection).read(data)


class _Groups:
    """What is collected on the way through the tree below data."""

    def __init__(self, reading: Reading, problem: Problem, collection: Collection) -> None:
        self._reading, self._problem, self._collection = reading, problem, collection
        self._groups: list[Group] = []
        self._aggregations: dict[str, str] = {"sample": "pass-fail"}
        self._number = 0

    def read(self, data: Folder) -> tuple[Group, ...]:
        """Both halves; secret must be there."""
        settings = self._described(data, Settings())[1]
        sample, secret = data.at("sample"), data.at("secret")
        if sample:
            self._sample(sample, settings)
        if secret is None:
            self._reading.fault("data/secret", "is missing: a problem needs at least one secret test")
            return ()
        root = self._node(secret, settings)
        self._emit(root, self._most(root))
        if not any(test.author_name.startswith("secret/") for test in self._collection.tests):
            self._reading.fault(secret.path, "holds no test (*.in)")
        if self._problem.scoring:
            first = Group("sample", "sample", score="pass-fail", accept_score=0.0, most=0.0, stops=False)
            return (Group("", "", ignore_sample=True, stops=False), first, *self._groups)
        return (Group("", ""), Group("sample", "sample"), *self._groups) if root.groups else ()

    def _sample(self, folder: Folder, inherited: Settings) -> None:
        scoring, settings = self._described(folder, inherited)
        if scoring != _Scoring():
            self._reading.fault(folder.inner(_FILE), "scoring: is not for samples")
        gathered = gather(self._reading, folder)
        for inner in gathered.folders:
            self._reading.fault(inner.path, "is a group among the samples, which have none")
        for test in judged(self._reading, iter(gathered.tests), self._collection.dialogues):
            self._collection.add(test, "sample", of_test(self._reading, test, settings))

    def _node(self, folder: Folder, inherited: Settings) -> _Node:
        scoring, settings = self._described(folder, inherited)
        gathered = gather(self._reading, folder)
        members: dict[str, Found | _Node] = {
            inner.path.removeprefix("data/"): self._node(inner, settings) for inner in gathered.folders
        }
        for test in judged(self._reading, iter(gathered.tests), self._collection.dialogues):
            members[test.name] = test
        return _Node(folder, scoring, settings, tuple(members[name] for name in sorted(members)))

    def _described(self, folder: Folder, inherited: Settings) -> tuple[_Scoring, Settings]:
        """What a group's file says: its scoring is its own, its arguments are handed down."""
        path = folder.inner(_FILE)
        if _FILE not in folder.files:
            return _Scoring(), inherited
        document = self._reading.document(path, folder.files[_FILE], constants=True) or {}
        shape = self._reading.shaped(path, split_in_draft(self._reading, document), _GroupYaml)
        if shape is None:
            return _Scoring(), inherited
        if shape.static_validation:
            self._reading.fault(path, "static_validation: static validators are not supported")
        if shape.scoring != _Scoring() and not self._problem.scoring:
            self._reading.fault(path, "scoring: is for problems of type scoring, and this is none")
        return shape.scoring, inherited.under(path, shape)

    def _most(self, root: _Node) -> float | None:
        score = 100 if root.scoring.score is None else root.scoring.score
        return None if score == "unbounded" else float(score)

    def _emit(self, node: _Node, most: float | None) -> None:
        """A group and, after it, all that is in it; ``most`` is its maximum, None where there is none."""
        aggregation = node.aggregation
        path = node.folder.inner(_FILE)
        if not self._problem.scoring:
            self._groups.append(Group(node.name, self._public_name(node.name)))
        else:
            if aggregation == "pass-fail" and most is None:
                self._reading.fault(path, "scoring: a group with the aggregation pass-fail needs a score")
            if aggregation == "pass-fail" and any(one.aggregation != "pass-fail" for one in node.groups):
                self._reading.fault(path, "scoring: every group in one of pass-fail must be of pass-fail")
            self._groups.append(
                Group(
                    node.name,
                    self._public_name(node.name),
                    score=aggregation,
                    accept_score=self._share(node, most),
                    most=most,
                    stops=aggregation == "pass-fail" or (aggregation == "min" and not node.groups),
                    requires=self._requires(path, node),
                )
            )
        self._aggregations[node.name] = aggregation
        for member in node.members:
            if isinstance(member, _Node):
                self._emit(member, self._maximum(path, node, member, most))
            else:
                self._collection.add(member, node.name, of_test(self._reading, member, node.settings))

    def _maximum(self, path: str, parent: _Node, group: _Node, most: float | None) -> float | None:
        """The most that a group in another can give."""
        if group.scoring.score is None:
            return most if parent.aggregation == "pass-fail" else self._share(parent, most)
        if group.scoring.score == "unbounded":
            if most is not None:
                self._reading.fault(
                    group.folder.inner(_FILE), "scoring.score: is unbounded in a group that is not"
                )
            return None
        if parent.aggregation == "sum" and most is not None and _given(parent) > most:
            self._reading.fault(
                path, f"scoring: its groups have {_given(parent):g} points, more than {most:g}"
            )
        return float(group.scoring.score)

    def _share(self, node: _Node, most: float | None) -> float | None:
        """The most of a member without a score of its own: what is left, in equal parts.

        https://www.kattis.com/problem-package-format/spec/2023-07-draft.html, "Maximum Score Inference".
        """
        if node.aggregation == "pass-fail":
            return 0.0
        if most is None or node.aggregation == "min":
            return most
        sharing = len(node.tests) + sum(group.scoring.score is None for group in node.groups)
        return max(0.0, most - _given(node)) / max(1, sharing)

    def _requires(self, path: str, node: _Node) -> tuple[str, ...]:
        for other in node.scoring.require_pass or ():
            if other not in self._aggregations:
                self._reading.fault(path, f"scoring.require_pass: {other!r} is no group before this one")
            elif self._aggregations[other] != "pass-fail":
                self._reading.fault(path, f"scoring.require_pass: {other!r} is no group of pass-fail")
        return node.scoring.require_pass or ()

    def _public_name(self, name: str) -> str:
        self._number += name != "secret"
        return f"secret/group-{self._number}" if name != "secret" else name


def _given(node: _Node) -> float:
    """The points of the groups that say how many they have."""
    return float(sum(one.scoring.score for one in node.groups if isinstance(one.scoring.score, int)))
