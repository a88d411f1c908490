"""Bearer tokens: each with a name, a scope and perhaps an end; shown once, kept as digests."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select

from judge.accounts import Account, credentials
from judge.accounts.scopes import Role, Scope, included, scope_of
from judge.db import transaction
from judge.errors import Conflict, JudgeError, NotFound
from judge.models import Token, User
from judge.records import instant, is_id, new_id

_MOST = 100
"""Tokens of one user, those that have expired among them."""


class TooFar(JudgeError):
    """A token was to reach further than its user's role."""


class TooMany(Conflict):
    """A user has as many tokens as anybody may."""


@dataclass(frozen=True)
class KeptToken:
    """What is known of a token, which is not the token itself."""

    id: str
    name: str
    scope: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        """As lists show it."""
        return {
            "id": self.id,
            "name": self.name,
            "scope": self.scope,
            "created_at": instant(self.created_at),
            "expires_at": instant(self.expires_at),
            "last_used_at": instant(self.last_used_at),
        }


def new(
    user_id: str, *, name: str = "", scope: Scope | None = None, expires_at: datetime | None = None
) -> tuple[str, KeptToken]:
    """A new token for a user, which only the caller ever sees; its scope is the role's if none is given.

    Raises NotFound, TooFar, TooMany.
    """
    token = f"judge_{secrets.token_urlsafe(32)}"
    with transaction() as session:
        user = session.get(User, user_id, with_for_update=True)  # so that two at once are counted as two
        if user is None or user.removed_at is not None:
            raise NotFound(f"there is no user {user_id!r}; `judge user add {user_id}` makes one")
        role: Role = user.role  # type: ignore[assignment]  # the table knows no other
        most = scope_of(role)
        if (scope or most) not in included(most):
            raise TooFar(f"{user_id!r} has the role {user.role}, whose tokens reach no further than {most}")
        if (session.scalar(select(func.count()).where(Token.user_id == user_id)) or 0) >= _MOST:
            raise TooMany(f"{user_id!r} has {_MOST} tokens; revoke those that are not needed")
        row = Token(
            id=new_id(),
            digest=credentials.digest(token),
            user_id=user_id,
            name=name,
            scope=scope or most,
            expires_at=expires_at,
        )
        session.add(row)
        session.flush()
        return token, _kept(row)


def listed(user_id: str) -> list[KeptToken]:
    """A user's tokens, the oldest first."""
    query = select(Token).where(Token.user_id == user_id).order_by(Token.id)
    with transaction() as session:
        return [_kept(row) for row in session.scalars(query)]


def revoke(user_id: str, token_id: str) -> None:
    """End one of a user's tokens at once. Raises NotFound."""
    query = delete(Token).where(Token.user_id == user_id, Token.id == token_id).returning(Token.id)
    with transaction() as session:
        if not is_id(token_id) or session.scalar(query) is None:
            raise NotFound(f"{user_id!r} has no token {token_id!r}")


def holder(token: str, *, used: bool = True) -> Account | None:
    """Whose token this is; with ``used`` the use is noted, at most once a minute."""
    return credentials.holder(Token, token, scope=Token.scope, used=used)


def _kept(row: Token) -> KeptToken:
    return KeptToken(row.id, row.name, row.scope, row.created_at, row.expires_at, row.last_used_at)
