"""Problems that are taken back: out of the list while there are submissions to them, or altogether."""

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from judge import changes
from judge.db import transaction
from judge.errors import NotFound
from judge.models import Problem, SubmissionRow

_AT_ONCE = 200


def withdraw(problem_id: str) -> None:
    """List a problem no longer; one without submissions goes, with all of its versions. Raises NotFound.

    Submissions stay as they are, with the version that each was judged by, until a version is published.
    """
    with transaction() as session:
        _withdraw(session, problem_id)
        changes.note(session, changes.problem(problem_id))
    changes.problem_changed(problem_id)


def purge(problem_id: str) -> list[str]:
    """Remove a problem with its versions and every submission to it, whatever their states. Raises NotFound.

    Returns the submissions that were not ended, for workers to be told.
    """
    held: list[str] = []
    is_gone = False
    while not is_gone:  # a part at a time, for a statement's time is bounded
        with transaction() as session:
            is_gone = _withdraw(session, problem_id)
            gone = [] if is_gone else _delete_some(session, problem_id)
            changed = [
                changes.problem(problem_id),
                *(changes.submission(row.id, row.user_id, problem_id) for row in gone),
            ]
            changes.note(session, *changed)
        held += [row.id for row in gone if row.finished_at is None]
        changes.changed(*changed)
    return held


def _withdraw(session: Session, problem_id: str) -> bool:
    """Whether the problem was without submissions, and so is gone."""
    problem = session.scalar(select(Problem).where(Problem.id == problem_id).with_for_update())
    if problem is None:
        raise NotFound(f"there is no problem {problem_id!r}")
    problem.package_id = None
    session.flush()
    if session.scalar(select(exists().where(SubmissionRow.problem_id == problem_id))):
        return False
    session.delete(problem)
    return True


def _delete_some(session: Session, problem_id: str) -> list[SubmissionRow]:
    rows = session.scalars(
        select(SubmissionRow)
        .where(SubmissionRow.problem_id == problem_id)
        .order_by(SubmissionRow.id)
        .limit(_AT_ONCE)
        .with_for_update(of=SubmissionRow)
    ).all()
    session.execute(
        delete(SubmissionRow)
        .where(SubmissionRow.id.in_([row.id for row in rows]))
        .execution_options(synchronize_session=False)
    )
    return list(rows)
