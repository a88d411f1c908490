"""Keep the order in which submissions and runs are judged"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_TABLES = ("submissions", "runs")


def upgrade() -> None:
    for table in _TABLES:
        op.add_column(table, sa.Column("turn_of", sa.Text()))
        op.add_column(table, sa.Column("turn", sa.Integer(), server_default="0", nullable=False))
        op.add_column(table, sa.Column("put_off_until", sa.DateTime(timezone=True)))
        rows = sa.table(table, *map(sa.column, ("turn_of", "user_id", "state")))
        op.execute(sa.update(rows).where(rows.c.state == "queued").values(turn_of=rows.c.user_id))
        op.drop_index(f"{table}_queued", table_name=table)
        for name, columns, which in (
            ("queued", ["sent_at"], "sent_at IS NOT NULL"),
            ("queued_turn", ["turn", "id"], "sent_at IS NULL"),
            ("queued_turn_of", ["turn_of", "turn"], "turn_of IS NOT NULL"),
        ):
            waits = sa.text(f"state = 'queued' AND {which}")
            op.create_index(f"{table}_{name}", table, ["language", *columns], postgresql_where=waits)


def downgrade() -> None:
    for table in _TABLES:
        for name in ("queued_turn_of", "queued_turn", "queued"):
            op.drop_index(f"{table}_{name}", table_name=table)
        op.create_index(f"{table}_queued", table, ["sent_at"], postgresql_where="state = 'queued'")
        for column in ("put_off_until", "turn", "turn_of"):
            op.drop_column(table, column)
