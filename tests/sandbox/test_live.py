"""Runs whose output is told while it comes, and whose input comes while they run."""

import hashlib
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from judge.sandbox import Box, BoxKilled, Feed, Limits, Outcome, SandboxError, Status, run_live
from judge.sandbox.feed import FEED_BYTES
from judge.sandbox.outcome import STDERR_BYTES

from .conftest import LIMITS, shell
from .driver import PATIENCE_S
from .driver import talk as talk_here

MB = 1 << 20
PIECE = os.urandom(256 << 10)
ENDLESS = replace(LIMITS, wall_time_s=600)
"""For programs that end when they are told to."""

SHORT = replace(LIMITS, wall_time_s=0.5)

Told = list[tuple[str, bytes]]
Talk = Callable[..., tuple[Outcome, Told, list[bool]]]


@pytest.fixture
def talk(mode: str, box: Box, request: pytest.FixtureRequest) -> Talk:
    """``driver.talk`` in the box."""

    def talk_(argv: str | list[str], limits: Limits = ENDLESS, *args: Any, **kwargs: Any) -> Any:
        argv = ["sh", "-c", argv] if isinstance(argv, str) else argv
        if mode == "self":
            return talk_here(box, argv, limits, *args, **kwargs)
        remote = request.getfixturevalue("remote")
        return remote.call(box.number, "talk", argv, limits, *args, **kwargs)

    return talk_


def joined(told: Told, stream: str) -> bytes:
    """All that was told of a stream."""
    return b"".join(data for name, data in told if name == stream)


def test_output_is_told_while_the_program_runs(talk: Talk) -> None:
    """It goes on when it is answered to what it has printed, on either stream; both come in their order."""
    script = "echo one; read x; echo two >&2; read x; echo three; read x; printf four"
    lines = [(b"one\n", b"\n"), (b"two\n", b"\n"), (b"three\n", b"\n")]
    outcome, told, written = talk(script, ENDLESS, lines)
    assert told == [("stdout", b"one\n"), ("stderr", b"two\n"), ("stdout", b"three\n"), ("stdout", b"four")]
    assert (outcome.stdout, outcome.stderr) == (b"one\nthree\nfour", b"two\n")
    assert outcome.exit_code == 0
    assert written == [True] * 3


def test_all_bytes_are_told_as_they_are(talk: Talk) -> None:
    """Output of any size and bytes comes whole, with input given beforehand as in any run."""
    content = bytes(range(256)) * 2048
    outcome, told, _ = talk("tee /dev/stderr | cat", replace(LIMITS, output_bytes=MB), stdin=content)
    assert outcome.exit_code == 0
    assert joined(told, "stdout") == outcome.stdout == content
    assert joined(told, "stderr") == outcome.stderr == content[:STDERR_BYTES]
    assert max(len(data) for _, data in told) <= 64 << 10


def test_no_input(talk: Talk) -> None:
    """Without any the program reads the end at once, and prints nothing that could be told."""
    outcome, told, _ = talk(["cat"])
    assert (outcome.exit_code, outcome.stdout, told) == (0, b"", [])


@pytest.mark.parametrize(("stream", "kept"), [("stdout", 100_000), ("stderr", STDERR_BYTES)])
def test_output_is_bounded(talk: Talk, stream: str, kept: int) -> None:
    """No more is told than is kept, and too much ends the program."""
    to = {"stdout": "", "stderr": " >&2"}[stream]
    outcome, told, _ = talk(f"yes{to}", replace(ENDLESS, output_bytes=100_000), [])
    assert outcome.status is Status.OUTPUT_EXCEEDED
    assert joined(told, stream) == getattr(outcome, stream) == (b"y\n" * kept)[:kept]


def test_a_program_that_cannot_be_started(talk: Talk) -> None:
    """It says so, and its input is nobody's."""
    outcome, told, written = talk(["/code/none"], ENDLESS, [(b"", PIECE)] * 9)
    assert outcome.could_not_start
    assert not told
    assert written == [True] * 9


