"""Recorded requests to this API, each with its answer: shown on /docs, and in the OpenAPI document."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from shlex import quote
from typing import Any

_FILE = Path(__file__).with_name("examples.json")


@dataclass(frozen=True)
class Example:
    """A request and its answer, as `make examples` has seen them; what was long has an ellipsis in it.

    path: with its query. body: the JSON that was sent; file: the name of a file sent instead. answer: JSON, a
    text, or None where there was neither.
    """

    name: str
    operation: str
    method: str
    path: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    file: str | None = None
    answer: Any = None

    def curl(self, url: str) -> str:
        """The request as a command line, to a judge at this address."""
        words = ["curl", "-i"] if self.answer is None else ["curl"]
        if self.method not in ("GET", "POST") or (self.method == "POST" and self.body is None):
            words.append(f"-X {self.method}")
        lines = [" ".join([*words, quote(url + self.path)])]
        # In double quotes, so that a shell puts the token of its environment into it.
        lines += [f'-H "{name}: {value}"' for name, value in self.headers.items()]
        if self.body is not None:
            lines += ["-H 'Content-Type: application/json'", f"-d {quote(json.dumps(self.body))}"]
        if self.file is not None:
            lines += ["-H 'Content-Type: application/zip'", f"--data-binary @{self.file}"]
        return " \\\n  ".join(lines)


@cache
def examples() -> Mapping[str, tuple[Example, ...]]:
    """All of them, by operation."""
    found: dict[str, tuple[Example, ...]] = {}
    for kept in json.loads(_FILE.read_text()):
        example = Example(**kept)
        found[example.operation] = (*found.get(example.operation, ()), example)
    return found
