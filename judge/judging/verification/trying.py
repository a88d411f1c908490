"""One example submission in a slot: run on all tests, or once more on one whose time decides."""

from dataclasses import dataclass, field, replace

from judge.judging.compiling import ToolchainMissing
from judge.judging.installing import NotInstalled
from judge.judging.judgement import Judging, judge
from judge.judging.scoring import ScoreOutOfRange
from judge.judging.validating import ValidatorFailed
from judge.judging.verification.expectations import word
from judge.judging.verification.progress import Piece, Tested
from judge.judging.verification.slots import Slot
from judge.languages import Language, table
from judge.packages.package import Example, Package
from judge.records import Judgement, TestResult


@dataclass(frozen=True)
class Trial:
    """An example after all tests, under a time limit. fault: ours or the problem's, and no judgement."""

    example: Example
    limit_s: float
    judgement: Judgement | None = None
    results: tuple[TestResult, ...] = ()
    fault: Exception | None = None

    @property
    def complaint(self) -> str:
        """What the author is told of the fault."""
        return str(getattr(self.fault, "told", self.fault))


def language_of(example: Example) -> Language:
    """The language of an example that has one."""
    assert example.language is not None
    return table()[example.language]


@dataclass
class _Watch:
    """Tells of each test that has ended."""

    name: str
    slot: Slot
    results: list[TestResult] = field(default_factory=list)

    def compiled(self, output: bytes | None) -> None:
        """Nothing to tell."""

    def tested(self, result: TestResult) -> None:
        """One more."""
        self.results.append(result)
        what = f"{self.name}: {result.author_name} {word(result.verdict)}"
        self.slot.tell(Piece(what, tested=Tested(self.name, result.index, result.verdict)))


_FAULTS = (NotInstalled, ToolchainMissing, ValidatorFailed, ScoreOutOfRange)
"""What is wrong with the package, or with this machine; every other failure ends the verification."""


def tried(package: Package, example: Example, slot: Slot) -> Trial:
    """Run an example on every test. Raises SandboxError."""
    watch, limit_s = _Watch(example.name, slot), package.manifest.time_limit_s
    try:
        judgement = judge(_judging(package, example), slot.take, watch)
    except _FAULTS as fault:
        trial = Trial(example, limit_s, fault=fault)
    else:
        trial = Trial(example, limit_s, judgement, tuple(watch.results))
    if left := len(package.manifest.tests) - len(watch.results):
        slot.tell(Piece(example.name, left))  # it did not compile, or could not be judged to the end
    return trial


def tried_again(package: Package, example: Example, test: int, slot: Slot, *, times: int = 1) -> Trial:
    """Run an example on one test, several times in a row. Raises SandboxError."""
    only = tuple(replace(spec, group="") for spec in package.manifest.tests if spec.index == test)
    alone = replace(package, manifest=replace(package.manifest, tests=only * times, groups=(), scoring=False))
    watch, limit_s = _Watch(example.name, slot), package.manifest.time_limit_s
    try:
        judgement = judge(_judging(alone, example), slot.take, watch)
    except _FAULTS as fault:  # as of a validator that is shown what a late submission prints at last
        return Trial(example, limit_s, fault=fault)
    return Trial(example, limit_s, judgement, tuple(watch.results))


def _judging(package: Package, example: Example) -> Judging:
    return Judging(
        package.manifest,
        language_of(example),
        example.files,
        entry_point=example.entry_point,
        opened=package.opened,
        thorough=True,
    )
