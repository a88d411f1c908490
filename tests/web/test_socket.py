"""The WebSocket: who is told what, in which order, and that nothing a client sends breaks it."""

import json
import uuid
from collections.abc import Callable, Iterable
from typing import Any

import pytest
import redis
from sqlalchemy import create_engine, text

from tests.conftest import Running, Socket
from tests.web.programs import SLOW, SUM, WRONG
from tests.web.rawsocket import BINARY, PING, PONG, RawSocket

Message = dict[str, Any]
EVENT = {"type", "seq", "submission_id", "problem_id", "user_id", "at", "data"}
UNKNOWN = "0" * 26


def somebody() -> str:
    """A user_id that no other test uses."""
    return f"user-{uuid.uuid4()}"


def submit(judge: Running, user_id: str, code: str = SUM) -> str:
    id_: str = judge.submit("a-plus-b", "python3", code, user_id=user_id)["id"]
    return id_


def ends(*ids: str) -> Callable[[Message], bool]:
    """Whether each of these submissions has ended, asked of one event after another."""
    left = set(ids)

    def wanted(message: Message) -> bool:
        if message["type"] == "submission.done":
            left.discard(message["submission_id"])
        return not left

    return wanted


def gapless(events: Iterable[Message], first: int = 1) -> bool:
    """Whether the numbers of one submission's events are in order, each there once."""
    seqs = [event["seq"] for event in events]
    return seqs == list(range(first, first + len(seqs)))


def silent(socket: Socket) -> bool:
    """Whether nothing is on its way to this socket: the answer to a further frame is the next to come."""
    socket.send({"type": "nothing"})
    return socket.receive()["type"] == "error"


# hello


@pytest.mark.parametrize(
    ("named", "told"), [("7", "7"), (7, "7"), ("a.B_9@c-d", "a.B_9@c-d"), (None, "anonymous")]
)
def test_hello_is_answered_by_ready(judge: Running, named: Any, told: str) -> None:
    """The user_id may be a text or a number, and is anonymous where none is given."""
    socket = judge.socket()
    socket.send({"type": "hello"} | ({} if named is None else {"user_id": named}))
    assert socket.receive() == {"type": "ready", "user_id": told}


@pytest.mark.parametrize("user_id", ["", "a" * 65, "a b", "a\0", "\ud800", 1.5, True, None, [], {}])
def test_hello_of_a_bad_name(judge: Running, user_id: Any) -> None:
    """An error, after which a better hello is taken."""
    socket = judge.socket()
    socket.send({"type": "hello", "user_id": user_id})
    assert socket.receive()["type"] == "error"
    socket.send({"type": "hello", "user_id": "1"})
    assert socket.receive()["type"] == "ready"


def test_hello_comes_first_and_once(judge: Running) -> None:
    """Whatever else comes before it is an error, and so is a second one; the first stays in force."""
    socket = judge.socket()
    for type_ in ("subscribe", "unsubscribe"):
        socket.send({"type": type_, "submission_id": UNKNOWN})
        assert "hello" in socket.receive()["detail"]
    user_id = somebody()
    socket.send({"type": "hello", "user_id": user_id})
    assert socket.receive()["type"] == "ready"
    socket.send({"type": "hello", "user_id": somebody()})
    assert socket.receive()["type"] == "error"
    submit(judge, user_id)
    assert socket.receive()["user_id"] == user_id


# What cannot be read

