"""One Redis subscription a web process, shared by all of its streams.

A listener names channels; the hub subscribes to those that anybody listens to. Whoever must miss nothing
listens first, which waits for Redis' confirmation, then reads the rows. After a lost connection every
listener is told so by a Gap, for what was published meanwhile is only in the rows.
"""

import json
import logging
import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from types import TracebackType
from typing import Any, Self

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from judge import metrics
from judge.config import settings

log = logging.getLogger(__name__)

_CONFIRM_S = 5.0
_SILENT_S = 10.0
_RECONNECT_S = (0.1, 2.0)
_IN_A_ROW = 20
"""Messages that are passed on before others of this process have their turn."""

_HEARTBEAT = (
    "judge:heartbeat"  # nobody publishes here; being subscribed to it keeps the connection in its mode
)


@dataclass(frozen=True)
class Gap:
    """Taken in place of messages that may have been lost in the last ``seconds``."""

    seconds: float


class Listener:
    """Messages for one stream, kept until it takes them, up to a bound."""

    def __init__(self, hub: "Hub", wake: threading.Event, backlog: int) -> None:
        self._hub, self._wake = hub, wake
        self._messages: deque[dict[str, Any] | Gap] = deque()
        self._backlog = backlog
        self._channels: set[str] = set()
        self.too_slow = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for channel in list(self._channels):
            self.ignore(channel)

    def listen(self, channel: str) -> None:
        """Take this channel's messages too; returns once Redis has confirmed, or is known to be away."""
        if channel not in self._channels:
            self._channels.add(channel)
            self._hub.add(channel, self)

    def ignore(self, channel: str) -> None:
        """Take this channel's messages no longer."""
        if channel in self._channels:
            self._channels.remove(channel)
            self._hub.remove(channel, self)

    def put(self, message: dict[str, Any] | Gap) -> None:
        """Called by the hub. A full backlog is dropped, not waited for: its reader is too slow."""
        if len(self._messages) >= self._backlog:
            self.too_slow = True
            self._messages.clear()
        if not self.too_slow:
            self._messages.append(message)
        self._wake.set()

    def take(self) -> dict[str, Any] | Gap | None:
        """The next message, or None where there is none."""
        return self._messages.popleft() if self._messages else None


