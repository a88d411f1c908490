"""The database's schema: bring it up to date, and tell whether it is."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import text

from judge.db import engine
from judge.errors import JudgeError

_MIGRATIONS = Path(__file__).parent.parent / "migrations"
_LOCK = 0x6A75646765  # "judge": any number that every migration agrees on


class SchemaDiffers(JudgeError):
    """The models say something that no migration does."""


def upgrade() -> str:
    """Run the migrations that are missing; one process at a time. Returns the revision reached."""
    with engine().connect() as connection:
        # Whoever holds the lock may take longer than a query of ours otherwise may.
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
        connection.commit()  # a lock of the session outlives the transaction that took it
        try:
            command.upgrade(_config(), "head")
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})
    return head()


def check() -> None:
    """Raises SchemaDiffers where the migrated schema and the models disagree."""
    try:
        command.check(_config())
    except CommandError as error:
        raise SchemaDiffers(str(error)) from error


def is_current() -> bool:
    """Whether every migration has run."""
    with engine().connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head()


@cache
def head() -> str:
    """The newest revision; there is one."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    assert revision is not None, "migrations/versions is empty"
    return revision


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
