"""Which events a socket must be sent, and in which order: rules without a network.

A watch knows, of each submission, the last ``seq`` its client has. What comes twice is dropped; where a
number is missing, the rows are asked first. Runs and verifications are followed in the same way.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

Event = dict[str, Any]
Missing = Callable[[str, int, int], Iterable[Event]]
"""Given an event's subject, a ``seq`` and another: the events after the first and before the second."""

_REMEMBERED = 10_000
_NO_END = 2**31 - 1


class Log(Protocol):
    """A submission, a run or a verification as it was read."""

    @property
    def id(self) -> str:
        """Of all submissions, runs and verifications no two have the same."""

    @property
    def last_seq(self) -> int:
        """The number of its latest event."""


def subject(event: Event) -> str:
    """The id of what an event tells of."""
    for name in ("submission_id", "run_id"):
        if name in event:
            return str(event[name])
    return str(event["verification_id"])


@dataclass
class Watch:
    """What one client has asked for, and what it has been sent.

    born_after: ids of submissions made since the client came sort after this; of those it gets everything.
    is_author: it may be told of verifications, which name secret tests.
    """

    user_id: str
    follows_user: bool
    born_after: str
    missing: Missing
    is_author: bool
    _last_seq: dict[str, int] = field(default_factory=dict)
    _followed: set[str] = field(default_factory=set)
    _left: set[str] = field(default_factory=set)

    def know(self, logs: Iterable[Log]) -> None:
        """The client starts from how these stand: it has all their events, as it were."""
        for log in logs:
            self._last_seq[log.id] = log.last_seq

    def knows(self, id_: str) -> bool:
        """Whether it is known what the client has of a submission or a verification."""
        return id_ in self._last_seq

    def last_seq(self, id_: str) -> int:
        """Up to which number the client has one that is known."""
        return self._last_seq[id_]

    def follow(self, submission_id: str, after_seq: int) -> None:
        """The client subscribes, and has the events up to ``after_seq``."""
        self._left.discard(submission_id)
        self._followed.add(submission_id)
        self._last_seq[submission_id] = after_seq

    def leave(self, submission_id: str) -> None:
        """Nothing more of this submission, not on the user's stream either."""
        self._followed.discard(submission_id)
        if len(self._left) < _REMEMBERED:  # nobody leaves as many in good faith
            self._left.add(submission_id)

    @property
    def followed(self) -> frozenset[str]:
        """The submissions that were subscribed to."""
        return frozenset(self._followed)

    def pass_on(self, event: Event) -> Iterator[Event]:
        """The events to send now that this one has come: none, it, or what was missing and then it."""
        id_, seq = subject(event), event["seq"]
        if not self._wants(event):
            return
        last_seq = self._last_seq.get(id_)
        if last_seq is None:
            # Never heard of: made since the client came, or older and quiet until now.
            last_seq = 0 if id_ > self.born_after else seq - 1
        if seq <= last_seq:
            return
        if seq > last_seq + 1:
            yield from self.missing(id_, last_seq, seq)
        self._remember(id_, seq)
        yield event

    def missed(self, submission_id: str) -> Iterable[Event]:
        """Whatever the rows have of a submission beyond what the client has."""
        return self.missing(submission_id, self._last_seq.get(submission_id, 0), _NO_END)

    def _wants(self, event: Event) -> bool:
        id_ = subject(event)
        if id_ in self._left or ("verification_id" in event and not self.is_author):
            return False
        return id_ in self._followed or (self.follows_user and event["user_id"] == self.user_id)

    def _remember(self, id_: str, seq: int) -> None:
        self._last_seq.pop(id_, None)
        self._last_seq[id_] = seq  # the latest are last
        if len(self._last_seq) > _REMEMBERED:
            oldest = next((known for known in self._last_seq if known not in self._followed), None)
            if oldest is not None:
                del self._last_seq[oldest]
