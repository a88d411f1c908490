"""Submissions as the layers pass them to each other, and as people see them."""

import re
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from judge.verdict import State, Verdict

_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
ID_LENGTH = 26
ANONYMOUS = "anonymous"
"""The user_id of whoever gives none."""

_UUID_MASK = 0xF << 76 | 0b11 << 62
_UUID_4 = 4 << 76 | 0b10 << 62
"""Version and variant (RFC 9562)."""

_UNFIT = re.compile("[\0\ud800-\udfff]")


def new_id() -> str:
    """A new id of 26 characters: 48 bits of milliseconds, then 80 of which 74 are chance; ids sort by time.

    The layout is ULID's; clients must treat it as opaque. The other six are those by which the same number is
    a UUID of version 4, for APIs whose ids must be one.
    """
    number = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    return of_number(number & ~_UUID_MASK | _UUID_4)


def of_number(number: int) -> str:
    """The id that is a number of 128 bits."""
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(5 * (ID_LENGTH - 1), -1, -5))


def as_number(id_: str) -> int:
    """An id of ours as a number of 128 bits."""
    number = 0
    for character in id_:
        number = number << 5 | _CROCKFORD.index(character)
    return number


def is_id(text: str) -> bool:
    """Whether a text could be an id of ours; anything else needs no question to the database."""
    return len(text) == ID_LENGTH and set(text) <= set(_CROCKFORD)


def instant(when: datetime | None) -> str | None:
    """RFC 3339 in UTC, to the millisecond."""
    if when is None:
        return None
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def storable(value: Any) -> Any:
    """JSON as Postgres takes it, which is without NUL and lone surrogates in any text."""
    if isinstance(value, str):
        return _UNFIT.sub("\ufffd", value)
    if isinstance(value, Mapping):
        return {storable(name): storable(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable(item) for item in value]
    return value


@dataclass(frozen=True)
class SourceFile:
    """One file of a submission's source; ``content`` is text without NUL."""

    name: str
    content: str


@dataclass(frozen=True)
class TestResult:
    """How one test ended. ``name`` is what everybody may see, ``author_name`` what the author called it.

    group: the group it belongs to, by the author's name. judge_message: what the validator says to authors
    alone. repeated_cpu_s: of each run of a program that was run again, since it came close to its time limit.
    """

    __test__ = False  # for pytest, which collects by name

    index: int
    name: str
    author_name: str
    verdict: str
    cpu_time_s: float
    wall_time_s: float
    memory_bytes: int
    exit_code: int | None
    signal: int | None
    message: str | None
    group: str = ""
    score: float | None = None
    judge_message: str | None = None
    repeated_cpu_s: Sequence[float] | None = None

    def as_json(self, *, full: bool = False) -> dict[str, Any]:
        """The test's row; unless ``full``, without what is the author's alone.

        That is a secret test's own name and how the program ended on it, and of every test the group and
        the judge message.
        """
        shown = asdict(self)
        author_name = shown.pop("author_name")
        if full:
            shown["name"] = author_name
            return shown
        del shown["group"], shown["judge_message"]
        if self.name.startswith("secret/"):
            shown["exit_code"] = shown["signal"] = None
        return shown


@dataclass(frozen=True)
class GroupResult:
    """How one group of tests ended; ``name`` is what everybody may see, ``author_name`` its folder.

    verdict: None where none of its tests was run. score, max_score: None where it has none, or no bound.
    """

    name: str
    author_name: str
    verdict: str | None
    score: float | None
    max_score: float | None

    def as_json(self, *, full: bool = False) -> dict[str, Any]:
        """The group's row, with the author's name for it where ``full``."""
        shown = asdict(self)
        author_name = shown.pop("author_name")
        return shown | {"name": author_name} if full else shown


@dataclass(frozen=True)
class Judgement:
    """How a judging ended; times, memory and score are None where no test was run.

    groups: None where the problem has none, and where no test was run.
    """

    verdict: Verdict
    cpu_time_s: float | None = None
    wall_time_s: float | None = None
    memory_bytes: int | None = None
    score: float | None = None
    compile_output: bytes | None = None
    groups: tuple[GroupResult, ...] | None = None


@dataclass(frozen=True)
class Submission:
    """A submission as it stood when it was read, with the tests of its present attempt.

    version: of the problem's package that it is judged by. former: while it is judged anew, the judgement
    that counts until the new one is done, as it is shown. sent_at: when the queue last took it.
    """

    id: str
    problem_id: str
    version: int
    user_id: str
    language: str
    state: State
    verdict: str | None
    score: float | None
    attempt: int
    cpu_time_s: float | None
    wall_time_s: float | None
    memory_bytes: int | None
    compile_output: bytes | None
    test_count: int
    tests: tuple[TestResult, ...]
    groups: tuple[GroupResult, ...] | None
    former: Mapping[str, Any] | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    last_seq: int
    sent_at: datetime | None = field(default=None, compare=False)

    def as_json(self, *, full: bool = False) -> dict[str, Any]:
        """The submission of the contract, section 3; ``full`` for authors."""
        shown: dict[str, Any] = {
            name: getattr(self, name)
            for name in self.__dataclass_fields__
            if name not in ("sent_at", "last_seq")
        }
        if self.compile_output is not None:
            # Postgres takes no NUL in a JSON text, and programs may print one while they are compiled.
            shown["compile_output"] = self.compile_output.decode("utf-8", "replace").replace("\0", "\ufffd")
        shown["tests"] = [test.as_json(full=full) for test in self.tests]
        if self.groups is not None:
            shown["groups"] = [group.as_json(full=full) for group in self.groups]
        for name in ("created_at", "started_at", "finished_at"):
            shown[name] = instant(shown[name])
        return shown
