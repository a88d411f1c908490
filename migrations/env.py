"""How Alembic reaches the database and the models; `judge migrate` is what calls it."""

from alembic import context
from sqlalchemy import text

import judge.models
from judge.db import Base, engine

assert judge.models  # imported for its tables

with engine().connect() as connection:
    # Behind a migration that waits for a lock everybody else waits too, so it gives up soon.
    connection.execute(text("SET lock_timeout = '10s'"))
    connection.execute(text("SET statement_timeout = 0"))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_server_default=True,
        transaction_per_migration=True,  # so that none holds its locks while the next one works
    )
    try:
        with context.begin_transaction():
            context.run_migrations()
    finally:
        connection.invalidate()  # these settings are nobody else's
