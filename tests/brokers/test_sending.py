"""Sending to every broker: what arrives, and what a sender is told while it is away."""

import time
from collections.abc import Callable

import pytest

from judge.errors import QueueUnavailable
from judge.queue import depth, send
from tests.brokers.servers import Broker
from tests.servers import until

SOON_S = 30.0
"""Nobody waits longer for a broker: their clients by themselves would for a minute, or for ever."""


def asked() -> list[Callable[[], object]]:
    """What the judge asks of a broker."""
    return [lambda: send("id", "c", 1.0), lambda: depth("c")]


def test_messages_wait_and_are_counted(broker: Broker) -> None:
    """Each language's apart."""
    before = depth("ada")
    send("first", "ada", 1.0)
    send("second", "ada", 1.0)
    assert (depth("ada") - before, depth("no-such-language")) == (2, 0)


def test_a_broker_that_is_gone(broker: Broker) -> None:
    """QueueUnavailable, soon; once it is back, so is the queue."""
    send("before", "c", 1.0)
    with broker.away():
        for ask in asked():
            began = time.monotonic()
            with pytest.raises(QueueUnavailable):
                ask()
            assert time.monotonic() - began < SOON_S
    for ask in asked():
        until(lambda ask=ask: succeeds(ask))


def test_a_broker_that_is_silent(broker: Broker) -> None:
    """Whoever sends is let go, soon, whether or not the message will arrive."""
    send("before", "c", 1.0)
    with broker.silent():
        for ask in asked() * 2:
            began = time.monotonic()
            succeeds(ask)
            assert time.monotonic() - began < SOON_S
    for ask in asked():
        until(lambda ask=ask: succeeds(ask))


def test_a_broker_that_has_forgotten_everything(broker: Broker) -> None:
    """Nothing has to be made again by hand."""
    send("before", "c", 1.0)
    with broker.away(forgetting=True):
        pass
    until(lambda: succeeds(lambda: send("after", "c", 1.0)))
    assert depth("c") == 1


def succeeds(ask: Callable[[], object]) -> bool:
    """Whether it does."""
    try:
        ask()
    except QueueUnavailable:
        return False
    return True
