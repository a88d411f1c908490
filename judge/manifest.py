"""What judging needs to know of a problem: its limits, its tests and groups, its validators, its data."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from typing import Any, Literal

MIB = 1024 * 1024
COMPILER_PATIENCE = 2.0
"""A compiler has nothing to wait for but the machine, and may take this many times its limit by the clock."""

SETTLING_S = 10.0
"""What a judging may spend beside its compiler and its tests: a box, data to fetch, rows to write."""

STOP_FACTOR = 1.05
"""A program is stopped at this many times its time limit."""

REPEATED_FROM = 0.95
"""A run that took at least this many times its time limit, and as many as STOP_FACTOR, is repeated."""

REPEATS, MOST_REPEATED = 2, 10
"""How often such a run is repeated, and for how many tests of one submission at most."""

FOLDER_BYTES = 64 * MIB
"""The working folder of a program, with what is put there for it."""

PLACED_BYTES, PLACED_FILES = 24 * MIB, 200
"""So much of it a test's files may take, and again so much those that are put beside every submission."""

Files = tuple[tuple[str, str], ...]
"""Files by their relative name, each with the SHA-256 of its content."""


@dataclass(frozen=True)
class Program:
    """A program that comes with a problem.

    language: an id of the table of languages, or None where a script ``build`` or ``run`` stands for it.
    """

    name: str
    language: str | None
    files: Files
    entry_point: str | None = None


@dataclass(frozen=True)
class TestSpec:
    """One test. ``name`` is what everybody may see, ``author_name`` the file's own; data by SHA-256.

    group: the group it belongs to, by the author's name. args: the program's arguments. files: what lies in
    its working folder. validator_args: what the output validator, the default one too, is told.
    """

    __test__ = False  # for pytest, which collects by name

    index: int
    name: str
    author_name: str
    input: str
    answer: str
    group: str = "secret"
    args: tuple[str, ...] = ()
    files: Files = ()
    validator_args: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """A group of tests, and how its verdict and score come of those of its members, tests and groups.

    name: its folder below data, "" for data itself. public_name: what everybody may see.

    score: "pass-fail" gives ``most`` when all members are accepted and 0 otherwise; the others say it of the
    members' scores. accept_score, reject_score: of one test, where its validator gives none; accept_score is
    None where the validator has to give one. least, most: bounds of the group's score, None where there is
    none. verdict: which of the members' verdicts counts where some are not accepted. stops: a member that
    is not accepted ends the group. requires: groups that must be accepted before this one is run.
    """

    name: str
    public_name: str
    score: Literal["pass-fail", "sum", "avg", "min", "max"] = "sum"
    accept_score: float | None = 1.0
    reject_score: float = 0.0
    least: float | None = None
    most: float | None = None
    verdict: Literal["first_error", "worst_error", "always_accept"] = "first_error"
    accept_if_any: bool = False
    ignore_sample: bool = False
    stops: bool = True
    requires: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sample:
    """A sample as the statement shows it; ``interaction`` instead where a dialogue is shown."""

    name: str
    input: str
    answer: str
    interaction: str | None = None


