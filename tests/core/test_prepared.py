"""Statements that are planned once a connection."""

from typing import Any

import pytest
from sqlalchemy import Text, bindparam, create_engine, select, text
from sqlalchemy.dialects.postgresql import insert

from judge import db
from judge.models import LanguageRow, SubmissionRow
from judge.prepared import prepared
from judge.verdict import State
from tests.servers import Servers

OF_ONE = prepared(select(LanguageRow.id, LanguageRow.spec).where(LanguageRow.id == bindparam("id_")))
QUEUED_IN = prepared(
    select(SubmissionRow.id).where(
        SubmissionRow.state == State.QUEUED,
        SubmissionRow.language == bindparam("of_language", type_=Text),
        SubmissionRow.sent_at.is_(None),
        SubmissionRow.problem_id.not_like("%%draft%"),
    )
)


def statements(session: Any) -> list[str]:
    """What the connection has prepared."""
    return list(session.scalars(text("SELECT statement FROM pg_prepared_statements ORDER BY prepare_time")))


@pytest.fixture
def languages(clean: Servers) -> None:
    with db.transaction() as session:
        for id_ in ("lua", "perl"):
            session.execute(insert(LanguageRow).values(id=id_, spec={"id": id_}))


def test_it_is_prepared_once_and_told_anew_each_time(languages: None) -> None:
    with db.transaction() as session:
        session.execute(text("DEALLOCATE ALL"))
        session.connection().info.clear()
        for id_ in ("lua", "perl", "lua"):
            assert session.execute(OF_ONE, {"id_": id_}).one() == (id_, {"id": id_})
        [one] = statements(session)
    assert "= $1" in one


def test_what_is_not_told_by_name_is_known_to_the_planner(clean: Servers) -> None:
    with db.transaction() as session:
        session.execute(text("DEALLOCATE ALL"))
        session.connection().info.clear()
        assert session.scalars(QUEUED_IN, {"of_language": "lua"}).all() == []
        [one] = statements(session)
    assert f"state = '{State.QUEUED}'" in one
    assert "language = $1" in one
    assert "'%%draft%'" in one  # as it was written


def test_a_new_connection_prepares_it_anew(languages: None) -> None:
    with db.transaction() as session:
        assert session.execute(OF_ONE, {"id_": "lua"}).one().id == "lua"
        pid = session.scalar(text("SELECT pg_backend_pid()"))
    with create_engine(db.database_url()).connect() as elsewhere:
        elsewhere.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    for _ in range(2):
        with db.transaction() as session:
            assert session.execute(OF_ONE, {"id_": "perl"}).one().id == "perl"


def test_one_that_was_prepared_by_what_was_rolled_back_stays(languages: None) -> None:
    def fail() -> None:
        with db.transaction() as session:
            session.execute(OF_ONE, {"id_": "lua"})
            session.execute(text("SELECT 1/0"))

    for _ in range(2):
        with pytest.raises(Exception, match="division by zero"):
            fail()
    with db.transaction() as session:
        assert session.execute(OF_ONE, {"id_": "perl"}).one().id == "perl"


def test_a_list_cannot_be_told(languages: None) -> None:
    some = prepared(select(LanguageRow.id).where(LanguageRow.id.in_(bindparam("ids", expanding=True))))
    with pytest.raises(AssertionError, match="list"), db.transaction() as session:
        session.execute(some, {"ids": ["lua"]})
