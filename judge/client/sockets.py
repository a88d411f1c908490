"""Events over the WebSocket: each once and in order, over as many connections as it takes."""

import json
import threading
from collections.abc import Generator
from functools import partial
from typing import Any

import simple_websocket
from simple_websocket import ConnectionClosed

from judge.client.connection import Connection
from judge.client.errors import ClientError
from judge.client.patience import Patience
from judge.client.streams import ENDINGS, Event, ends

_PING_S = 20


def follow(
    connection: Connection, kind: str, id_: str, user_id: str, after_seq: int
) -> Generator[Event, None, None]:
    """The events of a user's submission or run after a number, up to the end of the log."""
    patience = Patience(connection.patience_s)
    who = {"token": connection.token} if connection.token else {"user_id": user_id}
    hello = {"type": "hello", "stream": False, **who}
    known_seq = 0
    while True:
        subscribe = {"type": "subscribe", f"{kind}_id": id_, "after_seq": after_seq}
        try:
            for message in _messages(connection.url, hello, subscribe):
                patience.renew()
                match message["type"]:
                    case "error":
                        raise ClientError(message["detail"])
                    case "snapshot":
                        known_seq = message["seq"]
                        if after_seq >= known_seq and message[kind]["state"] in ENDINGS:
                            return
                    case "ready":
                        continue
                    case _:
                        after_seq = message["seq"]
                        yield message
                        if ends(message) and after_seq >= known_seq:
                            return
        except (ConnectionClosed, simple_websocket.ConnectionError, OSError) as error:
            patience.wait(connection.unreachable(error))


def _messages(url: str, *frames: dict[str, Any]) -> Generator[dict[str, Any], None, None]:
    """What a socket brings once these frames have been sent on it."""
    # Its thread sleeps up to the next ping after the socket is closed; nobody is to wait for it.
    daemon = partial(threading.Thread, daemon=True)
    address = f"ws{url.removeprefix('http')}/ws"
    socket = simple_websocket.Client(address, ping_interval=_PING_S, thread_class=daemon)
    try:
        for frame in frames:
            socket.send(json.dumps(frame))
        while True:  # a long queue is no reason to give up; a server that answers no ping is
            yield json.loads(socket.receive())
    finally:
        if socket.connected:
            socket.close()
