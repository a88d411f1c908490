"""The embedded PostgreSQL server: how it is started, and reached by a Unix socket alone."""

import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg2  # type: ignore[import-untyped]

from judge.up.account import Account
from judge.up.binaries import Binaries
from judge.up.child import Program

NAME = "judge"  # of the role and of the database
PASSWORD_FILE = "pgpass"  # noqa: S105  in the form that libpq reads: psql can be pointed at it
PASSWORD_FORM = f"*:*:*:{NAME}:{{}}"
SOCKET = ".s.PGSQL.5432.lock"  # the longest name in the folder of its socket

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "400",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "random_page_cost": "1.1",  # nothing that we run on seeks like a disk of 1996
    "log_checkpoints": "off",
    "log_timezone": "UTC",
    "timezone": "UTC",
}


@dataclass(frozen=True)
class Cluster:
    """Where the database lies, what runs it and how it is reached."""

    data: Path
    binaries: Binaries
    password: str
    sockets: Path
    account: Account | None

    @property
    def url(self) -> str:
        """DATABASE_URL for our programs; the password has no character that a URL would quote."""
        return f"postgresql+psycopg2://{NAME}:{self.password}@/{NAME}?host={self.sockets}"

    def program(self, env: Mapping[str, str]) -> Program:
        """The server, stopped fast: sessions are ended, everything is written."""
        settings = SETTINGS | {"unix_socket_directories": str(self.sockets)}
        options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        return Program(
            name="postgres",
            argv=(self.binaries.postgres, "-D", str(self.data), *options),
            env=env,
            stop_rank=3,
            stop_signal=signal.SIGINT,
            death_signal=signal.SIGINT,
            grace_s=30.0,
            hurry=False,
            cwd="/",
            account=self.account,
        )

    def ready(self) -> bool | None:
        """True once it answers a real connection, None before; makes the database where missing."""
        try:
            connection = psycopg2.connect(
                host=str(self.sockets),
                user=NAME,
                password=self.password,
                dbname="postgres",
                connect_timeout=5,
            )
        except psycopg2.OperationalError:
            return None
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT FROM pg_database WHERE datname = %s", (NAME,))
                if cursor.fetchone() is None:
                    cursor.execute(f"CREATE DATABASE {NAME}")
        finally:
            connection.close()
        return True
