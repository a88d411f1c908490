"""Problem packages: ours are read, every fault of others is named with its path, versions are kept."""

import os
import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from judge import packages, problems, submissions
from judge.errors import PackageError
from judge.manifest import Comparison
from judge.statements import render
from tests.servers import Servers, new_language, submit

OURS = sorted(path.parent for path in (Path(__file__).parents[2] / "problems").glob("*/problem.yaml"))
SECRET = Path("data/secret")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package without fault, to be spoilt."""
    return Path(shutil.copytree(OURS[0], tmp_path / "a-plus-b"))


def faults(folder: Path) -> dict[str, str]:
    """Everything that is wrong, by its path."""
    with pytest.raises(PackageError) as caught:
        packages.read(folder)
    return dict(caught.value.faults)


def replaced(file: str, old: str, new: str) -> Callable[[Path], object]:
    """A spoiler that changes some words of a file."""

    def spoil(folder: Path) -> None:
        content = (folder / file).read_text()
        assert old in content
        (folder / file).write_text(content.replace(old, new))

    return spoil


def written(file: str | Path, content: str | bytes) -> Callable[[Path], object]:
    """A spoiler that writes a file."""
    data = content.encode() if isinstance(content, str) else content
    return lambda folder: (folder / file).write_bytes(data)


def linked(file: str | Path, target: str) -> Callable[[Path], object]:
    """A spoiler that puts a link in a file's place."""

    def spoil(folder: Path) -> None:
        (folder / file).unlink()
        (folder / file).symlink_to(target)

    return spoil


def moved_out(folder: Path) -> None:
    """All secret tests lie elsewhere, behind a link."""
    shutil.move(folder / SECRET, folder.parent / "elsewhere")
    (folder / SECRET).symlink_to(folder.parent / "elsewhere")


def emptied(folder: Path) -> None:
    """No secret test at all."""
    for path in (folder / SECRET).glob("*.in"):
        path.unlink()


def unreadable_name(folder: Path) -> None:
    """A test whose name is no text."""
    for suffix in (b".in", b".ans"):
        Path(os.fsdecode(os.fsencode(folder / SECRET) + b"/\xff" + suffix)).touch()


