"""What a verification has found: faults and oddities by path, and each example submission by group."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from judge.packages.package import Note


@dataclass(frozen=True)
class GroupReport:
    """A submission on the tests of one group.

    expected: words of "AC", "WA", "TLE", "RTE" that its tests may end with; required: those of which there
    must be one, empty where nothing is required. got: how many tests ended with each verdict.
    """

    name: str
    expected: tuple[str, ...]
    required: tuple[str, ...]
    got: Mapping[str, int]
    ok: bool
    cpu_time_s: float | None
    score: float | None = None


@dataclass(frozen=True)
class ExampleReport:
    """A submission against its expectation; what was not measured is None.

    expected: verdicts of the whole, any of which is right. tests: its verdict on each test of the report, in
    their order; empty where it was not run on them. reasons: why it is not ``ok``. skipped: it was not run,
    since its toolchain is missing and that is allowed.
    """

    name: str
    language: str | None
    expected: tuple[str, ...]
    got: str | None = None
    score: float | None = None
    ok: bool = False
    cpu_time_s: float | None = None
    memory_bytes: int | None = None
    first_failed_test: str | None = None
    groups: tuple[GroupReport, ...] = ()
    tests: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    skipped: bool = False


@dataclass(frozen=True)
class Safety:
    """What the time limit follows from: CPU seconds, each as if its language were given no more than others.

    slowest_s: of the submissions that must be in time; slowest: which one, on which test. needed_s: what that
    asks of the limit. fastest: of those that must be late the one that used the least, where it did not even
    use what the limit asks for, and fastest_s how much that was; None where all of them are late enough.
    """

    slowest_s: float
    slowest: str
    needed_s: float
    late_from_s: float
    fastest_s: float | None = None
    fastest: str | None = None


@dataclass(frozen=True)
class Report:
    """A verification as it ended; an error makes it red, a warning does not. tests: by the author's names."""

    package: str
    time_limit_s: float | None = None
    errors: tuple[Note, ...] = ()
    warnings: tuple[Note, ...] = ()
    tests: tuple[str, ...] = ()
    submissions: tuple[ExampleReport, ...] = ()
    safety: Safety | None = None

    @property
    def ok(self) -> bool:
        """Whether the package is as its author says."""
        return not self.errors

    def as_json(self) -> dict[str, Any]:
        """The object that `judge problem verify --json` prints."""
        return {
            "package": self.package,
            "ok": self.ok,
            "time_limit_s": self.time_limit_s,
            "errors": _listed(self.errors),
            "warnings": _listed(self.warnings),
            "safety": self.safety and asdict(self.safety),
            "tests": self.tests,
            "submissions": [asdict(example) for example in self.submissions],
        }


def unreadable(package: str, faults: Sequence[Note]) -> Report:
    """The report on a package that could not even be read."""
    return Report(package, errors=tuple(faults))


def _listed(notes: Sequence[Note]) -> list[dict[str, str]]:
    return [{"path": path, "message": message} for path, message in notes]
