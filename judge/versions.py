"""Versions of a problem: each is one package, kept for as long as a submission may name it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from judge import blobs, changes
from judge.db import transaction
from judge.errors import NotFound, NotVerified
from judge.manifest import Manifest
from judge.models import PackageRow, Problem
from judge.packages import archives
from judge.packages.package import Note, Package
from judge.pages import Pages, pages_of
from judge.records import instant
from judge.verdict import VersionState


@dataclass(frozen=True)
class Version:
    """One version as it stands; ``number`` counts from 1 within its problem."""

    problem_id: str
    number: int
    package_id: int
    state: VersionState
    is_current: bool
    warnings: tuple[Note, ...]
    created_at: datetime

    @property
    def is_settled(self) -> bool:
        """Whether a worker has said what it is worth."""
        return self.state in (VersionState.VERIFIED, VersionState.REJECTED)

    def as_json(self) -> dict[str, Any]:
        """An entry of GET /problems/{id}/versions."""
        return {
            "problem_id": self.problem_id,
            "version": self.number,
            "state": self.state,
            "current": self.is_current,
            "warnings": [{"path": path, "message": message} for path, message in self.warnings],
            "created_at": instant(self.created_at),
        }


@dataclass(frozen=True)
class Newest:
    """The newest version of a problem, and the name it gives; current: the number of the current version."""

    version: Version
    name: str
    current: int | None

    def as_json(self) -> dict[str, Any]:
        """An entry of GET /versions."""
        return self.version.as_json() | {"name": self.name, "current_version": self.current}


@dataclass(frozen=True)
class Prepared:
    """A package that is ready to be kept; all that takes long and needs no database has been done.

    digest: what tells it from the other versions of its problem. What a later reader makes of the same files
    may differ, and is another version then.
    """

    package: Package
    pages: Pages
    digest: str


def prepared(package: Package, folder: Path | None) -> Prepared:
    """A package read from a folder; None where its files are not to be kept, and do not count."""
    tree = archives.digest(folder) if folder else ""
    digest = hashlib.sha256(f"{tree} {package.manifest.digest}".encode()).hexdigest()
    return Prepared(package, pages_of(package), digest)


def lock(session: Session, problem_id: str) -> Problem:
    """The problem's row, made where there is none; holding it, two who change it follow one another."""
    session.execute(insert(Problem).values(id=problem_id).on_conflict_do_nothing())
    return session.scalars(select(Problem).where(Problem.id == problem_id).with_for_update()).one()


def find(session: Session, version: Prepared) -> PackageRow | None:
    """The row of a version, if it is kept already."""
    return session.scalar(
        select(PackageRow).where(
            PackageRow.problem_id == version.package.id, PackageRow.digest == version.digest
        )
    )


def kept(session: Session, version: Prepared, archive: str | None) -> PackageRow:
    """The row of a version, new or as it is, of a problem whose row is locked.

    archive: the blob with the package as a zip.
    """
    row = find(session, version) or _new(session, version)
    row.archive = row.archive or archive
    return row


def _new(session: Session, version: Prepared) -> PackageRow:
    package = version.package
    last = session.scalar(select(func.max(PackageRow.version)).where(PackageRow.problem_id == package.id))
    row = PackageRow(
        problem_id=package.id,
        version=(last or 0) + 1,
        state=VersionState.DRAFT,
        digest=version.digest,
        name=package.manifest.name,
        pages=version.pages.as_json(),
        warnings=[list(note) for note in package.warnings],
        manifest=package.manifest.as_json(),
        judging_s=package.manifest.judging_s,
    )
    session.add(row)
    session.flush()
    return row


def keep_data(session: Session, package: Package, progress: Callable[[int, int], None] | None = None) -> None:
    """Keep every piece of data that judging and the pages ask for; what is there already costs a question."""
    wanted = shown_or_judged_by(package)
    for done, digest in enumerate(sorted(wanted), start=1):
        blobs.put(session, package.data[digest])
        if progress:
            progress(done, len(wanted))


