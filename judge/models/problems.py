"""Problems, the versions of each, and the data that they are judged by."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    Float,
    ForeignKey,
    Identity,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from judge.db import Base
from judge.models.columns import INSTANT, NOW, one_of
from judge.verdict import VersionState


class Blob(Base):
    """Test data, named by its SHA-256, so that any worker can fetch it with DATABASE_URL alone."""

    __tablename__ = "blobs"

    digest: Mapped[str] = mapped_column(Text, primary_key=True)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    kept_at: Mapped[datetime] = mapped_column(INSTANT, server_default=NOW)  # when somebody last put it here


class BlobChunk(Base):
    """A slice of a blob, zlib-compressed; slices keep one row and one reply small."""

    __tablename__ = "blob_chunks"

    digest: Mapped[str] = mapped_column(ForeignKey("blobs.digest", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Problem(Base):
    """A problem by its id; what it is made of stands in its current package."""

    __tablename__ = "problems"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    package_id: Mapped[int | None] = mapped_column(
        # Problem and package point at each other; the constraint is added after both tables.
        ForeignKey("packages.id", name="problems_package_id_fkey", use_alter=True)
    )
    created_at: Mapped[datetime] = mapped_column(INSTANT, server_default=NOW)


class PackageRow(Base):
    """One version of a problem; a submission names and keeps the version it was judged by."""

    __tablename__ = "packages"
    __table_args__ = (
        UniqueConstraint("problem_id", "digest", name="packages_problem_id_digest"),
        UniqueConstraint("problem_id", "version", name="packages_problem_id_version"),
        CheckConstraint(one_of("state", VersionState), name="packages_state"),
        CheckConstraint("version >= 1", name="packages_version"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    problem_id: Mapped[str] = mapped_column(ForeignKey("problems.id", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column(Integer)  # 1, 2, … within the problem
    state: Mapped[str] = mapped_column(Text, server_default=VersionState.DRAFT)
    digest: Mapped[str] = mapped_column(Text)  # over all of the package: an equal one is no new version
    archive: Mapped[str | None] = mapped_column(Text)  # the blob with the package as a zip
    name: Mapped[str] = mapped_column(Text)
    pages: Mapped[dict[str, Any]] = mapped_column(JSONB)  # judge.pages.Pages: statements, figures, …
    warnings: Mapped[list[list[str]]] = mapped_column(JSONB, server_default="[]")  # path and message
    manifest: Mapped[dict[str, Any]] = mapped_column(JSONB)  # judge.manifest.Manifest: limits and tests
    # Of its own, for a list to look through: a manifest is long where a problem has many tests.
    keywords: Mapped[list[str] | None] = mapped_column(
        JSONB, Computed("manifest -> 'keywords'", persisted=True)
    )
    judging_s: Mapped[float] = mapped_column(Float)  # no judging of one submission takes longer
    created_at: Mapped[datetime] = mapped_column(INSTANT, server_default=NOW)
