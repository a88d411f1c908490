"""What was read from Postgres, kept in Redis until it changes: values that never go back in time.

A subject (a problem, the list of problems, …) is one Redis hash, and everything that is kept of it a field
there; ``forget`` removes the hash with all that is in it. Leases as memcached's at Facebook keep a slow
reader from putting back what was true before a change: whoever misses takes a lease, which is a field of the
same hash, before it reads Postgres, and what it brings is taken only while that lease is there. So of two
who read before and after a change, only the latter can fill. The lease also lets one reader at a time fill a
field, for which the others wait a little.

The names of fields begin with what this code is, so that another version of it does not read them, but
forgets them all the same. What makes a change known even while Redis is away is told in judge.changes.
"""

import hashlib
import json
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from judge.cache_server import Away, Call, server
from judge.config import settings

_LEASE_S = 3.0
"""How long a filler is waited for by those who would fill instead."""

PATIENCE_S = 0.5
"""How long a reader waits for another that fills, before it reads Postgres itself."""

_LOOK_AGAIN_S = 0.01
_AT_ONCE = 1000
_MOST_FIELDS = 1000
"""Of one subject; strangers choose how long a page is, and there must be no more of them than this."""

Status = Literal["hit", "miss", "bypass"]
"""Where a value came from: Redis, Postgres, or Postgres because Redis was away."""

_READ = """
for index = 5, #ARGV do
  local kept = redis.call('HGET', KEYS[1], ARGV[index])
  if kept then return {'hit', kept} end
end
local clock = redis.call('TIME')
local now_ms = clock[1] * 1000 + math.floor(clock[2] / 1000)
local lease = redis.call('HGET', KEYS[1], ARGV[1])
if lease and tonumber(string.match(lease, '^%d+')) > now_ms then return {'held'} end
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f %s', now_ms + ARGV[3], ARGV[2]))
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[4]) end
return {'leased'}
"""

_FILL = """
local lease = redis.call('HGET', KEYS[1], ARGV[1])
if not lease or string.match(lease, ' (.+)$') ~= ARGV[2] then return 0 end
for index = 4, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[index], ARGV[index + 1]) end
redis.call('HDEL', KEYS[1], ARGV[1])  -- last: a hash that is empty is gone, and its time to live with it
while redis.call('HLEN', KEYS[1]) > tonumber(ARGV[3]) do
  redis.call('HDEL', KEYS[1], redis.call('HRANDFIELD', KEYS[1]))
end
return 1
"""

_FORGET = "return redis.call('DEL', unpack(KEYS))"


@dataclass(frozen=True)
class Entry:
    """A body that is kept, and what is to be known of it before it is shown.

    owner: whose it is, where not everybody may see it. headers: what is said of it beside its etag.
    """

    body: bytes
    etag: str
    owner: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, body: bytes, *, owner: str = "", headers: Mapping[str, str] | None = None) -> "Entry":
        """A body with the etag that follows from it."""
        return cls(body, hashlib.sha256(body).hexdigest()[:32], owner, dict(headers or {}))

    def packed(self) -> bytes:
        """As kept: a line about it, then the body."""
        about = {"etag": self.etag, "owner": self.owner, "headers": dict(self.headers)}
        return json.dumps(about).encode() + b"\n" + self.body

    @classmethod
    def unpacked(cls, kept: bytes) -> "Entry":
        """The reverse of ``packed``."""
        about, _, body = kept.partition(b"\n")
        return cls(body, **json.loads(about))


@dataclass(frozen=True)
class Filling:
    """What was read from Postgres: the entry that was asked for, and all that is to be kept, by field.

    What may change without anybody being told, nothing is kept of.
    """

    entry: Entry
    kept: Mapping[str, Entry]


@dataclass(frozen=True)
class Read:
    """An entry, where it came from, and whether it is one of those that are kept."""

    entry: Entry
    status: Status
    is_kept: bool = True


def read(
    subject: str,
    fields: Sequence[str],
    fill: Callable[[], Filling],
    *,
    patience_s: float = PATIENCE_S,
) -> Read:
    """The first of these fields of a subject that is kept, or what ``fill`` reads.

    fill: keeps for all of the fields that are there, or for none; what it raises is raised here.
    patience_s: how long to wait for somebody else who fills already.
    """
    token, names = secrets.token_hex(8), [_named(name) for name in fields]
    lease = "lease " + names[-1]
    deadline = time.monotonic() + patience_s
    try:
        while True:
            state, *kept = server().run(
                _READ, [subject], lease, token, _ms(_LEASE_S), _ms(settings().cache_s), *names
            )
            if state == b"hit":
                return Read(Entry.unpacked(kept[0]), "hit")
            if state == b"leased":
                return _read(_filled(subject, lease, token, fill), "miss")
            if time.monotonic() >= deadline:
                return _read(fill(), "miss")
            time.sleep(_LOOK_AGAIN_S)
    except Away:
        return bypass(fill)


def bypass(fill: Callable[[], Filling]) -> Read:
    """What ``fill`` reads, without a word to Redis."""
    return _read(fill(), "bypass")


def forget(*subjects: str) -> None:
    """Keep nothing of these any more, nor what those bring who are reading now. Raises Away."""
    server().run_all(forgetting(subjects), insistently=True)


def forgetting(subjects: Sequence[str]) -> list[Call]:
    """The calls by which ``forget`` does that, for who has to tell Redis of more."""
    return [(_FORGET, subjects[first : first + _AT_ONCE], ()) for first in range(0, len(subjects), _AT_ONCE)]


def _read(filling: Filling, status: Status) -> Read:
    return Read(filling.entry, status, bool(filling.kept))


def _filled(subject: str, lease: str, token: str, fill: Callable[[], Filling]) -> Filling:
    """Fill under a lease, which is given back in any case."""
    kept: list[bytes | str] = []
    try:
        filling = fill()
        for name, entry in filling.kept.items():
            kept += (_named(name), entry.packed())
        return filling
    finally:
        _hand_in(subject, lease, token, kept)


def _hand_in(subject: str, lease: str, token: str, kept: Sequence[bytes | str]) -> None:
    try:
        server().run(_FILL, [subject], lease, token, _MOST_FIELDS, *kept)
    except Away:
        return  # the lease runs out by itself


def _named(name: str) -> str:
    return f"{_shape()} {name}"


@cache
def _shape() -> str:
    """What makes the values: all of this code, for any of it may have a part in them."""
    package = Path(__file__).parent
    sources = sorted([*package.rglob("*.py"), *package.rglob("*.toml")])
    return hashlib.sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()[:12]


def _ms(seconds: float) -> int:
    return int(seconds * 1000)
