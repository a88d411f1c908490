"""How much one may ask for: requests for each user and address, wrong passwords, submissions that wait.

The rates are Flask-Limiter's, counted in Redis. Where Redis does not answer nobody is refused, and a metric
counts that. With JUDGE_AUTH=none whoever asks is on this machine and names themselves, so that limits hold
only where they are set.
"""

import ipaddress
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from http import HTTPStatus
from typing import Any

import redis
from flask import Flask, Response, request
from flask_limiter import ApplicationLimit, Limiter, RequestLimit
from limits import RateLimitItem, parse_many
from limits.storage import storage_from_string
from limits.strategies import STRATEGIES, SlidingWindowCounterRateLimiter
from limits.util import WindowStats

from judge import metrics
from judge.config import settings
from judge.runs import ledger as run_ledger
from judge.submissions import ledger
from judge.web.asking import account
from judge.web.faults import Fault

_FORGIVING = "sliding-window-counter, open without Redis"
_AWAY_S = 2.0
UNLIMITED = ("/healthz", "/readyz", "/metrics")
ASSETS = "/assets/"
"""What a page is made of is sent from memory, a dozen files at a time."""
_JOBS = ("piston.connect",)
"""Sockets on each of which a program is run."""
_AGAIN_S = 5
_NETWORK_BITS = 64
_STORAGE: dict[str, Any] = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}


class _Forgiving(SlidingWindowCounterRateLimiter):
    """Lets everybody pass while Redis is away, which is looked at again after a while."""

    _closed_from = 0.0

    def hit(self, item: RateLimitItem, *identifiers: str, cost: int = 1) -> bool:
        """Whether the request is within the rate."""
        if time.monotonic() >= self._closed_from:
            try:
                return super().hit(item, *identifiers, cost=cost)
            except redis.RedisError:
                self._closed_from = time.monotonic() + _AWAY_S
                metrics.redis_errors.inc("limits")
        metrics.rate_limits_open.inc()
        return True

    def get_window_stats(self, item: RateLimitItem, *identifiers: str) -> WindowStats:
        """When the rate begins anew, and how many are left."""
        if time.monotonic() >= self._closed_from:
            try:
                return super().get_window_stats(item, *identifiers)
            except redis.RedisError:
                self._closed_from = time.monotonic() + _AWAY_S
        return WindowStats(time.time(), item.amount)

    def clear(self, item: RateLimitItem, *identifiers: str) -> None:
        """Count anew."""
        if time.monotonic() >= self._closed_from:
            try:
                super().clear(item, *identifiers)
            except redis.RedisError:
                self._closed_from = time.monotonic() + _AWAY_S


STRATEGIES[_FORGIVING] = _Forgiving


def register_for_addresses(app: Flask) -> None:
    """Limit what comes from one address, before anybody asks who it is from."""
    _limiter("address", {"rate_address": _address}).init_app(app)


def register_for_users(app: Flask) -> None:
    """Limit what comes from one user, and of that what makes work; to be registered once they are known."""
    limiter = _limiter("user", {"rate_work": _user, "rate_requests": _user})

    @app.after_request
    def tell(response: Response) -> Response:
        """Told of the limit that is nearest to being reached by whoever asks."""
        if limit := limiter.current_limit:
            response.headers["X-RateLimit-Limit"] = str(limit.limit.amount)
            response.headers["X-RateLimit-Remaining"] = str(limit.remaining)
            response.headers["X-RateLimit-Reset"] = str(_seconds_to(limit.reset_at))
        return response

    limiter.init_app(app)


def check_pending(user_id: str) -> None:
    """Raises Fault (429) for somebody of whom too many submissions and runs wait already."""
    if not _is_limited("max_pending"):
        return
    most = settings().max_pending
    waiting = ledger.pending(user_id, at_most=most) + run_ledger.pending(user_id, at_most=most)
    if waiting >= most:
        metrics.throttled.inc("pending")
        raise Fault(
            HTTPStatus.TOO_MANY_REQUESTS,
            f"{most} submissions and runs of {user_id} are waiting; send more when some have ended",
            headers={"Retry-After": str(_AGAIN_S)},
        )


@contextmanager
def guess(user_id: str) -> Iterator[None]:
    """Somebody tries a password of this user; all tries count until a block ends well. Raises Fault (429).

    They are counted before they are looked at, or many at once would all pass.
    """
    whose = (user_id, _address())
    rates = parse_many(settings().rate_guess) if settings().rate_guess else []
    for rate in rates:
        if not _guesses().hit(rate, *whose):
            metrics.throttled.inc("guess")
            wait_s = _seconds_to(_guesses().get_window_stats(rate, *whose).reset_time)
            raise Fault(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"too many wrong passwords for {user_id} from here; try again in {wait_s} s",
                headers={"Retry-After": str(wait_s)},
            )
    yield
    for rate in rates:
        _guesses().clear(rate, *whose)


@cache
def _guesses() -> _Forgiving:
    return _Forgiving(storage_from_string(_storage_uri(), key_prefix="judge:guess", **_STORAGE))


def _limiter(group: str, keys: Mapping[str, Callable[[], str]]) -> Limiter:
    """A limiter of the rates that are set, each counted for what its function tells of the request."""
    limiter = Limiter(
        key_func=_address,
        application_limits=[
            ApplicationLimit(
                getattr(settings(), name),
                scope=name,
                key_function=key,
                exempt_when=_makes_no_work if name == "rate_work" else None,
            )
            for name, key in keys.items()
            if _is_limited(name)
        ],
        storage_uri=_storage_uri(),
        storage_options=_STORAGE,
        strategy=_FORGIVING,
        key_prefix=f"judge:{group}",
        on_breach=_refuse,
    )
    limiter.request_filter(lambda: request.path in UNLIMITED or request.path.startswith(ASSETS))
    return limiter


def _storage_uri() -> str:
    return settings().redis_url.replace("unix://", "redis+unix://")


def _is_limited(name: str) -> bool:
    is_meant = settings().auth == "token" or name in settings().model_fields_set
    return is_meant and bool(getattr(settings(), name))


def _address() -> str:
    """Where the request comes from; of IPv6 the network, for who has one address of it has them all."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return f"address {request.remote_addr}"
    if isinstance(address, ipaddress.IPv6Address):
        network = ipaddress.IPv6Network((int(address), _NETWORK_BITS), strict=False)
        return f"address {address.ipv4_mapped or network}"
    return f"address {address}"


def _user() -> str:
    asker = account()
    return f"user {asker.user_id}" if asker else _address()


def _makes_no_work() -> bool:
    return request.method != "POST" and request.endpoint not in _JOBS


def _refuse(limit: RequestLimit) -> Any:
    metrics.throttled.inc("rate")
    raise Fault(
        HTTPStatus.TOO_MANY_REQUESTS,
        f"at most {limit.limit} are answered; ask again in {_seconds_to(limit.reset_at)} s",
        headers={"Retry-After": str(_seconds_to(limit.reset_at))},
    )


def _seconds_to(instant: float) -> int:
    return max(1, int(instant - time.time()) + 1)
