"""A problem package as read: what is judged by, what people see, and what its author says must come out."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, Literal

from judge.manifest import Manifest, Program
from judge.packages.version import Version
from judge.records import SourceFile

Content = Path | bytes
"""A file of the package, or what has become of it where its constants were replaced."""

Note = tuple[str, str]
"""A path in the package, and what there is to say of it."""


@dataclass(frozen=True)
class Statement:
    """The statement in one language; ``source`` is empty, and ``digest`` the file's, for a PDF.

    path: where it is in the package.
    """

    language: str
    name: str
    kind: Literal["md", "tex", "pdf"]
    source: str
    digest: str | None = None
    path: str = ""


@dataclass(frozen=True)
class Requirement:
    """What must come out on some of the tests.

    tests: their indices, of which there is at least one. group: the group whose score is meant by ``score``,
    an inclusive range. permitted, required: of "AC", "WA", "TLE", "RTE"; None where nothing is said. message:
    what a judge message must hold. bounds_time: whether the slowest of these tests is a lower or an upper
    bound of the time limit.
    """

    source: str
    tests: tuple[int, ...]
    group: str = ""
    permitted: frozenset[str] | None = None
    required: frozenset[str] | None = None
    score: tuple[float, float] | None = None
    message: str = ""
    bounds_time: Literal["lower", "upper"] | None = None


@dataclass(frozen=True)
class Example:
    """A submission that comes with the package, by its path below submissions/.

    expected: verdicts of the submission as a whole, any of which is right. language: None where none can be
    told; ``reason`` says why.
    """

    name: str
    language: str | None
    files: tuple[SourceFile, ...]
    expected: tuple[str, ...]
    requirements: tuple[Requirement, ...] = ()
    entry_point: str | None = None
    reason: str = ""


@dataclass(frozen=True)
class Case:
    """Data that validators are tried on: data/invalid_input, invalid_output, valid_output, each by its name.

    A sample's .out is a valid output, too.

    answer, output: SHA-256, None where the kind has none.
    """

    kind: Literal["invalid_input", "invalid_output", "valid_output"]
    name: str
    input: str
    answer: str | None = None
    output: str | None = None
    input_args: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    output_args: tuple[str, ...] = ()


@dataclass(frozen=True)
class Timing:
    """How the time limit follows from the example submissions.

    given_s: the limit, where the package names one. resolution_s: what a derived limit is a multiple of.
    """

    given_s: float | None
    ac_to_time_limit: float = 2.0
    time_limit_to_tle: float = 1.5
    resolution_s: float = 1.0


@dataclass(frozen=True)
class Package:
    """A package that could be read without a fault.

    manifest: its time_limit_s is ``timing.given_s`` or, where that is None, the longest that the judge would
    allow, until ``with_time_limit`` says otherwise. figures, attachments: SHA-256 by file name. data: every
    digest named anywhere, and where those bytes are. input_args: for each test's index, the arguments of
    each input validator by its name. warnings: what is odd and changes nothing.
    """

    id: str
    manifest: Manifest
    timing: Timing
    statements: tuple[Statement, ...]
    figures: Mapping[str, str]
    attachments: Mapping[str, str]
    constants: Mapping[str, str]
    input_validators: tuple[Program, ...]
    input_args: Mapping[int, Mapping[str, tuple[str, ...]]]
    cases: tuple[Case, ...]
    examples: tuple[Example, ...]
    warnings: tuple[Note, ...]
    data: Mapping[str, Content] = field(repr=False)
    version: Version = Version.CURRENT

    def opened(self, digest: str) -> BinaryIO:
        """The bytes of a digest, from their beginning."""
        content = self.data[digest]
        return io.BytesIO(content) if isinstance(content, bytes) else content.open("rb")

    def with_time_limit(self, seconds: float) -> "Package":
        """The same package under another time limit."""
        return replace(self, manifest=replace(self.manifest, time_limit_s=seconds))
