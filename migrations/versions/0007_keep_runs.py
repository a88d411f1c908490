"""Keep runs of a program without a problem, what was typed to them, and what happened to them"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    now = sa.text("clock_timestamp()")
    held, ended = "state IN ('compiling', 'running')", "state IN ('done', 'failed', 'cancelled')"
    op.create_table(
        "runs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("files", postgresql.JSONB(), nullable=False),
        sa.Column("entry_point", sa.Text(), nullable=True),
        sa.Column("stdin", sa.LargeBinary(), nullable=False),
        sa.Column("stdin_open", sa.Boolean(), nullable=False),
        sa.Column("args", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("limits", postgresql.JSONB(), nullable=False),
        sa.Column("expected_output", sa.LargeBinary(), nullable=True),
        sa.Column("comparison", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("compile_options", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("repeat", sa.Integer(), nullable=False),
        sa.Column("longest_s", sa.Float(), nullable=False),
        sa.Column("input_seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column("input_bytes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("input_ended", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("state", sa.Text(), server_default="queued", nullable=False),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("stdout", sa.LargeBinary(), nullable=True),
        sa.Column("stderr", sa.LargeBinary(), nullable=True),
        sa.Column("compile_output", sa.LargeBinary(), nullable=True),
        sa.Column("exit_code", sa.Integer(), nullable=True),
        sa.Column("signal", sa.Integer(), nullable=True),
        sa.Column("cpu_time_s", sa.Float(), nullable=True),
        sa.Column("wall_time_s", sa.Float(), nullable=True),
        sa.Column("memory_bytes", sa.BigInteger(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("repetitions", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("expires_at", instant, nullable=False),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lost_attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("lease_until", instant, nullable=True),
        sa.Column("sent_at", instant, nullable=True),
        sa.Column("last_seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column("published_seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", instant, server_default=now, nullable=False),
        sa.Column("changed_at", instant, server_default=now, nullable=False),
        sa.Column("started_at", instant, nullable=True),
        sa.Column("finished_at", instant, nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'compiling', 'running', 'done', 'failed', 'cancelled')", name="runs_state"
        ),
        sa.CheckConstraint(
            "verdict IN ('accepted', 'wrong_answer', 'time_limit_exceeded', 'memory_limit_exceeded', "
            "'output_limit_exceeded', 'runtime_error', 'compile_error')",
            name="runs_verdict",
        ),
        sa.CheckConstraint("(state = 'done') = (verdict IS NOT NULL)", name="runs_verdict_when_done"),
        sa.CheckConstraint(f"({held}) = (lease_until IS NOT NULL)", name="runs_lease_when_held"),
        sa.CheckConstraint(f"({held}) = (worker IS NOT NULL)", name="runs_worker_when_held"),
        sa.CheckConstraint(f"({ended}) = (finished_at IS NOT NULL)", name="runs_finished_when_ended"),
        sa.CheckConstraint("attempt >= lost_attempts AND lost_attempts >= 0", name="runs_attempts"),
        sa.CheckConstraint("0 <= published_seq AND published_seq <= last_seq", name="runs_published"),
        sa.ForeignKeyConstraint(["language"], ["languages.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for name, columns, where in (
        ("queued", ["sent_at"], "state = 'queued'"),
        ("leased", ["lease_until"], held),
        ("unpublished", ["changed_at"], "published_seq < last_seq"),
        ("unfinished", ["user_id"], "finished_at IS NULL"),
    ):
        op.create_index(f"runs_{name}", "runs", columns, postgresql_where=sa.text(where))
    op.create_index("runs_user", "runs", ["user_id", "id"])
    op.create_index("runs_user_changed", "runs", ["user_id", "changed_at"])
    op.create_index("runs_expires", "runs", ["expires_at"])
    op.create_table(
        "run_inputs",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("eof", sa.Boolean(), nullable=False),
        sa.Column("at", instant, server_default=now, nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "seq"),
    )
    op.create_table(
        "run_events",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "seq"),
    )
    op.create_index("run_events_at", "run_events", ["at"])


def downgrade() -> None:
    for table in ("run_events", "run_inputs", "runs"):
        op.drop_table(table)