class Hub:
    """The subscription and the thread that reads it."""

    def __init__(self, url: str) -> None:
        # Without retries of its own: a reconnect must be seen here, for it means a gap.
        self._redis = redis.Redis.from_url(
            url,
            decode_responses=True,
            socket_connect_timeout=2,
            socket_timeout=5,
            retry=Retry(NoBackoff(), 0),
        )
        self._lock = threading.Lock()  # over the registry, and over what is written to the connection
        self._listeners: dict[str, set[Listener]] = defaultdict(set)
        self._confirmed: dict[str, threading.Event] = {}
        self._unawaited: set[str] = set()
        self._pubsub: redis.client.PubSub | None = None
        self._broken = False
        self._last_connected = time.monotonic()
        self.connected = False
        threading.Thread(target=self._run, name="hub", daemon=True).start()

    def listener(self, wake: threading.Event, backlog: int) -> Listener:
        """A new listener, to be used as a context; ``wake`` is set with every message."""
        return Listener(self, wake, backlog)

    def add(self, channel: str, listener: Listener) -> None:
        """Called by a listener: it wants this channel."""
        with self._lock:
            self._listeners[channel].add(listener)
            confirmed = self._confirmed.get(channel)
            if confirmed is None:
                confirmed = self._confirmed[channel] = threading.Event()
                self._write("subscribe", channel)
        if not (self.connected and confirmed.wait(_CONFIRM_S)):
            self._unawaited.add(channel)

    def remove(self, channel: str, listener: Listener) -> None:
        """Called by a listener: it wants this channel no longer."""
        with self._lock:
            self._listeners[channel].discard(listener)
            if not self._listeners[channel]:
                del self._listeners[channel], self._confirmed[channel]
                self._write("unsubscribe", channel)

    def _write(self, command: str, *channels: str) -> None:
        """Send a command, with the lock held; where that fails, the reading thread connects again."""
        if self._pubsub is None:
            return
        try:
            getattr(self._pubsub, command)(*channels)
        except redis.RedisError as error:
            log.warning("redis: %s: %s", command, error)
            self._broken = True

    # The thread

    def _run(self) -> None:
        pause_s = _RECONNECT_S[0]
        while True:
            try:
                self._connect()
                pause_s = _RECONNECT_S[0]
                self._read()
            except (redis.RedisError, OSError) as error:
                metrics.redis_errors.inc("subscribe")
                log.warning("redis: the subscription is lost: %s", error)
            except Exception:
                # redis-py also raises what it does not mean to, when another thread meets the broken
                # connection first; every stream of the process hangs on this one going on.
                log.exception("redis: the subscription is lost")
            self._disconnect()
            time.sleep(pause_s)
            pause_s = min(2 * pause_s, _RECONNECT_S[1])

    def _connect(self) -> None:
        pubsub = self._redis.pubsub()  # type: ignore[no-untyped-call]  # redis-py types it only in part
        with self._lock:
            channels = list(self._listeners)
            pubsub.subscribe(_HEARTBEAT, *channels)
            self._pubsub, self._broken = pubsub, False

    def _disconnect(self) -> None:
        with self._lock:
            if self.connected:
                # Silence may have begun long before it was noticed.
                self._last_connected = time.monotonic() - 3 * _SILENT_S
            self.connected = False
            if self._pubsub is not None:
                self._pubsub.close()
            self._pubsub = None
            for channel, confirmed in list(self._confirmed.items()):
                confirmed.set()  # whoever waits for it goes on with the rows
                self._confirmed[channel] = threading.Event()

    def _read(self) -> None:
        pubsub, last_heard, asked = self._pubsub, time.monotonic(), False
        assert pubsub is not None, "connected before it is read"
        in_a_row = 0
        while not self._broken:
            message = pubsub.get_message(timeout=1.0)
            if message is not None:
                last_heard, asked = time.monotonic(), False
                self._handle(message)
                in_a_row += 1
                if in_a_row == _IN_A_ROW:
                    in_a_row = 0
                    time.sleep(0)  # no wait: what has come already would be read to its end first
            elif time.monotonic() - last_heard > _SILENT_S:
                if asked:
                    raise redis.ConnectionError("it is open, and silent")
                with self._lock:
                    pubsub.ping()
                asked, last_heard = True, time.monotonic()

    def _handle(self, message: dict[str, Any]) -> None:
        kind, channel = message["type"], message["channel"]
        if kind == "message":
            try:
                event = json.loads(message["data"])
            except ValueError:
                log.warning("redis: what came on %s is not ours", channel)
                return
            for listener in list(self._listeners.get(channel, ())):
                listener.put(event)
            _count(event)
        elif kind == "subscribe" and channel == _HEARTBEAT:
            # Redis answers in order, and this was asked first: whoever listens now reads the rows again.
            self.connected = True
            gap = Gap(time.monotonic() - self._last_connected)
            for listener in {one for group in list(self._listeners.values()) for one in group}:
                listener.put(gap)
        elif kind == "subscribe" and channel in self._confirmed:
            self._confirmed[channel].set()
            if channel in self._unawaited:  # somebody has read the rows before this, which was too early
                self._unawaited.discard(channel)
                for listener in list(self._listeners.get(channel, ())):
                    listener.put(Gap(_CONFIRM_S))


def _count(event: Any) -> None:
    try:
        lag = datetime.now(UTC) - datetime.fromisoformat(event["at"])
    except (TypeError, KeyError, ValueError):
        return  # not ours
    metrics.received.inc()
    metrics.event_lag_s.observe(max(0.0, lag.total_seconds()))


@cache
def hub() -> Hub:
    """The hub of this process."""
    return Hub(settings().redis_url)
