"""A package put together from all that is read of it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from judge.errors import PackageError
from judge.manifest import Group, Manifest
from judge.packages.cases import read_cases
from judge.packages.collecting import Collection, kept_files
from judge.packages.description import described, problem_in
from judge.packages.draft_groups import is_of_draft, read_draft_groups
from judge.packages.examples import read_examples
from judge.packages.folders import Folder
from judge.packages.groups import read_groups
from judge.packages.ids import is_problem_id
from judge.packages.legacy_groups import read_legacy_groups
from judge.packages.package import Package
from judge.packages.problem import Problem
from judge.packages.programs import read_includes, read_input_validators, read_output_validators
from judge.packages.reading import Reading
from judge.packages.statement_files import read_statements
from judge.packages.timing import check_timing, timed
from judge.packages.version import Version

_REFUSED = {"static_validator": "static validators are not supported"}
_KNOWN = {
    "statement", "problem_statement", "attachments", "solution", "data", "generators", "include",
    "submissions", "input_validators", "input_format_validators", "output_validator", "output_validators",
    "input_visualizer", "output_visualizer", "graders", *_REFUSED,
}  # fmt: skip


def read(folder: Path) -> Package:
    """The package in a folder, which gives the problem its id.

    Raises PackageError with every fault found, each with its path in the package.
    """
    reading = Reading(folder)
    package = _Assembling(reading).package()
    if reading.faults or package is None:
        raise PackageError(reading.faults)
    return replace(package, warnings=tuple(reading.warnings))


class _Assembling:
    """The parts of one package, read one after another."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def package(self) -> Package | None:
        """What could be read, and is only to be used where there was no fault."""
        reading = self._reading
        if not is_problem_id(reading.folder.name):
            reading.fault(
                ".", f"the folder's name {reading.folder.name!r} is no problem id: a-z, 0-9 and inner hyphens"
            )
        document = described(reading)
        reading.scan()
        if document is None:
            return None
        problem = problem_in(reading, document)
        reading.constants = problem.constants
        self._check_root()
        input_validators = read_input_validators(reading)
        validators = read_output_validators(reading, problem)
        data = reading.root.at("data") or Folder("data")
        collection = Collection(
            reading, problem, tuple(one.name for one in input_validators), compares=not validators
        )
        groups, strict_scores = self._groups(problem, data, collection)
        cases = (*collection.outputs, *read_cases(reading, problem, data, collection))
        collection.finish()
        tests, samples = tuple(collection.tests), tuple(collection.samples)
        statements, figures = read_statements(reading, problem, samples)
        manifest = Manifest(
            name=statements[0].name if statements else reading.folder.name,
            time_limit_s=problem.timing.given_s or 0.0,
            tests=tests,
            samples=samples,
            groups=groups,
            strict_scores=strict_scores,
            validators=validators,
            includes=read_includes(reading, problem),
            **_of_problem(problem),
        )
        package = Package(
            id=reading.folder.name,
            manifest=timed(reading, manifest),
            timing=problem.timing,
            statements=statements,
            figures=figures,
            attachments=dict(kept_files(reading, reading.root.at("attachments"))),
            constants=problem.constants,
            input_validators=input_validators,
            input_args=collection.input_args,
            cases=cases,
            examples=read_examples(reading, problem, tests, groups),
            warnings=(),
            data=reading.data,
            version=reading.version,
        )
        check_timing(reading, package)
        return package

    def _check_root(self) -> None:
        for name, folder in self._reading.root.folders.items():
            if name in _REFUSED:
                self._reading.fault(name, _REFUSED[name])
            elif name == "graders":
                self._reading.warn(name, "is ignored: custom graders are not supported")
            elif name not in _KNOWN:
                self._reading.warn(folder.path, "is no folder of the format and is ignored")

    def _groups(
        self, problem: Problem, data: Folder, collection: Collection
    ) -> tuple[tuple[Group, ...], bool]:
        """The groups, and whether their scores are held to the rules of the newer formats."""
        if self._reading.version is Version.CURRENT:
            return read_groups(self._reading, problem, data, collection), True
        if self._reading.version is Version.DRAFT and is_of_draft(self._reading, data):
            return read_draft_groups(self._reading, problem, data, collection), True
        return read_legacy_groups(self._reading, problem, data, collection), False


def _of_problem(problem: Problem) -> dict[str, Any]:
    """What a manifest has right from problem.yaml."""
    return {
        "scoring": problem.scoring,
        "interactive": problem.interactive,
        "passes": problem.passes,
        "languages": problem.languages,
        "keywords": problem.keywords,
        **problem.limits.of_manifest(),
    }
