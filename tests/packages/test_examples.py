"""The submissions of a package: their languages, and what must come out for them."""

from pathlib import Path

import pytest

from judge.packages.package import Example, Package, Requirement
from tests.packages.building import CURRENT, GROUPED, LEGACY, SCORING, Changes, faults, read, warnings

PY = "print(1)\n"
MANY = "{a,b,c,d,e,f,g,h,i,j}" * 2 + "{a,b,c,d,e,f}"
YAML = "submissions/submissions.yaml"
CRASHES = ("runtime_error", "memory_limit_exceeded", "output_limit_exceeded")
TLE, WA, AC = "time_limit_exceeded", "wrong_answer", "accepted"
POINTS: Changes = {
    **SCORING,
    **GROUPED,
    "data/secret/one/test_group.yaml": "max_score: 30\n",
    "data/secret/two/test_group.yaml": "max_score: 70\n",
}


def example(package: Package, name: str) -> Example:
    """A submission by its path."""
    return next(one for one in package.examples if one.name == name)


def in_folder(tmp_path: Path, folder: str, *layers: Changes, yaml: str = "") -> Example:
    """A submission in a folder, with this in submissions.yaml."""
    package = read(tmp_path, *(layers or (CURRENT,)), {f"submissions/{folder}/a.py": PY, YAML: yaml})
    return example(package, f"{folder}/a.py")


@pytest.mark.parametrize(
    ("folder", "permitted", "required", "bound", "expected"),
    [
        ("accepted", {"AC"}, None, "lower", (AC,)),
        ("rejected", None, {"RTE", "TLE", "WA"}, None, (WA, TLE, *CRASHES)),
        ("wrong_answer", {"AC", "WA"}, {"WA"}, "lower", (WA,)),
        ("time_limit_exceeded", {"AC", "TLE"}, {"TLE"}, "upper", (TLE,)),
        ("run_time_error", {"AC", "RTE"}, {"RTE"}, "lower", CRASHES),
        ("brute_force", {"AC", "RTE", "TLE"}, {"RTE", "TLE"}, None, (TLE, *CRASHES)),
    ],
)
def test_the_formats_folders(
    tmp_path: Path,
    folder: str,
    permitted: set[str] | None,
    required: set[str] | None,
    bound: str | None,
    expected: tuple[str, ...],
) -> None:
    """Their rules, what they mean for the time limit, and what may become of the whole."""
    found = in_folder(tmp_path, folder)
    assert found.requirements == (
        Requirement(
            folder,
            (1, 2, 3),
            permitted=permitted and frozenset(permitted),
            required=required and frozenset(required),
            bounds_time=bound,  # type: ignore[arg-type]
        ),
    )
    assert found.expected == expected


@pytest.mark.parametrize("folder", ["compile_error", "memory_limit_exceeded", "output_limit_exceeded"])
def test_folders_of_one_verdict(tmp_path: Path, folder: str) -> None:
    """Not the format's own: exactly what they are called, whatever else is said for other judges."""
    assert in_folder(tmp_path, folder).expected == (folder,)
    found = in_folder(tmp_path, folder, yaml=f"{folder}:\n  permitted: [AC, RTE]\n  required: [RTE]\n")
    assert found.expected == (folder,)


def test_folders_that_say_nothing(tmp_path: Path) -> None:
    """Anything may come out, and the author is told."""
    package = read(tmp_path, CURRENT, {"submissions/mine/a.py": PY})
    assert "may get anything" in warnings(package)["submissions/mine/a.py"]
    assert example(package, "mine/a.py").expected == (AC, WA, TLE, *CRASHES)


def test_a_folders_own_name_replaces_its_rule(tmp_path: Path) -> None:
    """Key by key; any other glob adds one."""
    replaced = in_folder(tmp_path, TLE, yaml=f"{TLE}:\n  permitted: [AC, WA, TLE]\n")
    (rule,) = replaced.requirements
    assert (rule.permitted, rule.required) == (frozenset({"AC", "WA", "TLE"}), frozenset({"TLE"}))
    assert replaced.expected == (WA, TLE)
    added = in_folder(tmp_path, TLE, yaml=f"{TLE}/*:\n  permitted: [AC, WA, TLE]\n")
    assert [rule.source for rule in added.requirements] == [TLE, f"{TLE}/*"]
    assert added.expected == (TLE,)


def test_rules_for_some_tests(tmp_path: Path) -> None:
    """By groups and by names; a test has to satisfy all that hold for it."""
    yaml = (
        "mine/*:\n  sample:\n    permitted: [AC]\n  secret/one:\n    permitted: [AC]\n"
        "  secret/two:\n    permitted: [AC, TLE]\n    required: [TLE]\n"
        "  secret/{one,two}/b*:\n    message: slow\n"
    )
    found = in_folder(tmp_path, "mine", CURRENT, POINTS, yaml=yaml)
    assert [(rule.tests, rule.bounds_time, rule.message) for rule in found.requirements] == [
        ((1,), "lower", ""),
        ((2,), "lower", ""),
        ((3, 4), "upper", ""),
        ((3,), None, "slow"),
    ]
    assert found.expected == (TLE,)


