"""Faults of kombu's Redis transport that stop a worker when Redis falters, mended where they are.

Seen with celery and kombu 5.7.0 and redis-py 8.1.0; ``mend`` is to be looked at again with each new version.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kombu import Connection
from kombu.transport import redis as transport
from redis.backoff import NoBackoff
from redis.retry import Retry

MOST_S = 2.0
"""How long a worker waits at most before it tries again to reach its broker."""


class _QoS(transport.QoS):
    """The messages that wait for their acknowledgement.

    When Redis goes away while a task runs, closing the dead connection tries to give its messages back over
    it, which raises AttributeError, and the worker exits. Such a message comes back by itself after the
    visibility timeout, and its row long before by its lease.
    """

    def restore_unacked_once(self, stderr: Any = None) -> None:
        try:
            super().restore_unacked_once(stderr)
        except AttributeError:
            self._delivered.clear()

    def ack(self, delivery_tag: Any) -> None:
        """Acknowledge a message, unless its connection is gone.

        A thread may end its task after that; what would be an error of the connection is one of kombu's own
        then, for which nobody is prepared. The message comes back as those above do.
        """
        with self._or_connection_gone(delivery_tag):
            super().ack(delivery_tag)

    def reject(self, delivery_tag: Any, requeue: bool = False) -> None:
        """Give a message back, likewise."""
        with self._or_connection_gone(delivery_tag):
            super().reject(delivery_tag, requeue)

    @contextmanager
    def _or_connection_gone(self, delivery_tag: Any) -> Iterator[None]:
        try:
            yield
        except AttributeError:
            if self.channel.connection is not None:
                raise
            self._delivered.pop(delivery_tag, None)


def _receive_one(channel: Any, subscription: Any) -> Any:
    """Read the subscription that carries Celery's remote control.

    With ``retry_on_timeout`` redis-py heals a lost subscription in silence and then blocks in a read that has
    no time limit, in the worker's one loop. Lost, it must be seen, and the worker connects anew.
    """
    if subscription.connection is not None:
        subscription.connection.retry = Retry(NoBackoff(), 0)
    return _receive_one_of_kombu(channel, subscription)


_receive_one_of_kombu = transport.Channel._receive_one


def _ensure_connection(connection: Connection, *arguments: Any, **named: Any) -> Connection:
    """Connect, trying again as often as asked, at most MOST_S apart.

    By itself kombu waits 2 s longer each time, up to 30 s, so that a worker stands idle for half a minute
    after a long outage is over.
    """
    return _ensure_connection_of_kombu(connection, *arguments, **{"interval_max": MOST_S, **named})


_ensure_connection_of_kombu = Connection.ensure_connection


def mend() -> None:
    """Put them in place, for every Redis transport, Sentinel's too; the last for every broker."""
    transport.Channel.QoS = _QoS
    transport.Channel._receive_one = _receive_one
    Connection.ensure_connection = _ensure_connection
