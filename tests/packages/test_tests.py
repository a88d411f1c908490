"""Tests and samples: which files make one, in which order, and what each is told."""

from pathlib import Path

import pytest

from tests.packages.building import (
    CURRENT,
    DRAFT,
    GROUPED,
    LEGACY,
    VALIDATED,
    Changes,
    faults,
    read,
    warnings,
)

INTERACTIVE: Changes = {**VALIDATED, "problem.yaml": f"{CURRENT['problem.yaml']}type: interactive\n"}
DIALOGUE = "<1 2\n>3\n"


def test_order_and_names(tmp_path: Path) -> None:
    """Samples first, by the names of tests: not by those of files, where - comes before a dot."""
    more = {f"data/secret/{name}{end}": "x\n" for name in ("1", "1-b", "10", "2") for end in (".in", ".ans")}
    tests = read(tmp_path, CURRENT, more).manifest.tests
    assert [(test.index, test.name, test.author_name) for test in tests] == [
        (1, "sample/1", "sample/1"), (2, "secret/1", "secret/1"), (3, "secret/2", "secret/1-b"),
        (4, "secret/3", "secret/10"), (5, "secret/4", "secret/2"), (6, "secret/5", "secret/a"),
        (7, "secret/6", "secret/b"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"data/secret/a.ans": None}, "data/secret/a.ans", "is missing"),
        ({"data/secret/a.in": None}, "data/secret/a.ans", "belongs to no test"),
        ({"data/secret/c.yaml": "hint: x"}, "data/secret/c.yaml", "belongs to no test"),
        ({"data/secret/c.files/x": ""}, "data/secret/c.files", "belongs to no test"),
        ({"data/secret/a.in": None, "data/secret/a.ans": None, "data/secret/b.in": None,
          "data/secret/b.ans": None, "data/secret/.keep": ""}, "data/secret", "holds no test"),
        ({path: None for path in CURRENT if "secret" in path}, "data/secret", "is missing"),
        ({"data/sample/1.interaction": DIALOGUE}, "data/sample/1.interaction", "interactive or multi-pass"),
        ({"data/sample/1.out": "", "data/sample/1.ans.statement": ""}, "data/sample/1.out", "contradicts"),
        ({"data/sample/1.in.statement": ""}, "data/sample/1.in", "come together"),
        ({"data/sample/1.ans.download": ""}, "data/sample/1.ans", "come together"),
        ({"data/sample/1.png": "", "data/sample/1.svg": ""}, "data/sample/1.in", "several illustrations"),
        ({"data/sample/group/1.in": ""}, "data/sample/group", "among the samples"),
        ({"data/secret/test_group.in": "", "data/secret/test_group.ans": ""},
         "data/secret/test_group.in", "name"),
        ({"data/secret/a.yaml": "colour: red"}, "data/secret/a.yaml", "colour: is no key"),
        ({"data/secret/a.yaml": "args: one two"}, "data/secret/a.yaml", "args: must be a sequence"),
        ({"data/secret/a.yaml": "args: [1]"}, "data/secret/a.yaml", "put 1 in quotes"),
        ({"data/secret/a.yaml": "output_validator_args: [x]"}, "data/secret/a.yaml", "no argument 'x'"),
        ({"data/secret/a.yaml": "input_validator_args: {x: []}"}, "data/secret/a.in", "no input validator"),
        ({"data/secret/a.yaml": "args: [a]", "data/secret/a.args": "b"}, "data/secret/a.args", "contradicts"),
        ({"data/secret/a.args": "'b"}, "data/secret/a.args", "cannot be split"),
        ({"data/test_group.yaml": "args: [a]"}, "data/test_group.yaml", "no place in format 2025-09"),
        ({"data/secret/testdata.yaml": ""}, "data/secret/testdata.yaml", "is called test_group.yaml"),
    ],
)  # fmt: skip
def test_a_fault_is_named(tmp_path: Path, changes: Changes, path: str, words: str) -> None:
    """With the file that is wrong, or is not there."""
    assert words in faults(tmp_path, CURRENT, changes)[path]


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"data/secret/README": ""}, "data/secret/README", "is no part of a test"),
        ({"data/secret/c.in.disabled": ""}, "data/secret/c.in.disabled", "is no part of a test"),
        ({"data/notes.txt": ""}, "data/notes.txt", "is no part of a test"),
        (
            {"data/secret/a.desc": "", "data/secret/b.desc": ""},
            "data/secret/a.desc",
            "as are 1 more *.desc beside it",
        ),
        ({"data/more/c.in": ""}, "data/more", "no folder of the format"),
        ({"data/secret/a.in": "3 4"}, "data/secret/a.in", "no newline at its end"),
        ({"data/secret/a.args": "b"}, "data/secret/a.args", "wants args in the test's .yaml"),
        (
            {"data/secret/a.yaml": "full_feedback: true"},
            "data/secret/a.yaml",
            "shows nothing of secret tests",
        ),
    ],
)
def test_what_is_odd_is_told_of(tmp_path: Path, changes: Changes, path: str, words: str) -> None:
    """It changes nothing."""
    package = read(tmp_path, CURRENT, changes)
    assert words in warnings(package)[path]
    assert len(package.manifest.tests) == 3


@pytest.mark.parametrize("base", [CURRENT, DRAFT, LEGACY], ids=["current", "draft", "legacy"])
def test_arguments_and_files(tmp_path: Path, base: Changes) -> None:
    """Words of a shell, and a folder beside the program."""
    more = {"data/secret/a.args": "--by 'one or two'\n", "data/secret/a.files/in/x.txt": "x"}
    package = read(tmp_path, base, more)
    test = package.manifest.tests[1]
    assert test.args == ("--by", "one or two")
    ((name, digest),) = test.files
    assert name == "in/x.txt"
    assert package.opened(digest).read() == b"x"


