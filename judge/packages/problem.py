"""What problem.yaml says, whatever the version of the format it says it in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field

from judge.manifest import MIB
from judge.packages.package import Timing
from judge.packages.reading import Shape

Size = Annotated[int, Field(gt=0, le=1 << 20)]  # more MiB than any machine has


class CommonLimits(Shape):
    """The limits that all versions know, in their units: seconds, MiB, and KiB for code."""

    memory: Size = 2048
    output: Size = 8
    code: Size = 128
    compilation_time: Size = 60
    compilation_memory: Size = 2048
    validation_time: Size = 60
    validation_memory: Size = 2048
    validation_output: Size = 8

    def of_manifest(self) -> dict[str, Any]:
        """As a Manifest has them: in bytes and seconds."""
        return {
            "memory_bytes": self.memory * MIB,
            "output_bytes": self.output * MIB,
            "code_bytes": self.code * 1024,
            "compile_time_s": float(self.compilation_time),
            "compile_memory_bytes": self.compilation_memory * MIB,
            "validation_time_s": float(self.validation_time),
            "validation_memory_bytes": self.validation_memory * MIB,
            "validation_output_bytes": self.validation_output * MIB,
        }


@dataclass(frozen=True)
class Problem:
    """A problem's metadata.

    names: by the language of the statement; in legacy packages statements bear their names, and this has
    at most one, under "". languages: of programs, None for all. custom: whether an output validator of its
    own must be there, None where its folder says so. validator_args: those that every test has, before its
    own. grading: what stands above the keys of every testdata.yaml.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    scoring: bool = False
    interactive: bool = False
    multi_pass: bool = False
    limits: CommonLimits = field(default_factory=CommonLimits)
    timing: Timing = field(default_factory=lambda: Timing(None))
    passes: int = 1
    keywords: tuple[str, ...] = ()
    languages: tuple[str, ...] | None = None
    constants: Mapping[str, str] = field(default_factory=dict)
    custom: bool | None = None
    validator_args: tuple[str, ...] = ()
    grading: Mapping[str, Any] = field(default_factory=dict)
