"""problem.yaml of format 2025-09: what each key comes to, and every fault in it with its name."""

from itertools import pairwise
from pathlib import Path

import pytest

from judge.manifest import MIB
from tests.packages.building import CURRENT, LEGACY, VALIDATED, faults, read, warnings

GOOD = str(CURRENT["problem.yaml"])


def changed(old: str, new: str) -> str:
    """problem.yaml with some words exchanged."""
    assert old in GOOD
    return GOOD.replace(old, new)


LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n" for old, new in pairwise("abcdefgh")
)
FAULTS = {
    "no YAML": ("a: [b", "not YAML"),
    "no text": (b"\xff\xfe\xff", "not UTF-8"),
    "a byte-order mark": (b"\xef\xbb\xbf" + GOOD.encode(), "byte-order mark"),
    "too deep": ("a: " + "[" * 5000, "not YAML"),
    "too large": (GOOD + "#" * (1 << 20), "larger than"),
    "a date of no calendar": (GOOD + "embargo_until: 2024-13-45\n", "not YAML"),
    "a list": ("- a\n", "must be a map"),
    "the same key twice": (GOOD + "name: Other\n", "'name' is said twice"),
    "a billion laughs": (
        LAUGHS, "more than 100000 values",
    ),
    "an alias of what it stands in": ("a: &a [*a]\n", "alias of what it stands in"),
    "another format": (changed("2025-09", "2030-01"), "'2030-01' is not known here"),
    "a format that is a number": (changed("2025-09", "2025"), "2025 is not known here"),
    "an unknown key": (GOOD + "licence: cc0\n", "licence: is no key of the format"),
    "an unknown limit": (changed("time_limit:", "timelimit:"), "limits.timelimit: is no key"),
    "no name": (changed("name: Sum\n", ""), "name: Field required"),
    "no uuid": (changed("uuid:", "version:"), "uuid: Field required"),
    "a name that is a number": (changed("name: Sum", "name: 2048"), "put 2048 in quotes"),
    "NUL in a name": (changed("name: Sum", 'name: "A\\0B"'), "NUL"),
    "half a letter": (changed("name: Sum", 'name: "\\ud800"'), "surrogate"),
    "a name in no language": (changed("name: Sum", "name: {english: Sum}"), "'english' is no code"),
    "no time at all": (changed("limit: 1.0", "limit: 0"), "limits.time_limit"),
    "a time that is no number": (changed("limit: 1.0", "limit: .nan"), "limits.time_limit"),
    "endless": (changed("limit: 1.0", "limit: .inf"), "JUDGE_MAX_JUDGING_S"),
    "too long": (changed("limit: 1.0", "limit: 900"), "JUDGE_MAX_JUDGING_S"),
    "more memory than any machine has": (GOOD + "  memory: 9999999\n", "limits.memory"),
    "a multiplier below one": (GOOD + "  time_multipliers: {ac_to_time_limit: 0.5}\n", "ac_to_time_limit"),
    "a word for no type": (GOOD + "type: optimisation\n", "type: must be one or more of"),
    "types that exclude each other": (GOOD + "type: [pass-fail, scoring]\n", "exclude each other"),
    "a type twice": (GOOD + "type: [scoring, scoring]\n", "says the same twice"),
    "no type": (GOOD + "type: []\n", "must be one or more of"),
    "answers as submissions": (GOOD + "type: submit-answer\n", "submit-answer problems are not supported"),
    "passes of a problem that has one": (GOOD + "  validation_passes: 3\n", "for multi-pass problems"),
    "an unknown licence": (GOOD + "license: mine\n", "license"),
    "an owner of what nobody owns": (
        GOOD + "license: public domain\nrights_owner: Me\n",
        "rights_owner: what is in the public domain has none",
    ),
    "no date": (GOOD + "embargo_until: soon\n", "embargo_until: must be a date"),
    "a language that is none": (GOOD + "languages: [english]\n", "'english' is no code of the format's"),
    "all among others": (GOOD + "languages: [all, cpp]\n", "all stands alone"),
    "no language": (GOOD + "languages: []\n", "languages"),
    "keywords as one text": (GOOD + "keywords: easy sums\n", "keywords: must be a sequence"),
    "a constant without a name": (GOOD + "constants: {2x: 1}\n", "'2x' is no name"),
    "a constant that is yes or no": (GOOD + "constants: {x: true}\n", "must be text or a finite number"),
    "a person without a name": (GOOD + "credits: {authors: [{email: a@b}]}\n", "credits"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named(tmp_path: Path, name: str) -> None:
    """Never a traceback, and never a guess."""
    content, words = FAULTS[name]
    assert words in faults(tmp_path, CURRENT, {"problem.yaml": content})["problem.yaml"]


def test_neither_tests_nor_a_limit(tmp_path: Path) -> None:
    """There is nothing to find a limit by, and the faults are told all the same."""
    changes = {name: None for name in CURRENT if name.startswith("data/")}
    bare = {"problem.yaml": GOOD.partition("limits:")[0]}
    assert "data/secret" in faults(tmp_path, CURRENT, changes | bare)


def test_nothing_there(tmp_path: Path) -> None:
    """Without problem.yaml nothing says what the rest is to be read as."""
    assert faults(tmp_path, CURRENT, {"problem.yaml": None}) == {"problem.yaml": "is missing"}


def test_an_empty_one_is_a_legacy_package(tmp_path: Path) -> None:
    """No version is the legacy version, in which every key may be left out."""
    package = read(tmp_path, LEGACY, {"problem.yaml": ""})
    assert package.manifest.name == "Sum"
    assert package.timing.ac_to_time_limit == 5.0


def test_all_faults_of_a_package_are_told_at_once(tmp_path: Path) -> None:
    """An author mends everything in one go."""
    changes = {
        "problem.yaml": GOOD + "licence: cc0\n",
        "statement/problem.en.md": b"\xe4",
        "data/secret/a.ans": None,
        "data/secret/b.yaml": "output_validator_args: [close_enough]\n",
        "include/sum.h": "",
        "submissions/submissions.yaml": "a: {permitted: [maybe]}\n",
    }
    assert faults(tmp_path, CURRENT, changes).keys() == {
        "problem.yaml", "statement/problem.en.md", "data/secret/a.ans", "data/secret/b.yaml", "include/sum.h",
        "submissions/submissions.yaml",
    }  # fmt: skip


def test_limits_are_in_bytes_and_seconds(tmp_path: Path) -> None:
    """Each in the unit that the manifest has for it."""
    limits = (
        "  memory: 256\n  output: 4\n  code: 64\n  compilation_time: 10\n  compilation_memory: 512\n"
        "  validation_time: 20\n  validation_memory: 128\n  validation_output: 2\n"
    )
    manifest = read(tmp_path, CURRENT, {"problem.yaml": GOOD + limits}).manifest
    assert manifest.time_limit_s == 1.0
    assert (manifest.memory_bytes, manifest.output_bytes, manifest.code_bytes) == (256 * MIB, 4 * MIB, 65536)
    assert (manifest.compile_time_s, manifest.compile_memory_bytes) == (10.0, 512 * MIB)
    assert (manifest.validation_time_s, manifest.validation_memory_bytes) == (20.0, 128 * MIB)
    assert manifest.validation_output_bytes == 2 * MIB


def test_what_is_left_out_is_as_usual(tmp_path: Path) -> None:
    """The format's typical system defaults are ours."""
    manifest = read(tmp_path, CURRENT).manifest
    assert (manifest.memory_bytes, manifest.output_bytes, manifest.code_bytes) == (
        2048 * MIB,
        8 * MIB,
        131072,
    )
    assert (manifest.compile_time_s, manifest.validation_time_s) == (60.0, 60.0)
    assert (manifest.scoring, manifest.interactive, manifest.passes) == (False, False, 1)
    assert (manifest.languages, manifest.keywords, manifest.strict_scores) == (None, (), True)


def test_without_a_time_limit_it_is_to_be_found(tmp_path: Path) -> None:
    """By the multipliers, and meanwhile under the longest that there is time for."""
    content = GOOD.replace(
        "time_limit: 1.0", "time_resolution: 0.5\n  time_multipliers: {time_limit_to_tle: 4}"
    )
    package = read(tmp_path, CURRENT, {"problem.yaml": content})
    assert package.timing.given_s is None
    assert (package.timing.resolution_s, package.timing.ac_to_time_limit) == (0.5, 2.0)
    assert package.timing.time_limit_to_tle == 4.0
    assert package.manifest.time_limit_s == 60.0
    assert package.with_time_limit(1.5).manifest.time_limit_s == 1.5


def test_many_tests_leave_less_time(tmp_path: Path) -> None:
    """A judging must end within JUDGE_MAX_JUDGING_S under the longest limit."""
    content = GOOD.replace("limits:\n  time_limit: 1.0\n", "")
    more = {f"data/secret/{number}{end}": "" for number in range(98) for end in (".in", ".ans")}
    package = read(tmp_path, CURRENT, more, {"problem.yaml": content})
    assert 1.0 < package.manifest.time_limit_s < 60.0
    assert package.manifest.judging_s == pytest.approx(1500.0)


def test_too_many_tests_leave_none(tmp_path: Path) -> None:
    """No multiple of the resolution is left."""
    content = GOOD.replace("limits:\n  time_limit: 1.0\n", "")
    more = {f"data/secret/{number}{end}": "" for number in range(800) for end in (".in", ".ans")}
    assert "leave no time" in faults(tmp_path, CURRENT, more, {"problem.yaml": content})["problem.yaml"]


def test_a_limit_cannot_be_found_without_a_submission(tmp_path: Path) -> None:
    """Somebody has to solve the problem first."""
    content = GOOD.replace("limits:\n  time_limit: 1.0\n", "")
    without = {"problem.yaml": content, "submissions/accepted/sum.py": None}
    assert "limits.time_limit: is not given" in faults(tmp_path, CURRENT, without)["problem.yaml"]


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [("interactive", (False, True, 1)), ("[scoring, multi-pass]", (True, False, 2)),
     ("[interactive, multi-pass]\nlimits: {time_limit: 1, validation_passes: 5}", (False, True, 5))],
)  # fmt: skip
def test_types(tmp_path: Path, kinds: str, expected: tuple[bool, bool, int]) -> None:
    """One word or several; multi-pass problems have two passes unless they say otherwise."""
    content = GOOD.replace("limits:\n  time_limit: 1.0\n", "") + f"type: {kinds}\n"
    layers = CURRENT, VALIDATED, {"problem.yaml": content}
    manifest = read(tmp_path, *layers).manifest
    assert (manifest.scoring, manifest.interactive, manifest.passes) == expected


def test_names_by_language(tmp_path: Path) -> None:
    """Norwegian is written no, which older YAML takes for false; English comes first."""
    content = GOOD.replace("name: Sum", "name: {no: Summen, en: Sum, pt-BR: Soma}")
    more = {
        "problem.yaml": content,
        "statement/problem.no.md": "Legg.",
        "statement/problem.pt-BR.tex": "Somar.",
    }
    package = read(tmp_path, CURRENT, more)
    assert [(one.language, one.name, one.kind) for one in package.statements] == [
        ("en", "Sum", "md"),
        ("no", "Summen", "md"),
        ("pt-BR", "Soma", "tex"),
    ]
    assert package.manifest.name == "Sum"


def test_names_and_statements_are_in_the_same_languages(tmp_path: Path) -> None:
    """Exactly, says the format."""
    content = GOOD.replace("name: Sum", "name: {en: Sum, sv: Summa}")
    told = faults(tmp_path, CURRENT, {"problem.yaml": content, "statement/problem.de.md": "Addiere."})
    assert "there is none in de" in told["problem.yaml"]
    assert "problem.yaml has a name in sv" in told["statement/problem.sv.md"]


def test_languages_that_may_be_used(tmp_path: Path) -> None:
    """By the format's codes; one that this judge has not is told of."""
    package = read(tmp_path, CURRENT, {"problem.yaml": GOOD + "languages: [cpp, simula]\n"})
    assert package.manifest.languages == ("cpp", "simula")
    assert "does not know 'simula'" in warnings(package)["problem.yaml"]


def test_what_concerns_people_is_only_checked(tmp_path: Path) -> None:
    """All of the format's own example, and a licence with nobody to give it."""
    people = (
        "credits:\n  authors: Authy McAuth <authy@mcauth.example>\n  contributors: [A, B]\n"
        "  testers: [{name: Two, orcid: 0000-0001-7414-8743}, {name: Three, kattis: three}]\n"
        "  translators: {da: Mads, eo: [Ludoviko]}\n  packagers: [C]\n  acknowledgements: [D]\n"
        "source: [{name: NWERC 2024, url: https://2024.nwerc.example}, SWERC 2024]\nlicense: cc by-sa\n"
        "embargo_until: 2026-03-01T12:00:00Z\nversion: '1.2'\nallow_file_writing: true\n"
    )
    assert read(tmp_path, CURRENT, {"problem.yaml": GOOD + people}).warnings == ()
    unowned = read(tmp_path, CURRENT, {"problem.yaml": GOOD.replace("uuid: ", "uuid: x") + "license: cc0\n"})
    assert "needs a rights_owner" in warnings(unowned)["problem.yaml"]
    assert "is no UUID" in warnings(unowned)["problem.yaml"]


def test_keys_that_say_nothing(tmp_path: Path) -> None:
    """As templates have them."""
    package = read(tmp_path, CURRENT, {"problem.yaml": GOOD + "keywords:\nconstants:\n# none\n"})
    assert "keywords: says nothing" in warnings(package)["problem.yaml"]
    assert "name: Field required" in faults(
        tmp_path, CURRENT, {"problem.yaml": changed("name: Sum", "name:")}
    ).get("problem.yaml", "")


def test_lines_that_end_otherwise_are_told_of(tmp_path: Path) -> None:
    """They change nothing."""
    package = read(tmp_path, CURRENT, {"problem.yaml": GOOD.replace("\n", "\r\n")})
    assert "CR LF" in warnings(package)["problem.yaml"]
