"""What tokens and browser sessions have in common: a secret, its digest, and the account that it opens."""

import hashlib
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update

from judge.accounts import Account
from judge.accounts.scopes import Scope, bounded, scope_of
from judge.db import transaction, write_hint
from judge.models import SessionRow, Token, User

_USE_NOTED = timedelta(minutes=1)
"""How exactly the last use is known; more would be a write a request."""

_now = func.clock_timestamp


def digest(secret: str) -> bytes:
    """What is kept of a secret."""
    # It holds 256 bits of chance, so a plain hash is enough: there is nothing to guess.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def holder(
    table: type[Token] | type[SessionRow],
    secret: str,
    *where: ColumnElement[bool],
    scope: Any,
    used: bool,
) -> Account | None:
    """Whom a secret stands for at present, if the row of its digest satisfies ``where``.

    scope: the column or the word that bounds the account. used: note that it was used just now.
    """
    noted_long_ago = or_(table.last_used_at.is_(None), table.last_used_at < _now() - _USE_NOTED)
    query = (
        select(User.id, User.role, scope, table.expires_at, noted_long_ago)
        .join(table, table.user_id == User.id)
        .where(table.digest == digest(secret), or_(table.expires_at.is_(None), table.expires_at > _now()))
        .where(User.disabled_at.is_(None), User.removed_at.is_(None), *where)
    )
    with transaction() as session:
        found = session.execute(query).first()
        if found is None:
            return None
        user_id, role, most, expires_at, note_it = found
        if used and note_it:
            write_hint(session)
            noted = update(table).where(table.digest == digest(secret), noted_long_ago)
            session.execute(noted.values(last_used_at=_now()).execution_options(synchronize_session=False))
    reached: Scope = bounded(most, scope_of(role))
    return Account(user_id, role, reached, expires_at)
