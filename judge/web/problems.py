"""Problems over HTTP: the list, each with its statement, and the files that belong to it."""

import os
from collections.abc import Sequence
from pathlib import PurePath
from typing import Annotated, Any, BinaryIO
from urllib.parse import quote

from flask import Blueprint, Response, jsonify, request, url_for
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.wsgi import wrap_file

from judge import blobs, cache, changes, problems
from judge.cache import Entry, Filling, Read
from judge.errors import NotFound
from judge.packages.ids import is_problem_id
from judge.problems import CurrentProblem
from judge.web import cached, paging, shapes
from judge.web.describing import describe, query
from judge.web.schemas import Text

blueprint = Blueprint("problems", __name__)

_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".pdf": "application/pdf",
    ".txt": "text/plain; charset=utf-8",
    ".in": "text/plain; charset=utf-8",
    ".ans": "text/plain; charset=utf-8",
    ".zip": "application/zip",
}
_HARMLESS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}
_KEYWORDS = 200
_OTHERWISE = ("en", "otherwise")
"""The fields for whoever reads none of a statement's languages: English, else the first that there is."""

# An author's SVG is a document that could bring a script; in a sandbox it is a picture.
_SANDBOX = {"Content-Security-Policy": "sandbox; default-src 'none'"}
_FILES = (*dict.fromkeys(kind.partition(";")[0] for kind in _TYPES.values()), "application/octet-stream")


class StatementQuery(BaseModel):
    """Which statement is wanted."""

    model_config = ConfigDict(extra="forbid")

    language: Annotated[Text, Field(description="a language, before those of Accept-Language")] = ""


class ProblemsQuery(paging.Page):
    """The query of GET /problems."""

    q: Annotated[Text, Field(max_length=100, description="words that stand in the name or the id")] = ""
    keyword: Annotated[Text, Field(max_length=100, description="one that the problem has")] = ""


@blueprint.get("/problems")
@describe(
    "List the problems",
    tag="Problems",
    query=ProblemsQuery,
    answers={200: shapes.ProblemPage},
    sends=("Link", "Cache-Status"),
    has_etag=True,
)
def list_problems() -> Response:
    """Problems in the order of their ids, a page at a time; of those that are looked for."""
    return cached.answer(listed(query(ProblemsQuery)))


def listed(asked: ProblemsQuery) -> Read:
    """The list as it is answered; what is looked for is read from Postgres, for it may be anything."""
    limit, cursor = asked.limit, asked.cursor or ""
    wanted = {"text": asked.q, "keyword": asked.keyword}

    def fill() -> Filling:
        found = problems.page(limit=limit + 1, after=cursor, **wanted)
        named = {name: value for name, value in (("q", asked.q), ("keyword", asked.keyword)) if value}
        items = [problem.summary() for problem in found]
        entry = cached.entry_of(paging.page(items, limit, {"limit": limit, **named}))
        return Filling(entry, {field: entry})

    field = f"{limit} {cursor}"
    return cache.bypass(fill) if any(wanted.values()) else cached.read(changes.PROBLEMS, [field], fill)


@blueprint.get("/keywords")
@describe(
    "List the keywords",
    tag="Problems",
    answers={200: shapes.KeywordList},
    sends=("Cache-Status",),
    has_etag=True,
)
def list_keywords() -> Response:
    """What problems are about, by the keywords that most of them have."""
    return cached.answer(keywords())


def keywords() -> Read:
    """The keywords as they are answered."""

    def fill() -> Filling:
        found = [{"keyword": name, "problems": count} for name, count in problems.keywords(limit=_KEYWORDS)]
        entry = cached.entry_of(jsonify(items=found))
        return Filling(entry, {"keywords": entry})

    return cached.read(changes.PROBLEMS, ["keywords"], fill)


@blueprint.get("/problems/<problem_id>")
@describe(
    "Show a problem",
    tag="Problems",
    query=StatementQuery,
    headers=("Accept-Language",),
    answers={200: shapes.FullProblem},
    sends=("Content-Language", "Cache-Status"),
    has_etag=True,
)
def show_problem(problem_id: str) -> Response:
    """A problem with its statement, in a language that the asker wants where there is one, and samples."""
    response = cached.answer(shown(problem_id, query(StatementQuery).language))
    response.vary.add("Accept-Language")
    return response


def shown(problem_id: str, language: str) -> Read:
    """A problem as it is answered, in a language that was named, or in one of Accept-Language."""
    # All are kept at once, so the first that is kept is the first that there is.
    fields = [*_languages(language), *_OTHERWISE]
    return cached.read(changes.problem(checked_id(problem_id)), fields, lambda: _shown(problem_id, fields))


