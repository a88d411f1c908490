"""Problems as the database holds them: which version is current, what a list and a page of them need."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, cast, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB

from judge import blobs, changes, versions
from judge.comparison import comparison
from judge.db import at_once, transaction
from judge.errors import NotFound
from judge.languages import table
from judge.manifest import Manifest, Sample
from judge.models import PackageRow, Problem
from judge.packages import archives
from judge.packages.package import Package
from judge.pages import Pages
from judge.prepared import prepared
from judge.versions import Prepared

_UNLISTED: dict[str, Any] = {"tests": [], "samples": [], "validators": [], "includes": []}
"""What may be long in a manifest, and is left in the database when problems are listed."""


@dataclass(frozen=True)
class Listed:
    """A problem as a list needs it; its manifest lacks what a list does not show, which is most of it."""

    id: str
    manifest: Manifest
    test_count: int

    def summary(self) -> dict[str, Any]:
        """A line of GET /problems."""
        manifest = self.manifest
        return {
            "id": self.id,
            "name": manifest.name,
            "keywords": list(manifest.keywords),
            "limits": {
                "time_limit_s": manifest.time_limit_s,
                "memory_bytes": manifest.memory_bytes,
                "output_bytes": manifest.output_bytes,
                "code_bytes": manifest.code_bytes,
            },
            "test_count": self.test_count,
            "type": {
                "scoring": manifest.scoring,
                "interactive": manifest.interactive,
                "multi_pass": manifest.passes > 1,
                "validated": bool(manifest.validators),
            },
            "max_score": self.max_score,
        }

    @property
    def max_score(self) -> float | None:
        """The most that a submission can get; None where it gets no score, or there is no bound."""
        return self.manifest.groups[0].most if self.manifest.scoring and self.manifest.groups else None


@dataclass(frozen=True)
class CurrentProblem:
    """A problem with the package that new submissions are judged by."""

    id: str
    package_id: int
    version: int
    manifest: Manifest
    pages: Pages

    def summary(self) -> dict[str, Any]:
        """A line of GET /problems."""
        return Listed(self.id, self.manifest, len(self.manifest.tests)).summary()

    def as_json(self, wanted: Sequence[str] = ()) -> dict[str, Any]:
        """GET /problems/{id}, with the statement in the first of the languages ``wanted`` that there is."""
        page = self.pages.statement(wanted)
        return self.summary() | {
            "name": page.name or self.manifest.name,
            "version": self.version,
            "languages": [each.language for each in self.pages.statements],
            "statement_language": page.language,
            "statement": page.source,
            "statement_html": page.html,
            "samples": [self._sample(sample) for sample in self.manifest.samples],
            "allowed_languages": self.manifest.languages and list(self.manifest.languages),
            "included_languages": [language for language, _ in self.manifest.includes],
            # Each language's hello reads and prints, which is how a solution begins.
            "templates": {
                language.id: language.hello.lstrip()
                for language in table().values()
                if self.allows(language.id)
            },
        }

    def allows(self, language: str) -> bool:
        """Whether a submission may be written in a language."""
        return self.manifest.languages is None or language in self.manifest.languages

    def _sample(self, sample: Sample) -> dict[str, Any]:
        shown: dict[str, Any] = {"name": sample.name, "input": sample.input, "answer": sample.answer}
        if sample.interaction is not None:
            return shown | {"interaction": sample.interaction}
        args = next((test.validator_args for test in self.manifest.tests if test.name == sample.name), None)
        # Another validator's arguments mean what it likes; and what is shown alone is no test.
        compared = None if self.manifest.validators or args is None else comparison(args)
        return shown | {"comparison": compared and asdict(compared)}


def add(
    package: Package,
    progress: Callable[[int, int], None] | None = None,
    *,
    folder: Path | None = None,
    timed: Callable[[Package], Package] | None = None,
) -> bool:
    """Make a package the current version of its problem, unverified; False where it was already.

    progress: told how many data files have been kept, and of how many. folder: where the package was read
    from; kept whole, so that it can be exported and verified. timed: gives a package that names no time limit
    the one that follows from its submissions; what it raises ends the import.
    """
    version = versions.prepared(package, folder)
    if _is_current(version):
        return False
    if timed and package.timing.given_s is None:
        package = timed(package)
    with tempfile.TemporaryFile() as zip_:
        if folder:
            archives.pack(folder, zip_)
        with transaction() as session:
            problem = versions.lock(session, package.id)
            versions.keep_data(session, package, progress)
            archive = blobs.put(session, zip_, level=0) if folder else None
            row = versions.kept(session, version, archive)
            row.pages = version.pages.as_json()  # rendered anew, perhaps by better rules
            row.manifest, row.judging_s = package.manifest.as_json(), package.manifest.judging_s
            problem.package_id = row.id
            changes.note(session, changes.problem(package.id))
    changes.problem_changed(package.id)
    return True


def _is_current(version: Prepared) -> bool:
    """Whether nothing of a package is new, and nothing of its data is gone."""
    with transaction() as session:
        current = select(PackageRow).join(Problem, Problem.package_id == PackageRow.id)
        row = session.scalar(current.where(Problem.id == version.package.id))
        return (
            row is not None
            and row.digest == version.digest
            and row.pages == version.pages.as_json()
            and blobs.holds(session, versions.shown_or_judged_by(version.package))
        )


def get(problem_id: str) -> CurrentProblem:
    """A problem by its id. Raises NotFound."""
    with at_once() as connection:
        row = connection.execute(_CURRENT, {"id_": problem_id}).first()
    if row is None:
        raise NotFound(f"there is no problem {problem_id!r}")
    manifest, pages = Manifest.from_json(row.manifest), Pages.from_json(row.pages)
    return CurrentProblem(problem_id, row.id, row.version, manifest, pages)


_CURRENT = prepared(
    select(PackageRow.id, PackageRow.version, PackageRow.manifest, PackageRow.pages)
    .join(Problem, Problem.package_id == PackageRow.id)
    .where(Problem.id == bindparam("id_"))
)


def page(*, limit: int, after: str = "", text: str = "", keyword: str = "") -> list[Listed]:
    """Problems in the order of their ids; those with all words in name or id, and a keyword, if given."""
    query = (
        select(
            Problem.id,
            PackageRow.manifest.concat(cast(_UNLISTED, JSONB)).label("manifest"),
            func.jsonb_array_length(PackageRow.manifest["tests"]).label("test_count"),
        )
        .join(PackageRow, PackageRow.id == Problem.package_id)
        .where(Problem.id > after)
        .order_by(Problem.id)
        .limit(limit)
    )
    for word in text.split():
        query = query.where(
            or_(
                Problem.id.icontains(word, autoescape=True),
                PackageRow.name.icontains(word, autoescape=True),  # of manifests each would be unpacked
            )
        )
    if keyword:
        query = query.where(PackageRow.keywords.contains([keyword]))
    with transaction() as session:
        return [
            Listed(row.id, Manifest.from_json(row.manifest), row.test_count) for row in session.execute(query)
        ]


def keywords(*, limit: int) -> list[tuple[str, int]]:
    """The keywords of problems that are listed, each with how many have it; those of most come first."""
    of_each = (
        select(func.jsonb_array_elements_text(PackageRow.keywords).label("keyword"))
        .join(Problem, Problem.package_id == PackageRow.id)
        .subquery()
    )
    keyword, count = of_each.c.keyword, func.count().label("problems")
    query = select(keyword, count).group_by(keyword).order_by(count.desc(), keyword).limit(limit)
    with transaction() as session:
        return [(row.keyword, row.problems) for row in session.execute(query)]
