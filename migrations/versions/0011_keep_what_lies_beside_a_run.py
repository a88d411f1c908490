"""Keep what lies beside a run, and how another API asked for it"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("runs", sa.Column("merge_stderr", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("runs", sa.Column("archive", sa.LargeBinary(), nullable=True))
    op.add_column("runs", sa.Column("asked_as", postgresql.JSONB(), nullable=True))
    op.create_index("runs_asked_as", "runs", ["id"], postgresql_where="asked_as IS NOT NULL")


def downgrade() -> None:
    op.drop_index("runs_asked_as", table_name="runs")
    for name in ("asked_as", "archive", "merge_stderr"):
        op.drop_column("runs", name)
