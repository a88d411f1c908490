"""Which languages this machine can judge: found on the box's path, then proven by judging their hello."""

import glob
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from judge.config import settings
from judge.errors import ConfigError, JudgeError
from judge.judging.belongings import PATH
from judge.judging.compiling import MIB, ToolchainMissing, compile_in
from judge.judging.fingerprints import fingerprint as fingerprint_of
from judge.judging.programs import arranged
from judge.languages import HELLO, Language, table
from judge.manifest import Program as ProgramOfProblem
from judge.records import SourceFile
from judge.sandbox import Box, Limits

CORE = ("python3", "c", "cpp")
"""Languages that a worker proves before it takes any work, where they are found."""


class NotProven(JudgeError):
    """A toolchain is there, but its hello did not come out; the message says what did."""


@dataclass(frozen=True)
class Proof:
    """A language whose hello was judged here; ``fingerprint`` changes with its toolchain."""

    language: str
    version: str
    fingerprint: str

    def as_json(self) -> dict[str, Any]:
        """The language as GET /languages shows it."""
        language = table()[self.language]
        return {
            "id": language.id,
            "name": language.name,
            "version": self.version,
            "source": language.source,
            "extensions": list(language.extensions),
            "compile": list(language.compile),
            "compile_options": list(language.compile_options),
            "run": list(language.run),
            "variant_of": language.variant_of,
            "startup_s": language.startup_s,
            "time_multiplier": language.time_multiplier,
            "memory_multiplier": language.memory_multiplier,
            "memory_floor_bytes": language.memory_bytes(0),
            "reason": language.reason or None,
        }


def found() -> list[Language]:
    """The languages that are wanted and all of whose tools are there, the core ones first.

    Raises ConfigError where JUDGE_LANGUAGES names one that the table does not have.
    """
    there = [language for language in wanted() if not missing(language)]
    return sorted(there, key=lambda language: language.id not in CORE)


def wanted() -> list[Language]:
    """The languages that JUDGE_LANGUAGES names, or all of the table. Raises ConfigError."""
    named = [id_.strip() for id_ in settings().languages.split(",") if id_.strip()]
    if unknown := [id_ for id_ in named if id_ not in table()]:
        raise ConfigError(f"JUDGE_LANGUAGES names {', '.join(unknown)}; there are: {', '.join(table())}")
    return [language for language in table().values() if not named or language.id in named]


def check_toolchains(programs: Iterable[ProgramOfProblem]) -> None:
    """Raises ToolchainMissing where one of these is of a language that this machine cannot judge.

    Without its validators nothing can be said of a package, which is no fault of the package.
    """
    for program in programs:
        if program.language and (lacking := missing(table()[program.language])):
            raise ToolchainMissing(
                f"{program.name} is in {program.language}, and here is no {', '.join(lacking)}"
            )


def missing(language: Language) -> list[str]:
    """What a language needs that is not here: programs, and patterns that no path is like."""
    tools = [tool for tool in language.tools if not shutil.which(tool, path=PATH)]
    return tools + [need for need in language.needs if "/" in need and not glob.glob(need)]


def proven() -> Iterator[Proof | NotProven]:
    """Prove every language that is found, the core first; what was proven before is believed.

    Raises SandboxError where no box can be made.
    """
    kept = _kept()
    # Half of the machine: submissions may be judged meanwhile.
    for result in _side_by_side(kept, max(1, (os.cpu_count() or 1) // 2)):
        if isinstance(result, Proof) and kept.get(result.language) != result:
            kept[result.language] = result
            _keep(kept)
        yield result


def proven_anew() -> Iterator[Proof | NotProven]:
    """Prove every language that is found, in the order of ``found``. Raises SandboxError."""
    return _side_by_side({}, os.cpu_count() or 1)


def _side_by_side(kept: Mapping[str, Proof], at_once: int) -> Iterator[Proof | NotProven]:
    """The proofs of all that is found, in that order; a box lives and dies with the thread that opened it."""
    threads = ThreadPoolExecutor(at_once)
    try:
        yield from threads.map(partial(_proof, kept), found())
    finally:
        threads.shutdown(wait=False, cancel_futures=True)


def _proof(kept: Mapping[str, Proof], language: Language) -> Proof | NotProven:
    fingerprint = fingerprint_of(language)
    proof = kept.get(language.id)
    if proof is not None and proof.fingerprint == fingerprint:
        return proof
    try:
        return Proof(language.id, prove(language), fingerprint)
    except NotProven as failure:
        return failure


def prove(language: Language) -> str:
    """Judge a language's hello in a box and return the version its toolchain tells. Raises NotProven."""
    with Box() as box:
        program = arranged(language, [SourceFile(language.source, language.hello)])
        try:
            compilation = compile_in(box, program, time_limit_s=60, memory_bytes=2048 * MIB)
        except ToolchainMissing as missing:  # found on the machine, but outside what a box has of it
            raise NotProven(f"{missing}; a box has /usr alone") from missing
        if not compilation.ok:
            raise NotProven(
                f"{language.id}: hello does not compile: {compilation.output.decode(errors='replace')}"
            )
        limits = Limits(cpu_time_s=10, wall_time_s=20, memory_bytes=512 * MIB, output_bytes=MIB)
        outcome = box.run(
            program.run_command(limits.memory_bytes),
            limits,
            stdin=f"{HELLO}\n".encode(),
            env=language.environment,
        )
        if outcome.exit_code != 0 or outcome.stdout.split() != [HELLO.encode()]:
            raise NotProven(f"{language.id}: hello ended as {outcome}")
        told = box.run(language.version, limits, env=language.environment, merge_stderr=True)
        return _version_in(told.stdout.decode(errors="replace"))


def _version_in(told: str) -> str:
    """The first line that tells one; some runtimes warn of the machine before they say anything else."""
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    telling = [line for line in lines if re.search(r"\d", line) and "warning" not in line.lower()]
    return next(iter(telling or lines), "")


def _kept() -> dict[str, Proof]:
    try:
        entries = json.loads(_file().read_text())
        return {entry["language"]: Proof(**entry) for entry in entries}
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return {}  # none yet, or written by another version of the judge: prove again


def _keep(proofs: dict[str, Proof]) -> None:
    path = _file()
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}")
    part.write_text(json.dumps([asdict(proof) for proof in proofs.values()], indent=1))
    part.replace(path)


def _file() -> Path:
    return settings().home / "proofs.json"
