"""The web of the stand-in: answers what `judge up` asks before it prints its banner."""

import json
import os
from collections.abc import Callable, Iterable

import psycopg2
import redis

ANSWERS: dict[str, Callable[[], object]] = {
    "/readyz": lambda: {"pid": os.getpid(), "rows": rows()},
    "/api/v1/queue": lambda: {"workers": workers()},
    "/api/v1/languages": lambda: {
        "items": [{"id": "cpp", "name": "C++", "version": "g++ 12", "file_name": "main.cpp"}]
    },
}


def rows() -> int:
    """How often the tables were brought up to date, as the database remembers it."""
    with psycopg2.connect(os.environ["DATABASE_URL"].replace("+psycopg2", "")) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT count(*) FROM migrations")
        return int(cursor.fetchone()[0])


def workers() -> list[dict[str, str]]:
    """Names that workers have written into Redis."""
    names = redis.Redis.from_url(os.environ["REDIS_URL"]).smembers("workers")
    return [{"name": name.decode(), "sandbox": "stand-in"} for name in names]


def app(environ: dict[str, str], start_response: Callable[..., object]) -> Iterable[bytes]:
    """The WSGI application."""
    answer = ANSWERS.get(environ["PATH_INFO"])
    status = "200 OK" if answer else "404 Not Found"
    start_response(status, [("Content-Type", "application/json")])
    return [json.dumps(answer() if answer else {}).encode()]
