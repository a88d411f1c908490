"""Every statement of a package, rendered as the page would: what that complains of."""

from judge.packages.package import Note, Package, Statement
from judge.statements import image_faults, render

_PDF = b"%PDF-"


def rendered(package: Package) -> tuple[list[Note], list[Note]]:
    """Errors and warnings of all statements and of the pictures beside them."""
    errors: list[Note] = []
    warnings: list[Note] = []
    for statement in package.statements:
        where = statement.path
        if statement.kind == "pdf":
            errors += [(where, "is no PDF file")] if not _is_pdf(package, statement) else []
            continue
        page = render(
            statement.source,
            statement.kind,
            images={name: name for name in package.figures},
            constants=package.constants,
            samples=package.manifest.samples,
        )
        errors += [(where, fault) for fault in page.faults]
        warnings += [(where, warning) for warning in page.warnings]
    return errors + _figures(package), warnings


def _is_pdf(package: Package, statement: Statement) -> bool:
    assert statement.digest is not None
    with package.opened(statement.digest) as file:
        return file.read(len(_PDF)) == _PDF


def _figures(package: Package) -> list[Note]:
    """A file beside the statement that no page could show is of no harm, unless it says it is a picture."""
    notes: list[Note] = []
    for name, digest in package.figures.items():
        with package.opened(digest) as file:
            content = file.read()
        notes += [
            (f"{package.version.statement_folder}/{name}", fault) for fault in image_faults(name, content)
        ]
    return notes
