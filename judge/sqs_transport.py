"""Faults of kombu's SQS transport that stop a worker when SQS falters, mended where they are.

Seen with kombu 5.7.0; ``mend`` is to be looked at again with each new version.
"""

from typing import Any

from botocore.exceptions import ClientError, HTTPClientError
from kombu.asynchronous import Hub, set_event_loop
from kombu.asynchronous.aws.sqs.connection import AsyncSQSConnection
from kombu.asynchronous.http import get_client
from kombu.transport import SQS as transport

_POLLS = 200
_OK = 200


class _Connection(AsyncSQSConnection):
    """The long polls of one worker."""

    def _on_list_ready(self, parent: Any, markers: Any, operation: Any, response: Any) -> Any:
        """What a poll has brought. Raises HTTPClientError, at which the worker connects anew, with patience.

        kombu would end the worker, by an AttributeError where SQS is away, and where it says no by a bare
        Exception.
        """
        if response.status != _OK:
            raise HTTPClientError(error=f"{operation}: {response.status} {response.reason}")
        return super()._on_list_ready(parent, markers, operation, response)


class _Channel(transport.Channel):
    """A channel whose polls bring no more than can be taken."""

    def _on_messages_ready(self, queue: Any, qname: str, messages: Any) -> Any:
        """Leave to others what all polls together have brought beyond the slots.

        Each queue has a poll of its own, and whether there is room was asked when it began.
        """
        found, room = messages.get("Messages") or [], self.qos.can_consume_max_estimate()
        if room is not None and len(found) > room:
            self._release_messages(queue, qname, found[room:])
            messages = {**messages, "Messages": found[:room]}
        return super()._on_messages_ready(queue, qname, messages)


def _register(self: Any, connection: Any, loop: Hub) -> None:
    """Poll in the loop of this worker, after a lost connection too, and every queue at once.

    A loop that is reset is forgotten by kombu, which would then poll no more, and nobody would know. And of
    polls kombu would open ten at once, for which the other queues would wait.
    """
    set_event_loop(loop)
    get_client(loop, max_clients=_POLLS)
    for channel in (*connection.channels, *connection._avail_channels):
        channel.hub = loop


def mend() -> None:
    """Put them in place."""
    transport.AsyncSQSConnection = _Connection
    transport.Transport.Channel = _Channel
    transport.Transport.register_with_event_loop = _register
    # Throttled, denied, or a queue that somebody has deleted: a worker would end at what may pass.
    errors = transport.Transport.connection_errors
    transport.Transport.connection_errors = tuple({*errors, ClientError})
