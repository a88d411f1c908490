"""When a delivery that failed is tried again: pure."""

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from judge.config import settings

_LONGEST_S = 24 * 3600.0
_JITTER = 0.2
_TELLS_WHEN = (429, 503)


def delay_s(tries: int, status: int | None, retry_after: str | None, now: datetime) -> float | None:
    """Seconds until the next try after so many; None where there is none left.

    A receiver that is overloaded may ask for more time than the schedule gives, up to a day.
    """
    schedule = settings().webhook_delays_s
    if tries > len(schedule):
        return None
    # Spread out: what failed together would otherwise come back together.
    planned_s = schedule[tries - 1] * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311  # no secret
    asked_s = _asked_s(retry_after, now) if retry_after and status in _TELLS_WHEN else 0.0
    return max(planned_s, min(asked_s, _LONGEST_S))


def _asked_s(retry_after: str, now: datetime) -> float:
    """Retry-After in either of its forms; 0 where it is neither."""
    if retry_after.strip().isdecimal():
        return float(retry_after[:12])
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return 0.0
    return (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds()
