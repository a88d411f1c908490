"""Runs of a program on its owner's own input, as layers pass them to each other and as people see them."""

import base64
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

from judge.execution import Repetition, RunLimits
from judge.records import instant
from judge.verdict import State

Encoding = Literal["utf-8", "base64"]

OUTPUT = ("stdout", "stderr", "compile_output")
"""The fields of a run that hold what programs have printed, as bytes."""

_INSTANTS = ("created_at", "started_at", "finished_at", "expires_at")


def as_text(printed: bytes | None) -> str | None:
    """What a program has printed as JSON may carry it: whatever is no UTF-8, or NUL, is U+FFFD."""
    # Postgres takes no NUL in a JSON text.
    return None if printed is None else printed.decode("utf-8", "replace").replace("\0", "\ufffd")


@dataclass(frozen=True)
class Piece:
    """A part of what a program has printed while it runs; ``offset_bytes`` is where it begins in its stream.

    repetition: 1 for the first. truncated: nothing more of this attempt is told before its end.
    """

    stream: Literal["stdout", "stderr"]
    content: bytes
    offset_bytes: int
    repetition: int
    truncated: bool = False

    def as_json(self, attempt: int) -> dict[str, Any]:
        """The data of its event; ``base64`` only where the text is not the whole truth."""
        text = as_text(self.content) or ""
        shown: dict[str, Any] = {
            "text": text,
            "offset_bytes": self.offset_bytes,
            "repetition": self.repetition,
            "attempt": attempt,
        }
        if text.encode() != self.content:
            shown["base64"] = base64.b64encode(self.content).decode()
        return shown | ({"truncated": True} if self.truncated else {})


@dataclass(frozen=True)
class Run:
    """A run as it stood when it was read; without what was printed where that was not asked for."""

    id: str
    user_id: str
    language: str
    state: State
    verdict: str | None
    stdout: bytes | None
    stderr: bytes | None
    exit_code: int | None
    signal: int | None
    cpu_time_s: float | None
    wall_time_s: float | None
    memory_bytes: int | None
    compile_output: bytes | None
    message: str | None
    repetitions: tuple[Repetition, ...]
    limits: RunLimits
    repeat: int
    stdin_open: bool
    attempt: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    expires_at: datetime
    last_seq: int
    sent_at: datetime | None = field(default=None, compare=False)

    def as_json(self, *, encoding: Encoding = "utf-8", output: bool = True) -> dict[str, Any]:
        """The run as it is shown; with ``encoding`` base64 what was printed is there to the byte.

        output: whether what was printed is shown at all.
        """
        shown: dict[str, Any] = {
            name: getattr(self, name)
            for name in self.__dataclass_fields__
            if name not in ("sent_at", "last_seq")
        }
        for name in OUTPUT:
            printed: bytes | None = shown.pop(name) if not output else shown[name]
            if output and encoding == "base64":
                shown[name] = None if printed is None else base64.b64encode(printed).decode()
            elif output:
                shown[name] = as_text(printed)
        shown["repetitions"] = [
            {"index": index} | asdict(repetition) for index, repetition in enumerate(self.repetitions, 1)
        ]
        shown["limits"] = asdict(self.limits)
        for name in _INSTANTS:
            shown[name] = instant(shown[name])
        return shown | ({"encoding": encoding} if encoding == "base64" else {})
