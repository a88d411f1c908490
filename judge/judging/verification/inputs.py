"""Input validators on every input: those of tests and cases, those they must reject, and junk.

https://www.kattis.com/problem-package-format/spec/2025-09.html, "Input validators"
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from judge.judging.belongings import hidden_from
from judge.judging.compiling import ToolchainMissing
from judge.judging.installing import Installed, NotInstalled, install
from judge.judging.validating import ACCEPT
from judge.judging.verification.progress import Piece
from judge.judging.verification.running import Ran, ran
from judge.judging.verification.slots import Slot
from judge.manifest import FOLDER_BYTES, Files, Program
from judge.packages.package import Note, Package
from judge.sandbox import Box, Limits

CHUNK = 64
"""How many inputs one box of a validator looks at, so that slots can share many."""

JUNK = (b"", b"\0\xff\xfe\x80junk\r\n\x07" * 16, b"-1 -1 -1\nLorem ipsum, dolor sit amet.\n" * 8)
"""What no validator should take for an input: nothing, bytes that are no text, and a text of no format."""


@dataclass(frozen=True)
class Input:
    """One input as validators are given it; ``args`` by the validator's name.

    content: instead of a digest, for what is no file of the package. valid: whether it must be accepted.
    """

    path: str
    digest: str | None
    valid: bool = True
    content: bytes = b""
    args: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: Files = ()


def inputs(package: Package) -> list[Input]:
    """Every input of a package."""
    tests = [
        Input(
            f"data/{spec.author_name}.in",
            spec.input,
            args=package.input_args.get(spec.index, {}),
            files=spec.files,
        )
        for spec in package.manifest.tests
    ]
    cases = [
        Input(f"data/{case.name}.in", case.input, valid=case.kind != "invalid_input", args=case.input_args)
        for case in package.cases
    ]
    return tests + cases


def junk(package: Package) -> list[Input]:
    """What every set of validators should reject, given the arguments of the first secret test."""
    spec = next(
        (each for each in package.manifest.tests if each.group != "sample"), package.manifest.tests[0]
    )
    args = package.input_args.get(spec.index, {})
    digests = {test.input for test in package.manifest.tests}
    texts = [text for text in JUNK if hashlib.sha256(text).hexdigest() not in digests]
    return [Input("", None, valid=False, content=text, args=args, files=spec.files) for text in texts]


@dataclass(frozen=True)
class Examined:
    """What one validator said of some inputs; fault: why it said nothing, as it could not be installed."""

    validator: str
    said: tuple[tuple[Input, Ran], ...] = ()
    fault: str = ""


def examine(package: Package, program: Program, given: Sequence[Input], slot: Slot) -> Examined:
    """Run a validator on inputs. Raises SandboxError."""
    said = []
    with slot.take(hidden_from(program.language)) as box:
        try:
            ready = install(program, box, package.opened, package.manifest)
        except (NotInstalled, ToolchainMissing) as fault:
            slot.tell(Piece(f"input validator {program.name}", len(given)))
            return Examined(program.name, fault=getattr(fault, "told", str(fault)))
        for each in given:
            said.append((each, _said(package, program.name, ready, each, box)))
            slot.tell(Piece(f"input validator {program.name}: {each.path or 'junk'}"))
    return Examined(program.name, tuple(said))


def _said(package: Package, name: str, ready: Installed, given: Input, box: Box) -> Ran:
    command = (*ready.command, *given.args.get(name, ()))
    with ExitStack() as stack:
        if beside := {file: stack.enter_context(package.opened(digest)) for file, digest in given.files}:
            box.place(beside)
        stdin = given.content if given.digest is None else stack.enter_context(package.opened(given.digest))
        return ran(box.run(command, _limits(package), stdin=stdin, env=ready.environment))


def _limits(package: Package) -> Limits:
    manifest = package.manifest
    return Limits(
        cpu_time_s=manifest.validation_time_s,
        wall_time_s=2 * manifest.validation_time_s,
        memory_bytes=manifest.validation_memory_bytes,
        output_bytes=manifest.validation_output_bytes,
        file_bytes=FOLDER_BYTES,
    )


# What follows of it: pure


def errors(examined: Sequence[Examined]) -> Iterator[Note]:
    """What is wrong with inputs, and with validators."""
    for each in examined:
        where = f"input_validators/{each.validator}"
        if each.fault:
            yield where, f"cannot be made ready: {each.fault}"
        for given, said in each.said:
            if said.broken and given.path:
                yield where, f"crashes on {given.path}: {said.complaint}"
            elif given.valid and said.exit_code != ACCEPT:
                yield given.path, f"is rejected by input validator {each.validator}: {said.complaint}"
    for path in _accepted_by_all(examined):
        if path:
            yield path, "is accepted by every input validator, and must be rejected by one"


def warnings(examined: Sequence[Examined]) -> Iterator[Note]:
    """What validators let pass that can hardly be an input."""
    if "" in _accepted_by_all(examined):
        yield "input_validators", "accept junk: an empty input, or one of random bytes or words"


def _accepted_by_all(examined: Sequence[Examined]) -> list[str]:
    """The paths of inputs that are to be rejected and that no validator has rejected."""
    faulty = any(each.fault for each in examined)
    opinions: dict[tuple[str, bytes], list[int | None]] = {}
    for each in examined:
        for given, said in each.said:
            if not given.valid:
                opinions.setdefault((given.path, given.content), []).append(said.exit_code)
    return [
        path for (path, _), codes in opinions.items() if not faulty and all(code == ACCEPT for code in codes)
    ]
