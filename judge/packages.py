"""Problem packages read from a folder: the Kattis/ICPC problem package format, version 2025-09.

https://www.kattis.com/problem-package-format/spec/2025-09.html
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from judge.blobs import digest_of
from judge.config import settings
from judge.errors import PackageError
from judge.manifest import MIB, Comparison, Manifest, Sample, TestSpec

_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_SAMPLE_SHOWN_BYTES = 64 * 1024
_TOLERANCES = ("float_absolute_tolerance", "float_relative_tolerance")
_UNSUPPORTED = (".args", ".files", ".interaction")
_UNFIT = re.compile("[\0\ud800-\udfff]")  # NUL and lone surrogates: Postgres takes neither


@dataclass(frozen=True)
class Package:
    """A package as read. ``data``: SHA-256 of each input and answer, and the file that has those bytes."""

    id: str
    manifest: Manifest
    statement: str
    data: dict[str, Path] = field(repr=False)


_Size = Annotated[int, Field(gt=0, le=1 << 20)]  # more MiB than any machine has


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")  # the format: unknown keys are an error


class _Multipliers(_Strict):
    ac_to_time_limit: float = Field(default=2.0, ge=1)
    time_limit_to_tle: float = Field(default=1.5, ge=1)


class _Limits(_Strict):
    """Units are the format's: seconds, MiB, and KiB for code."""

    time_multipliers: _Multipliers = _Multipliers()
    time_limit: float = Field(gt=0)
    time_resolution: float = Field(default=1.0, gt=0)
    memory: _Size = 2048
    output: _Size = 8
    code: _Size = 128
    compilation_time: _Size = 60
    compilation_memory: _Size = 2048
    validation_time: _Size = 60
    validation_memory: _Size = 2048
    validation_output: _Size = 8


class _Problem(_Strict):
    problem_format_version: Literal["2025-09"]
    type: Literal["pass-fail"] | list[Literal["pass-fail"]] = "pass-fail"
    name: str | dict[str, str]
    uuid: str
    version: str | None = None
    credits: Any = None
    source: Any = None
    license: str = "unknown"
    rights_owner: str | None = None
    embargo_until: Any = None
    limits: _Limits
    keywords: list[str] = []
    languages: Literal["all"] = "all"
    allow_file_writing: bool = False
    constants: dict[str, int | float | str] = {}


class _TestGroup(_Strict):
    output_validator_args: list[str] | str | None = None


class _TestCase(_Strict):
    """Only what changes no verdict."""

    hint: Any = None
    description: Any = None
    input_validator_args: Any = None


_Shape = TypeVar("_Shape", bound=_Strict)


def read(folder: Path) -> Package:
    """The package in a folder, which gives the problem its id.

    Raises PackageError with every fault found, each with its path in the package.
    """
    reading = _Reading(folder)
    package = reading.package()
    if reading.faults or package is None:
        raise PackageError(reading.faults)
    return package


