"""Languages: each that this machine has is proven by its hello, once for each state of its toolchain."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from judge.config import settings
from judge.errors import ConfigError
from judge.judging import toolchains
from judge.judging.compiling import ToolchainMissing
from judge.judging.entry_points import RULES
from judge.judging.toolchains import CORE, NotProven, Proof, check_toolchains, found, missing, prove, proven
from judge.languages import Language, detect, table
from judge.manifest import Program
from tests.judging.conftest import INSTALLED_FOR_TESTS
from tests.servers import forget_settings

FOUND = {language.id for language in found()}


@pytest.mark.parametrize("language", table().values(), ids=lambda language: language.id)
def test_its_hello_is_judged(language: Language) -> None:
    """Compiled and run in a box, it prints what it reads, and its toolchain tells a version."""
    if language.id not in FOUND:
        if os.environ.get("CI") == "true" and set(language.packages) <= INSTALLED_FOR_TESTS:
            pytest.fail(f"{missing(language)} not found")
        pytest.skip(f"needs {', '.join(missing(language))}")
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
    """Each has a source file of its own, packages, and commands whose places are all filled."""
    assert language.source.endswith(language.sources)
    for command in (language.compile_command(["/code/a", "/code/b"]), language.run_command(256 * 2**20)):
        assert not any(re.search(r"\{[a-z_-]+\}", word) for word in command)
    assert language.tools
    assert language.packages
    assert language.hello.strip()
    assert language.entry in RULES
    assert bool(language.compile) != bool(language.unchecked), "compiled, or it says why not"
    assert all(id_ in table() for id_ in language.borrows)


@pytest.mark.parametrize("language", table().values(), ids=lambda language: language.id)
def test_what_is_added_to_a_limit_has_a_reason(language: Language) -> None:
    """A language that is given more than a problem allows says why, and no other does."""
    given = (
        language.startup_s,
        language.time_multiplier,
        language.memory_multiplier,
        language.memory_floor_mib,
    )
    assert bool(language.reason) == (given != (0, 1, 1, 0))


def test_there_are_forty_toolchains() -> None:
    """Variants of one toolchain count once."""
    assert len([language for language in table().values() if not language.variant_of]) >= 40


@pytest.mark.parametrize("entry", [".", "/", "..", "a/b.ts", "a.b/c", "org.example.Main"])
def test_any_entry_makes_a_command(entry: str) -> None:
    """A package may say what it likes; whether it can be run is the program's affair."""
    for language in table().values():
        assert language.run_command(64 << 20, entry)


def test_limits_of_a_language() -> None:
    """Time is multiplied, then what the runtime takes is added; memory is multiplied, and has a floor."""
    plain = table()["c"]
    assert (plain.time_limit_s(1.5), plain.memory_bytes(1000)) == (1.5, 1000)
    slow = replace(
        plain, time_multiplier=2.0, startup_s=0.5, memory_multiplier=1.5, memory_floor_mib=64, reason="slow"
    )
    assert slow.time_limit_s(1.0) == 2.5
    assert slow.memory_bytes(32 << 20) == 64 << 20
    assert slow.memory_bytes(100 << 20) == 150 << 20


def test_a_variant_is_its_base_but_for_what_differs() -> None:
    """Words are exchanged, the rest is the base's, and no file speaks of it."""
    base, variant = table()["cpp"], table()["cpp17"]
    assert variant.compile == tuple(
        "-std=gnu++17" if word == "-std=gnu++20" else word for word in base.compile
    )
    assert (variant.run, variant.hello, variant.source) == (base.run, base.hello, base.source)
    assert variant.extensions == ()
    assert set(variant.sources) == set(base.sources)


def test_no_two_languages_share_an_extension() -> None:
    """`judge submit` knows a file's language by its name."""
    extensions = [extension for language in table().values() for extension in language.extensions]
    assert len(extensions) == len(set(extensions))


@pytest.mark.parametrize(
    ("files", "language"),
    [
        ({"a.py": ""}, "python3"),
        ({"a.py": "#!/usr/bin/env python3\n"}, "python3"),
        ({"a.py": "#!/usr/bin/env python2\nprint 1\n"}, "python2"),
        ({"a.py": "#!/usr/bin/python2.7"}, "python2"),
        ({"a.py": "#!/usr/bin/env pypy3\n"}, "pypy3"),
        ({"a.py": "print(1)  #!/usr/bin/python2\n"}, "python3"),
        ({"a.py2": ""}, "python2"),
        ({"a.pl": ""}, "prolog"),
        ({"a.pl": "#!/usr/bin/perl -w\n"}, "perl"),
        ({"a.pm": "", "words.txt": ""}, "perl"),
        ({"a.c": "", "a.h": ""}, "c"),
        ({"a.cc": "", "a.h": "", "b.hpp": ""}, "cpp"),
        ({"a.cpp": "", "b.c": ""}, "cpp"),
        ({"a.C": ""}, "cpp"),
        ({"a.m": ""}, "objectivec"),
        ({"a.cpp": "", "b.py": ""}, None),
        ({"a.h": ""}, None),
        ({"README": "#!/usr/bin/perl"}, None),
        ({}, None),
    ],
)
def test_files_tell_their_language(files: dict[str, str], language: str | None) -> None:
    """By extensions, and a first line where the format leaves one open; what is mixed tells nothing."""
    found = detect(list(files.items()))
    assert (found and found.id) == language


def test_what_is_allowed_and_what_comes_first_decide() -> None:
    """A file that may be of several languages is of the one that is allowed, or of the first in an order."""
    octave = detect([("a.m", "")], allowed={"octave", "c"})
    assert octave is table()["octave"]
    assert detect([("a.py", "")], allowed={"c"}) is None
    assert detect([("a.py", "")], allowed={"python2"}) is table()["python2"]
    assert detect([("a.py", "")], allowed={"python2", "pypy3"}) is None
    assert detect([("a.py", "")], {"python2", "pypy3"}, order=["c", "pypy3"]) is table()["pypy3"]


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


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Set JUDGE_LANGUAGES for a test."""

    def name(ids: str) -> None:
        monkeypatch.setenv("JUDGE_LANGUAGES", ids)
        settings.cache_clear()

    yield name
    monkeypatch.undo()
    settings.cache_clear()


def test_only_the_languages_that_are_wanted_are_offered(named: Callable[[str], None]) -> None:
    """An operator names some; a name that the table does not have is told, not overlooked."""
    named("c, python3")
    assert {language.id for language in found()} <= {"c", "python3"}
    named("python3,klingon")
    with pytest.raises(ConfigError, match="klingon"):
        found()


def test_validators_need_their_toolchains() -> None:
    """What is not here is a failure of this machine, not of the package."""
    check_toolchains([Program("by scripts", None, ())])
    lacking = [language for language in table().values() if missing(language)]
    if not lacking:
        pytest.skip("every language of the table is here")
    with pytest.raises(ToolchainMissing, match="validate"):
        check_toolchains([Program("validate", lacking[0].id, ())])
