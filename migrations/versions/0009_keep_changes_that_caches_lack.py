"""Keep the changes that caches have not been told of, and index what leaderboards are made of"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "pending_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    for name, columns in (
        ("submissions_counted", ["user_id", "problem_id"]),
        ("submissions_counted_problem", ["problem_id", "user_id"]),
    ):
        op.create_index(
            name,
            "submissions",
            columns,
            postgresql_where=sa.text("counted_verdict = 'accepted' OR counted_score > 0"),
            postgresql_include=["counted_verdict", "counted_score", "created_at"],
        )


def downgrade() -> None:
    op.drop_index("submissions_counted_problem", table_name="submissions")
    op.drop_index("submissions_counted", table_name="submissions")
    op.drop_table("pending_changes")
