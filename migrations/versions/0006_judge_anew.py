"""Keep former judgements, rejudgings, and when a blob was last put"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

_INSTANT = sa.DateTime(timezone=True)
_NOW = sa.text("clock_timestamp()")


def upgrade() -> None:
    op.add_column("blobs", sa.Column("kept_at", _INSTANT, server_default=_NOW, nullable=False))
    op.create_index("submissions_package", "submissions", ["package_id"])
    _create_rejudgings()
    for column in (
        sa.Column("shown_attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("former", postgresql.JSONB(), nullable=True),
        sa.Column("rejudging_id", sa.Text(), sa.ForeignKey("rejudgings.id"), nullable=True),
        sa.Column("is_trial", sa.Boolean(), server_default="false", nullable=False),
    ):
        op.add_column("submissions", column)
    op.execute("UPDATE submissions SET shown_attempt = attempt")
    for column in (
        sa.Column(
            "counted_verdict",
            sa.Text(),
            sa.Computed("COALESCE(verdict, (former ->> 'verdict'::text))", persisted=True),
        ),
        sa.Column(
            "counted_score",
            sa.Float(),
            sa.Computed("COALESCE(score, ((former ->> 'score'::text))::double precision)", persisted=True),
        ),
    ):
        op.add_column("submissions", column)
    op.create_check_constraint(
        "submissions_former_in_trial",
        "submissions",
        "NOT is_trial OR (former IS NOT NULL AND rejudging_id IS NOT NULL)",
    )


def _create_rejudgings() -> None:
    op.create_table(
        "rejudgings",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("wanted", postgresql.JSONB(), nullable=False),
        sa.Column("apply", sa.Text(), nullable=False),
        sa.Column("judge_by", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="running", nullable=False),
        sa.Column("created_at", _INSTANT, server_default=_NOW, nullable=False),
        sa.Column("finished_at", _INSTANT, nullable=True),
        sa.CheckConstraint(
            "state IN ('running', 'done', 'applying', 'applied', 'cancelled')", name="rejudgings_state"
        ),
        sa.CheckConstraint("apply IN ('at_once', 'by_hand')", name="rejudgings_apply"),
        sa.CheckConstraint("judge_by IN ('current', 'same')", name="rejudgings_judge_by"),
    )
    op.create_index(
        "rejudgings_open", "rejudgings", ["id"], postgresql_where="state IN ('running', 'applying')"
    )
    op.create_table(
        "rejudged",
        sa.Column(
            "rejudging_id", sa.Text(), sa.ForeignKey("rejudgings.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column(
            "submission_id", sa.Text(), sa.ForeignKey("submissions.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("score_before", sa.Float(), nullable=True),
        sa.Column("attempt_before", sa.Integer(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("score_after", sa.Float(), nullable=True),
        sa.Column("package_id", sa.BigInteger(), sa.ForeignKey("packages.id"), nullable=True),
        sa.Column("judgement", postgresql.JSONB(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'judging', 'judged', 'applied', 'failed', 'skipped', 'cancelled')",
            name="rejudged_state",
        ),
    )
    op.create_index("rejudged_state", "rejudged", ["rejudging_id", "state", "submission_id"])
    op.create_index("rejudged_submission", "rejudged", ["submission_id"])
    op.create_index("rejudged_package", "rejudged", ["package_id"])


def downgrade() -> None:
    op.drop_index("submissions_package", "submissions")
    op.drop_constraint("submissions_former_in_trial", "submissions")
    for column in ("counted_score", "counted_verdict", "is_trial", "rejudging_id", "former", "shown_attempt"):
        op.drop_column("submissions", column)
    op.drop_table("rejudged")
    op.drop_table("rejudgings")
    op.drop_column("blobs", "kept_at")
