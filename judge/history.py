"""What happened to all that is a user's, from the rows; reads only.

Every kind of log that there is has one ledger here, and whoever reads from here need not know which.
"""

from collections.abc import Sequence
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any, Protocol

from sqlalchemy import text

from judge.db import transaction
from judge.events import AnyEvent
from judge.logs import Position
from judge.runs import ledger as run_ledger
from judge.submissions import ledger
from judge.verifications import ledger as verification_ledger


class Ledger(Protocol):
    """What a module offers that reads logs of one kind."""

    def events_after(
        self, id_: str, seq: int, /, *, before: int | None = None, limit: int | None = None
    ) -> Sequence[AnyEvent]:
        """The log of one id after ``seq`` (and before another number), in order; the first ``limit``."""

    def events_of_user_after(self, user_id: str, place: Position, *, limit: int) -> Sequence[AnyEvent]:
        """The first ``limit`` events of a user that come after ``place``, in the order of their places."""


_LEDGERS: tuple[Ledger, ...] = (ledger, verification_ledger, run_ledger)


def place(event: AnyEvent) -> Position:
    """Where an event stands among its user's."""
    return event.at, event.subject_id, event.seq


def events_after(
    id_: str, seq: int, *, before: int | None = None, limit: int | None = None
) -> Sequence[AnyEvent]:
    """The log of whatever has this id after ``seq`` (and before another number); ids are unique."""
    found = (one.events_after(id_, seq, before=before, limit=limit) for one in _LEDGERS)
    return next(filter(None, found), [])


def missing(id_: str, after: int, before: int) -> list[dict[str, Any]]:
    """The log of whatever has this id between two numbers, as it is sent."""
    return [event.as_json() for event in events_after(id_, after, before=before)]


def events_of_user_after(user_id: str, after: Position, *, limit: int) -> list[AnyEvent]:
    """The first ``limit`` events of a user after a place, in the order of their places."""
    found = [one.events_of_user_after(user_id, after, limit=limit) for one in _LEDGERS]
    return list(islice(merge(*found, key=place), limit))


def settled_until() -> datetime:
    """The instant before which no event will turn up that is not in the rows now.

    An event's instant is taken within its transaction, so two may be committed in another order than that
    of their instants; but none is older than its transaction, and open ones are known to the server.
    """
    # now() is when this transaction began, which was before the others are looked at.
    oldest = text(
        "SELECT least(now(), min(xact_start)) FROM pg_stat_activity WHERE datname = current_database()"
        " AND application_name = current_setting('application_name') AND pid <> pg_backend_pid()"
    )
    with transaction() as session:
        settled: datetime = session.execute(oldest).scalar_one()
    return settled
