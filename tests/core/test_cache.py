"""What is kept in Redis is never older than what was told to be forgotten, whatever Redis goes through."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from judge import cache, cache_server, changes, db, events, workers
from judge.cache import Entry, Filling
from judge.errors import NotFound
from tests.servers import Servers, until

SUBJECT = "problem:echo"


def bringing(text: str) -> Filling:
    """What a reader brings who finds this in Postgres."""
    entry = Entry.of(text.encode(), owner="ada", headers={"Content-Language": "en"})
    return Filling(entry, {"": entry})


def read(text: str, *, patience_s: float = cache.PATIENCE_S) -> tuple[str, str]:
    """What is read where Postgres says this, and where it came from."""
    found = cache.read(SUBJECT, [""], lambda: bringing(text), patience_s=patience_s)
    return found.entry.body.decode(), found.status


def fields(subject: str = SUBJECT) -> list[str]:
    """What Redis has of a subject, in all runs that it remembers."""
    keys = events.connection().keys(f"judge:cache:*:{subject}")
    return [field for key in keys for field in events.connection().hkeys(key)]


def test_read_once(clean: Servers) -> None:
    """What was read from Postgres is not read again until it is forgotten."""
    assert read("1") == ("1", "miss")
    assert read("2") == ("1", "hit")
    cache.forget(SUBJECT, "problems")
    assert read("2") == ("2", "miss")
    assert cache.read(SUBJECT, [""], lambda: bringing("")).entry == bringing("2").entry


def test_the_first_field_that_there_is(clean: Servers) -> None:
    """Fields are kept together, and each asker gets what they want most of what there is."""
    kept = {name: Entry.of(name.encode()) for name in ("de", "en")}

    def fill() -> Filling:
        return Filling(kept["en"], kept)

    for wanted, got, status in (
        (["sv", "en"], b"en", "miss"),
        (["sv", "de", "en"], b"de", "hit"),
        (["en"], b"en", "hit"),
    ):
        found = cache.read(SUBJECT, wanted, fill)
        assert (found.entry.body, found.status) == (got, status)


def test_a_slow_reader_puts_nothing_old_back(clean: Servers) -> None:
    """It read before the change and is done after it: what it brings is shown once, and not kept."""

    def slowly() -> Filling:
        cache.forget(SUBJECT)  # the change, told while this reader still reads
        return bringing("old")

    assert cache.read(SUBJECT, [""], slowly).entry.body == b"old"
    assert fields() == []
    assert read("new") == ("new", "miss")


def test_a_slow_reader_replaces_nothing_new(clean: Servers) -> None:
    """Somebody has read after the change meanwhile."""

    def slowly() -> Filling:
        cache.forget(SUBJECT)
        assert read("new") == ("new", "miss")
        return bringing("old")

    assert cache.read(SUBJECT, [""], slowly).entry.body == b"old"
    assert read("newer") == ("new", "hit")


def test_a_lease_by_hand(clean: Servers) -> None:
    """What it is good for, once: not after it was forgotten, taken over, evicted or used."""
    server = cache_server.server()

    def lease(token: str) -> str:
        state, *_ = server.run(cache._READ, [SUBJECT], "lease", token, 0, 60_000, "field")
        return str(state.decode())

    def fill(token: str) -> int:
        return int(server.run(cache._FILL, [SUBJECT], "lease", token, 10, "field", "value"))

    assert lease("a") == "leased"
    cache.forget(SUBJECT)
    assert fill("a") == 0
    assert (lease("b"), lease("c")) == ("leased", "leased")  # b's has run out at once
    assert (fill("b"), fill("c"), fill("c")) == (0, 1, 0)
    assert lease("d") == "hit"
    cache.forget(SUBJECT)
    assert lease("e") == "leased"
    events.connection().flushall()
    assert fill("e") == 0


def test_one_fills_at_a_time(clean: Servers) -> None:
    """Eight ask for what nobody has kept; one reads Postgres and the others wait for it."""
    reads, may_end = [], threading.Event()

    def slowly() -> Filling:
        reads.append(threading.current_thread())
        may_end.wait(30)
        return bringing("1")

    def ask(_: int) -> str:
        return cache.read(SUBJECT, [""], slowly, patience_s=30).status

    with ThreadPoolExecutor(8) as pool:
        asking = pool.map(ask, range(8))
        until(lambda: reads)
        # Whoever is impatient reads for themselves, and keeps nothing.
        assert read("2", patience_s=0) == ("2", "miss")
        may_end.set()
        assert sorted(asking) == ["hit"] * 7 + ["miss"]
    assert len(reads) == 1


def test_a_filler_that_fails_holds_up_nobody(clean: Servers) -> None:
    """The lease is given back; so it is by who finds nothing to keep."""

    def failing() -> Filling:
        raise NotFound("there is none")

    with pytest.raises(NotFound):
        cache.read(SUBJECT, [""], failing)
    assert fields() == []
    found = cache.read(SUBJECT, [""], lambda: Filling(Entry.of(b"unfinished"), {}))
    assert (found.is_kept, fields()) == (False, [])
    assert read("1") == ("1", "miss")


def test_another_version_of_the_code_reads_nothing_of_ours(
    clean: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But what either forgets is forgotten by both."""
    assert read("1") == ("1", "miss")
    monkeypatch.setattr(cache, "_shape", lambda: "other")
    assert read("of another shape") == ("of another shape", "miss")
    assert len(fields()) == 2
    cache.forget(SUBJECT)
    assert fields() == []


