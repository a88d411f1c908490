"""Users as serious clients are: they post again what got no answer, and come back to what they heard."""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import requests
from simple_websocket import Client, ConnectionClosed
from simple_websocket import ConnectionError as NotConnected
from wsproto.utilities import ProtocolError

from tests.chaos.programs import Order

REQUEST_S = 60.0
_AGAIN_S = 0.5
_ENDINGS = ("done", "failed", "cancelled")
_SOCKET_ERRORS = ConnectionClosed, NotConnected, ProtocolError, OSError


@dataclass(frozen=True)
class Answer:
    """How one POST went, between two instants; status: None where nothing came back."""

    began: float
    ended: float
    status: int | None
    retry_after: str | None
    detail: str


@dataclass(frozen=True)
class Posted:
    """A submission whose 202 was sent, and when it came."""

    order: Order
    id: str
    accepted: float


@dataclass
class Heard:
    """What a user has heard of a submission, over all sockets."""

    last_seq: int = 0
    endings: int = 0
    has_ended: bool = False


class User(threading.Thread):
    """Posts its orders in their time, and listens until everything has ended.

    Every second one subscribes to each of its submissions by ``after_seq``; the others follow their stream.
    """

    def __init__(self, url: str, number: int, orders: Sequence[Order], begin: float) -> None:
        super().__init__(name=f"user {number}", daemon=True)
        self._url, self._orders, self._begin = url, sorted(orders, key=lambda order: order.at_s), begin
        self._user_id = f"user-{number}"
        self._subscribes = number % 2 == 0
        self._socket: Client | None = None
        self._session: dict[str, int] = {}
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._lock = threading.Lock()
        self._over = threading.Event()
        self.answers: list[Answer] = []
        self.posted: dict[str, Posted] = {}
        self.heard: dict[str, Heard] = defaultdict(Heard)
        self.complaints: list[str] = []
        self.sessions = 0

    def run(self) -> None:
        """Post everything."""
        self._listener.start()
        for order in self._orders:
            time.sleep(max(0.0, self._begin + order.at_s - time.time()))
            while not self._over.is_set() and not self._post(order):
                pass

    def has_posted_all(self) -> bool:
        """Whether every order was accepted."""
        return len(self.posted) == len(self._orders)

    def unheard(self) -> list[Order]:
        """What has not ended yet, as far as it was told, or was not accepted."""
        with self._lock:
            ended = {posted.order.number for id_, posted in self.posted.items() if self.heard[id_].has_ended}
        return [order for order in self._orders if order.number not in ended]

    def end(self) -> None:
        """Go."""
        self._over.set()
        if self._socket is not None:
            with suppress(*_SOCKET_ERRORS):  # it may be closed just now by the other side
                self._socket.close()
        self._listener.join(5)

    # Posting

    def _post(self, order: Order) -> bool:
        body = {
            "problem_id": order.problem,
            "language": order.language,
            "files": [{"name": order.file, "content": order.code}],
            "user_id": self._user_id,
        }
        began = time.time()
        try:
            response = requests.post(
                f"{self._url}/api/v1/submissions",
                json=body,
                headers={"Idempotency-Key": order.key, "Connection": "close"},
                timeout=REQUEST_S,
            )
        except requests.RequestException as error:
            self.answers.append(Answer(began, time.time(), None, None, type(error).__name__))
            self._over.wait(_AGAIN_S)
            return False
        retry_after = response.headers.get("Retry-After")
        detail = f"{order.file}: {response.text[:200]}"
        self.answers.append(Answer(began, time.time(), response.status_code, retry_after, detail))
        if response.status_code == 202:
            self._accepted(order, response.json()["id"])
            return True
        self._over.wait(float(retry_after) if retry_after else _AGAIN_S)
        return False

    def _accepted(self, order: Order, id_: str) -> None:
        with self._lock:
            posted = self.posted.setdefault(id_, Posted(order, id_, time.time()))
            if posted.order.number != order.number:
                self.complaints.append(f"{id_} is the answer to {posted.order.key} and to {order.key}")
            if self._subscribes and self._socket is not None:
                self._subscribe(self._socket, id_)

    # Listening

    def _listen(self) -> None:
        while not self._over.is_set():
            try:
                self._socket_session()
            except _SOCKET_ERRORS:
                self._over.wait(_AGAIN_S)
            with self._lock:
                self._socket = None

    def _socket_session(self) -> None:
        socket = Client(f"ws{self._url.removeprefix('http')}/ws", ping_interval=10)
        try:
            hello = {"stream": False} if self._subscribes else {"resume": True}
            socket.send(json.dumps({"type": "hello", "user_id": self._user_id, **hello}))
            if json.loads(socket.receive(timeout=REQUEST_S) or "{}").get("type") != "ready":
                return
            self.sessions += 1
            with self._lock:
                self._session = {}
                self._socket = socket
                if self._subscribes:
                    for id_ in self.posted:
                        if not self.heard[id_].has_ended:
                            self._subscribe(socket, id_)
            while not self._over.is_set():
                text = socket.receive(timeout=1.0)
                if text is not None:
                    self._hear(json.loads(text))
        finally:
            with suppress(*_SOCKET_ERRORS):
                socket.close()

    def _subscribe(self, socket: Client, id_: str) -> None:
        last_seq = self._session[id_] = self.heard[id_].last_seq
        try:
            socket.send(json.dumps({"type": "subscribe", "submission_id": id_, "after_seq": last_seq}))
        except _SOCKET_ERRORS:
            return  # the listener notices, and subscribes to all of them again

    def _hear(self, message: dict[str, Any]) -> None:
        with self._lock:
            if message["type"] == "snapshot":
                self._snapshot(message)
            elif message["type"].startswith("submission."):
                self._event(message)
            elif message["type"] != "problem_done":
                self.complaints.append(f"{self._user_id} was told {message}")

    def _snapshot(self, message: dict[str, Any]) -> None:
        if self._subscribes:
            return  # what is after after_seq comes as events
        id_, seq = message["submission"]["id"], message["seq"]
        heard = self.heard[id_]
        self._session[id_] = heard.last_seq = seq
        heard.has_ended = message["submission"]["state"] in _ENDINGS

    def _event(self, event: dict[str, Any]) -> None:
        id_, seq, word = event["submission_id"], event["seq"], event["type"].removeprefix("submission.")
        heard, due = self.heard[id_], self._session.get(id_, 0) + 1
        if seq != due:
            self.complaints.append(f"{id_}: {seq} {word} was told where {due} was due")
        self._session[id_] = heard.last_seq = seq
        if word in _ENDINGS:
            heard.endings += 1
            heard.has_ended = True
            if heard.endings > 1:
                self.complaints.append(f"{id_} was told to have ended {heard.endings} times")
