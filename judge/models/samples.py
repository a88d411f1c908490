"""How the queue stood, every few seconds of the last hour."""

from datetime import datetime
from typing import Any

from sqlalchemy import Float, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from judge.db import Base
from judge.models.columns import INSTANT


class SampleRow(Base):
    """The queue at one moment, and what has ended since the sample before. Only judge.samples changes it."""

    __tablename__ = "queue_samples"

    at: Mapped[datetime] = mapped_column(INSTANT, primary_key=True)  # on the grid of judge.samples
    queued: Mapped[int] = mapped_column(Integer)  # submissions and runs
    held: Mapped[int] = mapped_column(Integer)
    oldest_s: Mapped[float | None] = mapped_column(Float)
    runs_ended: Mapped[int] = mapped_column(Integer)
    submissions_ended: Mapped[dict[str, Any]] = mapped_column(JSONB)  # by language, then verdict or state
    counted_until: Mapped[datetime] = mapped_column(INSTANT)  # what ended up to then is counted
