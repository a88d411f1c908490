"""Keep the entry point of a submission of several files"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("submissions", sa.Column("entry_point", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("submissions", "entry_point")
