"""The id of each event on a user's stream, by which whoever comes back is sent what they have not: pure.

Events of many logs reach a stream, and not in the order of their instants. So an id says up to which instant
everything has been sent, and of each log that has gone on since, up to which number.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Self

from judge.records import is_id

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_SHAPE = re.compile(r"([0-9]{1,14})((?:\.[0-9a-z]{26}-[0-9]{1,9}){0,200})")

_MOST_LOGS = 200
"""So many fit into a header. Beyond them, what has gone on of the others is sent again to who comes back."""
_MANY_LOGS = 100


@dataclass
class Bookmark:
    """Everything before an instant has been sent, and of what came since, each log's up to a number."""

    since: datetime
    _sent: dict[str, tuple[int, datetime]] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The reverse of ``str``. Raises ValueError."""
        if not (match := _SHAPE.fullmatch(text)):
            raise ValueError("it is none of this stream's ids")
        bookmark = cls(_EPOCH + int(match[1]) * _MILLISECOND)
        for entry in match[2].split(".")[1:]:
            id_, _, seq = entry.partition("-")
            if not is_id(id_):
                raise ValueError("it is none of this stream's ids")
            bookmark.note(id_, int(seq), bookmark.since)
        return bookmark

    def __str__(self) -> str:
        latest = list(self._sent.items())[-_MOST_LOGS:]
        return ".".join(
            [str((self.since - _EPOCH) // _MILLISECOND), *(f"{id_}-{seq}" for id_, (seq, _) in latest)]
        )

    @property
    def is_long(self) -> bool:
        """Whether it is time to settle on a later instant."""
        return len(self._sent) >= _MANY_LOGS

    def seq_of(self, id_: str) -> int | None:
        """Up to which number a log has been sent, if anything of it was sent since."""
        return self._sent[id_][0] if id_ in self._sent else None

    def note(self, id_: str, seq: int, at: datetime) -> None:
        """A log's event, and with it all before it, has been sent."""
        _, before = self._sent.pop(id_, (0, at))
        self._sent[id_] = seq, max(at, before)  # the latest are last

    def settle(self, until: datetime) -> None:
        """Everything before this instant has been sent."""
        # Instants are sent to the millisecond, so one is compared with the beginning of its own.
        until = until.replace(microsecond=until.microsecond // 1000 * 1000)
        if until > self.since:
            self.since = until
            self._sent = {id_: (seq, at) for id_, (seq, at) in self._sent.items() if at >= until}