FRAMES = {
    "no JSON": "hello",
    "empty": "",
    "cut off": '{"type": "hello"',
    "a list": '["hello"]',
    "a text": '"hello"',
    "null": "null",
    "a number": "7",
    "not a number": "NaN",
    "binary": b"\x00\x01\xff",
    "no type": '{"user_id": "1"}',
    "unknown type": '{"type": "shout"}',
    "type null": '{"type": null}',
    "type list": '{"type": ["hello"]}',
    "type object": '{"type": {"hello": 1}}',
    "type surrogate": '{"type": "\\ud800"}',
    "deep": "[" * 4000,
    "long number": '{"type": ' + "9" * 4050 + "}",
    "subscribe to nothing": '{"type": "subscribe"}',
    "subscribe to null": '{"type": "subscribe", "submission_id": null}',
    "subscribe to a number": '{"type": "subscribe", "submission_id": 7}',
    "subscribe to a text": '{"type": "subscribe", "submission_id": "nope"}',
    "subscribe to NUL": '{"type": "subscribe", "submission_id": "\\u0000"}',
    "subscribe to a surrogate": '{"type": "subscribe", "submission_id": "\\ud800"}',
    "subscribe to a pattern": '{"type": "subscribe", "submission_id": "*"}',
    "subscribe to an unknown one": json.dumps({"type": "subscribe", "submission_id": UNKNOWN}),
    "unsubscribe from nothing": '{"type": "unsubscribe"}',
    "unsubscribe from a surrogate": '{"type": "unsubscribe", "submission_id": "\\ud800"}',
}
FRAMES |= {
    f"after_seq {value}": f'{{"type": "subscribe", "submission_id": "{UNKNOWN}", "after_seq": {value}}}'
    for value in ("-1", "1.5", '"1"', "true", "[]")
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES.keys())
def test_a_frame_that_cannot_be_read(judge: Running, frame: str | bytes) -> None:
    """One error with a detail; the connection stays open and its stream goes on."""
    user_id = somebody()
    socket = judge.socket({"user_id": user_id})
    socket.send(frame)
    answer = socket.receive()
    assert answer["type"] == "error"
    assert answer["detail"]
    id_ = submit(judge, user_id)
    event = socket.receive()
    assert (event["type"], event["submission_id"]) == ("submission.queued", id_)


@pytest.mark.parametrize("name", ["stream", "resume"])
@pytest.mark.parametrize("value", ["true", 1, 0, None, []])
def test_a_flag_that_is_none(judge: Running, name: str, value: Any) -> None:
    """stream and resume are true or false."""
    socket = judge.socket()
    socket.send({"type": "hello", "user_id": "1", name: value})
    assert name in socket.receive()["detail"]


def test_a_huge_frame_closes_the_socket(judge: Running) -> None:
    """More than 4096 bytes is closed with 1009 (message too big), whether in one frame or in many."""
    with RawSocket(judge.url) as whole, RawSocket(judge.url) as pieces:
        whole.send(b"x" * 5000)
        assert whole.close_code() == 1009
        pieces.send(b"x" * 2000, first=0)
        pieces.send(b"x" * 2000, opcode=0, first=0)
        pieces.send(b"x" * 2000, opcode=0)
        assert pieces.close_code() == 1009
    with RawSocket(judge.url) as largest:
        largest.send(b" " * 4096)
        assert json.loads(largest.receive()[1])["type"] == "error"


@pytest.mark.parametrize(
    ("code", "frame"),
    [
        (1007, {"payload": b"\xff\xfe"}),
        (1002, {"payload": b"{}", "masked": False}),
        (1002, {"payload": b"{}", "first": 0xC0}),
        (1002, {"payload": b"{}", "opcode": 3}),
        (1002, {"payload": b"x" * 126, "opcode": PING}),
        (1002, {"payload": b"{}", "opcode": 0}),
    ],
    ids=["not UTF-8", "not masked", "reserved bit", "reserved opcode", "long ping", "no beginning"],
)
def test_a_frame_that_breaks_the_protocol(judge: Running, code: int, frame: dict[str, Any]) -> None:
    """Closed with the code that RFC 6455 gives for it."""
    with RawSocket(judge.url) as client:
        client.send(**frame)
        assert client.close_code() == code