@pytest.mark.parametrize(
    ("given", "expected"),
    [("30", (30.0, 30.0)), ("[20.5, 40]", (20.5, 40.0))],
)
def test_scores(tmp_path: Path, given: str, expected: tuple[float, float]) -> None:
    """Of the whole submission, or of a group."""
    yaml = f"mine/a.py:\n  score: {given}\n  secret/one: {{score: 30}}\n"
    found = in_folder(tmp_path, "mine", CURRENT, POINTS, yaml=yaml)
    scores = [(rule.group, rule.score) for rule in found.requirements if rule.score]
    assert scores == [("", expected), ("secret/one", (30.0, 30.0))]


@pytest.mark.parametrize(
    ("folder", "rule", "bound", "permitted", "required"),
    [
        (AC, "use_for_time_limit: false", None, {"AC"}, None),
        ("mine", "use_for_time_limit: lower", "lower", {"AC", "WA", "RTE"}, None),
        ("mine", "use_for_time_limit: upper", "upper", None, {"TLE"}),
        ("mine", "{required: [TLE, RTE], use_for_time_limit: upper}", "upper", None, {"TLE"}),
        ("mine", "{permitted: [TLE, AC], use_for_time_limit: lower}", "lower", {"AC"}, None),
        ("mine", "{required: [TLE], use_for_time_limit: false}", None, None, {"TLE"}),
        ("mine", "{required: [TLE, RTE]}", None, None, {"TLE", "RTE"}),
    ],
)
def test_time_limits(
    tmp_path: Path, folder: str, rule: str, bound: str | None, permitted: set[str] | None,
    required: set[str] | None,
) -> None:  # fmt: skip
    """Which submissions bound it, and how an author says otherwise."""
    (found,) = in_folder(
        tmp_path, folder, yaml=f"{folder}: {rule if '{' in rule else '{' + rule + '}'}\n"
    ).requirements
    assert found.bounds_time == bound
    assert found.permitted == (permitted and frozenset(permitted))
    assert found.required == (required and frozenset(required))


def test_what_is_said_of_the_submission_itself(tmp_path: Path) -> None:
    """Its language and where it begins, whatever its files are called."""
    yaml = (
        "accepted/a.py:\n  language: cpp\n  entrypoint: a.py\n  model_solution: true\n"
        "  authors: [{name: A}, B]\naccepted/sum.py: {authors: {name: C}}\n"
    )
    found = in_folder(tmp_path, AC, yaml=yaml)
    assert (found.language, found.entry_point) == ("cpp", "a.py")


@pytest.mark.parametrize(
    ("yaml", "words"),
    [
        ("[a]", "must be a map"),
        ("accepted: [AC]", "accepted: must be a glob that is mapped"),
        ("1: {}", "1: must be a glob that is mapped"),
        (f"'x{MANY}': {{}}\n'y{MANY}': {{}}\n", "more than 1000 globs"),
        ("a/**: {permitted: [AC]}", "'**' is not supported"),
        ("accepted: {permited: [AC]}", "permited: is no key"),
        ("accepted: {permitted: [OK]}", "accepted: permitted"),
        ("accepted: {permitted: []}", "accepted: permitted"),
        ("accepted: {permitted: [AC], required: [WA]}", "nothing that is required is permitted"),
        ("accepted: {use_for_time_limit: sideways}", "use_for_time_limit"),
        ("mine: {required: [TLE], use_for_time_limit: lower}", "lower contradicts"),
        ("mine: {permitted: [AC], use_for_time_limit: upper}", "upper contradicts"),
        ("accepted: {score: 3}", "score: is for problems of type scoring"),
        ("accepted: {secret: {score: 3}}", "score: is for problems of type scoring"),
        ("accepted: {secret: {score: [3, 1]}}", "its least is above its most"),
        ("accepted: {secret: {score: .nan}}", "its least is above its most"),
        ("accepted: {secret: {colour: red}}", "accepted: secret: colour: is no key"),
        ("accepted: {secre: {permitted: [AC]}}", "neither a key of the format nor a test"),
        ("accepted: {'secret/[ab]': {permitted: [AC]}}", "is not supported"),
        ("accepted/*: {permitted: [WA]}", "exclude each other"),
        ("accepted: {secret/a: {permitted: [WA]}}", "exclude each other"),
    ],
)
def test_a_fault_is_named(tmp_path: Path, yaml: str, words: str) -> None:
    """With the glob that it stands under."""
    assert words in faults(tmp_path, CURRENT, {YAML: yaml})[YAML]