@pytest.mark.parametrize(
    ("status", "script", "limits"),
    [
        (Status.WALL_TIME_EXCEEDED, "cat", SHORT),
        (Status.CPU_TIME_EXCEEDED, "while :; do :; done", replace(ENDLESS, cpu_time_s=0.1)),
        (
            Status.MEMORY_EXCEEDED,
            "read x; head -c 200m /dev/zero | tail",
            replace(ENDLESS, memory_bytes=32 * MB),
        ),
        (Status.SIGNALED, "kill -9 $$", ENDLESS),
    ],
)
def test_limits(talk: Talk, status: Status, script: str, limits: Limits) -> None:
    """They are those of any run; what waits for input spends wall time alone."""
    outcome, _, _ = talk(script, limits, [(b"", b"\n")])
    assert outcome.status is status
    if status is Status.WALL_TIME_EXCEEDED:
        assert outcome.cpu_time_s < limits.wall_time_s


def test_input_before_and_while_it_runs(talk: Talk) -> None:
    """What was given beforehand comes first, then what is fed, then the end."""
    first = PIECE * 3
    lines = [(b"", b"second"), (b"second", b"third"), (b"third", None), (b"", b"dropped")]
    outcome, _, written = talk(["cat"], replace(ENDLESS, output_bytes=MB), lines, stdin=first)
    assert outcome.stdout == first + b"second" + b"third"
    assert written == [True] * 3


def test_input_that_is_opened_by_name(talk: Talk) -> None:
    """A fed pipe may be opened as any standard input, whoever has made it."""
    outcome, _, _ = talk(["cat", "/dev/stdin"], ENDLESS, [(b"", b"hello"), (b"hello", None)])
    assert (outcome.exit_code, outcome.stdout) == (0, b"hello"), outcome


def test_the_end_at_once(talk: Talk) -> None:
    """A feed that is ended before anything was written is an empty input."""
    outcome, _, _ = talk("cat; echo ended", ENDLESS, [(b"", None)])
    assert outcome.stdout == b"ended\n"


def test_much_is_fed(talk: Talk) -> None:
    """64 MB come through whole."""
    outcome, _, written = talk(["sha256sum"], ENDLESS, [(b"", PIECE)] * 256 + [(b"", None)])
    assert outcome.stdout.split()[0].decode() == hashlib.sha256(PIECE * 256).hexdigest()
    assert written == [True] * 256


def test_much_is_fed_and_printed(talk: Talk) -> None:
    """A program that prints while it reads stops neither."""
    limits = replace(ENDLESS, output_bytes=32 * MB)
    outcome, told, _ = talk(["cat"], limits, [(b"", PIECE)] * 64 + [(b"", None)])
    assert joined(told, "stdout") == outcome.stdout == PIECE * 64


@pytest.mark.parametrize(
    ("script", "status"),
    [
        ("echo on; exec sleep 600", Status.WALL_TIME_EXCEEDED),
        ("head -c 5 >&2; echo on", Status.EXITED),
        ("exec <&-; echo on; sleep 0.3", Status.EXITED),
        ("echo on; sleep 0.3; kill -9 $$", Status.SIGNALED),
        ("(sleep 600 &); echo on", Status.EXITED),
    ],
)
def test_what_is_not_read_holds_up_nobody(talk: Talk, script: str, status: Status) -> None:
    """A program that reads little or nothing ends as it would, and whoever waits to write goes on."""
    limits = replace(LIMITS, wall_time_s=1) if status is Status.WALL_TIME_EXCEEDED else ENDLESS
    outcome, told, written = talk(script, limits, [(b"", PIECE)] * 32)
    assert outcome.status is status
    assert ("stdout", b"on\n") in told
    assert written == [True] * 32


def test_an_ordinary_run_afterwards(talk: Talk, box: Box) -> None:
    """It finds nothing of the live one: no file, no process, no input."""
    talk("echo kept > kept; sleep 600 & read x", ENDLESS, [(b"", b"one\ntwo\n")])
    assert shell(box, "ls; cat; cat /proc/[0-9]*/comm | grep sleep; echo on") == "on\n"
    outcome, _, _ = talk(["cat"], ENDLESS, [(b"", b"three"), (b"", None)])
    assert outcome.stdout == b"three"


def test_writers_side_by_side() -> None:
    """What several threads write comes in one piece each."""
    words = [bytes([letter]) * 999 + b"\n" for letter in b"abcd"]
    feed = Feed(4096)

    def write(word: bytes) -> None:
        for _ in range(200):
            assert feed.write(word, PATIENCE_S)

    writers = [threading.Thread(target=write, args=(word,)) for word in words]

    def end() -> None:
        for writer in writers:
            writer.join()
        feed.end()

    for thread in (*writers, ender := threading.Thread(target=end)):
        thread.start()
    with Box() as box:
        outcome = run_live(box, ["cat"], ENDLESS, lambda stream, data: None, feed=feed)
    ender.join()
    assert sorted(outcome.stdout.splitlines(keepends=True)) == sorted(words * 200)


