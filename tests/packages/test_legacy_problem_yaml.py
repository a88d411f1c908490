"""problem.yaml of the legacy format, as real packages have it."""

from pathlib import Path

import pytest

from tests.packages.building import LEGACY, Changes, faults, read, warnings

VALIDATOR: Changes = {"output_validators/validate.py": "import sys; sys.exit(42)\n"}


def described(content: str) -> Changes:
    """A package with this in its problem.yaml."""
    return {"problem.yaml": content}


@pytest.mark.parametrize(
    "version", ["", "problem_format_version: legacy\n", "problem_format_version: legacy-icpc\n"]
)
def test_the_format_has_several_names(tmp_path: Path, version: str) -> None:
    """And it need not be named at all."""
    package = read(tmp_path, LEGACY, described(version))
    assert package.manifest.strict_scores is False
    assert package.manifest.groups == ()


def test_timing(tmp_path: Path) -> None:
    """Five times the slowest, in whole seconds, and a margin of two."""
    timing = read(tmp_path, LEGACY).timing
    assert (timing.given_s, timing.ac_to_time_limit, timing.time_limit_to_tle) == (None, 5.0, 2.0)
    assert timing.resolution_s == 1.0
    content = "limits:\n  time_multiplier: 3\n  time_safety_margin: 4\n  memory: 512\n"
    package = read(tmp_path, LEGACY, described(content))
    assert (package.timing.ac_to_time_limit, package.timing.time_limit_to_tle) == (3.0, 4.0)
    assert package.manifest.memory_bytes == 512 * 2**20


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({".timelimit": "3\n"}, ".timelimit"),
        ({"domjudge-problem.ini": "# by hand\nshort-name = A\ntimelimit = '3'\n"}, "domjudge-problem.ini"),
        ({"domjudge-problem.ini": 'timelimit="3.0"\n'}, "domjudge-problem.ini"),
        (described("limits: {time_limit: 3}"), "problem.yaml"),
    ],
)
def test_limits_by_the_customs_of_contests(tmp_path: Path, changes: Changes, path: str) -> None:
    """Files of other systems: used, and told of."""
    package = read(tmp_path, LEGACY, changes)
    assert package.timing.given_s == 3.0
    assert package.manifest.time_limit_s == 3.0
    assert "used all the same" in warnings(package)[path]


@pytest.mark.parametrize("content", ["soon", "-1", "0", "inf"])
def test_a_custom_that_cannot_be_read(tmp_path: Path, content: str) -> None:
    """Better no package than a wrong limit."""
    assert "no time limit in seconds" in faults(tmp_path, LEGACY, {".timelimit": content})[".timelimit"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("colour: red", "colour: is no key of the legacy format"),
        ("limits: {colour: red}", "limits.colour: is no key of the legacy format"),
        ("license: mine", "license: 'mine' is none of"),
        ("source_url: https://kattis.example", "without source"),
        ("grading: {show_test_data_groups: true}", "grading: is for problems of type scoring"),
        ("type: scoring\ngrading: {objective: min}", "more is taken for better"),
        ("type: scoring\ngrading: {accept_score: 7}", "grading.accept_score: belongs into"),
    ],
)
def test_what_is_odd_is_told_of(tmp_path: Path, content: str, words: str) -> None:
    """Nobody ever held these packages to the format."""
    assert words in warnings(read(tmp_path, LEGACY, described(content)))["problem.yaml"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("type: interactive", "type"),
        ("validation: sometimes", "must begin with default or custom"),
        ("validation: default score", "'score' cannot follow default"),
        ("validation: custom quickly", "'quickly' cannot follow custom"),
        ("validation: custom score", "score is for problems of type scoring"),
        ("limits: {memory: 0}", "limits.memory"),
        ("validator_flags: close_enough", "no argument 'close_enough'"),
    ],
)
def test_a_fault_is_named(tmp_path: Path, content: str, words: str) -> None:
    """What would change verdicts cannot be left alone."""
    assert words in faults(tmp_path, LEGACY, VALIDATOR, described(content))["problem.yaml"]


def test_words_of_validation(tmp_path: Path) -> None:
    """Kinds of problems hide in them."""
    content = "type: scoring\nvalidation: custom interactive score multi-pass\n"
    manifest = read(tmp_path, LEGACY, VALIDATOR, described(content)).manifest
    assert (manifest.scoring, manifest.interactive, manifest.passes) == (True, True, 2)
    assert [program.name for program in manifest.validators] == ["validate.py"]


def test_a_custom_validator_that_is_not_there(tmp_path: Path) -> None:
    """Seen in real packages."""
    told = faults(tmp_path, LEGACY, described("validation: custom"))
    assert "is missing" in told["output_validators"]


def test_a_validator_that_nobody_asked_for(tmp_path: Path) -> None:
    """Seen in real packages: the default one judges."""
    package = read(tmp_path, LEGACY, VALIDATOR)
    assert package.manifest.validators == ()
    assert "is ignored" in warnings(package)["output_validators"]


def test_several_validators(tmp_path: Path) -> None:
    """All of them must accept."""
    more = {
        "output_validators/other/main.cpp": "int main() { return 42; }\n",
        "output_validators/other/a.h": "",
    }
    manifest = read(tmp_path, LEGACY, VALIDATOR, more, described("validation: custom")).manifest
    assert [(program.name, program.language) for program in manifest.validators] == [
        ("validate.py", "python3"),
        ("other", "cpp"),
    ]
    assert [name for name, _ in manifest.validators[1].files] == ["a.h", "main.cpp"]


def test_keywords(tmp_path: Path) -> None:
    """Words in one text, or a sequence."""
    assert read(tmp_path, LEGACY, described("keywords: easy sums")).manifest.keywords == ("easy", "sums")
    assert read(tmp_path, LEGACY, described("keywords: [easy, sums]")).manifest.keywords == ("easy", "sums")


def test_older_grading_stands_above_testdata(tmp_path: Path) -> None:
    """From before the version that is called legacy."""
    content = "type: scoring\ngrading: {accept_score: 7, range: 0 14, on_reject: grade}\n"
    more = {"data/secret/testdata.yaml": "accept_score: 3\n"}
    secret = read(tmp_path, LEGACY, more, described(content)).manifest.groups[-1]
    assert (secret.accept_score, secret.least, secret.most, secret.stops) == (7.0, 0.0, 14.0, False)
