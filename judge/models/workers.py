"""Workers, and the languages that they have proven."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Integer, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from judge.db import Base
from judge.models.columns import INSTANT, NOW


class LanguageRow(Base):
    """A language that some worker has proven; kept after that worker has left."""

    __tablename__ = "languages"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    spec: Mapped[dict[str, Any]] = mapped_column(JSONB)  # as GET /languages shows it
    registered_at: Mapped[datetime] = mapped_column(INSTANT, server_default=NOW)


class WorkerRow(Base):
    """A worker that has proven its languages, and when it was last heard of."""

    __tablename__ = "workers"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    slots: Mapped[int] = mapped_column(Integer)
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text))
    sandbox: Mapped[str] = mapped_column(Text)
    seen_at: Mapped[datetime] = mapped_column(INSTANT, server_default=NOW)
    is_draining: Mapped[bool] = mapped_column(Boolean, server_default="false")  # it was told to end
    unfit: Mapped[str | None] = mapped_column(Text)  # why it takes nothing for the moment, if it does not
