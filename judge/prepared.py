"""Statements that Postgres plans once a connection: to plan a long one takes longer than its work."""

from itertools import count
from typing import Any, TypeVar

from sqlalchemy import Connection, Executable

Statement = TypeVar("Statement", bound=Executable)

_numbers = count()


def prepared(statement: Statement) -> Statement:
    """The same, prepared when a connection first carries it out; for what is made once and asked for often.

    What it is told by name, or computes when it is executed, may differ each time. Every other value stays
    as it was when the statement was made, so that the planner knows it: an index of the rows in one state
    serves only who is known to ask for that state.
    """
    return statement.execution_options(prepared_as=f"judge_{next(_numbers)}")


def execute_prepared(
    connection: Connection, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool
) -> tuple[str, Any]:
    """What is to be sent instead; SQLAlchemy's event ``before_cursor_execute`` on an engine.

    What was prepared lasts as long as the connection, so it needs one to Postgres itself, or a pooler that
    keeps a server's connection for each client's.
    """
    name = context.execution_options.get("prepared_as")
    if name is None:
        return statement, parameters
    known = connection.info.setdefault("prepared", {})  # which is empty again after a reconnect
    if name not in known:
        # Of a list SQLAlchemy makes parameters of its own; one told by name would stay as it was at first.
        binds = {key: bind for key, bind in context.compiled.binds.items() if bind.required or bind.callable}
        assert not any(bind.expanding for bind in binds.values()), "a list cannot be told"
        told = [key for key in parameters if key in binds]
        types = ", ".join(binds[key].type.compile(context.dialect) for key in told)
        numbered = statement
        for number, key in enumerate(told, 1):
            numbered = numbered.replace(f"%({key})s", f"${number}")
        cursor.execute(f"PREPARE {name}{types and f' ({types})'} AS {numbered}", parameters)
        values = ", ".join(f"%({key})s" for key in told)
        known[name] = f"EXECUTE {name}{values and f' ({values})'}"
    return known[name], parameters
