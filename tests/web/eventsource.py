"""An event stream as a browser reads it (HTML standard, section 9.2): one connection, and what came of it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import requests

from tests.conftest import PATIENCE_S, Running

ACCEPT = {"Accept": "text/event-stream"}


@dataclass(frozen=True)
class Block:
    """Lines up to an empty one: no event of a browser's where ``data`` is None."""

    id: str | None
    type: str | None
    data: Any
    comment: str | None
    retry: str | None


class EventSource:
    """Use as a context manager; ``last_event_id`` is what a browser would come back with."""

    def __init__(
        self, judge: Running, path: str, last_event_id: str | None = None, **params: str | int
    ) -> None:
        resumed = {} if last_event_id is None else {"Last-Event-ID": last_event_id}
        self.last_event_id = last_event_id
        self.response = requests.get(
            f"{judge.url}/api/v1{path}",
            headers=judge.headers | ACCEPT | resumed,
            params=params,
            stream=True,
            timeout=PATIENCE_S,
        )
        self._blocks = self._read()

    def __enter__(self) -> Self:
        assert self.response.status_code == 200, self.response.text
        assert self.response.headers["Content-Type"].startswith("text/event-stream")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.response.close()

    def blocks(self) -> Iterator[Block]:
        """Whatever comes, up to the end of the connection."""
        return self._blocks

    def events(self) -> Iterator[dict[str, Any]]:
        """The data of each event, up to the end of the connection."""
        for block in self._blocks:
            if block.data is not None:
                assert block.type == block.data["type"]
                yield block.data

    def until(self, wanted: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
        """Every event up to and with the first that is wanted, which must come."""
        found = []
        for event in self.events():
            found.append(event)
            if wanted(event):
                return found
        raise AssertionError(f"the stream has ended: {found}")

    def _read(self) -> Iterator[Block]:
        fields: dict[str, str] = {}
        for line in self.response.iter_lines(chunk_size=None, decode_unicode=True):
            if line:
                name, _, value = line.partition(":")
                assert name not in fields, "each of our fields has one line"
                fields[name] = value.strip()
                continue
            self.last_event_id = fields.get("id", self.last_event_id)
            data = json.loads(fields["data"]) if "data" in fields else None
            yield Block(fields.get("id"), fields.get("event"), data, fields.get(""), fields.get("retry"))
            fields = {}
