"""Keep versions of problems, groups of submissions, and verifications"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("submissions", sa.Column("groups", postgresql.JSONB(), nullable=True))
    for column in (
        sa.Column("group_name", sa.Text(), server_default="", nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("judge_message", sa.Text(), nullable=True),
        sa.Column("repeated_cpu_s", postgresql.ARRAY(sa.Float()), nullable=True),
    ):
        op.add_column("test_results", column)
    _give_packages_versions()
    _create_verifications()


def _give_packages_versions() -> None:
    op.add_column("packages", sa.Column("version", sa.Integer(), nullable=True))
    op.add_column("packages", sa.Column("state", sa.Text(), server_default="draft", nullable=False))
    op.add_column("packages", sa.Column("archive", sa.Text(), nullable=True))
    op.add_column("packages", sa.Column("pages", postgresql.JSONB(), nullable=True))
    op.add_column("packages", sa.Column("warnings", postgresql.JSONB(), server_default="[]", nullable=False))
    op.execute(
        """
        UPDATE packages SET version = numbered.version FROM (
            SELECT id, row_number() OVER (PARTITION BY problem_id ORDER BY id) AS version FROM packages
        ) AS numbered WHERE numbered.id = packages.id"""
    )
    connection = op.get_bind()
    change = sa.text("UPDATE packages SET manifest = :manifest, pages = :pages WHERE id = :id")
    for row in connection.execute(sa.text("SELECT * FROM packages")).all():
        page = {"language": "en", "name": row.name, "kind": "md", "digest": None}
        page |= {"source": row.statement, "html": row.statement_html}
        pages = {"statements": [page], "figures": {}, "attachments": {}}
        manifest = json.dumps(new_manifest(row.manifest))
        connection.execute(change, {"id": row.id, "manifest": manifest, "pages": json.dumps(pages)})
    op.drop_column("packages", "statement")
    op.drop_column("packages", "statement_html")
    op.alter_column("packages", "version", nullable=False)
    op.alter_column("packages", "pages", nullable=False)
    op.create_unique_constraint("packages_problem_id_version", "packages", ["problem_id", "version"])
    op.create_check_constraint("packages_version", "packages", "version >= 1")
    op.create_check_constraint(
        "packages_state", "packages", "state IN ('draft', 'verifying', 'verified', 'rejected')"
    )


def _create_verifications() -> None:
    instant = sa.DateTime(timezone=True)
    now = sa.text("clock_timestamp()")
    op.create_table(
        "verifications",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("package_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="queued", nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=True),
        sa.Column("report", postgresql.JSONB(), nullable=True),
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
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name="verifications_state"),
        sa.CheckConstraint(
            "(state = 'done') = (ok IS NOT NULL) AND (state = 'done') = (report IS NOT NULL)",
            name="verifications_report_when_done",
        ),
        sa.CheckConstraint(
            "(state = 'running') = (lease_until IS NOT NULL)", name="verifications_lease_when_held"
        ),
        sa.CheckConstraint(
            "(state = 'running') = (worker IS NOT NULL)", name="verifications_worker_when_held"
        ),
        sa.CheckConstraint(
            "(state IN ('done', 'failed')) = (finished_at IS NOT NULL)",
            name="verifications_finished_when_ended",
        ),
        sa.CheckConstraint("attempt >= lost_attempts AND lost_attempts >= 0", name="verifications_attempts"),
        sa.CheckConstraint(
            "0 <= published_seq AND published_seq <= last_seq", name="verifications_published"
        ),
        sa.ForeignKeyConstraint(["package_id"], ["packages.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "verifications_open",
        "verifications",
        ["package_id"],
        unique=True,
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_index("verifications_package", "verifications", ["package_id", "id"])
    op.create_index(
        "verifications_unpublished",
        "verifications",
        ["changed_at"],
        postgresql_where=sa.text("published_seq < last_seq"),
    )
    op.create_index("verifications_user_changed", "verifications", ["user_id", "changed_at"])
    op.create_table(
        "verification_events",
        sa.Column("verification_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["verification_id"], ["verifications.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("verification_id", "seq"),
    )
    op.create_index("verification_events_at", "verification_events", ["at"])


def new_manifest(old: dict[str, Any]) -> dict[str, Any]:
    """A manifest in the shape that has groups: what was one rule of comparison is each test's arguments."""
    if "comparison" not in old:
        return old  # of a database that was here before, and went back
    arguments = _arguments(old["comparison"])
    tests = []
    for test in old["tests"]:
        said = {"group": test["author_name"].partition("/")[0], "validator_args": arguments}
        default = {"group": "secret", "validator_args": []}
        tests.append(test | {name: value for name, value in said.items() if value != default[name]})
    kept = {name: value for name, value in old.items() if name != "comparison"}
    return kept | {"tests": tests, "groups": [], "validators": [], "includes": [], "languages": None}


def _arguments(comparison: dict[str, Any]) -> list[str]:
    words = [name for name in ("case_sensitive", "space_change_sensitive") if comparison[name]]
    for name in ("float_absolute_tolerance", "float_relative_tolerance"):
        if comparison[name] is not None:
            words += [name, repr(comparison[name])]
    return words


def downgrade() -> None:
    """Statements come back, manifests stay as they are: import the problems again."""
    op.drop_table("verification_events")
    op.drop_table("verifications")
    op.add_column("packages", sa.Column("statement", sa.Text(), nullable=True))
    op.add_column("packages", sa.Column("statement_html", sa.Text(), nullable=True))
    op.execute(
        """
        UPDATE packages SET statement = pages #>> '{statements,0,source}',
            statement_html = pages #>> '{statements,0,html}'"""
    )
    op.alter_column("packages", "statement", nullable=False)
    op.alter_column("packages", "statement_html", nullable=False)
    op.drop_constraint("packages_state", "packages")
    op.drop_constraint("packages_version", "packages")
    op.drop_constraint("packages_problem_id_version", "packages")
    for name in ("warnings", "pages", "archive", "state", "version"):
        op.drop_column("packages", name)
    for name in ("repeated_cpu_s", "judge_message", "score", "group_name"):
        op.drop_column("test_results", name)
    op.drop_column("submissions", "groups")
