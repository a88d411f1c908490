"""Users and their tokens."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from judge.db import Base
from judge.models.columns import INSTANT, NOW, one_of


class User(Base):
    """Somebody who may hold tokens; with JUDGE_AUTH=none nobody needs to be here."""

    __tablename__ = "users"
    __table_args__ = (CheckConstraint(one_of("role", ("user", "author", "admin")), name="users_role"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    role: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(INSTANT, server_default=NOW)


class Token(Base):
    """A bearer token, of which only the SHA-256 is kept."""

    __tablename__ = "tokens"

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(INSTANT, server_default=NOW)
