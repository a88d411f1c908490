"""Events over Server-Sent Events: each once and in order, over as many connections as it takes."""

import json
from collections.abc import Iterator
from contextlib import closing
from types import TracebackType
from typing import Any, Self

import requests

from judge.client.connection import Connection
from judge.client.patience import Patience

Event = dict[str, Any]

ENDINGS = ("done", "failed", "cancelled")
"""Last words of the types that end a log."""

_SILENT_S = 45.0
"""A server says something three times as often."""


def ends(event: Event) -> bool:
    """Whether a log ends with this event, unless it is judged again."""
    return event["type"].rpartition(".")[2] in ENDINGS


class EventStream(Iterator[Event]):
    """Events, one at a time; to be closed, or used as a context, where it is left before its end.

    last_event_id: with which another stream, of another program or day, goes on after the latest event.
    """

    def __init__(
        self,
        connection: Connection,
        path: str,
        params: dict[str, Any],
        *,
        last_event_id: str | None,
        has_end: bool,
    ) -> None:
        self.last_event_id = last_event_id
        self._connection, self._path, self._params = connection, path, params
        self._has_end = has_end
        self._events = self._follow()

    def __next__(self) -> Event:
        return next(self._events)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the connection go."""
        self._events.close()

    def _follow(self) -> Any:
        patience = Patience(self._connection.patience_s)
        while True:
            latest: Event | None = None
            lost: Exception = EOFError("the server has closed the stream")
            with closing(self._open(patience)) as response:
                if response.status_code == 204:
                    return
                try:
                    for event in self._read(response, patience):
                        latest = event
                        yield event
                except requests.RequestException as error:
                    lost = error
            if self._has_end and latest is not None and ends(latest):
                return
            patience.wait(self._connection.unreachable(lost))

    def _open(self, patience: Patience) -> requests.Response:
        headers = {"Accept": "text/event-stream"}
        if self.last_event_id is not None:
            headers["Last-Event-ID"] = self.last_event_id
        return self._connection.send(
            "GET",
            self._path,
            params=self._params,
            patience=patience,
            headers=headers,
            read_s=_SILENT_S,
            stream=True,
        )

    def _read(self, response: requests.Response, patience: Patience) -> Iterator[Event]:
        """The events of one connection; of a block that is cut off nothing is taken."""
        fields: dict[str, str] = {}
        for line in response.iter_lines(chunk_size=None, decode_unicode=True):
            if line:
                name, _, value = line.partition(":")
                fields[name] = value.removeprefix(" ")
                continue
            patience.renew()
            self.last_event_id = fields.get("id", self.last_event_id)
            if "data" in fields:
                yield json.loads(fields["data"])
            fields = {}