def test_a_score_of_tests(tmp_path: Path) -> None:
    """Only groups have one."""
    yaml = "accepted: {secret/one/a: {score: 3}}"
    assert "this names tests alone" in faults(tmp_path, CURRENT, POINTS, {YAML: yaml})[YAML]


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({YAML: "accepted/b.py: {permitted: [AC]}"}, YAML, "there is no such submission"),
        ({YAML: "accepted: {secret/c*: {permitted: [AC]}}"}, YAML, "neither a key of the format nor a test"),
        ({"submissions/a.py": PY}, "submissions/a.py", "lies in no folder"),
        ({"submissions/accepted/README.md": ""}, "submissions/accepted/README.md", "is no submission"),
        ({"submissions/mine/a.py.disabled": ""}, "submissions/mine/a.py.disabled", "is no submission"),
        ({"submissions/accepted/a.unknown": ""}, "submissions/accepted/a.unknown", "is not tried"),
        ({"submissions/mine/a/b.py": "", "submissions/mine/a/b.c": ""}, "submissions/mine/a", "several"),
        ({"submissions/accepted/b.py": b"\0"}, "submissions/accepted/b.py", "holds a NUL"),
        ({"submissions/accepted/b.py": b"#\xe4"}, "submissions/accepted/b.py", "read as Latin 1"),
        ({"submissions/accepted/b.py": b"#" * (5 << 20)}, "submissions/accepted/b.py", "larger than"),
        ({"submissions/accepted/sum.py": None, "submissions/mine/a.py": PY},
         "submissions/accepted", "can be solved"),
        ({"submissions/accepted/sum.py": None}, "submissions", "can be solved"),
        ({YAML: "accepted: {language: malbolge}"}, "submissions/accepted/sum.py", "malbolge"),
    ],
)  # fmt: skip
def test_what_is_odd_is_told_of(tmp_path: Path, changes: Changes, path: str, words: str) -> None:
    """It changes no verdict."""
    assert words in warnings(read(tmp_path, CURRENT, changes))[path]


def test_what_cannot_be_tried(tmp_path: Path) -> None:
    """It is there, without a language, and says why."""
    package = read(tmp_path, CURRENT, {"submissions/accepted/a.unknown": "x"})
    found = example(package, "accepted/a.unknown")
    assert found.language is None
    assert found.reason
    assert found.expected == (AC,)


def test_submissions_of_several_files(tmp_path: Path) -> None:
    """A folder is one submission, named as it is."""
    more = {"submissions/accepted/two/main.py": "import lib.a\n", "submissions/accepted/two/lib/a.py": ""}
    found = example(read(tmp_path, CURRENT, more), "accepted/two")
    assert [file.name for file in found.files] == ["main.py", "lib/a.py"]
    assert found.language == "python3"


@pytest.mark.parametrize(
    ("folder", "permitted", "required", "bound", "expected"),
    [
        (AC, {"AC"}, None, "lower", (AC,)),
        (WA, {"AC", "WA"}, {"WA"}, None, (WA,)),
        (TLE, {"AC", "WA", "TLE"}, {"TLE"}, "upper", (TLE, WA)),
        ("run_time_error", {"AC", "WA", "TLE", "RTE"}, {"RTE"}, None, CRASHES),
    ],
)
def test_legacy_folders(
    tmp_path: Path,
    folder: str,
    permitted: set[str],
    required: set[str] | None,
    bound: str | None,
    expected: tuple[str, ...],
) -> None:
    """Only right solutions bound the time limit from below there."""
    package = read(tmp_path, LEGACY, {f"submissions/{folder}/a.py": PY})
    found = example(package, f"{folder}/a.py")
    (rule,) = found.requirements
    assert (rule.permitted, rule.bounds_time) == (frozenset(permitted), bound)
    assert rule.required == (required and frozenset(required))
    assert found.expected == expected


def test_legacy_points(tmp_path: Path) -> None:
    """A right solution may fail single tests there, and a partial one gets less than there is."""
    more = {
        "problem.yaml": "type: scoring", "data/testdata.yaml": "range: 0 100\n", YAML: "accepted: {}",
        "submissions/partially_accepted/a.py": PY, "submissions/mine/a.py": PY,
    }  # fmt: skip
    package = read(tmp_path, LEGACY, GROUPED, more)
    (right,) = example(package, "accepted/sum.py").requirements
    assert (right.permitted, right.bounds_time) == (None, "lower")
    (partial,) = example(package, "partially_accepted/a.py").requirements
    assert partial.score
    assert partial.score[0] == 0.0
    assert 99.9 < partial.score[1] < 100.0
    told = warnings(package)
    assert "does not know it" in told[YAML]
    assert "may get anything" in told["submissions/mine/a.py"]
