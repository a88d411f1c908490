"""The Redis that caches lie in: scripts that run there, and what to do while it is away.

Nothing of it is asked but scripts, and every script names the run of the server that it was loaded into.
A server that has started again knows none of them (NOSCRIPT), whatever it has read from its disk, and so
does a replica that has taken its place. So each run of a server begins with empty caches: what an earlier
one kept, which may be older than what it was last told to forget, is never asked for again and expires.

Every key has a time to live, so that the policies ``volatile-*`` evict these keys and none of the queue's.
"""

import time
from collections.abc import Sequence
from functools import cache
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError
from redis.retry import Retry

from judge import metrics
from judge.config import settings
from judge.errors import JudgeError

_PREFIX = "judge:cache"
_ANSWERS_WITHIN_S = 1.0
_SKIPPED_S = 1.0
"""After a failure nobody of this process asks for so long; then one does, before the others."""

Argument = str | bytes | int
Call = tuple[str, Sequence[str], Sequence[Argument]]
"""A script, its keys without their prefix, and its arguments."""


class Away(JudgeError):
    """Redis does not answer, or is not asked because it has not answered just now."""


class Server:
    """This process's connections to it, and the scripts that it is known to have."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(
            url,
            socket_timeout=_ANSWERS_WITHIN_S,
            socket_connect_timeout=_ANSWERS_WITHIN_S,
            retry=Retry(NoBackoff(), 0),  # a connection that breaks may have been to an earlier run
        )
        self._known: dict[str, tuple[str, str]] = {}
        self._skipped_until = 0.0

    def run(self, script: str, keys: Sequence[str], *arguments: Argument, insistently: bool = False) -> Any:
        """What a script answers, of keys that are given without their prefix. Raises Away.

        insistently: it is asked even if it has not answered just now.
        """
        [answer] = self.run_all([(script, keys, arguments)], insistently=insistently)
        return answer

    def run_all(self, calls: Sequence[Call], *, insistently: bool = False) -> list[Any]:
        """What these answer, which are run in their order, in one trip. Raises Away.

        Where Redis knows one of them no more, all are run again.
        """
        now = time.monotonic()
        if now < self._skipped_until and not insistently:
            raise Away("Redis has not answered just now")
        if self._skipped_until:
            self._skipped_until = now + _SKIPPED_S  # whoever comes meanwhile does not wait for the same
        try:
            answers = self._run(calls)
        except redis.RedisError as error:
            metrics.redis_errors.inc("cache")
            self._skipped_until = time.monotonic() + _SKIPPED_S
            raise Away(str(error)) from error
        self._skipped_until = 0.0
        return answers

    def close(self) -> None:
        """Close the connections."""
        self._redis.close()

    def _run(self, calls: Sequence[Call]) -> list[Any]:
        try:
            return self._evaluate(calls)
        except NoScriptError:
            for script in {script for script, _, _ in calls}:
                self._load(script)
            return self._evaluate(calls)

    def _evaluate(self, calls: Sequence[Call]) -> list[Any]:
        with self._redis.pipeline(transaction=False) as pipe:
            for script, keys, arguments in calls:
                run, sha = self._known.get(script) or self._load(script)
                whole = (f"{_PREFIX}:{run}:{key}" for key in keys)
                pipe.evalsha(sha, len(keys), *whole, *arguments)
            return pipe.execute()

    def _load(self, script: str) -> tuple[str, str]:
        # On one connection, which does not outlive the run of the server that it asks for.
        with self._redis.client() as connection:  # type: ignore[no-untyped-call]
            run = str(connection.info("server")["run_id"])[:16]
            sha = str(connection.script_load(f"-- of run {run}\n{script}"))
        self._known[script] = run, sha
        return run, sha


@cache
def server() -> Server:
    """The server that REDIS_URL names. Raises Away where none is set."""
    if not settings().redis_url:
        raise Away("REDIS_URL is not set")
    return Server(settings().redis_url)
