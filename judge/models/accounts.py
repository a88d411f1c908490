"""Users, and what each may prove by who they are: tokens and browser sessions."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from judge.db import Base
from judge.models.columns import INSTANT, NOW, one_of


class User(Base):
    """Somebody who may sign in or hold tokens; with JUDGE_AUTH=none nobody needs to be here.

    A removed user's row stays, so that nobody of the same name inherits their submissions.
    """

    __tablename__ = "users"
    __table_args__ = (CheckConstraint(one_of("role", ("user", "author", "admin")), name="users_role"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    role: Mapped[str] = mapped_column(Text)
    password_hash: Mapped[str | None] = mapped_column(
        Text
    )  # argon2id, with its own parameters; none: no way in
    disabled_at: Mapped[datetime | None] = mapped_column(INSTANT)
    removed_at: Mapped[datetime | None] = mapped_column(INSTANT)
    created_at: Mapped[datetime] = mapped_column(INSTANT, server_default=NOW)


class Token(Base):
    """A bearer token, of which only the SHA-256 is kept; a revoked one is gone."""

    __tablename__ = "tokens"
    __table_args__ = (
        CheckConstraint(one_of("scope", ("read", "submit", "author", "admin")), name="tokens_scope"),
        Index("tokens_user", "user_id", "id"),
    )

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    id: Mapped[str] = mapped_column(Text, unique=True)  # how people name it
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(Text, server_default="")
    scope: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime | None] = mapped_column(INSTANT)
    last_used_at: Mapped[datetime | None] = mapped_column(INSTANT)  # to the minute
    created_at: Mapped[datetime] = mapped_column(INSTANT, server_default=NOW)


class SessionRow(Base):
    """Somebody signed in with a browser; of what its cookie holds only the SHA-256 is kept."""

    __tablename__ = "sessions"
    __table_args__ = (
        Index("sessions_user", "user_id", "created_at"),
        Index("sessions_expires", "expires_at"),
    )

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime] = mapped_column(INSTANT)  # however much it is used
    last_used_at: Mapped[datetime] = mapped_column(INSTANT, server_default=NOW)  # to the minute
    created_at: Mapped[datetime] = mapped_column(INSTANT, server_default=NOW)
