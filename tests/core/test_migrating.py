"""Rows that an older judge has written are still what they say after the migrations."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from sqlalchemy import text

from judge import accounts, db, problems, schema, versions
from judge.accounts import Account, tokens
from judge.accounts.scopes import Role, scope_of
from judge.manifest import Manifest, Sample, TestSpec
from tests.servers import Servers

OLD_MANIFEST = {
    "name": "Echo", "time_limit_s": 1.5, "keywords": ["easy"], "memory_bytes": 2**28,
    "output_bytes": 2**23, "code_bytes": 2**17, "compile_time_s": 60.0, "compile_memory_bytes": 2**31,
    "samples": [{"name": "sample/1", "input": "1", "answer": "1"}],
    "tests": [
        {"index": 1, "name": "sample/1", "author_name": "sample/1", "input": "a", "answer": "b"},
        {"index": 2, "name": "secret/1", "author_name": "secret/big", "input": "c", "answer": "d"},
    ],
    "comparison": {
        "case_sensitive": True, "space_change_sensitive": False,
        "float_absolute_tolerance": None, "float_relative_tolerance": 1e-6,
    },
}  # fmt: skip


@pytest.fixture
def before_0002(clean: Servers) -> Iterator[None]:
    """The tables as they were before problems had numbered versions."""
    command.downgrade(schema._config(), "0001")
    try:
        yield
    finally:
        schema.upgrade()


def test_a_package_of_before_versions(before_0002: None) -> None:
    """Its tests compare as they did, its statement is its English page, and it has a number."""
    with db.transaction() as session:
        session.execute(text("INSERT INTO problems (id) VALUES ('echo')"))
        for digest in ("old", "new"):
            session.execute(
                text(
                    "INSERT INTO packages (problem_id, digest, name, statement, statement_html, manifest,"
                    " judging_s) VALUES ('echo', :digest, 'Echo', '# Echo', '<h1>Echo</h1>', :manifest, 9)"
                ),
                {"digest": digest, "manifest": json.dumps(OLD_MANIFEST)},
            )
        session.execute(text("UPDATE problems SET package_id = (SELECT max(id) FROM packages)"))
    schema.upgrade()
    arguments = ("case_sensitive", "float_relative_tolerance", "1e-06")
    found = problems.get("echo")
    assert found.version == 2
    assert found.manifest == Manifest(
        "Echo", 1.5, keywords=("easy",), memory_bytes=2**28, samples=(Sample("sample/1", "1", "1"),),
        tests=(
            TestSpec(1, "sample/1", "sample/1", "a", "b", "sample", validator_args=arguments),
            TestSpec(2, "secret/1", "secret/big", "c", "d", "secret", validator_args=arguments),
        ),
    )  # fmt: skip
    shown = found.as_json(["sv"])
    assert (shown["statement"], shown["statement_html"]) == ("# Echo", "<h1>Echo</h1>")
    assert [(each.number, each.state, each.is_current) for each in versions.listed("echo")] == [
        (2, "draft", True), (1, "draft", False),
    ]  # fmt: skip
    command.downgrade(schema._config(), "0001")
    with db.transaction() as session:
        kept = session.execute(text("SELECT statement, statement_html FROM packages")).all()
    assert [tuple(row) for row in kept] == [("# Echo", "<h1>Echo</h1>")] * 2


@pytest.fixture
def before_0004(clean: Servers) -> Iterator[None]:
    """The tables as they were before tokens had scopes."""
    command.downgrade(schema._config(), "0003")
    try:
        yield
    finally:
        schema.upgrade()


def test_tokens_of_before_scopes(before_0004: None) -> None:
    """They do what they did: all that their users' roles may, for ever; and they can be revoked."""
    roles: dict[str, Role] = {"ada": "user", "bob": "author", "carl": "admin"}
    with db.transaction() as session:
        for user_id, role in roles.items():
            values = {"id": user_id, "role": role}
            session.execute(text("INSERT INTO users (id, role) VALUES (:id, :role)"), values)
            query = text("INSERT INTO tokens (digest, user_id) VALUES (sha256(convert_to(:id, 'UTF8')), :id)")
            session.execute(query, values)
    schema.upgrade()
    for user_id, role in roles.items():
        assert tokens.holder(user_id) == Account(user_id, role, scope_of(role))
        [kept] = tokens.listed(user_id)
        assert (kept.name, kept.expires_at) == ("", None)
    tokens.revoke("ada", tokens.listed("ada")[0].id)
    # Back there a token is without bounds, so what was bounded must not come back to life.
    tokens.new("ada", scope="read")
    tokens.new("ada", expires_at=datetime.now(UTC) + timedelta(days=1))
    accounts.change("bob", disabled=True)
    command.downgrade(schema._config(), "0003")
    with db.transaction() as session:
        assert session.execute(text("SELECT user_id FROM tokens")).scalars().all() == ["carl"]
