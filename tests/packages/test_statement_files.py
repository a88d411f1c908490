"""The statements of a package: which file, under which name, with which figures."""

from pathlib import Path

import pytest

from tests.packages.building import CURRENT, LEGACY, Changes, faults, read, warnings

NOTHING: Changes = {"statement/problem.en.md": None}
TEX = "problem_statement/problem.en.tex"


@pytest.mark.parametrize(
    ("kind", "source"), [("md", "# Größe\n"), ("tex", "\\problemname{}Größe\n"), ("pdf", "")]
)
def test_kinds(tmp_path: Path, kind: str, source: str) -> None:
    """Markdown and LaTeX as text, PDF by its bytes."""
    package = read(tmp_path, CURRENT, NOTHING, {f"statement/problem.en.{kind}": source or b"%PDF \xff"})
    (statement,) = package.statements
    assert (statement.kind, statement.source, statement.name) == (kind, source, "Sum")
    assert (statement.digest is None) is (kind != "pdf")
    if statement.digest:
        assert package.opened(statement.digest).read() == b"%PDF \xff"


def test_figures_and_attachments(tmp_path: Path) -> None:
    """By their paths beside the statement, and whatever else lies there is told of."""
    more = {
        "statement/a.png": b"a",
        "statement/img/b.SVG": b"b",
        "statement/c.tex": "",
        "attachments/d/e.py": "e",
    }
    package = read(tmp_path, CURRENT, more)
    assert package.figures.keys() == {"a.png", "img/b.SVG"}
    assert package.opened(package.attachments["d/e.py"]).read() == b"e"
    assert "neither a statement nor a figure" in warnings(package)["statement/c.tex"]


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        (NOTHING, "statement/problem.en.md", "there is no statement"),
        ({**NOTHING, "statement/problem.md": ""}, "statement/problem.md", "call it problem.en.md"),
        ({**NOTHING, "problem_statement/problem.en.md": ""}, "problem_statement", "calls it statement"),
        (
            {"statement/problem.en.tex": ""},
            "statement/problem.en.tex",
            "a second statement in the language en",
        ),
        ({"statement/problem.en.md": b"\xe4"}, "statement/problem.en.md", "not UTF-8"),
        ({"statement/problem.en.md": b"\xef\xbb\xbfA"}, "statement/problem.en.md", "byte-order mark"),
        ({"statement/problem.en.md": "x" * (1 << 21)}, "statement/problem.en.md", "larger than"),
        ({"statement/problem.en.md": "\0"}, "statement/problem.en.md", "holds a NUL"),
        (
            {"statement/problem.en.md": "{{nextsample}} " * 2},
            "statement/problem.en.md",
            "2 times; there are 1",
        ),
        (
            {**NOTHING, "statement/problem.en.tex": "\\nextsample\\nextsample{}"},
            "statement/problem.en.tex",
            "2 times; there are 1",
        ),
    ],
)
def test_a_fault_is_named(tmp_path: Path, changes: Changes, path: str, words: str) -> None:
    """With the file."""
    assert words in faults(tmp_path, CURRENT, changes)[path]


@pytest.mark.parametrize(
    ("source", "described", "name"),
    [
        ("\\problemname{A {\\em great} Sum} {x}", "", "A {\\em great} Sum"),
        ("\\problemname{$a+b$}\n%% plainproblemname: a + b\n", "name: Other", "a + b"),
        ("\\problemname{$a+b$}", "name: Other", "Other"),
        ("Nothing.", "", "sum"),
        ("\\problemname{never closed", "", "sum"),
    ],
)
def test_legacy_statements_bear_their_names(tmp_path: Path, source: str, described: str, name: str) -> None:
    """The plain one, that of problem.yaml, that for LaTeX, or the problem's id."""
    package = read(tmp_path, LEGACY, {TEX: source, "problem.yaml": described})
    assert package.manifest.name == name


def test_legacy_statements_need_not_name_their_language(tmp_path: Path) -> None:
    """English it is then; and other kinds in the same language are left aside."""
    more: Changes = {
        TEX: None,
        "problem_statement/problem.tex": "\\problemname{A}",
        "problem_statement/problem.en.pdf": b"x",
        "problem_statement/problem.sv.md": "B",
    }
    package = read(tmp_path, LEGACY, more)
    assert [(one.language, one.kind) for one in package.statements] == [("en", "tex"), ("sv", "md")]
    told = warnings(package)
    assert "a second statement" in told["problem_statement/problem.en.pdf"]
    assert "in LaTeX or PDF" in told["problem_statement/problem.sv.md"]


def test_a_folder_of_the_other_version(tmp_path: Path) -> None:
    """Beside the right one it is only told of."""
    package = read(tmp_path, LEGACY, {"statement/problem.en.md": "x"})
    assert "calls it problem_statement" in warnings(package)["statement"]
