"""Whether a Redis is set up for what it is used for: the queue, or caches and channels alone.

Only a version that Celery cannot speak to is a reason not to start. All else costs speed and not truth,
since what Redis has lost is sent again from the rows, so a start only warns of it.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel

from judge.config import settings
from judge.errors import ConfigError

log = logging.getLogger(__name__)

LEAST_VERSION = (6, 2)
"""What Celery 5.7 needs."""

_ANSWERS_WITHIN_S = 2.0
_PATIENCE: Mapping[str, Any] = {
    "socket_timeout": _ANSWERS_WITHIN_S,
    "socket_connect_timeout": _ANSWERS_WITHIN_S,
    "retry": Retry(NoBackoff(), 0),
}


@dataclass(frozen=True)
class Finding:
    """One property of a server: ``ok`` is None where it only could be better."""

    name: str
    ok: bool | None
    detail: str
    mend: str = ""


@dataclass(frozen=True)
class Use:
    """A Redis that the settings name, the variable that does, and whether the queue lies there."""

    variable: str
    url: str
    keeps_queue: bool


def uses() -> list[Use]:
    """Every Redis that the settings name; a broker of another kind is none."""
    cache, broker = settings().redis_url, settings().celery_broker_url
    found = [Use("REDIS_URL", cache, broker in ("", cache))] if cache else []
    if broker not in ("", cache) and broker.startswith(("redis", "unix", "sentinel")):
        found.append(Use("CELERY_BROKER_URL", broker, True))
    return found


def findings(use: Use) -> list[Finding]:
    """What is to be said of one. Raises RedisError where it does not answer."""
    with _client(use.url) as client:
        server, memory = client.info("server"), client.info("memory")
        found = [_version(server), _eviction(memory, use.keeps_queue)]
        if use.keeps_queue:
            found += _persistence(client.info("persistence"), _save_points(client))
    return found


def check_at_start() -> None:
    """Warn of what could be better, or is away. Raises ConfigError where a server is too old."""
    for use in uses():
        try:
            found = findings(use)
        except redis.RedisError as error:
            log.warning("%s: Redis does not answer: %s", use.variable, error)
            continue
        for one in found:
            if one.ok is False and one.name == "version":
                raise ConfigError(f"{use.variable}: {one.detail}; {one.mend}")
            if one.ok is not True:
                log.warning("%s: %s: %s; %s", use.variable, one.name, one.detail, one.mend)


def check_or_exit() -> None:
    """As ``check_at_start``, for receivers of Celery's signals, which swallow every error but SystemExit."""
    try:
        check_at_start()
    except ConfigError as error:
        raise SystemExit(str(error)) from error


def _client(url: str) -> redis.Redis:
    if not url.startswith("sentinel://"):
        return redis.Redis.from_url(url, **_PATIENCE)
    parts = [urlsplit(one) for one in url.split(";")]
    options = settings().broker_options
    sentinel = Sentinel(  # type: ignore[no-untyped-call]
        [(part.hostname, part.port or 26379) for part in parts],
        sentinel_kwargs={**_PATIENCE, **options.get("sentinel_kwargs", {})},
    )
    who = {name: unquote(word) for name in ("username", "password") if (word := getattr(parts[0], name))}
    master_name = options.get("master_name", "")
    client: redis.Redis = sentinel.master_for(  # type: ignore[no-untyped-call]
        master_name, **_PATIENCE, **who
    )
    return client


def _version(server: Mapping[str, Any]) -> Finding:
    said = str(server["redis_version"])
    enough = tuple(int(part) for part in said.split(".")[:2]) >= LEAST_VERSION
    least = ".".join(map(str, LEAST_VERSION))
    return Finding("version", enough, f"speaks as Redis {said}", f"Celery needs {least} or newer")


def _eviction(memory: Mapping[str, Any], keeps_queue: bool) -> Finding:
    """What is evicted: ``volatile`` is what has a time to live, as caches have and the queue has not."""
    policy = str(memory.get("maxmemory_policy", "unknown"))
    limit = int(memory.get("maxmemory", 0))
    detail = f"maxmemory-policy {policy}, maxmemory {limit or 'unlimited'}"
    if keeps_queue:
        spares_queue = policy == "noeviction" or policy.startswith("volatile-")
        ok = spares_queue or (None if not limit else False)
        return Finding("eviction", ok, detail, "set `maxmemory-policy volatile-lru`: it evicts caches alone")
    fills = policy == "noeviction" and limit > 0
    return Finding(
        "eviction", None if fills else True, detail,
        "set `maxmemory-policy allkeys-lru`: once it is full nothing more is cached",
    )  # fmt: skip


def _persistence(kept: Mapping[str, Any], save_points: str | None) -> Iterator[Finding]:
    points = "unknown" if save_points is None else save_points or "none"
    detail = f"append-only file {'on' if kept['aof_enabled'] else 'off'}, save points {points}"
    yield Finding(
        "persistence", True if kept["aof_enabled"] else None, detail,
        "set `appendonly yes`: after a crash the sweeper would have to send the queue again",
    )  # fmt: skip
    failed = [name for name in ("rdb_last_bgsave_status", "aof_last_write_status") if kept.get(name) == "err"]
    if failed:
        yield Finding("disk", False, f"{', '.join(failed)}: err", "make room where Redis has its data")


def _save_points(client: redis.Redis) -> str | None:
    """As ``3600 1 300 100``; None where the server does not tell, as hosted ones do not."""
    with suppress(redis.ResponseError):
        return str(client.config_get("save").get("save", ""))
    return None