def test_a_ping_is_answered(judge: Running) -> None:
    """By a pong with the same bytes; a message may come in pieces, with a ping between them."""
    with RawSocket(judge.url) as client:
        client.send(b"alive", opcode=PING)
        assert client.receive() == (PONG, b"alive")
        client.send(b'{"type": "hel', first=0)
        client.send(b"", opcode=PING)
        client.send(b'lo", "user_id": "1"}', opcode=0)
        assert client.receive() == (PONG, b"")
        assert json.loads(client.receive()[1])["type"] == "ready"


def test_bytes_are_no_text(judge: Running) -> None:
    """JSON is sent as text frames; as binary ones it is an error, or read alike, and never the end."""
    with RawSocket(judge.url) as client:
        client.send(b"\xff\xfe\x00", opcode=BINARY)
        assert json.loads(client.receive()[1])["type"] == "error"


# The stream of a user


def test_a_user_gets_every_event_of_their_own(judge: Running) -> None:
    """Each submission from queued to done without a gap; .test brings the row, .done the submission."""
    user_id = somebody()
    socket = judge.socket({"user_id": user_id})
    ids = [submit(judge, user_id, code) for code in (SUM, WRONG, SUM)]
    events = socket.until(ends(*ids))
    assert all(event.keys() == EVENT for event in events)
    for id_ in ids:
        own = [event for event in events if event["submission_id"] == id_]
        assert gapless(own)
        shown = judge.get(f"/submissions/{id_}")
        assert own[-1]["data"] == shown
        assert [event["data"] for event in own if event["type"] == "submission.test"] == shown["tests"]
        assert [event["type"] for event in own[:3]] == [
            "submission.queued",
            "submission.compiling",
            "submission.running",
        ]
    assert silent(socket)


def test_nobody_gets_what_is_anothers(judge: Running) -> None:
    """Two users at once: each sees their own, and nothing else."""
    users = {user_id: judge.socket({"user_id": user_id}) for user_id in (somebody(), somebody())}
    own = {user_id: submit(judge, user_id) for user_id in users}
    for user_id, socket in users.items():
        events = socket.until(ends(own[user_id]))
        assert {event["submission_id"] for event in events} == {own[user_id]}
        assert silent(socket)


def test_two_sockets_of_one_user_both_get_everything(judge: Running) -> None:
    """Each is sent all of it, and one that closes takes nothing from the other."""
    user_id = somebody()
    sockets = [judge.socket({"user_id": user_id}) for _ in range(4)]
    id_ = submit(judge, user_id, SLOW)
    sockets.pop().close()
    streams = [socket.until(ends(id_)) for socket in sockets]
    assert gapless(streams[0])
    assert streams[0] == streams[1] == streams[2]


def test_the_stream_can_be_left_out(judge: Running) -> None:
    """With "stream": false there is nothing but what is subscribed to."""
    user_id = somebody()
    socket = judge.socket({"user_id": user_id, "stream": False})
    judge.ended(submit(judge, user_id))
    assert silent(socket)
    wanted = submit(judge, user_id, SLOW)
    socket.send({"type": "subscribe", "submission_id": wanted, "after_seq": 0})
    assert socket.receive()["type"] == "snapshot"
    judge.ended(submit(judge, user_id))
    events = socket.until(ends(wanted))
    assert gapless(events)
    assert {event["submission_id"] for event in events} == {wanted}


def test_a_client_that_resumes_is_told_how_things_stand(judge: Running) -> None:
    """With "resume": true a snapshot of each recent submission, then the events after it."""
    user_id = somebody()
    done = submit(judge, user_id)
    judge.ended(done)
    running = submit(judge, user_id, SLOW)
    socket = judge.socket({"user_id": user_id, "resume": True})
    snapshots = {}
    for _ in range(2):
        snapshot = socket.receive()
        assert snapshot.keys() == {"type", "seq", "submission"}
        assert snapshot["type"] == "snapshot"
        snapshots[snapshot["submission"]["id"]] = snapshot
    assert snapshots.keys() == {done, running}
    assert snapshots[done]["submission"] == judge.get(f"/submissions/{done}")
    events = socket.until(ends(running))
    assert gapless(events, first=snapshots[running]["seq"] + 1)