class _Reading:
    """One reading of one folder, which goes on after a fault so that all of them are told at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.faults: list[tuple[str, str]] = []
        self.data: dict[str, Path] = {}

    def package(self) -> Package | None:
        """What could be read; None where too little could."""
        if not _ID.fullmatch(self.folder.name):
            self.fault(
                ".", f"the folder's name {self.folder.name!r} is no problem id: a-z, 0-9 and inner hyphens"
            )
        self.check_links()
        problem = self.yaml("problem.yaml", _Problem)
        statement = self.statement()
        comparison = self.comparison()
        for name in ("output_validator", "output_validators"):
            if (self.folder / name).exists():
                self.fault(name, "custom output validators are not supported")
        tests = tuple(self.tests())
        samples = tuple(self.sample(spec) for spec in tests if spec.name.startswith("sample/"))
        if problem is None:
            return None
        limits = problem.limits
        name = problem.name if isinstance(problem.name, str) else problem.name.get("en", "")
        if _UNFIT.search("".join([name, *problem.keywords])):
            self.fault("problem.yaml", "name or keywords hold a NUL or a lone surrogate")
        if self.faults:
            return None
        manifest = Manifest(
            name=name or self.folder.name,
            time_limit_s=limits.time_limit,
            tests=tests,
            samples=samples,
            comparison=comparison,
            keywords=tuple(problem.keywords),
            memory_bytes=limits.memory * MIB,
            output_bytes=limits.output * MIB,
            code_bytes=limits.code * 1024,
            compile_time_s=float(limits.compilation_time),
            compile_memory_bytes=limits.compilation_memory * MIB,
        )
        if manifest.judging_s > settings().max_judging_s:
            self.fault(
                "problem.yaml",
                f"judging one submission could take {manifest.judging_s:.0f} s, more than "
                f"JUDGE_MAX_JUDGING_S ({settings().max_judging_s:.0f}): lower the limit or have fewer tests",
            )
        return Package(self.folder.name, manifest, statement, self.data)

    def fault(self, path: str | Path, message: str) -> None:
        """Note once what is wrong, and where."""
        shown = os.fsencode(path).decode("utf-8", "backslashreplace")
        if (shown, message) not in self.faults:
            self.faults.append((shown, message))

    def check_links(self) -> None:
        """A link may lead to another file of the package, and nowhere else."""
        for path in sorted(self.folder.rglob("*")):
            if path.is_symlink():
                try:
                    inside = path.resolve(strict=True).is_relative_to(self.folder)
                except (OSError, RuntimeError):  # to nothing, or in a circle
                    self.fault(self._relative(path), "is a link that leads nowhere")
                    continue
                if not inside:
                    self.fault(self._relative(path), "is a link that leaves the package")

    def yaml(self, path: str, shape: type[_Shape]) -> _Shape | None:
        """A YAML file of a fixed shape; None where it is missing or wrong, which is noted."""
        file = self.folder / path
        if not file.is_file():
            self.fault(path, "is missing")
            return None
        try:
            return shape.model_validate(yaml.safe_load(file.read_bytes()) or {})
        except ValidationError as error:
            for detail in error.errors():
                self.fault(path, ": ".join(filter(None, (".".join(map(str, detail["loc"])), detail["msg"]))))
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            self.fault(path, f"is not YAML: {error}")  # ValueError: a date that no calendar has
        return None

    def statement(self) -> str:
        """The English statement in Markdown."""
        for name in ("problem.en.md", "problem.md"):
            path = self.folder / "statement" / name
            if path.is_file():
                try:
                    statement = path.read_text("utf-8")
                except UnicodeDecodeError as error:
                    self.fault(f"statement/{name}", f"is not UTF-8: {error}")
                    return ""
                if "\0" in statement:
                    self.fault(f"statement/{name}", "holds a NUL")
                return statement
        self.fault("statement/problem.en.md", "there is no English statement in Markdown")
        return ""

    def comparison(self) -> Comparison:
        """How outputs are compared: a folder's ``output_validator_args`` stand above those of ``data``."""
        (_, sample), (path, secret) = self._arguments("sample"), self._arguments("secret")
        if sample != secret and (self.folder / "data" / "sample").is_dir():
            self.fault(
                "data",
                "samples and secret tests have different output_validator_args, which is not supported",
            )
        return self._comparison(path, secret)

    def _arguments(self, group: str) -> tuple[str, tuple[str, ...]]:
        """The arguments that stand nearest to a group's tests, and the file they stand in."""
        for path in (f"data/{group}/test_group.yaml", "data/test_group.yaml"):
            found = self.yaml(path, _TestGroup) if (self.folder / path).is_file() else None
            if found and (given := found.output_validator_args) is not None:
                return path, tuple(given.split() if isinstance(given, str) else given)
        return "data", ()

    def _comparison(self, path: str, arguments: tuple[str, ...]) -> Comparison:
        chosen: dict[str, bool | float] = {}
        words = iter(arguments)
        for word in words:
            if word in ("case_sensitive", "space_change_sensitive"):
                chosen[word] = True
                continue
            names = [name for name in _TOLERANCES if word in (name, "float_tolerance")]
            try:
                tolerance = float(next(words, "")) if names else -1.0
            except ValueError:
                tolerance = -1.0
            if not 0 <= tolerance < float("inf"):
                self.fault(path, f"output_validator_args: cannot read {word!r} in {' '.join(arguments)!r}")
                break
            chosen |= dict.fromkeys(names, tolerance)
        return Comparison(**chosen)  # type: ignore[arg-type]  # the words above are its fields

    def tests(self) -> Iterator[TestSpec]:
        """Every test, samples first, each folder in the order of its names, as the format says."""
        index = 0
        for group in ("sample", "secret"):
            folder = self.folder / "data" / group
            if not folder.is_dir():
                if group == "secret":
                    self.fault("data/secret", "is missing: a problem needs at least one secret test")
                continue
            for path in sorted(folder.iterdir()):
                self._check_kind(path)
            inputs = sorted(folder.glob("*.in"))
            if group == "secret" and not inputs:
                self.fault("data/secret", "holds no test (*.in)")
            for number, path in enumerate(inputs, start=1):
                if not path.is_file():
                    continue  # told of above
                answer = path.with_suffix(".ans")
                if not answer.is_file():
                    self.fault(self._relative(answer), "is missing")
                    continue
                index += 1
                yield TestSpec(
                    index=index,
                    name=f"sample/{path.stem}" if group == "sample" else f"secret/{number}",
                    author_name=f"{group}/{path.stem}",
                    input=self._keep(path),
                    answer=self._keep(answer),
                )

    def sample(self, spec: TestSpec) -> Sample:
        """A sample's texts for the statement, cut at a bound."""
        shown = [
            self.data[digest]
            .read_bytes()[:_SAMPLE_SHOWN_BYTES]
            .decode("utf-8", "replace")
            .replace("\0", "\ufffd")
            for digest in (spec.input, spec.answer)
        ]
        return Sample(spec.name, *shown)

    def _check_kind(self, path: Path) -> None:
        """Refuse what would change a verdict if it were ignored."""
        where = self._relative(path)
        if path.is_dir():
            self.fault(where, "nested test groups are not supported")
        elif not path.is_file() and not path.is_symlink():
            self.fault(where, "is no regular file")
        elif path.suffix in _UNSUPPORTED:
            self.fault(where, f"{path.suffix} files are not supported")
        elif path.suffix == ".yaml" and path.name != "test_group.yaml":
            self.yaml(str(where), _TestCase)
        if not path.name.isprintable():
            self.fault(where, "has a name that is not printable UTF-8")

    def _keep(self, path: Path) -> str:
        digest = digest_of(path)
        self.data[digest] = path
        return digest

    def _relative(self, path: Path) -> Path:
        return path.relative_to(self.folder)