ZEROS, GROUP = SECRET / "01-zeros.in", SECRET / "test_group.yaml"
FAULTS: list[tuple[str, Callable[[Path], object], str, str]] = [
    ("no problem.yaml", lambda folder: (folder / "problem.yaml").unlink(), "problem.yaml", "missing"),
    ("bad YAML", written("problem.yaml", "a: [b"), "problem.yaml", "not YAML"),
    ("YAML that is no text", written("problem.yaml", b"\xff\xfe\xff"), "problem.yaml", "not YAML"),
    ("YAML too deep", written("problem.yaml", "a: " + "[" * 5000), "problem.yaml", "not YAML"),
    ("a date of no calendar", written("problem.yaml", "a: 2024-13-45"), "problem.yaml", "not YAML"),
    ("a list", written("problem.yaml", "- a"), "problem.yaml", "dictionary"),
    ("nothing in it", written("problem.yaml", ""), "problem.yaml", "required"),
    ("unknown key", replaced("problem.yaml", "license:", "licence:"), "problem.yaml", "licence: Extra"),
    (
        "no time limit",
        replaced("problem.yaml", "  time_limit: 1.0\n", ""),
        "problem.yaml",
        "limits.time_limit",
    ),
    ("endless", replaced("problem.yaml", "limit: 1.0", "limit: .inf"), "problem.yaml", "JUDGE_MAX_JUDGING_S"),
    ("no number", replaced("problem.yaml", "limit: 1.0", "limit: .nan"), "problem.yaml", "limits.time_limit"),
    ("too long", replaced("problem.yaml", "limit: 1.0", "limit: 300"), "problem.yaml", "JUDGE_MAX_JUDGING_S"),
    (
        "too large",
        replaced("problem.yaml", "memory: 256", "memory: 9999999"),
        "problem.yaml",
        "limits.memory",
    ),
    (
        "other format",
        replaced("problem.yaml", "2025-09", "2023-07"),
        "problem.yaml",
        "problem_format_version",
    ),
    ("NUL in a name", replaced("problem.yaml", "A Plus B", '"A\\0B"'), "problem.yaml", "NUL"),
    ("half a letter", replaced("problem.yaml", "A Plus B", '"\\ud800"'), "problem.yaml", "surrogate"),
    (
        "no statement",
        lambda folder: shutil.rmtree(folder / "statement"),
        "statement/problem.en.md",
        "no English",
    ),
    ("statement in Latin 1", written("statement/problem.en.md", b"\xe4"), "statement/problem.en.md", "UTF-8"),
    ("NUL in a statement", written("statement/problem.en.md", "\0"), "statement/problem.en.md", "NUL"),
    (
        "statement elsewhere",
        linked("statement/problem.en.md", "/etc/passwd"),
        "statement/problem.en.md",
        "leaves",
    ),
    (
        "no answer",
        lambda folder: (folder / SECRET / "01-zeros.ans").unlink(),
        "data/secret/01-zeros.ans",
        "missing",
    ),
    ("no secret test", emptied, "data/secret", "no test"),
    ("no secret folder", lambda folder: shutil.rmtree(folder / SECRET), "data/secret", "missing"),
    ("input elsewhere", linked(ZEROS, "/etc/passwd"), str(ZEROS), "leaves the package"),
    ("input from a device", linked(ZEROS, "/dev/zero"), str(ZEROS), "leaves the package"),
    ("tests elsewhere", moved_out, "data/secret", "leaves the package"),
    ("link to nothing", linked(ZEROS, "nothing.in"), str(ZEROS), "nowhere"),
    ("link to itself", linked(ZEROS, ZEROS.name), str(ZEROS), "nowhere"),
    ("nested group", lambda folder: (folder / SECRET / "group").mkdir(), "data/secret/group", "nested"),
    (
        "a pipe",
        lambda folder: os.mkfifo(folder / SECRET / "pipe.in"),
        "data/secret/pipe.in",
        "no regular file",
    ),
    ("name that is no text", unreadable_name, "data/secret/\\xff.in", "printable"),
    ("arguments", written(SECRET / "01-zeros.args", ""), "data/secret/01-zeros.args", "not supported"),
    (
        "a test's own rules",
        written(SECRET / "01-zeros.yaml", "output_validator_args: [case_sensitive]"),
        "data/secret/01-zeros.yaml",
        "output_validator_args",
    ),
    ("unknown rule", written(GROUP, "output_validator_args: [close_enough]"), str(GROUP), "close_enough"),
    (
        "no tolerance",
        written(GROUP, "output_validator_args: [float_tolerance]"),
        str(GROUP),
        "float_tolerance",
    ),
    (
        "bad tolerance",
        written(GROUP, "output_validator_args: float_tolerance nan"),
        str(GROUP),
        "float_tolerance",
    ),
    ("unequal rules", written(GROUP, "output_validator_args: [case_sensitive]"), "data", "different"),
    ("scoring", written(GROUP, "max_score: 10"), str(GROUP), "max_score"),
    ("own validator", lambda folder: (folder / "output_validator").mkdir(), "output_validator", "custom"),
    ("old validator", lambda folder: (folder / "output_validators").mkdir(), "output_validators", "custom"),
]


@pytest.mark.parametrize("folder", OURS, ids=lambda folder: folder.name)
def test_our_packages_are_without_fault(folder: Path) -> None:
    """Each is read, has samples and secret tests in that order, and data for each of them."""
    read = packages.read(folder)
    assert read.id == folder.name
    groups = [test.name.partition("/")[0] for test in read.manifest.tests]
    assert groups == sorted(groups)
    assert {"sample", "secret"} == set(groups)
    assert [test.index for test in read.manifest.tests] == list(range(1, len(groups) + 1))
    assert {digest for test in read.manifest.tests for digest in (test.input, test.answer)} == set(read.data)
    assert all(sample.input and sample.answer for sample in read.manifest.samples)
    assert type(read.manifest).from_json(read.manifest.as_json()) == read.manifest


def test_there_are_eight() -> None:
    """From the sum of two numbers to those of real size."""
    assert len(OURS) == 8


@pytest.mark.parametrize(
    ("spoil", "path", "message"), [fault[1:] for fault in FAULTS], ids=[f[0] for f in FAULTS]
)
def test_a_fault_is_named_with_its_path(
    package: Path, spoil: Callable[[Path], object], path: str, message: str
) -> None:
    """Whatever is wrong, the author reads where and what, never a traceback."""
    spoil(package)
    found = faults(package)
    assert message in found[path]


def test_all_faults_are_told_at_once(package: Path) -> None:
    """An author mends everything in one go."""
    for _, spoil, path, _ in FAULTS:
        if path in (
            "data/secret/group",
            "data/secret/01-zeros.ans",
            "output_validator",
            "data/secret/01-zeros.yaml",
        ):
            spoil(package)
    replaced("problem.yaml", "license:", "licence:")(package)
    written("statement/problem.en.md", b"\xe4")(package)
    folder = package.rename(package.with_name("A plus B"))
    assert set(faults(folder)) == {
        ".", "problem.yaml", "statement/problem.en.md", "output_validator", "data/secret/group",
        "data/secret/01-zeros.ans", "data/secret/01-zeros.yaml",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["A", "-a", "a-", "a_b", "a.b", "ä", "x" * 65])
