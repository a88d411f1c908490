"""Output validators on what they must accept and must reject: answers, cases of the package, and junk.

https://www.kattis.com/problem-package-format/spec/2025-09.html, "Output validator"
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from judge.comparison import comparison
from judge.judging.belongings import hidden_from
from judge.judging.comparing import matches
from judge.judging.compiling import ToolchainMissing
from judge.judging.installing import NotInstalled
from judge.judging.validating import Validator, ValidatorFailed
from judge.judging.verification.progress import Piece
from judge.judging.verification.slots import Slot
from judge.manifest import TestSpec
from judge.packages.package import Note, Package

CHUNK = 64
JUNK = (b"", b"\0\xff\xfe\x80junk\r\n\x07" * 64, b"-1 nan 1e999 Lorem ipsum\n" * 64)
JUNK_TESTS = 8
"""On how many tests junk is tried."""


@dataclass(frozen=True)
class Output:
    """An output on a test. path: the file it is, "" for junk. must: what has to be said of it, if anything.

    weight: whether the opposite is an error of the package, or only odd.
    """

    path: str
    spec: TestSpec
    digest: str | None
    must: bool | None
    weight: str = "error"
    content: bytes = b""


def outputs(package: Package) -> list[Output]:
    """Every output whose fate is known beforehand; none where validators take part in a dialogue.

    An answer is compared with itself only where a validator of the package's own does it.
    """
    manifest = package.manifest
    if manifest.interactive or manifest.passes > 1:
        return []
    return [*_cases(package), *(_answers(package) if manifest.validators else ())]


def _cases(package: Package) -> Iterator[Output]:
    for case in package.cases:
        if case.output is not None and case.answer is not None:
            spec = TestSpec(0, case.name, case.name, case.input, case.answer, validator_args=case.output_args)
            yield Output(f"data/{case.name}.out", spec, case.output, case.kind == "valid_output")


def _answers(package: Package) -> Iterator[Output]:
    shown = {sample.name: sample.answer for sample in package.manifest.samples}
    for spec in package.manifest.tests:
        # The format wants it of what the statement shows.
        weight = "error" if shown.get(spec.author_name) == _text(package, spec.answer) else "warning"
        yield Output(f"data/{spec.author_name}.ans", spec, spec.answer, must=True, weight=weight)


def _text(package: Package, digest: str) -> str:
    with package.opened(digest) as file:
        return file.read().decode("utf-8", "replace").replace("\0", "\ufffd")


def junk(package: Package) -> list[Output]:
    """What no validator of the package's own should accept on every test."""
    manifest = package.manifest
    if not manifest.validators or manifest.interactive or manifest.passes > 1:
        return []
    some = manifest.tests[:: -(-len(manifest.tests) // JUNK_TESTS)]
    return [Output("", spec, None, must=None, content=text) for text in JUNK for spec in some]


@dataclass(frozen=True)
class Said:
    """What all validators together said of an output; fault: why they said nothing."""

    output: Output
    accepted: bool | None
    message: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Examined:
    """What came of some outputs; fault: why the validators could not even begin."""

    said: tuple[Said, ...] = ()
    fault: str = ""


def examine(package: Package, given: Sequence[Output], slot: Slot) -> Examined:
    """Have the problem's validators look at outputs. Raises SandboxError."""
    manifest = package.manifest
    with ExitStack() as stack:
        try:
            validators = [
                Validator(
                    program,
                    manifest,
                    stack.enter_context(slot.take(hidden_from(program.language))),
                    package.opened,
                )
                for program in manifest.validators
            ]
        except (NotInstalled, ToolchainMissing) as fault:
            slot.tell(Piece("output validator", len(given)))
            told = getattr(fault, "told", str(fault))
            return Examined(fault=f"cannot be made ready: {told}")
        said = []
        for each in given:
            said.append(_said(package, validators, each))
            slot.tell(Piece(f"output validator: {each.path or 'junk'}"))
        return Examined(tuple(said))


def _said(package: Package, validators: Sequence[Validator], given: Output) -> Said:
    spec, content = given.spec, given.content
    if given.digest is not None:
        with package.opened(given.digest) as file:
            content = file.read()
    if not validators:
        with package.opened(spec.answer) as file:
            return Said(given, matches(content, file.read(), comparison(spec.validator_args)))
    try:
        for validator in validators:
            validator.begin(spec)
        opinions = [validator.check(spec, content) for validator in validators]
    except ValidatorFailed as fault:
        return Said(given, None, fault=fault.told)
    messages = [opinion.judge_message for opinion in opinions if opinion.judge_message]
    return Said(given, all(opinion.accepted for opinion in opinions), "; ".join(messages).strip())


# What follows of it: pure


def errors(package: Package, examined: Sequence[Examined]) -> Iterator[Note]:
    """What is wrong with outputs, and with validators."""
    for fault in dict.fromkeys(each.fault for each in examined if each.fault):
        yield validator_path(package), fault
    said = [each for found in examined for each in found.said]
    for each in said:
        if each.fault and each.output.path:
            yield validator_path(package), each.fault
    yield from _contradictions(said, "error")


def warnings(package: Package, examined: Sequence[Examined]) -> Iterator[Note]:
    """What is odd."""
    said = [each for found in examined for each in found.said]
    yield from _contradictions(said, "warning")
    by_junk: dict[bytes, list[Said]] = {}
    for each in said:
        if not each.output.path:
            by_junk.setdefault(each.output.content, []).append(each)
    for content, opinions in by_junk.items():
        name = "junk" if content else "an empty output"
        if fault := next((each.fault for each in opinions if each.fault), ""):
            yield validator_path(package), f"crashes on {name}: {fault}"
        elif all(each.accepted for each in opinions):
            yield validator_path(package), f"accepts {name} on every test"


def _contradictions(said: Sequence[Said], weight: str) -> Iterator[Note]:
    for each in said:
        output = each.output
        if (
            output.weight == weight
            and None not in (each.accepted, output.must)
            and each.accepted != output.must
        ):
            told = "accepted" if each.accepted else "rejected"
            wanted = "rejected" if each.accepted else "accepted"
            why = f": {each.message}" if each.message else ""
            yield output.path, f"is {told} by the output validator, and must be {wanted}{why}"


def validator_path(package: Package) -> str:
    """Where the problem's validator lies, by the name that its format gives the folder."""
    validators = package.manifest.validators
    folder = package.version.validator_folder
    return f"{folder}/{validators[0].name}" if validators else folder
