"""Whatever stands in a package's files, its author is told of it, and no other error comes out."""

import contextlib
import tempfile
from pathlib import Path

import hypothesis
import yaml
from hypothesis import strategies as st

from judge import packages
from judge.errors import PackageError
from tests.packages.building import CURRENT, DRAFT, GROUPED, LEGACY, SCORING, Changes, write

KEYS = {
    "problem.yaml": [
        "problem_format_version", "type", "name", "uuid", "credits", "source", "license", "rights_owner",
        "embargo_until", "limits", "keywords", "languages", "constants", "validation", "validator_flags",
        "grading", "author", "time_limit", "memory", "time_multipliers", "validation_passes", "authors",
        "objective", "range",
    ],
    "data/secret/one/test_group.yaml": [
        "max_score", "score_aggregation", "require_pass", "args", "input_validator_args",
        "output_validator_args", "scoring", "score", "aggregation", "static_validation", "full_feedback",
        "hint",
    ],
    "data/secret/one/testdata.yaml": [
        "on_reject", "grading", "grader_flags", "accept_score", "range", "input_validator_flags",
        "output_validator_flags", "name", "flags", "output_validator_args",
    ],
    "data/secret/one/a.yaml": ["args", "input_validator_args", "output_validator_args", "hint", "check.py"],
    "submissions/submissions.yaml": [
        "accepted", "accepted/*", "permitted", "required", "score", "message", "use_for_time_limit",
        "secret/one", "sample", "language", "entrypoint", "authors", "model_solution", "{a,b}", "{", "a/**",
    ],
}  # fmt: skip
WORDS = [
    "pass-fail", "scoring", "interactive", "multi-pass", "unbounded", "sum", "min", "sample", "secret/one",
    "AC", "TLE", "lower", "upper", "custom interactive score", "default", "all", "cpp", "break", "2025-09",
    "legacy", "", "case_sensitive", "float_tolerance 1e-6", "0 10", "-inf inf", "\0", "\udc80", "{{x}}", "no",
    "'",
]  # fmt: skip
BASES: list[tuple[Changes, ...]] = [
    (CURRENT, GROUPED), (CURRENT, SCORING, GROUPED), (DRAFT, GROUPED), (LEGACY, GROUPED),
]  # fmt: skip


def documents(keys: list[str]) -> st.SearchStrategy[dict[object, object]]:
    """Values of any shape, with the format's words in them."""
    single = (
        st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS) | st.text(max_size=5)
    )
    return st.dictionaries(
        st.sampled_from(keys) | st.text(max_size=3) | st.integers(),
        st.recursive(
            single,
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(keys), inner, max_size=3)
            ),
            max_leaves=6,
        ),
        max_size=4,
    )


@hypothesis.settings(max_examples=150, deadline=None, database=None)
@hypothesis.given(st.data())
def test_any_document(data: st.DataObject) -> None:
    """A package is read, or refused with reasons that can be printed."""
    base = data.draw(st.sampled_from(BASES))
    path = data.draw(st.sampled_from(sorted(KEYS)))
    said = data.draw(documents(KEYS[path]))
    if path == "problem.yaml" and data.draw(st.booleans()):
        was = yaml.safe_load(str(next(layer[path] for layer in reversed(base) if path in layer)))
        said = {**was, **said}
    content = yaml.safe_dump(said, allow_unicode=False)
    _read(*base, {path: content})


@hypothesis.settings(max_examples=100, deadline=None, database=None)
@hypothesis.given(
    st.sampled_from(BASES),
    st.sampled_from([
        *KEYS, "statement/problem.en.md", "problem_statement/problem.en.tex", "data/sample/1.in",
        "submissions/accepted/sum.py", "data/secret/one/a.args", "domjudge-problem.ini", ".timelimit",
    ]),
    st.binary(max_size=60),
)  # fmt: skip
def test_any_bytes(base: tuple[Changes, ...], path: str, content: bytes) -> None:
    """Likewise."""
    _read(*base, {path: content})


def _read(*layers: Changes) -> None:
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(PackageError):
        package = packages.read(write(Path(folder) / "sum", *layers))
        assert type(package.manifest).from_json(package.manifest.as_json()) == package.manifest
        package.manifest.digest.encode()
