"""Changes of which Redis has not been told yet."""

from datetime import datetime

from sqlalchemy import BigInteger, Identity, Text
from sqlalchemy.orm import Mapped, mapped_column

from judge.db import Base
from judge.models.columns import INSTANT, NOW


class PendingChange(Base):
    """Something that caches may still hold as it was. Only judge.changes writes here."""

    __tablename__ = "pending_changes"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    subject: Mapped[str] = mapped_column(Text)  # judge.changes.Subject
    at: Mapped[datetime] = mapped_column(INSTANT, server_default=NOW)
