"""Keep what lies beside a run, how another API asked for it, and whom to tell of its end"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"

instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("runs", sa.Column("merge_stderr", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("runs", sa.Column("archive", sa.LargeBinary(), nullable=True))
    op.add_column("runs", sa.Column("asked_as", postgresql.JSONB(), nullable=True))
    op.add_column("runs", sa.Column("calls_back", sa.Boolean(), server_default="false", nullable=False))
    op.create_index("runs_asked_as", "runs", ["id"], postgresql_where="asked_as IS NOT NULL")
    op.create_table(
        "run_callbacks",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("due_at", instant, nullable=True),
        sa.Column("sent_at", instant, nullable=True),
        sa.Column("lease_until", instant, nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id"),
    )
    for name, column in (("run_callbacks_due", "due_at"), ("run_callbacks_held", "lease_until")):
        op.create_index(name, "run_callbacks", [column], postgresql_where=f"{column} IS NOT NULL")


def downgrade() -> None:
    op.drop_table("run_callbacks")
    op.drop_index("runs_asked_as", table_name="runs")
    for name in ("calls_back", "asked_as", "archive", "merge_stderr"):
        op.drop_column("runs", name)
