"""A small problem, the sum of two numbers, judged with every verdict in every language of the table.

tests/languages/README.md says what the programs are; a language is added there without a line of Python.
"""

import os
from pathlib import Path

import pytest

from judge.judging.toolchains import missing
from judge.languages import Language, table
from judge.verdict import Verdict
from tests.judging.conftest import INSTALLED_FOR_TESTS
from tests.judging.making import MIB, Made, made

LANGUAGES = Path(__file__).parent.parent / "languages"

INPUTS = {
    Verdict.ACCEPTED: "19 23",
    Verdict.WRONG_ANSWER: "1 23",
    Verdict.TIME_LIMIT_EXCEEDED: "2 23",
    Verdict.MEMORY_LIMIT_EXCEEDED: "3 23",
    Verdict.OUTPUT_LIMIT_EXCEEDED: "4 23",
    Verdict.RUNTIME_ERROR: "5 23",
}
"""The first number tells a program which verdict to earn."""


@pytest.fixture(params=table().values(), ids=lambda language: language.id)
def language(request: pytest.FixtureRequest) -> Language:
    """Each language found here; with CI=true those that the list of packages brings must be."""
    language: Language = request.param
    if lacking := missing(language):
        if os.environ.get("CI") == "true" and set(language.packages) <= INSTALLED_FOR_TESTS:
            pytest.fail(f"{lacking} not found")
        pytest.skip(f"needs {', '.join(lacking)}: apt-get install {' '.join(language.packages)}")
    return language


def program_of(language: Language, name: str) -> str | None:
    """A program of a language, or of the one that it is a variant of."""
    folders = [LANGUAGES / id_ for id_ in (language.id, language.variant_of) if id_]
    folder = next(folder for folder in folders if folder.is_dir())
    texts = [path.read_text() for path in folder.glob(f"{name}.*")]
    return texts[0] if texts else None


def problem() -> Made:
    """A test for each verdict."""
    tests = [(numbers, str(sum(map(int, numbers.split())))) for numbers in INPUTS.values()]
    return made(tests, time_limit_s=2.0, memory_bytes=64 * MIB, output_bytes=MIB)


def test_six_verdicts_of_programs_that_run(language: Language) -> None:
    """One program, compiled once, earns each by its input."""
    program = program_of(language, "sum")
    assert program is not None, f"tests/languages has no program for {language.id}"
    judgement, told = problem().judged(program, language.id, thorough=True)
    assert judgement.verdict is not Verdict.COMPILE_ERROR, judgement.compile_output
    assert [test.verdict for test in told.tests] == list(INPUTS), told.tests


def test_compile_error(language: Language) -> None:
    """What is no program is refused before it is run, with a reason; or the table says why it cannot be."""
    program = program_of(language, "compile_error")
    if language.unchecked:
        assert program is None
        assert not language.compile
        return
    assert program is not None, f"tests/languages has no wrong program for {language.id}"
    judgement, _ = problem().judged(program, language.id)
    assert judgement.verdict is Verdict.COMPILE_ERROR
    assert judgement.compile_output