def _shown(problem_id: str, fields: Sequence[str]) -> Filling:
    """A problem in each of the languages that its statement has, read at once."""
    problem = problems.get(problem_id)
    kept = {page.language: _in_language(problem, page.language) for page in problem.pages.statements}
    kept[_OTHERWISE[-1]] = kept[problem.pages.statement().language]
    return Filling(next(kept[field] for field in fields if field in kept), kept)


def _in_language(problem: CurrentProblem, language: str) -> Entry:
    response = jsonify(problem.as_json([language]) | _links(problem, [language]))
    response.headers["Content-Language"] = language
    return cached.entry_of(response, names=["Content-Language"])


@blueprint.get("/problems/<problem_id>/statement.pdf")
@describe(
    "Fetch the statement as a PDF",
    tag="Problems",
    query=StatementQuery,
    headers=("Accept-Language",),
    answers={200: ("application/pdf",)},
    has_etag=True,
)
def statement_pdf(problem_id: str) -> Response:
    """The statement, where it is a PDF."""
    page = current(problem_id).pages.statement(_languages(query(StatementQuery).language))
    if page.digest is None:
        raise NotFound(f"the statement of {problem_id!r} is no PDF")
    # Not in a sandbox, where browsers show no PDF; what its scripts can reach is the PDF.
    return _file(page.digest, "statement.pdf", {})


@blueprint.get("/problems/<problem_id>/figures/<path:name>")
@describe("Fetch a picture of the statement", tag="Problems", answers={200: _FILES}, has_etag=True)
def figure(problem_id: str, name: str) -> Response:
    """A picture of the statement."""
    figures = current(problem_id).pages.figures
    if name not in figures:
        raise NotFound(f"problem {problem_id!r} has no figure {name!r}")
    return _file(figures[name].digest, name, _SANDBOX)


@blueprint.get("/problems/<problem_id>/attachments/<path:name>")
@describe("Fetch an attachment", tag="Problems", answers={200: _FILES}, has_etag=True)
def attachment(problem_id: str, name: str) -> Response:
    """A file for contestants."""
    attachments = current(problem_id).pages.attachments
    if name not in attachments:
        raise NotFound(f"problem {problem_id!r} has no attachment {name!r}")
    disposition = f"attachment; filename*=UTF-8''{quote(PurePath(name).name)}"
    return _file(attachments[name].digest, name, _SANDBOX | {"Content-Disposition": disposition})


def current(problem_id: str) -> CurrentProblem:
    """A problem by the id in a path. Raises NotFound."""
    return problems.get(checked_id(problem_id))


def checked_id(problem_id: str) -> str:
    """An id that a problem could have. Raises NotFound."""
    if not is_problem_id(problem_id):
        raise NotFound(f"there is no problem {problem_id!r}")
    return problem_id


def _languages(chosen: str) -> Sequence[str]:
    """The languages that the asker reads, the best first; ``sv-SE`` is also ``sv``."""
    if chosen:
        return [chosen]
    accepted = [tag for tag, quality in request.accept_languages if quality > 0]
    return [each for tag in accepted for each in dict.fromkeys((tag, tag.partition("-")[0]))]


def _links(problem: CurrentProblem, wanted: Sequence[str]) -> dict[str, Any]:
    page = problem.pages.statement(wanted)
    pdf = url_for("problems.statement_pdf", problem_id=problem.id, language=page.language)
    return {
        "statement_pdf": pdf if page.digest else None,
        "attachments": [
            {
                "name": name,
                "url": url_for("problems.attachment", problem_id=problem.id, name=name),
                "size_bytes": kept.size_bytes,
            }
            for name, kept in sorted(problem.pages.attachments.items())
        ],
    }


def _file(digest: str, name: str, headers: dict[str, str]) -> Response:
    """A blob as a file of this name; its kind follows from the name alone."""
    file = blobs.opened(digest)
    kind = _TYPES.get(PurePath(name).suffix.lower(), "application/octet-stream")
    response = Response(wrap_file(request.environ, file), content_type=kind, direct_passthrough=True)
    response.content_length = _size(file)
    response.headers.update({**_HARMLESS, **headers})
    response.set_etag(digest)
    response.call_on_close(file.close)
    return response.make_conditional(request)  # type: ignore[return-value]  # it returns itself


def _size(file: BinaryIO) -> int:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    return size
