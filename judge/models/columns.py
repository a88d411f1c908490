"""What the tables' columns have in common."""

from typing import Any

from sqlalchemy import DateTime, func


def one_of(column: str, words: Any) -> str:
    """The condition that a column holds one of these words."""
    return f"{column} IN ({', '.join(repr(str(word)) for word in words)})"


NOW = func.clock_timestamp()
"""The instant itself; now() would be the start of the transaction."""

INSTANT = DateTime(timezone=True)
