"""What people see of a version of a problem: its statements, and the files that belong to them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal
from urllib.parse import quote

from judge.packages.package import Content, Package, Statement
from judge.statements import render


@dataclass(frozen=True)
class Page:
    """The statement in one language; a PDF has a ``digest`` instead of ``source`` and ``html``."""

    language: str
    name: str
    kind: Literal["md", "tex", "pdf"]
    source: str
    html: str
    digest: str | None = None


@dataclass(frozen=True)
class KeptFile:
    """A file of a package among the blobs."""

    digest: str
    size_bytes: int


@dataclass(frozen=True)
class Pages:
    """Everything that is shown; figures and attachments by file name."""

    statements: tuple[Page, ...] = ()
    figures: Mapping[str, KeptFile] = field(default_factory=dict)
    attachments: Mapping[str, KeptFile] = field(default_factory=dict)

    def statement(self, wanted: Sequence[str] = ()) -> Page:
        """The statement in the first of the languages wanted that there is; else English, else the first."""
        by_language = {page.language: page for page in self.statements}
        for language in (*wanted, "en"):
            if language in by_language:
                return by_language[language]
        return self.statements[0]

    def digests(self) -> set[str]:
        """The SHA-256 of every file among the blobs."""
        files = (*self.figures.values(), *self.attachments.values())
        statements = (page.digest for page in self.statements if page.digest)
        return {*statements, *(file.digest for file in files)}

    def as_json(self) -> dict[str, Any]:
        """As kept in the database."""
        return asdict(self) | {"statements": [asdict(page) for page in self.statements]}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Pages":
        """The reverse of ``as_json``."""
        return cls(
            tuple(Page(**page) for page in kept["statements"]),
            {name: KeptFile(**file) for name, file in kept["figures"].items()},
            {name: KeptFile(**file) for name, file in kept["attachments"].items()},
        )


def pages_of(package: Package) -> Pages:
    """What a package shows, rendered."""
    return Pages(
        tuple(_page(statement, package) for statement in package.statements),
        {name: _kept(package, digest) for name, digest in package.figures.items()},
        {name: _kept(package, digest) for name, digest in package.attachments.items()},
    )


def _page(statement: Statement, package: Package) -> Page:
    html = ""
    if statement.kind != "pdf":
        images = {name: f"/api/v1/problems/{package.id}/figures/{quote(name)}" for name in package.figures}
        html = render(statement.source, statement.kind, images=images, constants=package.constants).html
    return Page(statement.language, statement.name, statement.kind, statement.source, html, statement.digest)


def _kept(package: Package, digest: str) -> KeptFile:
    return KeptFile(digest, size_of(package.data[digest]))


def size_of(content: Content) -> int:
    """How many bytes a piece of a package has."""
    return len(content) if isinstance(content, bytes) else content.stat().st_size