def shown_or_judged_by(package: Package) -> set[str]:
    """The SHA-256 of all data of a package that anybody but its verification asks for."""
    statements = (statement.digest for statement in package.statements if statement.digest)
    files = (*package.figures.values(), *package.attachments.values())
    return package.manifest.digests() | {*statements, *files}


def named() -> set[str]:
    """The SHA-256 of every blob that some version names: its archive, its data, its pages' files."""
    digests: set[str] = set()
    query = select(PackageRow.archive, PackageRow.manifest, PackageRow.pages)
    with transaction() as session:
        for row in session.execute(query.execution_options(yield_per=20)):
            digests |= Manifest.from_json(row.manifest).digests() | Pages.from_json(row.pages).digests()
            digests |= {row.archive} if row.archive else set()
    return digests


def listed(problem_id: str) -> list[Version]:
    """The versions of a problem, the newest first. Raises NotFound where there is none."""
    found = _read(PackageRow.problem_id == problem_id)
    if not found:
        raise NotFound(f"there is no problem {problem_id!r}")
    return found


def newest(*, limit: int, before: int | None = None) -> list[Newest]:
    """The newest version of each problem, listed or not, the newest first; before: a package_id."""
    current, later = aliased(PackageRow), aliased(PackageRow)
    is_newest = ~exists().where(later.problem_id == PackageRow.problem_id, later.version > PackageRow.version)
    query = (
        select(PackageRow, current.id, current.version)
        .join(Problem, Problem.id == PackageRow.problem_id)
        .outerjoin(current, current.id == Problem.package_id)
        .where(is_newest, *([PackageRow.id < before] if before else []))
        .order_by(PackageRow.id.desc())
        .limit(limit)
    )
    with transaction() as session:
        return [
            Newest(_version(row, current_id), row.name, number)
            for row, current_id, number in session.execute(query)
        ]


def get(problem_id: str, number: int) -> Version:
    """One version. Raises NotFound."""
    found = _read(PackageRow.problem_id == problem_id, PackageRow.version == number)
    if not found:
        raise NotFound(f"problem {problem_id!r} has no version {number}")
    return found[0]


def exported(problem_id: str, number: int | None = None) -> BinaryIO:
    """The whole package of a version, or of the current one, as a zip. Raises NotFound, BlobDamaged."""
    query = select(PackageRow.archive).where(PackageRow.problem_id == problem_id)
    if number is None:
        query = query.join(Problem, Problem.package_id == PackageRow.id)
    else:
        query = query.where(PackageRow.version == number)
    with transaction() as session:
        archive = session.scalar(query)
    if archive is None:
        which = "no current version" if number is None else f"no version {number}"
        raise NotFound(f"problem {problem_id!r} has {which}, or its package was not kept")
    return blobs.opened(archive)


def publish(problem_id: str, number: int) -> None:
    """Judge new submissions by this version. Raises NotFound; NotVerified where its author must not yet."""
    with transaction() as session:
        problem = session.scalar(select(Problem).where(Problem.id == problem_id).with_for_update())
        row = session.scalar(
            select(PackageRow).where(PackageRow.problem_id == problem_id, PackageRow.version == number)
        )
        if problem is None or row is None:
            raise NotFound(f"problem {problem_id!r} has no version {number}")
        if row.state != VersionState.VERIFIED and row.id != problem.package_id:
            raise NotVerified(f"version {number} is {row.state}; only one that is verified can be published")
        problem.package_id = row.id
        changes.note(session, changes.problem(problem_id))
    changes.problem_changed(problem_id)


def _read(*where: Any) -> list[Version]:
    query = (
        select(PackageRow, Problem.package_id)
        .join(Problem, Problem.id == PackageRow.problem_id)
        .where(*where)
        .order_by(PackageRow.version.desc())
    )
    with transaction() as session:
        return [_version(row, current) for row, current in session.execute(query)]


def _version(row: PackageRow, current: int | None) -> Version:
    """A row as it stands; current: the id of its problem's current one."""
    return Version(
        problem_id=row.problem_id,
        number=row.version,
        package_id=row.id,
        state=VersionState(row.state),
        is_current=row.id == current,
        warnings=tuple((path, message) for path, message in row.warnings),
        created_at=row.created_at,
    )
