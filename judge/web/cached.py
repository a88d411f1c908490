"""Answers that are kept in Redis: where each came from, and nothing sent to whoever has it already."""

from collections.abc import Callable, Mapping, Sequence

from flask import Response, request

from judge import cache, changes, metrics
from judge.cache import Entry, Filling, Read


def read(
    subject: str, fields: Sequence[str], fill: Callable[[], Filling], *, patience_s: float = cache.PATIENCE_S
) -> Read:
    """As ``cache.read``, but from Postgres while Redis lacks a change that was made."""
    if not changes.settled():
        return cache.bypass(fill)
    return cache.read(subject, fields, fill, patience_s=patience_s)


def whole(subject: str, field: str, make: Callable[[], Response]) -> Response:
    """The answer to whoever asks for a field; ``make`` makes what everybody is shown alike."""

    def fill() -> Filling:
        entry = entry_of(make())
        return Filling(entry, {field: entry})

    return answer(read(subject, [field], fill))


def entry_of(response: Response, *, owner: str = "", names: Sequence[str] = ("Link",)) -> Entry:
    """A response as it is kept, with those of its headers that belong to it."""
    headers = {name: response.headers[name] for name in names if name in response.headers}
    return Entry.of(response.get_data(), owner=owner, headers=headers)


def answer(found: Read) -> Response:
    """The response, with its etag and with where it came from (RFC 9211); 304 where the asker has it."""
    metrics.cache_reads.inc(found.status)
    headers: Mapping[str, str] = {
        **found.entry.headers,
        "Cache-Status": "redis; hit" if found.status == "hit" else f"redis; fwd={found.status}",
        "Cache-Control": "no-cache",
    }
    response = Response(found.entry.body, headers=dict(headers), content_type="application/json")
    response.set_etag(found.entry.etag)
    return response.make_conditional(request)  # type: ignore[return-value]  # it returns itself
