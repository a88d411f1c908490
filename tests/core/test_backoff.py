"""When a delivery is tried again, by the schedule and by what the receiver asks for."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from pydantic import ValidationError

from judge.config import Settings, settings
from judge.webhooks import backoff

NOW = datetime(2026, 11, 5, 12, tzinfo=UTC)


def test_the_schedule_goes_over_a_day_and_ends() -> None:
    """Longer each time, never twice the same, and then no more."""
    planned = settings().webhook_delays_s
    assert list(planned) == sorted(planned)
    assert planned[0] <= 10
    assert timedelta(hours=20) <= timedelta(seconds=sum(planned)) <= timedelta(hours=30)
    for tries, delay_s in enumerate(planned, 1):
        drawn = [backoff.delay_s(tries, 500, None, NOW) or 0 for _ in range(200)]
        assert delay_s * 0.8 <= min(drawn) < max(drawn) <= delay_s * 1.2
    assert backoff.delay_s(len(planned) + 1, 500, None, NOW) is None
    assert backoff.delay_s(len(planned) + 1, 429, "1", NOW) is None


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("said", ["3600", " 3600 ", format_datetime(NOW + timedelta(hours=1), usegmt=True)])
def test_a_receiver_that_asks_for_time_gets_it(status: int, said: str) -> None:
    assert backoff.delay_s(1, status, said, NOW) == 3600


@pytest.mark.parametrize(
    ("status", "said"),
    [(500, "3600"), (200, "3600"), (None, "3600"), (503, None), (503, ""), (503, "soon"), (503, "-1"),
     (503, "1"), (429, "Thu, 99 Nov 2026 12:00:00 GMT"), (429, "Thu, 05 Nov 2020 12:00:00 GMT"),
     (503, "\u0663\u0663\u0663x")],
)  # fmt: skip
def test_otherwise_the_schedule_holds(status: int | None, said: str | None) -> None:
    """For other answers, for what cannot be read, and for what would be sooner."""
    assert 4 <= (backoff.delay_s(1, status, said, NOW) or 0) <= 6


@pytest.mark.parametrize("said", ["999999", "9" * 400, "Thu, 05 Nov 2099 12:00:00 GMT"])
def test_nobody_gets_more_than_a_day(said: str) -> None:
    assert backoff.delay_s(1, 503, said, NOW) == 24 * 3600


@pytest.mark.parametrize("listed", ["", "5,", "5;6", "-1", "1e3", "soon", "nan"])
def test_a_schedule_that_cannot_be_read(listed: str) -> None:
    with pytest.raises(ValidationError, match="separated by commas"):
        Settings(webhook_retry_s=listed)


def test_a_schedule_of_ones_own() -> None:
    assert Settings(webhook_retry_s=" 1, 2.5 ,3").webhook_delays_s == (1.0, 2.5, 3.0)