# One submission


def test_a_snapshot_and_then_the_events_after_it(judge: Running) -> None:
    """subscribe without after_seq goes on from the snapshot."""
    user_id = somebody()
    id_ = submit(judge, user_id, SLOW)
    socket = judge.socket({"user_id": user_id, "stream": False})
    socket.send({"type": "subscribe", "submission_id": id_})
    snapshot = socket.receive()
    assert snapshot.keys() == {"type", "seq", "submission"}
    assert snapshot["submission"]["id"] == id_
    assert gapless(socket.until(ends(id_)), first=snapshot["seq"] + 1)


@pytest.mark.parametrize("after_seq", [0, 3, 10**6])
def test_events_are_replayed_from_a_number(judge: Running, after_seq: int) -> None:
    """after_seq brings what came after it, also of a submission that is done, also of none."""
    user_id = somebody()
    id_ = submit(judge, user_id)
    judge.ended(id_)
    socket = judge.socket({"user_id": user_id, "stream": False})
    socket.send({"type": "subscribe", "submission_id": id_, "after_seq": after_seq})
    last = socket.receive()["seq"]
    events = [socket.receive() for _ in range(last - after_seq)]
    assert gapless(events, first=after_seq + 1)
    assert silent(socket)


def test_a_client_that_comes_back_misses_nothing(judge: Running) -> None:
    """Closing in the middle and subscribing again with the last seq gives every number once."""
    user_id = somebody()
    id_ = submit(judge, user_id, SLOW)
    seqs: list[int] = []
    while True:
        socket = judge.socket({"user_id": user_id, "stream": False})
        socket.send({"type": "subscribe", "submission_id": id_, "after_seq": len(seqs)})
        assert socket.receive()["type"] == "snapshot"
        for _ in range(3):
            event = socket.receive()
            seqs.append(event["seq"])
            if event["type"] == "submission.done":
                assert seqs == list(range(1, len(seqs) + 1))
                return
        socket.close()


def test_an_event_is_sent_once_though_it_is_published_on_two_channels(judge: Running) -> None:
    """A user's stream and a subscription to the same submission are one stream."""
    user_id = somebody()
    socket = judge.socket({"user_id": user_id})
    id_ = submit(judge, user_id, SLOW)
    first = socket.receive()
    socket.send({"type": "subscribe", "submission_id": id_})
    messages = [first, *socket.until(ends(id_))]
    [snapshot] = [message for message in messages if message["type"] == "snapshot"]
    at = messages.index(snapshot)
    assert gapless(messages[:at])
    assert gapless(messages[at + 1 :], first=snapshot["seq"] + 1)


def test_a_submission_of_another_cannot_be_followed(judge: Running) -> None:
    """An error without accounts too, in the same words as for one that is not there."""
    id_ = submit(judge, somebody())
    socket = judge.socket({"user_id": somebody()})
    socket.send({"type": "subscribe", "submission_id": id_, "after_seq": 0})
    another = socket.receive()
    socket.send({"type": "subscribe", "submission_id": UNKNOWN})
    unknown = socket.receive()
    assert another["type"] == unknown["type"] == "error"
    assert another["detail"].replace(id_, UNKNOWN) == unknown["detail"]
    judge.ended(id_)
    assert silent(socket)


@pytest.mark.parametrize("subscribed", [True, False])
def test_unsubscribed_is_left_for_good(judge: Running, subscribed: bool) -> None:
    """Nothing more of it, on the user's stream neither; other submissions go on; it can be had again."""
    user_id = somebody()
    socket = judge.socket({"user_id": user_id})
    left = submit(judge, user_id, SLOW)
    if subscribed:
        socket.send({"type": "subscribe", "submission_id": left})
        socket.until(lambda message: message["type"] == "snapshot")
    socket.send({"type": "unsubscribe", "submission_id": left})
    answer = socket.until(lambda message: message["type"] == "unsubscribed")[-1]
    assert answer == {"type": "unsubscribed", "submission_id": left}
    other = submit(judge, user_id)
    judge.ended(left)
    events = socket.until(ends(other))
    assert {event["submission_id"] for event in events} == {other}
    assert silent(socket)
    socket.send({"type": "subscribe", "submission_id": left, "after_seq": 0})
    assert socket.receive()["submission"]["state"] == "done"
    assert gapless(socket.until(ends(left)))