def test_there_are_only_so_many_fields(clean: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stranger who asks for ever other pages fills no memory; and every key dies some day."""
    monkeypatch.setattr(cache, "_MOST_FIELDS", 20)
    for number in range(50):
        entry = Entry.of(b"page")
        cache.read("problems", [str(number)], lambda entry=entry, n=number: Filling(entry, {str(n): entry}))
    assert 10 <= len(fields("problems")) <= 20
    assert all(events.connection().pttl(key) > 0 for key in events.connection().keys("judge:*"))


def test_evicted(clean: Servers) -> None:
    """What is gone is read again."""
    assert read("1") == ("1", "miss")
    [key] = events.connection().keys(f"judge:cache:*:{SUBJECT}")
    events.connection().delete(key)
    assert read("2") == ("2", "miss")
    assert read("3") == ("2", "hit")


# Redis away


@contextmanager
def without_redis(servers: Servers) -> Iterator[None]:
    servers.stop_redis()
    try:
        yield
    finally:
        servers.start_redis()


def test_redis_comes_back_with_old_data(clean: Servers, servers: Servers, tmp_path: Path) -> None:
    """It has forgotten what it was told last, that it should forget; nobody asks it for what it knows."""
    assert read("old") == ("old", "miss")
    events.connection().execute_command("WAITAOF", 1, 0, 30_000)
    data = servers._redis_server.data
    shutil.copytree(data, tmp_path / "before")
    changes.problem_changed("echo")
    assert fields() == []
    with without_redis(servers):
        shutil.rmtree(data)
        shutil.copytree(tmp_path / "before", data)
    assert len(fields()) == 1, "it is there again"
    until(lambda: read("new")[1] != "bypass")
    assert read("newer") == ("new", "hit")


def test_a_change_while_redis_is_away(clean: Servers, servers: Servers) -> None:
    """Reads are answered from Postgres; the change is noted, and applied before Redis is believed again."""
    assert read("old") == ("old", "miss")
    with without_redis(servers):
        assert read("old") == ("old", "bypass")
        changes.problem_changed("echo")
        assert changes._noted()
        assert not changes.settled()
    until(changes.settled)
    assert not changes._noted()
    until(lambda: read("new")[1] != "bypass")
    assert read("newer") == ("new", "hit")


WRITER = """
import sys
from judge import changes, db
print("ready", flush=True)
for line in sys.stdin:
    with db.transaction() as session:
        changes.note(session, changes.problem("echo"))
    changes.problem_changed("echo")
    print("answered", flush=True)
"""


def test_only_the_writer_is_cut_off_from_redis(clean: Servers) -> None:
    """A reader that reads from Redis all the while gets nothing old, from each of the writer's answers on."""
    truth, seen, ended = ["0"], [""], threading.Event()

    def reader() -> None:
        while not ended.is_set():
            seen[0] = read(truth[0])[0] if changes.settled() else truth[0]

    environment = {**os.environ, "REDIS_URL": "redis://127.0.0.1:1/0"}
    with (
        ThreadPoolExecutor(1) as pool,
        subprocess.Popen(
            [sys.executable, "-c", WRITER],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        ) as writer,
    ):
        assert writer.stdin
        assert writer.stdout
        assert writer.stdout.readline() == "ready\n"
        reading = pool.submit(reader)
        try:
            for change in ("1", "2", "3", "4", "5"):
                until(lambda: seen == truth)
                truth[0] = change  # what Postgres says from now on
                writer.stdin.write("\n")
                assert writer.stdout.readline() == "answered\n"
                found = read(change)[0] if changes.settled() else change
                assert found == change
        finally:
            ended.set()
            writer.stdin.close()
        reading.result()
    assert not changes._noted()


def test_a_writer_that_died_before_it_told(clean: Servers) -> None:
    """Its note is found by who reads next, and by the sweeper."""
    assert changes.settled()
    assert read("old") == ("old", "miss")
    with db.transaction() as session:
        changes.note(session, changes.problem("echo"))
    changes.changed()  # by somebody who has changed nothing
    until(lambda: changes.settled() and read("new")[0] == "new")
    assert not changes._noted()


def test_a_silent_redis_is_not_waited_for_each_time(clean: Servers, servers: Servers) -> None:
    """Connections are open and nothing comes: most reads do not even try."""
    assert read("old") == ("old", "miss")
    assert servers.redis
    servers.redis.send(signal.SIGSTOP)
    try:
        began = time.monotonic()
        assert {read("new") for _ in range(150)} == {("new", "bypass")}
        assert time.monotonic() - began < 100, "each has waited"
    finally:
        servers.redis.send(signal.SIGCONT)
    until(lambda: read("new") == ("old", "hit"))  # nobody has told of a change


# Who tells of what


def kept_of(subject: str) -> Callable[[], bool]:
    """Keep something of a subject; whether it is still kept."""
    entry = Entry.of(b"something")
    cache.read(subject, [""], lambda: Filling(entry, {"": entry}))
    return lambda: bool(fields(subject))


def test_languages_that_are_new_are_told_of(clean: Servers) -> None:
    """A worker that registers what is known already changes nothing."""

    def register(name: str) -> None:
        spec = {"id": "python3", "name": name}
        workers.register("celery@gone", slots=1, sandbox="none", languages=[spec])

    register("Python 3.11")
    is_kept = kept_of(changes.LANGUAGES)
    register("Python 3.11")
    assert is_kept()
    register("Python 3.12")
    assert not is_kept()
    assert not changes._noted()
