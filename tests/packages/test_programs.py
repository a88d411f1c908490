"""Programs of a package: validators, what is put beside submissions, and constants in them."""

from pathlib import Path

import pytest

from tests.packages.building import CURRENT, LEGACY, Changes, faults, read, warnings

PROBLEM = str(CURRENT["problem.yaml"])
SCRIPT = "#!/bin/sh\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["check.py"], ("check.py", "python3", None, ["check.py"])),
        (["check.cc"], ("check.cc", "cpp", None, ["check.cc"])),
        (["check.cpp", "check.h"], ("output_validator", "cpp", None, ["check.cpp", "check.h"])),
        (["own/check.c", "own/lib/a.h"], ("own", "c", None, ["check.c", "lib/a.h"])),
        (["own/__main__.py", "own/a.py"], ("own", "python3", "__main__.py", ["__main__.py", "a.py"])),
        (["own/main.py", "own/other.py"], ("own", "python3", "main.py", ["main.py", "other.py"])),
        (["build", "check.nothing"], ("output_validator", None, None, ["build", "check.nothing"])),
        (["own/run"], ("own", None, None, ["run"])),
    ],
)  # fmt: skip
def test_an_output_validator(tmp_path: Path, files: list[str], expected: tuple[object, ...]) -> None:
    """A file, a folder, or the folder itself."""
    more = {f"output_validator/{name}": SCRIPT for name in files}
    (program,) = read(tmp_path, CURRENT, more).manifest.validators
    assert (
        program.name, program.language, program.entry_point, [name for name, _ in program.files]
    ) == expected  # fmt: skip


@pytest.mark.parametrize(
    ("files", "path", "words"),
    [
        (["check.nothing"], "output_validator", "no program whose language can be told"),
        (["README.txt"], "output_validator", "no program whose language can be told"),
        (["one/a.py", "two/b.py"], "output_validator", "several programs: one, two"),
        (["own/a.py", "own/b.py"], "output_validator/own", "neither __main__.py nor main.py"),
        (["own/a.py", "own/b.cpp"], "output_validator/own", "in several languages: cpp, python3"),
        (["own/a.txt"], "output_validator/own", "not one that this judge knows"),
    ],
)
def test_an_output_validator_that_cannot_be_run(
    tmp_path: Path, files: list[str], path: str, words: str
) -> None:
    """There is no verdict without it."""
    assert words in faults(tmp_path, CURRENT, {f"output_validator/{name}": "" for name in files})[path]


def test_input_validators(tmp_path: Path) -> None:
    """Each file and each folder is one; those that cannot be run are told of."""
    more = {
        "input_validators/folder/main.cpp": "", "input_validators/a.ctd": "", "input_validators/b.viva": "",
        "input_validators/README.md": "", "input_validators/c.py.disabled": "",
        "input_validators/d/e.nothing": "", "input_validators/f/a.py": "", "input_validators/f/b.py": "",
        "input_format_validators/old.py": "",
    }  # fmt: skip
    package = read(tmp_path, CURRENT, more)
    assert [one.name for one in package.input_validators] == ["check.py", "f", "folder", "old.py"]
    told = warnings(package)
    assert "Checktestdata validators are not run" in told["input_validators/a.ctd"]
    assert "VIVA validators are not run" in told["input_validators/b.viva"]
    assert "is ignored" in told["input_validators/README.md"]
    assert "is ignored" in told["input_validators/c.py.disabled"]
    assert "no program that can be run here" in told["input_validators/d"]
    assert "neither __main__.py nor main.py" in told["input_validators/f"]
    assert "old name" in told["input_format_validators"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [({}, "missing or empty"), ({"input_validators/a.ctd": ""}, "none that could be run here")],
)
def test_no_input_validator(tmp_path: Path, changes: Changes, words: str) -> None:
    """Judging goes without."""
    package = read(tmp_path, CURRENT, {"input_validators/check.py": None}, changes)
    assert words in warnings(package)["input_validators"]
    assert package.input_args[1] == {}


