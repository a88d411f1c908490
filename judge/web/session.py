"""What is said on one socket: the client's frames answered, the events it may see passed on."""

import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from judge import history, metrics
from judge.errors import Conflict, NotFound
from judge.events import user_channel
from judge.records import is_id, new_id
from judge.runs import ledger as run_ledger
from judge.submissions import ledger
from judge.verifications import ledger as verification_ledger
from judge.web.credential import Credential
from judge.web.hub import Gap, Listener
from judge.web.run_schemas import InputIn, input_of
from judge.web.runs import entered
from judge.web.schemas import check
from judge.web.topics import RUN, SUBMISSION, VERIFICATION, Topic, topic_of
from judge.web.visitor import Refused, SignedOut, Visitor
from judge.web.watch import Event, Watch

_RECENT = timedelta(minutes=10)
_MARGIN = timedelta(minutes=1)
_HELLO_S = 30.0


class Session:
    """One client's conversation; ``send`` takes a message for it.

    credential: what it came with, for a hello that shows no token.
    """

    def __init__(
        self,
        listener: Listener,
        send: Callable[[dict[str, Any]], None],
        credential: Credential | None = None,
    ) -> None:
        self._listener, self.send = listener, send
        self._visitor = Visitor(credential)
        self._watch: Watch | None = None
        self._opened_at, self._greeted_at = time.monotonic(), 0.0

    @property
    def greeted(self) -> bool:
        """Whether the client has said who it is."""
        return self._watch is not None

    @property
    def patience_s(self) -> float | None:
        """How long nothing need be done where nothing comes; None: for ever."""
        if self.greeted:
            return self._visitor.patience_s
        return max(0.0, self._opened_at + _HELLO_S - time.monotonic())

    def ask_again(self) -> None:
        """Look now and then whether the client has said who it is, and still is. Raises SignedOut."""
        if not self.greeted and not self.patience_s:
            raise SignedOut("no hello came")
        self._visitor.ask_again()

    def handle(self, frame: Any) -> None:
        """Answer a client's frame. Raises Refused."""
        if not isinstance(frame, dict):
            raise Refused("send JSON objects")
        match frame.get("type"):
            case "hello":
                self._hello(frame)
            case "subscribe":
                self._subscribe(self._greeted_watch(), frame)
            case "unsubscribe":
                self._unsubscribe(self._greeted_watch(), frame)
            case "stdin":
                self._enter(self._greeted_watch(), frame)
            case other:
                raise Refused(f"unknown type {other!r}; there are hello, subscribe, unsubscribe and stdin")

    def forward(self) -> None:
        """Send what the listener has, as far as the client wants it."""
        while (message := self._listener.take()) is not None:
            if self._watch is None:
                continue
            if isinstance(message, Gap):
                self._pass_on(self._watch, self._lost(self._watch, message))
            else:
                self._pass_on(self._watch, [message])

    def _hello(self, frame: dict[str, Any]) -> None:
        if self._watch is not None:
            raise Refused("hello was said already; open another socket to be somebody else")
        user_id = self._visitor.greet(frame)
        follows_user = _flag(frame, "stream", default=True)
        resume = _flag(frame, "resume", default=False)
        # The id comes first: whatever is made after it is new to this client. So does listening: what
        # happens while the rows are read comes on the channel.
        is_author = self._sees_all(VERIFICATION)
        watch = Watch(user_id, follows_user, new_id(), missing=history.missing, is_author=is_author)
        if follows_user:
            self._listener.listen(user_channel(user_id))
        recent = ledger.recent(user_id, within=_RECENT)
        watch.know(recent)
        watch.know(verification_ledger.recent(user_id, within=_RECENT))
        watch.know(run_ledger.recent(user_id, within=_RECENT))
        self._watch, self._greeted_at = watch, time.monotonic()
        self.send({"type": "ready", "user_id": user_id})
        if resume:
            for submission in recent:
                self._send_snapshot(SUBMISSION, submission)

    def _subscribe(self, watch: Watch, frame: dict[str, Any]) -> None:
        topic = topic_of(frame)
        id_, after_seq = _id_of(topic, frame), frame.get("after_seq")
        if after_seq is not None and (type(after_seq) is not int or after_seq < 0):
            raise Refused("after_seq must be a whole number from 0")
        self._listener.listen(topic.channel(id_))
        found = self._find(watch, topic, id_)
        start = found.last_seq if after_seq is None else min(after_seq, found.last_seq)
        self._send_snapshot(topic, found)
        watch.follow(id_, start)
        self._pass_on(watch, history.missing(id_, start, found.last_seq + 1))

    def _find(self, watch: Watch, topic: Topic, id_: str) -> Any:
        try:
            found = topic.get(id_)
            if self._sees_all(topic) or (topic is not VERIFICATION and found.user_id == watch.user_id):
                return found
        except NotFound:
            pass  # answered as one that is another's: who may not see it learns nothing
        self._listener.ignore(topic.channel(id_))
        raise Refused(f"there is no {topic.name} {id_!r} of yours")

    def _sees_all(self, topic: Topic) -> bool:
        return topic.sees_all(self._visitor.account)

    def _unsubscribe(self, watch: Watch, frame: dict[str, Any]) -> None:
        topic = topic_of(frame)
        id_ = _id_of(topic, frame)
        self._listener.ignore(topic.channel(id_))
        watch.leave(id_)
        self.send({"type": "unsubscribed", f"{topic.name}_id": id_})

    def _enter(self, watch: Watch, frame: dict[str, Any]) -> None:
        """Have a run of the client's own read what was typed."""
        id_ = _id_of(RUN, frame)
        if self._visitor.account is not None and not self._visitor.account.may_write:
            raise Refused("this token may only read")
        errors: list[dict[str, str]] = []
        typed = {name: value for name, value in frame.items() if name not in ("type", "run_id")}
        asked = check(InputIn, typed, errors)
        data = input_of(asked, errors) if asked else b""
        if asked is None or errors:
            raise Refused("; ".join(f"{error['pointer']}: {error['detail']}" for error in errors))
        try:
            if run_ledger.owner(id_) != watch.user_id:
                raise NotFound
            number = entered(id_, data, eof=asked.eof)
        except NotFound:
            raise Refused(f"there is no run {id_!r} of yours") from None
        except Conflict as refusal:
            raise Refused(str(refusal)) from None
        self.send({"type": "stdin", "run_id": id_, "seq": number})

    def _greeted_watch(self) -> Watch:
        if self._watch is None:
            raise Refused("say hello first")
        return self._watch

    def _send_snapshot(self, topic: Topic, found: Any) -> None:
        shown = topic.shown(found, self._sees_all(topic))
        self.send({"type": "snapshot", "seq": found.last_seq, topic.name: shown})

    def _pass_on(self, watch: Watch, events: Iterable[Event]) -> None:
        for event in events:
            for due in watch.pass_on(event):
                self.send(due)
                metrics.forwarded.inc()

    def _lost(self, watch: Watch, gap: Gap) -> Iterable[Event]:
        """From the rows, what may have been published meanwhile; what the client has is dropped later."""
        if watch.follows_user:
            # No further back than what was known at the hello: beyond it, old events would look new.
            since_hello = timedelta(seconds=time.monotonic() - self._greeted_at) + _RECENT
            within = min(timedelta(seconds=gap.seconds) + _MARGIN, since_hello)
            for log in (ledger, verification_ledger, run_ledger):
                yield from (event.as_json() for event in log.events_of_user(watch.user_id, within=within))
        for id_ in watch.followed:
            yield from watch.missed(id_)


def _id_of(topic: Topic, frame: dict[str, Any]) -> str:
    """The id that a frame names; what has not the shape of one never becomes the name of a channel."""
    id_ = frame.get(f"{topic.name}_id")
    if not isinstance(id_, str):
        raise Refused(f"{topic.name}_id must be a text")
    if not is_id(id_):
        raise Refused(f"there is no {topic.name} {id_!r} of yours")
    return id_


def _flag(frame: dict[str, Any], name: str, *, default: bool) -> bool:
    value = frame.get(name, default)
    if not isinstance(value, bool):
        raise Refused(f"{name} must be true or false")
    return value
