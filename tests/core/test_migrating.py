"""Rows that an older judge has written are still what they say after the migrations."""

import json
from collections.abc import Iterator

import pytest
from alembic import command
from sqlalchemy import text

from judge import db, problems, schema, versions
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
