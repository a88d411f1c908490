"""Keep a submission's entry point, and how long its judging may take in its language"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("submissions", sa.Column("entry_point", sa.Text(), nullable=True))
    op.add_column("submissions", sa.Column("judging_s", sa.Float(), nullable=True))


def downgrade() -> None:
    op.drop_column("submissions", "judging_s")
    op.drop_column("submissions", "entry_point")