def test_scripts_need_not_be_marked(tmp_path: Path) -> None:
    """Archives lose the mark; the format wants it."""
    package = read(tmp_path, CURRENT, {"output_validator/own/run": SCRIPT})
    assert "is not executable" in warnings(package)["output_validator/own/run"]


def test_includes(tmp_path: Path) -> None:
    """For a language, or for all."""
    more = {"include/default/a.txt": "all", "include/default/b.txt": "all", "include/cpp/b.txt": "cpp"}
    package = read(tmp_path, CURRENT, more)
    assert [language for language, _ in package.manifest.includes] == ["cpp", "default"]
    included = {name: package.opened(digest).read() for name, digest in package.manifest.included("cpp")}
    assert included == {"a.txt": b"all", "b.txt": b"cpp"}


@pytest.mark.parametrize("folder", ["include/cpp", "data/secret/a.files"])
@pytest.mark.parametrize("files", [{"big": bytes(25 << 20)}, {f"f{number}": "" for number in range(201)}])
def test_more_than_can_be_put_beside_a_program(tmp_path: Path, folder: str, files: Changes) -> None:
    """Told to the author, for no run could begin."""
    more = {f"{folder}/{name}": content for name, content in files.items()}
    assert "for each run" in faults(tmp_path, CURRENT, more)[folder]


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"include/cpp/.keep": ""}, "include/cpp", "holds no file"),
        (
            {"include/c/a.h": "", "problem.yaml": PROBLEM + "languages: [cpp]\n"},
            "include/c",
            "does not allow",
        ),
    ],
)
def test_odd_includes(tmp_path: Path, changes: Changes, path: str, words: str) -> None:
    """They change nothing."""
    assert words in warnings(read(tmp_path, CURRENT, changes))[path]


def test_includes_of_no_language(tmp_path: Path) -> None:
    """Nobody would ever get them."""
    told = faults(tmp_path, CURRENT, {"include/english/a.h": ""})
    assert "'english' is no code" in told["include/english"]


@pytest.mark.parametrize(
    ("value", "written"),
    [("5", "5"), ("0.000001", "0.000001"), ("1.0e-6", "0.000001"), ("1.5e+300", "1.5e+300"), ("'{x}'", "{x}"),
     ("0x10", "16"), ("1_000", "1000"), ("-2.50", "-2.5")],
)  # fmt: skip
def test_constants(tmp_path: Path, value: str, written: str) -> None:
    """Their values stand in programs and Markdown, never in tests; other braces stay."""
    text = "a {{N}} {{M}} {{ N }} {N}\n"
    paths = (
        "statement/problem.en.md", "input_validators/check.py", "output_validator/check.py",
        "include/default/a.h", "submissions/accepted/sum.py", "data/secret/a.in",
    )  # fmt: skip
    more = dict.fromkeys(paths, text) | {"problem.yaml": f"{PROBLEM}constants: {{N: {value}}}\n"}
    package = read(tmp_path, CURRENT, more)
    manifest = package.manifest
    assert package.constants == {"N": written}
    replaced = f"a {written} {{{{M}}}} {{{{ N }}}} {{N}}\n"
    kept = [
        package.input_validators[0].files, manifest.validators[0].files, manifest.includes[0][1]
    ]  # fmt: skip
    assert [package.opened(files[0][1]).read().decode() for files in kept] == [replaced] * 3
    assert package.statements[0].source == replaced
    assert package.examples[0].files[0].content == replaced
    assert package.opened(manifest.tests[1].input).read().decode() == text


@pytest.mark.parametrize("validation", ["custom interactive", "custom multi-pass"])
def test_one_validator_leads(tmp_path: Path, validation: str) -> None:
    """What each of several asked for next could not all be done."""
    more = {
        "problem.yaml": f"validation: {validation}\n",
        "output_validators/a.py": "import sys; sys.exit(42)\n",
        "output_validators/b.py": "import sys; sys.exit(42)\n",
    }
    assert "several programs" in faults(tmp_path, LEGACY, more)["output_validators"]