def test_a_test_stands_above_its_group(tmp_path: Path) -> None:
    """Key by key; input validators get their arguments, then those of the program."""
    more = {
        "input_validators/other.py": "",
        "data/secret/test_group.yaml": (
            "args: [g]\ninput_validator_args: [all]\noutput_validator_args: [case_sensitive]\n"
        ),
        "data/secret/b.yaml": (
            "args: [t]\ninput_validator_args: {check: [own]}\ndescription: two\nhint: one\n"
        ),
    }
    package = read(tmp_path, CURRENT, more)
    sample, a, b = package.manifest.tests
    assert [test.args for test in (sample, a, b)] == [(), ("g",), ("t",)]
    assert [test.validator_args for test in (sample, a, b)] == [(), ("case_sensitive",), ("case_sensitive",)]
    assert package.input_args == {
        1: {"check.py": (), "other.py": ()},
        2: {"check.py": ("all", "g"), "other.py": ("all", "g")},
        3: {"check.py": ("own", "t"), "other.py": ("t",)},
    }


def test_a_validator_of_its_own_understands_anything(tmp_path: Path) -> None:
    """Only the default one is known here."""
    more = {"data/secret/test_group.yaml": "output_validator_args: [close, '0010']\n"}
    assert read(tmp_path, CURRENT, VALIDATED, more).manifest.tests[1].validator_args == ("close", "0010")


def test_drafts_write_arguments_as_one_text(tmp_path: Path) -> None:
    """Which is split at its spaces."""
    more = {"data/test_group.yaml": "output_validator_args: float_tolerance 1e-6\n", **GROUPED}
    tests = read(tmp_path, DRAFT, more).manifest.tests
    assert {test.validator_args for test in tests} == {("float_tolerance", "1e-6")}


def test_samples_are_shown_as_their_author_wants(tmp_path: Path) -> None:
    """.statement above .out above what is judged by."""
    more = {
        "data/sample/2.in": "2\n", "data/sample/2.ans": "2\n", "data/sample/2.out": "two\n",
        "data/sample/3.in": "3\n", "data/sample/3.ans": "3\n", "data/sample/3.in.statement": "three\n",
        "data/sample/3.in.download": "3\n", "data/sample/3.ans.statement": "III\n",
        "data/sample/3.ans.download": "3\n",
    }  # fmt: skip
    manifest = read(tmp_path, CURRENT, more).manifest
    shown = [(sample.name, sample.input, sample.answer) for sample in manifest.samples]
    assert shown == [
        ("sample/1", "1 2\n", "3\n"),
        ("sample/2", "2\n", "two\n"),
        ("sample/3", "three\n", "III\n"),
    ]
    assert len(manifest.tests) == 5


def test_a_sample_is_text_within_bounds(tmp_path: Path) -> None:
    """Postgres takes no NUL, and nobody reads megabytes."""
    (sample,) = read(tmp_path, CURRENT, {"data/sample/1.in": b"\0\xff" + b"x" * 100_000}).manifest.samples
    assert sample.input[:2] == "\ufffd\ufffd"
    assert len(sample.input) == 64 * 1024


def test_dialogues(tmp_path: Path) -> None:
    """With a test, or without one to show more."""
    more = {"data/sample/1.interaction": DIALOGUE, "data/sample/2.interaction": DIALOGUE}
    manifest = read(tmp_path, CURRENT, INTERACTIVE, more).manifest
    assert [(sample.name, sample.interaction) for sample in manifest.samples] == [
        ("sample/1", DIALOGUE),
        ("sample/2", DIALOGUE),
    ]
    assert [test.name for test in manifest.tests] == ["sample/1", "secret/1", "secret/2"]


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"data/sample/1.interaction": "1 2\n"}, "data/sample/1.interaction", "line 1"),
        ({"data/sample/1.interaction": DIALOGUE + "---\n"}, "data/sample/1.interaction", "line 3"),
        (
            {"data/sample/1.interaction": DIALOGUE, "data/sample/1.out": ""},
            "data/sample/1.out",
            "contradicts",
        ),
        ({"data/secret/c.interaction": DIALOGUE}, "data/secret/c.interaction", "belongs to no test"),
        ({"output_validator/validate.py": None}, "output_validator", "need an output validator"),
    ],
)
def test_a_fault_of_a_dialogue(tmp_path: Path, changes: Changes, path: str, words: str) -> None:
    """Each line is somebody's."""
    assert words in faults(tmp_path, CURRENT, INTERACTIVE, changes)[path]


def test_legacy_dialogues_hide_their_tests(tmp_path: Path) -> None:
    """There, inputs of interactive problems must not be shown."""
    more = {"problem.yaml": "validation: custom interactive\n", "output_validators/validate.py": ""}
    package = read(tmp_path, LEGACY, more)
    assert package.manifest.samples == ()
    assert "need an .interaction" in warnings(package)["data/sample/1.in"]


def test_legacy_annotations(tmp_path: Path) -> None:
    """Hints, descriptions and pictures belong to tests; YAML beside them is no part of that format."""
    more = {
        "data/secret/a.hint": "x",
        "data/secret/a.desc": "x",
        "data/secret/a.png": b"\x89",
        "data/secret/g.yaml": "a: [b",
    }
    package = read(tmp_path, LEGACY, more)
    assert warnings(package).keys() == {"data/secret/g.yaml"}


def test_no_problem_has_so_many_tests(tmp_path: Path) -> None:
    """Ten thousand and no more."""
    more = {f"data/secret/t{number}{end}": "" for number in range(10_001) for end in (".in", ".ans")}
    assert "more than 10000 tests" in faults(tmp_path, CURRENT, more)["data"]
