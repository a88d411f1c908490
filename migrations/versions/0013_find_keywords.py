"""Keep keywords beside their manifest, which is long where a problem has many tests"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    keywords = sa.Computed("manifest -> 'keywords'", persisted=True)
    op.add_column("packages", sa.Column("keywords", postgresql.JSONB(), keywords))


def downgrade() -> None:
    op.drop_column("packages", "keywords")
