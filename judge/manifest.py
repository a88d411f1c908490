"""What judging needs to know of a problem: its limits, its comparison and where its test data is."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

MIB = 1024 * 1024
SETTLING_S = 10.0
"""What a judging may spend beside its compiler and its tests: a box, data to fetch, rows to write."""


@dataclass(frozen=True)
class Comparison:
    """How output is compared with the answer: the arguments of the package format's default validator.

    Tolerances are None where numbers are compared as text.
    """

    case_sensitive: bool = False
    space_change_sensitive: bool = False
    float_absolute_tolerance: float | None = None
    float_relative_tolerance: float | None = None


@dataclass(frozen=True)
class TestSpec:
    """One test. ``name`` is what everybody may see, ``author_name`` the file's own; data by SHA-256."""

    __test__ = False  # for pytest, which collects by name

    index: int
    name: str
    author_name: str
    input: str
    answer: str


@dataclass(frozen=True)
class Sample:
    """A sample as the statement shows it."""

    name: str
    input: str
    answer: str


@dataclass(frozen=True)
class Manifest:
    """A problem as a worker sees it. Limits are the contestant's; defaults are those of format 2025-09."""

    name: str
    time_limit_s: float
    tests: tuple[TestSpec, ...]
    samples: tuple[Sample, ...] = ()
    comparison: Comparison = Comparison()
    keywords: tuple[str, ...] = ()
    memory_bytes: int = 2048 * MIB
    output_bytes: int = 8 * MIB
    code_bytes: int = 128 * 1024
    compile_time_s: float = 60.0
    compile_memory_bytes: int = 2048 * MIB

    @property
    def wall_limit_s(self) -> float:
        """How long a run may last by the clock: a program may wait, but not for good."""
        return 2 * self.time_limit_s + 1.0

    @property
    def judging_s(self) -> float:
        """No judging of one submission lasts longer than this, in seconds, if our machine keeps up."""
        return self.compile_time_s + len(self.tests) * self.wall_limit_s + SETTLING_S

    @property
    def digest(self) -> str:
        """SHA-256 over everything above; the data is in it by its own digests."""
        return hashlib.sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """As kept in the database."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Manifest":
        """The reverse of ``as_json``."""
        return cls(
            **kept
            | {
                "tests": tuple(TestSpec(**test) for test in kept["tests"]),
                "samples": tuple(Sample(**sample) for sample in kept["samples"]),
                "keywords": tuple(kept["keywords"]),
                "comparison": Comparison(**kept["comparison"]),
            }
        )
