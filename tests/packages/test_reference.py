"""The examples of the format's own tools are read without a fault, and to what their authors say of them."""

from pathlib import Path

import pytest

from judge import packages
from tests.packages.building import group, warnings

pytestmark = pytest.mark.xdist_group("reference")  # fetched by one process


def test_hello(reference: Path) -> None:
    """Legacy, with statements in two languages and names of their own."""
    package = packages.read(reference / "hello")
    assert [(one.language, one.name) for one in package.statements] == [
        ("en", "Hello World!"),
        ("sv", "Hej Världen!"),
    ]
    assert package.manifest.memory_bytes == 512 * 2**20
    assert package.timing.given_s is None
    by_name = {example.name: example for example in package.examples}
    assert by_name["run_time_error/memory_limit.cc"].expected[0] == "runtime_error"
    assert "memory_limit_exceeded" in by_name["run_time_error/memory_limit.cc"].expected


def test_different(reference: Path) -> None:
    """Legacy, with an output validator of its own and an input validator that cannot be run here."""
    package = packages.read(reference / "different")
    (validator,) = package.manifest.validators
    assert (validator.name, validator.language) == ("different_validator", "cpp")
    assert [name for name, _ in validator.files] == ["validate.cc", "validate.h"]
    assert [program.name for program in package.input_validators] == ["validate.py"]
    assert "Checktestdata" in warnings(package)["input_validators/different.ctd"]
    assert package.timing.time_limit_to_tle == 4.0


def test_guess(reference: Path) -> None:
    """The draft's, interactive, whose samples are dialogues alone."""
    package = packages.read(reference / "guess")
    manifest = package.manifest
    assert manifest.interactive
    assert len(manifest.validators) == 1
    assert [sample.name for sample in manifest.samples] == ["sample/1", "sample/2"]
    assert all(sample.interaction and not sample.input for sample in manifest.samples)
    assert [test.author_name for test in manifest.tests] == [f"secret/{n:02}" for n in range(1, 11)]
    assert {one.language: one.kind for one in package.statements} == {"en": "tex", "sv": "md"}


def test_oddecho(reference: Path) -> None:
    """The draft's, with groups as the legacy format has them, and figures."""
    package = packages.read(reference / "oddecho")
    manifest = package.manifest
    assert manifest.scoring
    assert not manifest.strict_scores
    assert [one.public_name for one in manifest.groups] == [
        "", "sample", "secret", "secret/group-1", "secret/group-2",
    ]  # fmt: skip
    root, sample, secret, one, _ = manifest.groups
    assert (root.ignore_sample, root.stops, root.least, root.most) == (True, False, 0.0, 100.0)
    assert (sample.most, sample.accept_score) == (0.0, 0.0)
    assert (secret.verdict, secret.accept_if_any, secret.score) == ("first_error", True, "sum")
    assert (one.score, one.accept_score, one.most, one.stops) == ("min", 50.0, 50.0, True)
    assert group(package, "secret/subtask1") is one
    first = next(test for test in manifest.tests if test.group == "secret/subtask1")
    assert package.input_args[first.index] == {"validator": ("nFive=1",)}
    assert list(package.figures) == ["cave.jpg"]
    partial = next(one for one in package.examples if one.name.startswith("partially_accepted/"))
    assert partial.expected == ("accepted",)
    (required,) = partial.requirements
    assert required.score is not None
    assert 0.0 == required.score[0] < required.score[1] < 100.0
