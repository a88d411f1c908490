"""How Alembic reaches the database and the models; `judge migrate` is what calls it."""

from alembic import context

import judge.models
from judge.db import Base, engine

assert judge.models  # imported for its tables

with engine().connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, compare_server_default=True)
    with context.begin_transaction():
        # Behind a migration that waits for a lock everybody else waits too, so it gives up soon.
        context.execute("SET LOCAL lock_timeout = '10s'")
        context.execute("SET LOCAL statement_timeout = 0")
        context.run_migrations()
