"""Users: their roles and passwords, and what somebody who asks in their name may do."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from judge.accounts.scopes import Role, Scope
from judge.db import transaction
from judge.errors import Conflict, NotFound
from judge.models import (
    IdempotencyRow,
    RunRow,
    SessionRow,
    SubmissionRow,
    Token,
    User,
    VerificationRow,
    WebhookRow,
)
from judge.records import ANONYMOUS as ANONYMOUS  # a user's id like any other to whoever asks here
from judge.records import instant

USER_ID = re.compile(r"[A-Za-z0-9._@-]{1,64}")

_now = func.clock_timestamp


class UserExists(Conflict):
    """There is, or was, a user of that name."""


class LastAdmin(Conflict):
    """Without this admin nobody could make another."""


@dataclass(frozen=True)
class Account:
    """Who is asking, and how far: never further than the scope, nor than the user's role.

    expires_at: when what they prove it by comes to its end; None: it does not.
    """

    user_id: str
    role: Role
    scope: Scope
    expires_at: datetime | None = None

    @property
    def may_write(self) -> bool:
        """Whether anything may be changed at all."""
        return self.scope != "read"

    @property
    def is_author(self) -> bool:
        """Whether secret tests are shown by their names."""
        return self.scope in ("author", "admin")

    @property
    def is_admin(self) -> bool:
        """Whether whatever is somebody's may be changed."""
        return self.scope == "admin"


@dataclass(frozen=True)
class Profile:
    """A user as admins see them."""

    user_id: str
    role: Role
    disabled: bool
    has_password: bool
    created_at: datetime

    def as_json(self) -> dict[str, Any]:
        """As GET /users shows it."""
        return {
            "id": self.user_id,
            "role": self.role,
            "disabled": self.disabled,
            "has_password": self.has_password,
            "created_at": instant(self.created_at),
        }


def add(user_id: str, role: Role, password_hash: str | None = None) -> Profile:
    """A new user. Raises UserExists; ValueError for an id of another shape."""
    if not USER_ID.fullmatch(user_id):
        raise ValueError("a user's name is 1 to 64 of A-Z a-z 0-9 . _ @ -")
    if user_id in (".", ".."):
        raise ValueError("a user's name stands in URLs, where . and .. mean something else")
    if user_id == ANONYMOUS:
        raise ValueError(f"{ANONYMOUS!r} stands for everybody without a name")
    new = {"id": user_id, "role": role, "password_hash": password_hash}
    query = insert(User).values(new).on_conflict_do_nothing().returning(User)
    with transaction() as session:
        row = session.scalar(query)
        if row is not None:
            return _profile(row)
        known = session.get_one(User, user_id)
    if known.removed_at is not None:
        raise UserExists(f"there was a user {user_id!r}, whose submissions stay theirs; take another name")
    raise UserExists(f"there is a user {user_id!r} already; `judge user token {user_id}` gives a new token")


def is_unused(user_id: str) -> bool:
    """Whether nothing was left under a name, as with JUDGE_AUTH=none it may be by who is no user."""
    names = (
        SubmissionRow.user_id,
        RunRow.user_id,
        VerificationRow.user_id,
        WebhookRow.user_id,
        IdempotencyRow.caller,
    )
    with transaction() as session:
        return not session.scalar(select(or_(*(exists().where(name == user_id) for name in names))))


def get(user_id: str) -> Profile:
    """A user who was not removed. Raises NotFound."""
    with transaction() as session:
        return _profile(_row(session, user_id))


def page(*, limit: int, after: str) -> list[Profile]:
    """Users in the order of their names, from the one that follows ``after``."""
    query = select(User).where(User.removed_at.is_(None), User.id > after).order_by(User.id).limit(limit)
    with transaction() as session:
        return [_profile(row) for row in session.scalars(query)]


def change(
    user_id: str,
    *,
    role: Role | None = None,
    disabled: bool | None = None,
    password_hash: str | None = None,
    but_session: bytes | None = None,
) -> Profile:
    """Change what is given. With a new password, or disabled, they are signed out everywhere.

    but_session: the digest of the session that stays. Raises NotFound, LastAdmin.
    """
    with transaction() as session:
        if disabled or role not in (None, "admin"):
            _leave_an_admin(session, user_id)
        row = _row(session, user_id, lock=True)
        if role is not None:
            row.role = role
        if disabled is not None:
            row.disabled_at = (row.disabled_at or session.scalar(select(_now()))) if disabled else None
        if password_hash is not None:
            row.password_hash = password_hash
        if disabled or password_hash is not None:
            others = (SessionRow.user_id == user_id, SessionRow.digest != (but_session or b""))
            session.execute(delete(SessionRow).where(*others))
        return _profile(row)


def remove(user_id: str) -> None:
    """End every way to be this user, for good; the name is not given again. Raises NotFound, LastAdmin."""
    with transaction() as session:
        _leave_an_admin(session, user_id)
        row = _row(session, user_id, lock=True)
        row.removed_at, row.password_hash = session.scalar(select(_now())), None
        for table in (Token, SessionRow):
            session.execute(delete(table).where(table.user_id == user_id))


def password_hash(user_id: str) -> str | None:
    """What a password of theirs must match; None for whoever cannot sign in, for whatever reason."""
    enabled = (User.disabled_at.is_(None), User.removed_at.is_(None))
    with transaction() as session:
        return session.scalar(select(User.password_hash).where(User.id == user_id, *enabled))


def replace_hash(user_id: str, old: str, new: str) -> None:
    """Keep the same password in another hash, unless it was changed meanwhile."""
    same = (User.id == user_id, User.password_hash == old)
    with transaction() as session:
        session.execute(update(User).where(*same).values(password_hash=new))


def _row(session: Session, user_id: str, *, lock: bool = False) -> User:
    row = session.get(User, user_id, with_for_update=lock or None) if USER_ID.fullmatch(user_id) else None
    if row is None or row.removed_at is not None:
        raise NotFound(f"there is no user {user_id!r}")
    return row


def _leave_an_admin(session: Session, user_id: str) -> None:
    """Until the transaction ends no other can take an admin away."""
    enabled = (User.role == "admin", User.disabled_at.is_(None), User.removed_at.is_(None))
    query = select(User.id).where(*enabled).order_by(User.id).with_for_update()
    if session.scalars(query).all() == [user_id]:
        raise LastAdmin(f"{user_id!r} is the only admin; make another first")


def _profile(row: User) -> Profile:
    role: Any = row.role
    return Profile(row.id, role, row.disabled_at is not None, row.password_hash is not None, row.created_at)
