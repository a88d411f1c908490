"""Events on their way from a committed row to whoever listens; the only module that knows channel names.

Redis channels, all JSON:

- ``user:{user_id}``: every event of that user's submissions and runs, and of the verifications that they
  asked for
- ``submission:{id}``: every event of that submission
- ``run:{id}``: every event of that run
- ``run_input:{id}``: a number, whenever something was typed to that run
- ``verification:{id}``: every event of that verification
- ``problem_done``: one message a finished submission
- ``cancelled``: ``{"id": …}`` of whatever a worker may hold and is to be ended at once
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import redis

from judge import metrics
from judge.config import settings
from judge.errors import ConfigError
from judge.records import instant
from judge.verdict import ENDED, State

PROBLEM_DONE = "problem_done"
CANCELLED = "cancelled"
_SILENT_S = 10.0
_LOOK_EVERY_S = 1.0


@dataclass(frozen=True)
class Event:
    """One row of the log of a submission; ``seq`` grows by one within it, across attempts."""

    submission_id: str
    seq: int
    type: str
    problem_id: str
    user_id: str
    at: datetime
    data: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """The event of the contract, section 4."""
        return {
            "type": self.type,
            "seq": self.seq,
            "submission_id": self.submission_id,
            "problem_id": self.problem_id,
            "user_id": self.user_id,
            "at": instant(self.at),
            "data": self.data,
        }

    @property
    def subject_id(self) -> str:
        """The id of what it tells of."""
        return self.submission_id

    @property
    def channels(self) -> tuple[str, ...]:
        """Where it is published as it is."""
        return user_channel(self.user_id), submission_channel(self.submission_id)


@dataclass(frozen=True)
class VerificationEvent:
    """One row of the log of a verification; ``seq`` grows by one within it, across attempts."""

    verification_id: str
    seq: int
    type: str
    problem_id: str
    version: int
    user_id: str
    at: datetime
    data: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """As it is sent."""
        return {
            "type": self.type,
            "seq": self.seq,
            "verification_id": self.verification_id,
            "problem_id": self.problem_id,
            "version": self.version,
            "user_id": self.user_id,
            "at": instant(self.at),
            "data": self.data,
        }

    @property
    def subject_id(self) -> str:
        """The id of what it tells of."""
        return self.verification_id

    @property
    def channels(self) -> tuple[str, ...]:
        """Where it is published as it is."""
        return user_channel(self.user_id), verification_channel(self.verification_id)


@dataclass(frozen=True)
class RunEvent:
    """One row of the log of a run; ``seq`` grows by one within it, across attempts."""

    run_id: str
    seq: int
    type: str
    user_id: str
    at: datetime
    data: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """As it is sent."""
        return {
            "type": self.type,
            "seq": self.seq,
            "run_id": self.run_id,
            "user_id": self.user_id,
            "at": instant(self.at),
            "data": self.data,
        }

    @property
    def subject_id(self) -> str:
        """The id of what it tells of."""
        return self.run_id

    @property
    def channels(self) -> tuple[str, ...]:
        """Where it is published as it is."""
        return user_channel(self.user_id), run_channel(self.run_id)


AnyEvent = Event | VerificationEvent | RunEvent


def kind(state: State | str) -> str:
    """The type of the event that tells of a state (or of a ``test``)."""
    return f"submission.{state}"


ENDINGS = (kind(State.DONE), kind(State.FAILED), kind(State.CANCELLED))
"""Types after which a submission's log ends, unless it is judged again."""


def is_ending(type_: str) -> bool:
    """Whether a log, of whatever kind, ends with an event of this type, unless it is taken up again."""
    return type_.partition(".")[2] in ENDED


def user_channel(user_id: str) -> str:
    """Where every event of a user's submissions is published."""
    return f"user:{user_id}"


def submission_channel(submission_id: str) -> str:
    """Where every event of one submission is published."""
    return f"submission:{submission_id}"


def run_channel(run_id: str) -> str:
    """Where every event of one run is published."""
    return f"run:{run_id}"


def input_channel(run_id: str) -> str:
    """Where it is said that something was typed to a run."""
    return f"run_input:{run_id}"


def verification_channel(verification_id: str) -> str:
    """Where every event of one verification is published."""
    return f"verification:{verification_id}"


@cache
def connection() -> redis.Redis:
    """This process's Redis client; it gives up in seconds, since whatever it carries is only a hint.

    Raises ConfigError where REDIS_URL is not set.
    """
    url = settings().redis_url
    if not url:
        raise ConfigError("REDIS_URL is not set: give it, or start everything with `judge up`")
    return redis.Redis.from_url(
        url, decode_responses=True, socket_timeout=5, socket_connect_timeout=2, health_check_interval=15
    )


def publish(events: Iterable[AnyEvent]) -> bool:
    """Publish committed events in their order; False where Redis did not take them.

    Never raises for Redis' sake: the rows stay, and the sweeper publishes them again.
    """
    told = tuple(events)
    with connection().pipeline(transaction=False) as pipe:
        for event in told:
            message = json.dumps(event.as_json())
            for channel in event.channels:
                pipe.publish(channel, message)
            if isinstance(event, Event) and event.type in ENDINGS:
                pipe.publish(PROBLEM_DONE, json.dumps(_summary(event)))
        try:
            pipe.execute()
        except redis.RedisError:
            metrics.redis_errors.inc("publish")
            return False
    metrics.published.inc(by=len(told))
    return True


def publish_cancelled(ids: Iterable[str]) -> bool:
    """Have workers look at once whether they still hold these, submissions or whatever has a lease.

    Called after the commit that took the rows from them. False where Redis did not take it: then they find
    out when they next renew their leases.
    """
    with connection().pipeline(transaction=False) as pipe:
        for id_ in ids:
            pipe.publish(CANCELLED, json.dumps({"id": id_}))
        try:
            pipe.execute()
        except redis.RedisError:
            metrics.redis_errors.inc("publish")
            return False
    return True


def cancellations() -> Iterator[str | None]:
    """The ids that are cancelled from now on; None once, as soon as none can be missed any more.

    Raises RedisError when the subscription is lost.
    """
    with connection().pubsub() as pubsub:  # type: ignore[no-untyped-call]  # redis-py types it only in part
        pubsub.subscribe(CANCELLED)
        asked = False
        while True:
            message = pubsub.get_message(timeout=_SILENT_S)
            if message is None:
                if asked:
                    raise redis.ConnectionError("it is open, and silent")
                pubsub.ping()
            asked = message is None
            if message is not None and message["type"] == "subscribe":
                yield None
            elif message is not None and message["type"] == "message":
                yield json.loads(message["data"])["id"]


def wake_reader(run_id: str, number: int) -> None:
    """Tell the worker that holds a run that something was typed to it.

    Never raises for Redis' sake: the rows stay, and the worker looks there by itself, a little later.
    """
    with suppress(redis.RedisError):
        connection().publish(input_channel(run_id), number)


def typings(run_id: str) -> Iterator[None]:
    """A turn whenever something may have been typed to a run: at first, when told so, and each second.

    Raises RedisError when the subscription is lost.
    """
    with connection().pubsub() as pubsub:  # type: ignore[no-untyped-call]  # redis-py types it only in part
        pubsub.subscribe(input_channel(run_id))
        while True:
            pubsub.get_message(timeout=_LOOK_EVERY_S)
            yield


def _summary(event: Event) -> dict[str, Any]:
    return {
        "id": event.submission_id,
        "problem_id": event.problem_id,
        "user_id": event.user_id,
        "verdict": event.data["verdict"],
    }