@dataclass(frozen=True)
class Manifest:
    """A problem as a worker sees it. Limits are the contestant's; defaults are those of format 2025-09.

    groups: all of them, outer before inner, beginning with data itself; none where the first test that is
    not accepted decides. strict_scores: a validator's score is bound to the rules of format 2025-09.
    includes: by language or "default", what is put beside every submission. languages: the ids allowed, all
    where None. validators: every one of them must accept; the default one where there is none. passes: how
    often a submission runs at most on one test.
    """

    name: str
    time_limit_s: float
    tests: tuple[TestSpec, ...]
    samples: tuple[Sample, ...] = ()
    groups: tuple[Group, ...] = ()
    scoring: bool = False
    strict_scores: bool = True
    validators: tuple[Program, ...] = ()
    interactive: bool = False
    passes: int = 1
    includes: tuple[tuple[str, Files], ...] = ()
    languages: tuple[str, ...] | None = None
    keywords: tuple[str, ...] = ()
    memory_bytes: int = 2048 * MIB
    output_bytes: int = 8 * MIB
    code_bytes: int = 128 * 1024
    compile_time_s: float = 60.0
    compile_memory_bytes: int = 2048 * MIB
    validation_time_s: float = 60.0
    validation_memory_bytes: int = 2048 * MIB
    validation_output_bytes: int = 8 * MIB

    @property
    def wall_limit_s(self) -> float:
        """How long a run may last by the clock: a program may wait, but not for good."""
        return wall_limit_s(self.time_limit_s)

    @property
    def judging_s(self) -> float:
        """No judging of one submission lasts longer than this, in seconds, if our machine keeps up."""
        return self.judging_s_at(self.time_limit_s)

    def judging_s_at(self, time_limit_s: float) -> float:
        """The same in a language whose programs get this time limit.

        Validators are counted by what they usually take, a second, since no test comes near their limit.
        """
        test_s = wall_limit_s(time_limit_s) + (1.0 if self.validators else 0.0)
        # What is repeated may wait as long as anything else, and has as many passes.
        runs = len(self.tests) + REPEATS * min(MOST_REPEATED, len(self.tests))
        return COMPILER_PATIENCE * self.compile_time_s + runs * self.passes * test_s + SETTLING_S

    @property
    def digest(self) -> str:
        """SHA-256 over everything above; the data is in it by its own digests."""
        return hashlib.sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()

    def included(self, *languages: str) -> Files:
        """What is put beside a submission in a language, whose base stands before it where it is a variant.

        The files of each stand above those of the ones before it, and all of them above those for all.
        """
        by_language, files = dict(self.includes), dict[str, str]()
        for language in ("default", *languages):
            files |= by_language.get(language, ())
        return tuple(files.items())

    def digests(self) -> set[str]:
        """The SHA-256 of every piece of data that judging may ask for."""
        return set(self._digests())

    def _digests(self) -> Iterator[str]:
        for test in self.tests:
            yield from (test.input, test.answer, *(digest for _, digest in test.files))
        for program in self.validators:
            yield from (digest for _, digest in program.files)
        for _, files in self.includes:
            yield from (digest for _, digest in files)

    def as_json(self) -> dict[str, Any]:
        """As kept in the database; what is as by default is left out of each test."""
        kept = asdict(self)
        kept["tests"] = [_sparse(test) for test in self.tests]
        return kept

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Manifest":
        """The reverse of ``as_json``."""
        lists: dict[str, Any] = {
            "tests": tuple(_made(TestSpec, test) for test in kept["tests"]),
            "samples": tuple(_made(Sample, sample) for sample in kept["samples"]),
            "groups": tuple(_made(Group, group) for group in kept["groups"]),
            "validators": tuple(_made(Program, program) for program in kept["validators"]),
            "includes": tuple((language, _tuples(files)) for language, files in kept["includes"]),
            "keywords": tuple(kept["keywords"]),
            "languages": None if kept["languages"] is None else tuple(kept["languages"]),
        }
        return cls(**{**kept, **lists})


def wall_limit_s(time_limit_s: float) -> float:
    """How long a run under a limit of CPU time may last by the clock."""
    return 2 * time_limit_s + 1.0


def _sparse(spec: TestSpec) -> dict[str, Any]:
    """The fields that say something; a problem may have thousands of tests."""
    defaults = {field.name: field.default for field in fields(spec) if field.default is not MISSING}
    return {name: value for name, value in asdict(spec).items() if value != defaults.get(name, MISSING)}


def _made(kind: Any, kept: Mapping[str, Any]) -> Any:
    """A dataclass of what JSON has made of it: lists become tuples again."""
    return kind(**{name: _tuples(value) for name, value in kept.items()})


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
