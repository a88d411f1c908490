"""Requests that are sent twice and done once: what an Idempotency-Key was used for, and the answer to it.

The row of a key is written in the transaction of what the request makes, so there is either both or neither.
The rules are those of the IETF's draft-ietf-httpapi-idempotency-key-header.
"""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from judge.db import affected, transaction
from judge.errors import JudgeError
from judge.journal import now
from judge.models import IdempotencyRow

KEPT = timedelta(hours=24)


class KeyReused(JudgeError):
    """The key was used for another request."""


class KeyInFlight(JudgeError):
    """The first request with the key has not been answered yet."""


@dataclass(frozen=True)
class Key:
    """One request as its sender has named it; no two senders, and no two routes, share a key."""

    caller: str
    route: str
    key: str
    fingerprint: bytes


@dataclass(frozen=True)
class Answer:
    """An answer that can be given again; ``body`` is text."""

    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)


def fingerprint(body: Any) -> bytes:
    """What tells one body from another: JSON that means the same has the same."""
    return sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).digest()


def find(key: Key) -> Answer | None:
    """What a request with this key was answered. Raises KeyReused."""
    with transaction() as session:
        row = session.scalar(select(IdempotencyRow).where(*_is(key), IdempotencyRow.created_at > _oldest()))
    if row is None:
        return None
    if row.fingerprint != key.fingerprint:
        raise KeyReused(f"the Idempotency-Key {key.key!r} was used with another body; take a new one")
    return Answer(row.status, row.body, row.headers)


def keep(session: Session, key: Key, answer: Answer) -> None:
    """Remember the answer, in the transaction of what it tells of. Raises KeyInFlight, which ends that."""
    # The lock tells at once what the unique row would tell only when the other transaction has ended.
    name = func.hashtextextended(f"{key.caller} {key.route} {key.key}", 0)
    if not session.scalar(select(func.pg_try_advisory_xact_lock(name))):
        raise _in_flight(key)
    new = {
        "fingerprint": key.fingerprint,
        "status": answer.status,
        "headers": answer.headers,
        "body": answer.body,
    }
    statement = insert(IdempotencyRow).values(caller=key.caller, route=key.route, key=key.key, **new)
    kept = session.execute(
        statement.on_conflict_do_update(
            index_elements=["caller", "route", "key"],
            set_=new | {"created_at": now()},
            where=IdempotencyRow.created_at <= _oldest(),
        ).returning(IdempotencyRow.key)
    )
    if kept.first() is None:  # answered since it was looked for: asked again, it finds that answer
        raise _in_flight(key)


def amend(key: Key, answer: Answer) -> None:
    """The answer was given later, and says more."""
    with transaction() as session:
        session.execute(
            update(IdempotencyRow)
            .where(*_is(key))
            .values(status=answer.status, headers=answer.headers, body=answer.body)
        )


def purge() -> int:
    """Forget keys that are older than they are kept; returns how many."""
    with transaction() as session:
        return affected(session, delete(IdempotencyRow).where(IdempotencyRow.created_at <= _oldest()))


def _in_flight(key: Key) -> KeyInFlight:
    return KeyInFlight(f"a request with the Idempotency-Key {key.key!r} is being answered; ask again")


def _is(key: Key) -> tuple[Any, ...]:
    return (
        IdempotencyRow.caller == key.caller,
        IdempotencyRow.route == key.route,
        IdempotencyRow.key == key.key,
    )


def _oldest() -> Any:
    return now() - KEPT
