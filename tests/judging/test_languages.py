"""Languages: each that this machine has is proven by its hello, once for each state of its toolchain."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from judge.judging import toolchains
from judge.judging.toolchains import CORE, NotProven, Proof, found, prove, proven
from judge.languages import Language, by_extension, table
from tests.servers import forget_settings

NEEDED = ("c", "cpp", "python3", "java", "javascript", "rust", "go", "bash", "perl")
FOUND = {language.id for language in found()}


@pytest.mark.parametrize("language", table().values(), ids=lambda language: language.id)
def test_its_hello_is_judged(language: Language) -> None:
    """Compiled and run in a box, it prints what it reads, and its toolchain tells a version."""
    if language.id not in FOUND:
        if os.environ.get("CI") == "true" and language.id in NEEDED:
            pytest.fail(f"none of {language.tools} is here")
        pytest.skip(f"needs {', '.join(language.tools)}")
    version = prove(language)
    assert any(character.isdigit() for character in version), version
    assert len(version) < 200


def test_the_core_comes_first() -> None:
    """What most people wait for is proven before anything else."""
    order = [language.id for language in found()]
    core = [id_ for id_ in order if id_ in CORE]
    assert order[: len(core)] == core


@pytest.mark.parametrize("language", table().values(), ids=lambda language: language.id)
def test_entries_are_complete(language: Language) -> None:
    """Each has a source file of its own extension, and commands whose places are all filled."""
    assert by_extension(language.source) == language
    for command in (language.compile_command(["/code/a", "/code/b"]), language.run_command(256 * 2**20)):
        assert not any("{" in word and word.startswith("{") for word in command)
    assert language.tools
    assert language.hello.strip()


def test_no_two_languages_share_an_extension() -> None:
    """`judge submit` knows a file's language by its name."""
    extensions = [extension for language in table().values() for extension in language.extensions]
    assert len(extensions) == len(set(extensions))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A machine that has proven nothing yet."""
    monkeypatch.setenv("JUDGE_HOME", str(tmp_path))
    forget_settings()
    yield tmp_path
    monkeypatch.undo()
    forget_settings()


def test_a_proof_is_believed_until_something_changes(home: Path) -> None:
    """A second start proves nothing again; a proof of another toolchain, or a damaged file, is none."""
    if "python3" not in FOUND:
        pytest.skip("needs python3")
    first = next(proven())
    assert isinstance(first, Proof)
    assert first.language == "python3"
    file = home / "proofs.json"
    before = file.stat().st_mtime_ns
    assert next(proven()) == first
    assert file.stat().st_mtime_ns == before
    file.write_text(file.read_text().replace(first.fingerprint, "of another toolchain"))
    assert next(proven()) == first
    file.write_text('[{"half": "a fi')
    assert next(proven()) == first


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"hello": "print('hullo')\n"}, "hello ended as"),
        ({"hello": "print(input()\n"}, "does not compile"),
        ({"hello": "raise SystemExit(3)\n"}, "hello ended as"),
    ],
)
def test_a_hello_that_does_not_come_out_proves_nothing(changes: dict[str, str], told: str) -> None:
    """A toolchain that is there but broken is not offered; the message says what came instead."""
    fields = {name: getattr(table()["python3"], name) for name in Language.__dataclass_fields__}
    with pytest.raises(NotProven, match=told):
        toolchains.prove(Language(**fields | changes))
