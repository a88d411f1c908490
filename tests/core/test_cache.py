"""What is kept in Redis is never older than what was told to be forgotten, whatever Redis goes through."""

from collections.abc import Callable

from judge import cache
from judge.cache import Entry, Filling, Read
from tests.servers import Servers

SUBJECT = "problem:echo"


def bringing(text: str) -> Callable[[], Filling]:
    """A fill that finds this in Postgres."""
    entry = Entry.of(text.encode(), owner="ada", headers={"Content-Language": "en"})
    return lambda: Filling(entry, {"": entry})


def read(text: str, **options: float) -> tuple[str, str]:
    """What is read where Postgres says this, and where it came from."""
    found: Read = cache.read(SUBJECT, [""], bringing(text), **options)
    return found.entry.body.decode(), found.status


def test_read_once(clean: Servers) -> None:
    """What was read from Postgres is not read again until it is forgotten."""
    assert read("1") == ("1", "miss")
    assert read("2") == ("1", "hit")
    cache.forget(SUBJECT, "problems")
    assert read("2") == ("2", "miss")
    assert cache.read(SUBJECT, [""], bringing("")).entry == bringing("2")().entry