# What Redis repeats, and what it loses


@pytest.fixture
def published(judge: Running) -> Iterable[redis.Redis]:
    """A client of the judge's Redis."""
    with redis.Redis.from_url(judge.env["REDIS_URL"], decode_responses=True) as client:
        yield client


def next_message(raw: redis.client.PubSub) -> Message:
    message: Message | None = raw.get_message(timeout=20)
    assert message is not None
    return message


def test_a_message_that_comes_again_is_not_sent_again(judge: Running, published: redis.Redis) -> None:
    """Raw messages, repeated on both channels and out of order, are no further events."""
    user_id = somebody()
    with published.pubsub() as raw:
        raw.subscribe(f"user:{user_id}")
        assert next_message(raw)["type"] == "subscribe"
        socket = judge.socket({"user_id": user_id})
        id_ = submit(judge, user_id)
        socket.send({"type": "subscribe", "submission_id": id_, "after_seq": 0})
        socket.until(ends(id_))
        messages: list[str] = []
        while not messages or json.loads(messages[-1])["type"] != "submission.done":
            messages.append(next_message(raw)["data"])
    for message in [*messages, *reversed(messages)]:
        published.publish(f"user:{user_id}", message)
        published.publish(f"submission:{id_}", message)
    after = submit(judge, user_id)
    events = socket.until(ends(after))
    assert {event["submission_id"] for event in events} == {after}
    assert gapless(events)


def test_what_was_not_published_is_read_from_the_rows(judge: Running, published: redis.Redis) -> None:
    """A seq that skips some is preceded by those that it skips, as they were committed."""
    user_id = somebody()
    socket = judge.socket({"user_id": user_id})
    id_ = submit(judge, user_id)
    last = socket.until(ends(id_))[-1]
    engine = create_engine(judge.env["DATABASE_URL"])
    with engine.begin() as connection:
        # Marked as published, or the sweeper might be the one to tell.
        committed = """
            UPDATE submissions SET last_seq = last_seq + 3, published_seq = last_seq + 3 WHERE id = :id;
            INSERT INTO events (submission_id, seq, type, at, data)
            SELECT submission_id, seq + number, type, at, data FROM events, generate_series(1, 3) AS number
            WHERE submission_id = :id AND seq = :seq
        """
        connection.execute(text(committed), {"id": id_, "seq": last["seq"]})
    engine.dispose()
    latest = last | {"seq": last["seq"] + 3}
    published.publish(f"user:{user_id}", json.dumps(latest))
    events = [socket.receive() for _ in range(3)]
    assert gapless(events, first=last["seq"] + 1)
    assert events[-1] == latest


def test_problem_done_tells_of_each_that_has_ended(judge: Running, published: redis.Redis) -> None:
    """One message a submission: id, problem_id, user_id and verdict."""
    user_id = somebody()
    with published.pubsub() as raw:
        raw.subscribe("problem_done")
        assert next_message(raw)["type"] == "subscribe"
        ids = {submit(judge, user_id, SUM): "accepted", submit(judge, user_id, WRONG): "wrong_answer"}
        told = []
        while len(told) < len(ids):
            done = json.loads(next_message(raw)["data"])
            told += [done] if done["user_id"] == user_id else []
    assert sorted(told, key=lambda done: done["id"]) == [
        {"id": id_, "problem_id": "a-plus-b", "user_id": user_id, "verdict": verdict}
        for id_, verdict in sorted(ids.items())
    ]