def test_a_folder_names_its_problem(package: Path, name: str) -> None:
    """What stands in paths of pages is lower case, digits and inner hyphens."""
    assert "no problem id" in faults(package.rename(package.with_name(name)))["."]


def test_links_inside_a_package_are_followed(package: Path) -> None:
    """Real packages share tests between groups by thousands of relative links."""
    linked(ZEROS, "../sample/1.in")(package)
    read = packages.read(package)
    digests = {test.author_name: test.input for test in read.manifest.tests}
    assert digests["secret/01-zeros"] == digests["sample/1"]


def test_rules_are_inherited(package: Path) -> None:
    """What data/ says holds for a group unless the group's own file says otherwise."""
    written("data/test_group.yaml", "output_validator_args: float_absolute_tolerance 1e-3 case_sensitive")(
        package
    )
    written(GROUP, "# nothing of its own\n")(package)
    comparison = packages.read(package).manifest.comparison
    assert comparison == Comparison(case_sensitive=True, float_absolute_tolerance=1e-3)


def test_a_second_import_changes_nothing(clean: Servers, package: Path) -> None:
    """Equal bytes are no new version."""
    read = packages.read(package)
    assert problems.add(read) is True
    first = problems.get("a-plus-b")
    assert problems.add(packages.read(package)) is False
    assert problems.get("a-plus-b") == first
    assert [problem.id for problem in problems.page(limit=10)] == ["a-plus-b"]


def test_a_submission_keeps_the_version_it_was_made_for(clean: Servers, package: Path) -> None:
    """A changed test makes a new version; who submitted before is judged by the old one."""
    new_language()
    problems.add(packages.read(package))
    old, _ = submit(problem_id="a-plus-b")
    old_answer = problems.get("a-plus-b").manifest.tests[-1].answer
    written(SECRET / "10-cancel.ans", "42\n")(package)
    assert problems.add(packages.read(package)) is True
    new, _ = submit(problem_id="a-plus-b")
    claims = [submissions.claim(made.id, "worker") for made in (old, new)]
    answers = [claim.manifest.tests[-1].answer for claim in claims if claim]
    assert answers[0] == old_answer != answers[1]
    assert problems.get("a-plus-b").manifest.tests[-1].answer == answers[1]


def test_a_better_statement_is_no_new_version(clean: Servers, package: Path) -> None:
    """Words are shown, tests judge: the text is replaced, the version stays."""
    problems.add(packages.read(package))
    before = problems.get("a-plus-b")
    written("statement/problem.en.md", "# Mended\n")(package)
    assert problems.add(packages.read(package)) is True
    after = problems.get("a-plus-b")
    assert (after.package_id, after.statement_html) == (before.package_id, "<h1>Mended</h1>\n")


@pytest.mark.parametrize(
    "markdown",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt&colon;alert(1))",
        "[a](data:text/html,<script>alert(1)</script>)",
        "<javascript:alert(1)>",
        "![a](javascript:alert(1))",
        "[a][b]\n\n[b]: vbscript:alert(1)",
        "$<script>alert(1)</script>$",
        "$$\n</div><script>alert(1)</script>\n$$",
        "```<script>\nalert(1)\n```",
        '[a](http://x "\\" onclick=alert(1) \\"")',
        "| <svg onload=alert(1)> |\n|-|\n| <iframe src=//x> |",
        "<style>*{display:none}</style>",
    ],
)
def test_a_statement_runs_nothing(markdown: str) -> None:
    """Whatever an author writes, no script, no handler and no odd address comes out as such."""
    seen = _Seen()
    seen.feed(render(markdown))
    assert seen.tags.isdisjoint({"script", "style", "svg", "iframe", "object", "embed", "form"})
    for name, value in seen.attributes:
        assert not name.startswith("on")
        if name in ("href", "src"):
            assert urlsplit(value or "").scheme in ("", "http", "https")


class _Seen(HTMLParser):
    """The tags and attributes of a page, as a browser would take them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs


def test_a_statement_shows_what_its_author_meant() -> None:
    """Tables, code and formulas come out; a formula keeps its TeX for the page to set."""
    html = render("# Sum\n\n`a < b` and $a \\le 10^9$\n\n| in | out |\n|---|---|\n| 1 | 2 |\n")
    assert "<h1>Sum</h1>" in html
    assert "<code>a &lt; b</code>" in html
    assert '<span class="math inline">a \\le 10^9</span>' in html
    assert "<table>" in html
