"""How Alembic reaches the database and the models; `judge migrate` is what calls it."""

from alembic import context

import judge.models
from judge.db import Base, engine

assert judge.models  # imported for its tables

with engine().connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, compare_server_default=True)
    with context.begin_transaction():
        # A migration waits a while for a lock that a long query holds, then gives up: everybody behind it waits too.
        context.execute("SET lock_timeout = '10s'")
        context.execute("SET statement_timeout = 0")
        context.run_migrations()
