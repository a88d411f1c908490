"""Tests collected in the order they are run in, with the samples as the statement shows them."""

from pathlib import Path

from judge.comparison import comparison
from judge.manifest import Files, Sample, TestSpec
from judge.packages.folders import Folder
from judge.packages.gathering import Found
from judge.packages.package import Case
from judge.packages.problem import Problem
from judge.packages.reading import Reading
from judge.packages.settings import InputArgs, Settings
from judge.packages.version import Version

MOST_TESTS = 10_000
_SHOWN_BYTES = 64 * 1024


class Collection:
    """What has been collected so far.

    validators: the names of the input validators. compares: whether the default output validator judges, so
    that its arguments must be such as it has.
    """

    def __init__(
        self, reading: Reading, problem: Problem, validators: tuple[str, ...], compares: bool
    ) -> None:
        self._reading, self._problem = reading, problem
        self._validators, self._compares = validators, compares
        self.tests: list[TestSpec] = []
        self.samples: list[Sample] = []
        self.input_args: dict[int, dict[str, tuple[str, ...]]] = {}
        self.outputs: list[Case] = []
        self._secrets = 0
        self._unended: list[str] = []

    @property
    def dialogues(self) -> bool:
        """Whether a sample may be a dialogue."""
        return self._problem.interactive or self._problem.multi_pass

    def add(self, found: Found, group: str, settings: Settings) -> None:
        """One more test of a group, or a sample that is only shown."""
        is_sample = found.name.startswith("sample/")
        if is_sample:
            self._show(found)
        if ".in" not in found.parts:
            return
        if len(self.tests) == MOST_TESTS:
            self._reading.fault("data", f"holds more than {MOST_TESTS} tests")
        if len(self.tests) >= MOST_TESTS:
            return
        if found.files:
            self._reading.check_placed(found.files)
        self._secrets += not is_sample
        index = len(self.tests) + 1
        self.tests.append(
            TestSpec(
                index=index,
                name=found.name if is_sample else f"secret/{self._secrets}",
                author_name=found.name,
                input=self._keep(found, ".in"),
                answer=self._keep(found, ".ans"),
                group=group,
                args=settings.args,
                files=kept_files(self._reading, found.files),
                validator_args=self.output_args(settings),
            )
        )
        self.input_args[index] = self.of_input_validators(found.name, settings)
        if is_sample and ".out" in found.parts and not self.dialogues:
            self.outputs.append(self._shown_output(found, self.tests[-1]))

    def _shown_output(self, found: Found, spec: TestSpec) -> Case:
        """What the statement shows instead of the answer, which the output validator must accept as well."""
        output = self._reading.keep(found.parts[".out"])
        args = self.input_args[spec.index]
        return Case("valid_output", found.name, spec.input, spec.answer, output, args, spec.validator_args)

    def of_input_validators(self, name: str, settings: Settings) -> dict[str, tuple[str, ...]]:
        """The arguments of each input validator for a test: its own, and since 2025-09 the program's."""
        more = settings.args if self._reading.version is Version.CURRENT else ()
        return (
            {
                validator: _of_validator(settings.input_args, validator) + more
                for validator in self._validators
            }
            if self._names_validators(name, settings.input_args)
            else {}
        )

    def finish(self) -> None:
        """Tell of what is told once for all tests."""
        if self._unended:
            self._reading.warn(
                self._unended[0],
                f"has no newline at its end, as {len(self._unended)} files of tests: the format wants one",
            )

    def _names_validators(self, name: str, args: InputArgs) -> bool:
        unknown = [
            key
            for key in (() if isinstance(args, tuple) else args)
            if not any(key in (one, Path(one).stem) for one in self._validators)
        ]
        for key in unknown:
            self._reading.fault(
                f"data/{name}.in", f"input_validator_args: there is no input validator {key!r}"
            )
        return not unknown

    def output_args(self, settings: Settings) -> tuple[str, ...]:
        """The arguments of the output validator; those that the default one cannot take are noted."""
        before, own = self._problem.validator_args, settings.output_args
        args = before + own
        if not self._compares:
            return args
        fault = _unreadable(args)
        if fault and before and own and not _unreadable(own) and not _unreadable(before):
            self._reading.warn(
                settings.source, "gives a tolerance again; it stands above that of problem.yaml"
            )
            return own
        if fault:
            self._reading.fault(
                settings.source if own else "problem.yaml", f"arguments of the output validator: {fault}"
            )
        return args

    def _keep(self, found: Found, extension: str) -> str:
        file = found.parts[extension]
        if self._reading.version.is_strict and _is_unended(file):
            self._unended.append(found.path(extension))
        return self._reading.keep(file)

    def _show(self, found: Found) -> None:
        if ".interaction" in found.parts:
            self._check_dialogue(found)
            self.samples.append(Sample(found.name, "", "", _shown(found.parts[".interaction"])))
        elif self._reading.version is Version.LEGACY and self._problem.interactive:
            self._reading.warn(
                found.path(".in"), "is not shown: samples of interactive problems need an .interaction"
            )
        else:
            self.samples.append(
                Sample(
                    found.name,
                    _shown(_first(found, ".in.statement", ".in")),
                    _shown(_first(found, ".ans.statement", ".out", ".ans")),
                )
            )

    def _check_dialogue(self, found: Found) -> None:
        for number, line in enumerate(_shown(found.parts[".interaction"]).splitlines(), start=1):
            if line[:1] not in ("<", ">") and not (self._problem.multi_pass and line.strip() == "---"):
                self._reading.demand(
                    found.path(".interaction"), f"line {number}: begins with neither '<' nor '>'"
                )
                break


def kept_files(reading: Reading, folder: Folder | None) -> Files:
    """Every file of a folder, by its path in it."""
    return tuple((name, reading.keep(file)) for name, file in folder.walk()) if folder else ()


def _of_validator(args: InputArgs, validator: str) -> tuple[str, ...]:
    if isinstance(args, tuple):
        return args
    return tuple(args.get(validator, args.get(Path(validator).stem, ())))


def _unreadable(args: tuple[str, ...]) -> str:
    """What the default validator would say of its arguments; nothing where it would take them."""
    try:
        comparison(args)
    except ValueError as error:
        return str(error)
    return ""


def _first(found: Found, *extensions: str) -> Path:
    return next(found.parts[extension] for extension in extensions if extension in found.parts)


def _shown(file: Path) -> str:
    """A text for the statement, cut at a bound."""
    with file.open("rb") as opened:
        return opened.read(_SHOWN_BYTES).decode("utf-8", "replace").replace("\0", "\ufffd")


def _is_unended(file: Path) -> bool:
    with file.open("rb") as opened:
        if opened.seek(0, 2) == 0:
            return False
        opened.seek(-1, 2)
        return opened.read(1) != b"\n"
