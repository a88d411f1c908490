"""Which languages this machine can judge: found on the box's path, then proven by judging their hello."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from judge import __version__, sandbox
from judge.config import settings
from judge.errors import JudgeError
from judge.judging.belongings import PATH
from judge.judging.compiling import MIB, ToolchainMissing, compile_in
from judge.languages import HELLO, Language, table
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
            "run": list(language.run),
        }


def found() -> list[Language]:
    """The languages all of whose tools are there, the core ones first."""
    there = [
        language
        for language in table().values()
        if all(shutil.which(tool, path=PATH) for tool in language.tools)
    ]
    return sorted(there, key=lambda language: language.id not in CORE)


def proven() -> Iterator[Proof | NotProven]:
    """Prove every language that is found, one after the other; what was proven before is believed.

    Raises SandboxError where no box can be made.
    """
    kept = _kept()
    for language in found():
        fingerprint = _fingerprint(language)
        proof = kept.get(language.id)
        if proof is None or proof.fingerprint != fingerprint:
            try:
                proof = Proof(language.id, prove(language), fingerprint)
            except NotProven as failure:
                yield failure
                continue
            kept[language.id] = proof
            _keep(kept)
        yield proof


def prove(language: Language) -> str:
    """Judge a language's hello in a box and return the version its toolchain tells. Raises NotProven."""
    with Box() as box:
        hello = SourceFile(language.source, language.hello)
        try:
            compilation = compile_in(box, language, [hello], time_limit_s=60, memory_bytes=2048 * MIB)
        except ToolchainMissing as missing:  # found on the machine, but outside what a box has of it
            raise NotProven(f"{missing}; a box has /usr alone") from missing
        if not compilation.ok:
            raise NotProven(
                f"{language.id}: hello does not compile: {compilation.output.decode(errors='replace')}"
            )
        limits = Limits(cpu_time_s=10, wall_time_s=20, memory_bytes=512 * MIB, output_bytes=MIB)
        outcome = box.run(
            language.run_command(limits.memory_bytes),
            limits,
            stdin=f"{HELLO}\n".encode(),
            env=language.environment,
        )
        if outcome.exit_code != 0 or outcome.stdout.split() != [HELLO.encode()]:
            raise NotProven(f"{language.id}: hello ended as {outcome}")
        told = box.run(language.version, limits, env=language.environment, merge_stderr=True)
        return told.stdout.decode(errors="replace").strip().partition("\n")[0]


def _fingerprint(language: Language) -> str:
    """Changes when the language's entry, one of its tools, the judge or its sandbox does."""
    facts: list[Any] = [__version__, os.geteuid() == 0, asdict(language)]
    tools = [Path(where) for tool in language.tools if (where := shutil.which(tool, path=PATH))]
    box = Path(sandbox.__file__).parent
    for path in [*tools, *sorted(box.glob("*.py")), box / "box-agent"]:
        status = path.resolve().stat()
        facts.append([str(path.resolve()), status.st_mtime_ns, status.st_size])
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


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