def test_a_feed_that_nobody_reads() -> None:
    """It holds so much, whole writes only, until it is abandoned; then it swallows everything."""
    feed = Feed(10)
    assert feed.write(b"12345")
    assert not feed.write(b"678901")
    assert feed.write(b"67890")
    assert not feed.write(b"1", within_s=0.01)
    assert feed.write(b"")
    with pytest.raises(ValueError, match="more than 10"):
        feed.write(b"12345678901")
    assert feed.is_open
    feed.abandon()
    assert feed.write(b"1234567890")
    assert not feed.is_open
    with pytest.raises(ValueError, match="greater than zero"):
        Feed(0)


def test_a_feed_that_was_ended() -> None:
    """What comes after the end is dropped, and the end may come again."""
    feed = Feed()
    feed.write(b"all")
    feed.end()
    assert feed.write(b"more")
    feed.end()
    assert not feed.is_open
    with Box() as box:
        outcome = run_live(box, ["cat"], LIMITS, lambda stream, data: None, feed=feed)
    assert outcome.stdout == b"all"


def test_whoever_waits_for_room_is_let_go_by_the_end() -> None:
    """An end is heard by a writer that finds no room."""
    feed, entered = Feed(4), threading.Event()
    assert feed.write(b"full")
    answers = []

    def write() -> None:
        entered.set()
        answers.append(feed.write(b"more", PATIENCE_S))

    writer = threading.Thread(target=write)
    writer.start()
    assert entered.wait(PATIENCE_S)
    feed.end()
    writer.join(PATIENCE_S)
    assert answers == [True]
    assert [feed.take(3), feed.take(FEED_BYTES), feed.take(1)] == [b"ful", b"l", None]


def test_kill_in_the_middle() -> None:
    """Killing the box ends the run with BoxKilled, and lets go whoever feeds it."""
    before = len(os.listdir("/proc/self/fd"))
    feed = Feed()
    with Box() as box:
        killer = threading.Thread(target=box.kill)

        def printed(stream: str, data: bytes) -> None:
            killer.start()

        with pytest.raises(BoxKilled):
            run_live(box, ["sh", "-c", "echo on; exec cat"], ENDLESS, printed, feed=feed)
        killer.join()
        assert not feed.is_open
        assert feed.write(PIECE, PATIENCE_S)
        with pytest.raises(BoxKilled):
            box.run(["true"], LIMITS)
    assert len(os.listdir("/proc/self/fd")) == before


def test_what_the_listener_raises_ends_the_box() -> None:
    """Nothing of it is swallowed, and no program goes on unheard."""
    before = len(os.listdir("/proc/self/fd"))

    def printed(stream: str, data: bytes) -> None:
        raise KeyError(data)

    with Box() as box:
        with pytest.raises(KeyError, match="on"):
            run_live(box, ["sh", "-c", "echo on; exec cat"], ENDLESS, printed, feed=Feed())
        with pytest.raises(SandboxError):
            box.run(["true"], LIMITS)
    assert len(os.listdir("/proc/self/fd")) == before


def test_nothing_is_left() -> None:
    """After a live run there is no descriptor more than before, however it ended."""
    with Box() as box:
        shell(box, "true")
        before = len(os.listdir("/proc/self/fd"))
        for script in ("true", "cat", "head -c 1", "exec <&-; sleep 0.1"):
            talk_here(box, ["sh", "-c", script], ENDLESS, [(b"", PIECE)] * 8 + [(b"", None)])
            talk_here(box, ["sh", "-c", script], ENDLESS, stdin=PIECE)
        with pytest.raises(ValueError, match="NUL"):
            talk_here(box, ["a\0"], ENDLESS, [])
        box.place({"large": bytes(2 * MB)})
        with pytest.raises(ValueError, match="bytes"):
            talk_here(box, ["true"], replace(ENDLESS, file_bytes=MB), [])
        box.clear()
        assert len(os.listdir("/proc/self/fd")) == before
