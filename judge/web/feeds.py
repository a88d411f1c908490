"""Which events a stream is due, and the id by which a client resumes after each: rows and messages, no HTTP.

A feed is looked at once its channel is listened to, and whenever messages may have been lost: what the
rows have and the client has not is due then. In between each message is passed on, after what was missing
before it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from judge import history
from judge.events import AnyEvent, is_ending, user_channel
from judge.logs import Position
from judge.web.bookmark import Bookmark
from judge.web.hub import Gap
from judge.web.watch import Event, Watch, subject

_PAGE = 100


@dataclass(frozen=True)
class Due:
    """An event to be sent, and the id by which a client asks for what comes after it."""

    id: str
    event: Event


class Feed(Protocol):
    """What one stream is fed from."""

    @property
    def channel(self) -> str:
        """Where its messages come."""

    @property
    def id(self) -> str:
        """By which a client that has got everything so far resumes."""

    @property
    def ended(self) -> bool:
        """Whether nothing will come any more."""

    def look(self) -> Iterator[Due]:
        """What the rows have, and the client has not."""

    def pass_on(self, message: Event | Gap) -> Iterator[Due]:
        """What is due now that this message has come."""

    def refresh(self) -> Iterator[Due]:
        """Called every few seconds."""


@dataclass(frozen=True)
class Log:
    """A log as it stood when it was asked for; ``prefix`` is what its numbers are preceded by in ids."""

    id: str
    last_seq: int
    is_ended: bool
    channel: str
    prefix: str = ""


class LogFeed:
    """One log after a number, up to its end."""

    def __init__(self, log: Log, after_seq: int) -> None:
        self._log = log
        self._is_ended = log.is_ended
        self.last_seq = min(after_seq, log.last_seq)

    @property
    def channel(self) -> str:
        return self._log.channel

    @property
    def id(self) -> str:
        return f"{self._log.prefix}{self.last_seq}"

    @property
    def ended(self) -> bool:
        return self._is_ended

    def look(self) -> Iterator[Due]:
        while page := history.events_after(self._log.id, self.last_seq, limit=_PAGE):
            for event in page:
                yield self._due(event.as_json())

    def pass_on(self, message: Event | Gap) -> Iterator[Due]:
        if isinstance(message, Gap):
            yield from self.look()
        elif subject(message) == self._log.id:
            if message["seq"] > self.last_seq + 1:
                yield from self.look()
            if message["seq"] > self.last_seq:
                yield self._due(message)

    def refresh(self) -> Iterator[Due]:
        return iter(())

    def _due(self, event: Event) -> Due:
        self.last_seq = event["seq"]
        self._is_ended = is_ending(event["type"])
        return Due(self.id, event)


@dataclass(frozen=True)
class _Known:
    """A log of which the client has everything up to a number."""

    id: str
    last_seq: int


class UserFeed:
    """Whatever happens to what is a user's: from now on, or after a bookmark. It has no end.

    is_author: of verifications, too.
    """

    def __init__(self, user_id: str, bookmark: Bookmark | None, *, is_author: bool) -> None:
        self._user_id = user_id
        self._bookmark = bookmark
        self._watch = Watch(
            user_id, follows_user=True, born_after=_NO_ID, missing=history.missing, is_author=is_author
        )
        self._unsettled = 0

    @property
    def channel(self) -> str:
        return user_channel(self._user_id)

    @property
    def id(self) -> str:
        return str(self._bookmark or "")

    @property
    def ended(self) -> bool:
        return False

    def look(self) -> Iterator[Due]:
        settled = history.settled_until()
        if self._bookmark is None:
            bookmark = self._bookmark = Bookmark(settled)
            bookmark.settle(settled)
            self._skip(bookmark)
            return
        bookmark = self._bookmark
        # What comes from after this instant is read again in any case.
        bookmark.since = min(bookmark.since, settled)
        for page in self._pages(bookmark.since):
            for event in page:
                yield from self._send(bookmark, event.as_json(), event.at)
            bookmark.settle(min(page[-1].at, settled))
        bookmark.settle(settled)
        self._unsettled = 0

    def pass_on(self, message: Event | Gap) -> Iterator[Due]:
        bookmark = self._bookmark
        assert bookmark is not None, "looked at before it was listened to"
        if isinstance(message, Gap) or (bookmark.is_long and self._unsettled >= _PAGE):
            yield from self.look()
        if not isinstance(message, Gap):
            self._unsettled += 1
            yield from self._send(bookmark, message, datetime.fromisoformat(message["at"]))

    def refresh(self) -> Iterator[Due]:
        """The ids stay short, as what was sent is compared with the rows from time to time."""
        if self._unsettled:
            yield from self.look()

    def _send(self, bookmark: Bookmark, event: Event, at: datetime) -> Iterator[Due]:
        id_ = subject(event)
        if not self._watch.knows(id_):
            known = bookmark.seq_of(id_)
            self._watch.know([_Known(id_, _seq_before(bookmark.since, event) if known is None else known)])
        for due in self._watch.pass_on(event):
            bookmark.note(id_, due["seq"], at)
            yield Due(str(bookmark), due)
        bookmark.note(id_, self._watch.last_seq(id_), at)

    def _skip(self, bookmark: Bookmark) -> None:
        """A client that is new has everything as it is now."""
        for page in self._pages(bookmark.since):
            for event in page:
                self._watch.know([_Known(event.subject_id, event.seq)])
                bookmark.note(event.subject_id, event.seq, event.at)

    def _pages(self, since: datetime) -> Iterator[list[AnyEvent]]:
        place: Position = since, "", 0
        while page := history.events_of_user_after(self._user_id, place, limit=_PAGE):
            place = history.place(page[-1])
            yield page


_NO_ID = "~"
"""Sorts after every id."""


def _seq_before(since: datetime, event: Event) -> int:
    """Of a log that nothing is known of: the number of its last event before an instant."""
    earlier: Iterable[AnyEvent] = ()
    if event["seq"] > 1:
        earlier = history.events_after(subject(event), 0, before=event["seq"])
    first_unsent: int = min([event["seq"], *(one.seq for one in earlier if one.at >= since)])
    return first_unsent - 1
