"""Browser sessions: who has signed in with a password, until they leave or have been away for too long."""

import secrets
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, func, literal, or_, select

from judge.accounts import Account, credentials
from judge.config import settings
from judge.db import transaction
from judge.models import SessionRow, User

_MOST = 50
"""Sessions of one user; a further one ends the oldest."""

_now = func.clock_timestamp


def begin(user_id: str, password_hash: str) -> str | None:
    """A new session; returns the secret for the browser's cookie, 256 bits of chance.

    password_hash: what their password matched; None is returned where that was changed meanwhile.
    """
    secret = secrets.token_urlsafe(32)
    own = SessionRow.user_id == user_id
    latest = select(SessionRow.digest).where(own).order_by(SessionRow.created_at.desc()).limit(_MOST - 1)
    row = SessionRow(
        digest=credentials.digest(secret),
        user_id=user_id,
        expires_at=_now() + timedelta(seconds=settings().session_max_s),
    )
    same = select(User.id).where(User.id == user_id, User.password_hash == password_hash)
    with transaction() as session:
        if session.scalar(same.with_for_update(read=True)) is None:
            return None
        session.execute(delete(SessionRow).where(own, SessionRow.digest.not_in(latest)))
        session.add(row)
    return secret


def end(secret: str) -> None:
    """Sign out; of no effect where it has ended already."""
    with transaction() as session:
        session.execute(delete(SessionRow).where(SessionRow.digest == credentials.digest(secret)))


def holder(secret: str, *, used: bool = True) -> Account | None:
    """Who is signed in by this secret; with ``used`` the use is noted, at most once a minute."""
    return credentials.holder(SessionRow, secret, ~_idle(), scope=literal("admin"), used=used)


def purge() -> None:
    """Remove what has ended by itself."""
    with transaction() as session:
        session.execute(delete(SessionRow).where(or_(SessionRow.expires_at <= _now(), _idle())))


def _idle() -> ColumnElement[bool]:
    return SessionRow.last_used_at <= _now() - timedelta(seconds=settings().session_idle_s)
