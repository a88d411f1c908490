"""The servers of one judge: embedded ones, where the environment names no others."""

import os
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from judge.config import Settings
from judge.up.account import Account
from judge.up.cluster import data_folder, open_cluster
from judge.up.home import Home
from judge.up.leftovers import MARK, end_leftovers, of_home
from judge.up.postgres import SOCKET as POSTGRES_SOCKET
from judge.up.postgres import Cluster
from judge.up.redis import SOCKET as REDIS_SOCKET
from judge.up.redis import Server
from judge.up.sockets import socket_folder
from judge.up.supervisor import Supervisor


@dataclass(frozen=True)
class Servers:
    """What was started; None where DATABASE_URL or REDIS_URL names another."""

    database: Cluster | None
    redis: Server | None

    @property
    def database_url(self) -> str | None:
        """DATABASE_URL of ours."""
        return None if self.database is None else self.database.url

    @property
    def redis_url(self) -> str | None:
        """REDIS_URL of ours."""
        return None if self.redis is None else self.redis.url

    def environment(self, home: Home) -> dict[str, str]:
        """Our own environment, with what every program of ours needs to find them."""
        ours = {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}
        known = {key: value for key, value in ours.items() if value is not None}
        return {**os.environ, **known, "JUDGE_HOME": str(home.path), MARK: home.mark}


def start_servers(
    settings: Settings,
    home: Home,
    account: Account | None,
    supervisor: Supervisor,
    folders: ExitStack,
    say: Callable[[str], None],
    deadline: float,
) -> Servers:
    """Start what is not named elsewhere, and come back once it answers.

    Folders of sockets are removed when ``folders`` ends. Raises ConfigError, StartFailed, StopAsked.
    """
    data = data_folder(home, account)
    if ended := end_leftovers(lambda: of_home(home.path, data)):
        say(f"ended {ended} processes that an earlier start had left")
    # Servers need no secrets of ours.
    env = {key: os.environ[key] for key in ("PATH", "TZ") if key in os.environ} | {MARK: home.mark}
    redis, database = None, None
    if not settings.redis_url:
        redis = Server(home.folder("redis"), _sockets(home, "redis", REDIS_SOCKET, None, folders))
        say("starting Redis …")
        supervisor.start(redis.program(env))
    if not settings.database_url:
        say("starting PostgreSQL …" if data.exists() else "making the database …")
        sockets = _sockets(home, "postgres", POSTGRES_SOCKET, account, folders)
        database = open_cluster(home, data, sockets, account)
        supervisor.start(database.program(env))
        supervisor.until(database.ready, deadline, "PostgreSQL")
    if redis is not None:
        supervisor.until(redis.ready, deadline, "Redis")
    return Servers(database, redis)


def _sockets(home: Home, server: str, longest: str, account: Account | None, folders: ExitStack) -> Path:
    path = socket_folder(home.path, server, longest, account)
    folders.callback(shutil.rmtree, path, ignore_errors=True)
    return path
