"""Users and their bearer tokens, of which only the digest is kept."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from judge.db import transaction
from judge.errors import JudgeError, NotFound
from judge.models import Token, User

Role = Literal["user", "author", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
USER_ID = re.compile(r"[A-Za-z0-9._@-]{1,64}")
ANONYMOUS = "anonymous"


class UserExists(JudgeError):
    """There is a user of that name already."""


@dataclass(frozen=True)
class Account:
    """Who is asking."""

    user_id: str
    role: Role

    @property
    def is_author(self) -> bool:
        """Whether secret tests are shown by their names."""
        return self.role in ("author", "admin")

    @property
    def is_admin(self) -> bool:
        """Whether whatever is somebody's may be changed."""
        return self.role == "admin"


def add(user_id: str, role: Role) -> None:
    """A new user. Raises UserExists; ValueError for an id of another shape."""
    if not USER_ID.fullmatch(user_id):
        raise ValueError("a user's name is 1 to 64 of A-Z a-z 0-9 . _ @ -")
    query = insert(User).values(id=user_id, role=role).on_conflict_do_nothing().returning(User.id)
    with transaction() as session:
        if session.execute(query).first() is None:
            raise UserExists(
                f"there is a user {user_id!r} already; `judge user token {user_id}` gives a new token"
            )


def new_token(user_id: str) -> str:
    """A new bearer token for a user; this is the only time that anybody sees it. Raises NotFound."""
    token = f"judge_{secrets.token_urlsafe(32)}"
    with transaction() as session:
        if session.get(User, user_id) is None:
            raise NotFound(f"there is no user {user_id!r}; `judge user add {user_id}` makes one")
        session.add(Token(digest=_digest(token), user_id=user_id))
    return token


def holder(token: str) -> Account | None:
    """Whose token this is."""
    query = (
        select(User.id, User.role).join(Token, Token.user_id == User.id).where(Token.digest == _digest(token))
    )
    with transaction() as session:
        found = session.execute(query).first()
    return found and Account(found.id, found.role)


def _digest(token: str) -> bytes:
    # A token holds 256 bits of chance, so a plain hash is enough: there is nothing to guess.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
