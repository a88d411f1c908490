"""Problems as the database holds them: which package is current, what a list and a page of them need."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from judge import blobs
from judge.db import transaction
from judge.errors import NotFound
from judge.languages import table
from judge.manifest import Manifest
from judge.models import PackageRow, Problem
from judge.packages import Package
from judge.statements import render


@dataclass(frozen=True)
class CurrentProblem:
    """A problem with the package that new submissions are judged by."""

    id: str
    package_id: int
    manifest: Manifest
    statement: str
    statement_html: str

    def summary(self) -> dict[str, Any]:
        """A line of GET /problems."""
        return {
            "id": self.id,
            "name": self.manifest.name,
            "keywords": list(self.manifest.keywords),
            "limits": {
                "time_limit_s": self.manifest.time_limit_s,
                "memory_bytes": self.manifest.memory_bytes,
                "output_bytes": self.manifest.output_bytes,
                "code_bytes": self.manifest.code_bytes,
            },
            "test_count": len(self.manifest.tests),
        }

    def as_json(self) -> dict[str, Any]:
        """GET /problems/{id}."""
        return self.summary() | {
            "statement": self.statement,
            "statement_html": self.statement_html,
            "samples": [
                {"name": sample.name, "input": sample.input, "answer": sample.answer}
                for sample in self.manifest.samples
            ],
            # Each language's hello reads and prints, which is how a solution begins.
            "templates": {language.id: language.hello.lstrip() for language in table().values()},
        }


def add(package: Package, progress: Callable[[int, int], None] | None = None) -> bool:
    """Make a package the current one of its problem; False where it was already.

    ``progress`` is told how many data files have been kept, and of how many.
    """
    with transaction() as session:
        session.execute(insert(Problem).values(id=package.id).on_conflict_do_nothing())
        # Holding the problem's row, two imports of it follow one another.
        problem = session.scalars(select(Problem).where(Problem.id == package.id).with_for_update()).one()
        digest = package.manifest.digest
        row = session.scalar(
            select(PackageRow).where(PackageRow.problem_id == package.id, PackageRow.digest == digest)
        )
        if (
            row
            and row.id == problem.package_id
            and row.statement == package.statement
            and blobs.holds(session, package.data.keys())
        ):
            return False
        for done, path in enumerate(package.data.values(), start=1):
            blobs.put(session, path)
            if progress:
                progress(done, len(package.data))
        if row is None:
            row = PackageRow(problem_id=package.id, digest=digest)
            session.add(row)
        row.name = package.manifest.name
        row.manifest = package.manifest.as_json()
        row.judging_s = package.manifest.judging_s
        row.statement = package.statement
        row.statement_html = render(package.statement)
        session.flush()
        problem.package_id = row.id
        return True


def get(problem_id: str) -> CurrentProblem:
    """A problem by its id. Raises NotFound."""
    found = _read(Problem.id == problem_id)
    if not found:
        raise NotFound(f"there is no problem {problem_id!r}")
    return found[0]


def page(*, limit: int, after: str = "") -> list[CurrentProblem]:
    """Problems in the order of their ids."""
    return _read(Problem.id > after, limit=limit)


def _read(*where: Any, limit: int | None = None) -> list[CurrentProblem]:
    query = (
        select(Problem.id, PackageRow)
        .join(PackageRow, PackageRow.id == Problem.package_id)
        .where(*where)
        .order_by(Problem.id)
        .limit(limit)
    )
    with transaction() as session:
        return [
            CurrentProblem(
                problem_id, row.id, Manifest.from_json(row.manifest), row.statement, row.statement_html
            )
            for problem_id, row in session.execute(query)
        ]
