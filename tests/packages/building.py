"""Packages written from a few lines: one without fault in each version, and what a test changes in it."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from judge import packages
from judge.errors import PackageError
from judge.packages.package import Package

Changes = Mapping[str, str | bytes | None]
"""Files by their path; None for one, or a folder, that is not to be there."""

_NAMED = "name: Sum\nuuid: 5ca6ba5b-36d5-4eff-8aa7-d967cbc4375e\n"
_COMMON: Changes = {
    "data/sample/1.in": "1 2\n",
    "data/sample/1.ans": "3\n",
    "data/secret/a.in": "3 4\n",
    "data/secret/a.ans": "7\n",
    "data/secret/b.in": "5 6\n",
    "data/secret/b.ans": "11\n",
    "input_validators/check.py": "import sys; sys.exit(42)\n",
    "submissions/accepted/sum.py": "print(sum(map(int, input().split())))\n",
}
CURRENT: Changes = {
    **_COMMON,
    "problem.yaml": f"problem_format_version: 2025-09\n{_NAMED}limits:\n  time_limit: 1.0\n",
    "statement/problem.en.md": "# Sum\n",
}
"""Format 2025-09: pass-fail, a sample, two secret tests."""

DRAFT: Changes = {
    **CURRENT,
    "problem.yaml": f"problem_format_version: 2023-07-draft\n{_NAMED}limits: {{time_limit: 1}}\n",
}
LEGACY: Changes = {
    **_COMMON,
    "problem.yaml": "author: Somebody\n",
    "problem_statement/problem.en.tex": "\\problemname{Sum}\nAdd.\n",
}
"""The legacy format: as above, without a time limit."""

SCORING: Changes = {
    "problem.yaml": f"problem_format_version: 2025-09\ntype: scoring\n{_NAMED}limits: {{time_limit: 1}}\n"
}
"""Put above CURRENT: a problem of points."""

GROUPED: Changes = {
    "data/secret/a.in": None, "data/secret/a.ans": None, "data/secret/b.in": None, "data/secret/b.ans": None,
    "data/secret/one/a.in": "3 4\n", "data/secret/one/a.ans": "7\n",
    "data/secret/two/b.in": "5 6\n", "data/secret/two/b.ans": "11\n",
    "data/secret/two/c.in": "7 8\n", "data/secret/two/c.ans": "15\n",
}  # fmt: skip
"""Put above one of them: its secret tests in two groups."""

VALIDATED: Changes = {"output_validator/validate.py": "import sys; sys.exit(42)\n"}


def write(folder: Path, *layers: Changes) -> Path:
    """A package of these files and no others, later layers above earlier ones."""
    shutil.rmtree(folder, ignore_errors=True)
    for path, content in {path: content for layer in layers for path, content in layer.items()}.items():
        if content is not None:
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def read(folder: Path, *layers: Changes) -> Package:
    """The package of these files, without a fault."""
    return packages.read(write(folder / "sum", *layers))


def faults(folder: Path, *layers: Changes) -> dict[str, str]:
    """Everything that is wrong with the package of these files, by its path."""
    return faults_of(write(folder / "sum", *layers))


def faults_of(folder: Path) -> dict[str, str]:
    """Everything that is wrong with a folder."""
    with pytest.raises(PackageError) as caught:
        packages.read(folder)
    told: dict[str, str] = {}
    for path, message in caught.value.faults:
        told[path] = f"{told[path]}; {message}" if path in told else message
    return told


def warnings(package: Package) -> dict[str, str]:
    """Everything that is odd about a package, by its path."""
    told: dict[str, str] = {}
    for path, message in package.warnings:
        told[path] = f"{told[path]}; {message}" if path in told else message
    return told


def group(package: Package, name: str) -> object:
    """A group of a package."""
    return next(one for one in package.manifest.groups if one.name == name)
