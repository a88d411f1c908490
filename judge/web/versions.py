"""Versions of problems over HTTP: upload a package, follow its verification, publish it."""

from collections.abc import Callable, Iterable
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any

from flask import Blueprint, Response, jsonify, url_for
from pydantic import BaseModel, ConfigDict, Field

from judge import verifications, versions, withdrawals
from judge.accounts import ANONYMOUS
from judge.errors import PackageError
from judge.events import publish_cancelled
from judge.packages.ids import is_problem_id
from judge.verifications import Requested
from judge.verifications import ledger as verification_ledger
from judge.versions import Version
from judge.web import paging, shapes
from judge.web.announcements import announce, beside
from judge.web.asking import account, require_admin, require_author
from judge.web.describing import describe, query
from judge.web.faults import Fault, invalid
from judge.web.problems import checked_id
from judge.web.schemas import DIGITS, QueryFlag, UserName
from judge.web.uploads import PACKAGE, body, uploaded

blueprint = Blueprint("versions", __name__)


class UploaderQuery(BaseModel):
    """In whose name; with tokens it is the asker's."""

    model_config = ConfigDict(extra="forbid")

    user_id: Annotated[UserName, Field(description="heeded with JUDGE_AUTH=none alone")] = ANONYMOUS


class NewestQuery(paging.Page):
    """The query of GET /versions."""

    cursor: Annotated[
        int | None, Field(ge=1, lt=10**9, description="next_cursor of the page before"), DIGITS
    ] = None  # type: ignore[assignment]  # a number here


class PurgeQuery(BaseModel):
    """How much of a problem goes."""

    model_config = ConfigDict(extra="forbid")

    purge: Annotated[QueryFlag, Field(description="with every submission to it; for admins")] = False


_ASKED: dict[int, type[BaseModel]] = {200: shapes.Upload, 202: shapes.Upload}


@blueprint.put("/problems/<problem_id>")
@describe(
    "Upload a package",
    tag="Versions",
    query=UploaderQuery,
    body=PACKAGE,
    answers=_ASKED,
    sends=("Location",),
    refusals={408: "the package came too slowly"},
)
def put_problem(problem_id: str) -> Response:
    """Take a package as a draft that a worker verifies; one that is known answers as it stands."""
    require_author()
    return take(problem_id, body, user_id=_uploader())


def take(problem_id: str, opened: Callable[[], Iterable[bytes]], *, user_id: str) -> Response:
    """Take the package that comes in blocks, as a draft. Raises Fault, with every fault of the package."""
    if not is_problem_id(problem_id):
        raise invalid("problem_id", "a problem's id is up to 64 of a-z, 0-9 and inner hyphens")
    try:
        with uploaded(problem_id, opened()) as upload:
            requested = verifications.upload(
                upload.version, upload.archive, archive_digest=upload.archive_digest, user_id=user_id
            )
    except PackageError as error:
        raise _unreadable(error) from error
    return _answer(problem_id, requested)


@blueprint.delete("/problems/<problem_id>")
@describe("Withdraw a problem", tag="Problems", query=PurgeQuery, answers={204: None})
def delete_problem(problem_id: str) -> Response:
    """List it no longer; with ``purge=true`` an admin removes it with every submission to it."""
    require_author()
    checked_id(problem_id)
    if not query(PurgeQuery).purge:
        withdrawals.withdraw(problem_id)
        return Response(status=HTTPStatus.NO_CONTENT)
    require_admin()
    held = withdrawals.purge(problem_id)
    beside(lambda: publish_cancelled(held))
    return Response(status=HTTPStatus.NO_CONTENT)


@blueprint.post("/problems/<problem_id>/versions/<int:number>/verify")
@describe("Verify a version again", tag="Versions", query=UploaderQuery, answers=_ASKED, sends=("Location",))
def verify_again(problem_id: str, number: int) -> Response:
    """Have a version verified once more."""
    require_author()
    return verify(problem_id, number, user_id=_uploader())


def verify(problem_id: str, number: int, *, user_id: str) -> Response:
    """Ask for another verification. Raises NotFound."""
    return _answer(problem_id, verifications.request(checked_id(problem_id), number, user_id=user_id))


@blueprint.get("/versions")
@describe(
    "List the newest version of each problem",
    tag="Versions",
    query=NewestQuery,
    answers={200: shapes.NewestVersionPage},
    sends=("Link",),
)
def list_newest() -> Response:
    """The newest version of every problem, also of those that were never published, the newest first."""
    require_author()
    asked = query(NewestQuery)
    found = versions.newest(limit=asked.limit + 1, before=asked.cursor)
    return paging.answer(
        [newest.as_json() for newest in found[: asked.limit]],
        str(found[asked.limit - 1].version.package_id) if len(found) > asked.limit else None,
    )


@blueprint.get("/problems/<problem_id>/versions")
@describe("List the versions of a problem", tag="Versions", answers={200: shapes.VersionList})
def list_versions(problem_id: str) -> Response:
    """The versions of a problem, the newest first."""
    require_author()
    checked_id(problem_id)
    return jsonify(items=[version.as_json() for version in versions.listed(problem_id)])


@blueprint.get("/problems/<problem_id>/versions/<int:number>")
@describe("Show a version", tag="Versions", answers={200: shapes.VerifiedVersion})
def show_version(problem_id: str, number: int) -> Response:
    """A version with its latest verification, whose report is there once it is done."""
    require_author()
    checked_id(problem_id)
    return jsonify(_shown(versions.get(problem_id, number)))


@blueprint.post("/problems/<problem_id>/versions/<int:number>/publish")
@describe(
    "Publish a version",
    tag="Versions",
    answers={200: shapes.VerifiedVersion},
    refusals={409: "the version is not verified"},
)
def publish(problem_id: str, number: int) -> Response:
    """Judge new submissions by a version that was verified; 409 for any other."""
    require_author()
    checked_id(problem_id)
    versions.publish(problem_id, number)
    return jsonify(_shown(versions.get(problem_id, number)))


def _shown(version: Version) -> dict[str, Any]:
    verification = verification_ledger.latest(version.package_id)
    return version.as_json() | {"verification": verification and verification.as_json()}


def _uploader() -> str:
    """In whose name a verification is asked for, and on whose stream its events are."""
    asker = account()
    return asker.user_id if asker else query(UploaderQuery).user_id


def _unreadable(error: PackageError) -> Fault:
    """422 with every fault; each pointer is a path in the package."""
    errors = [{"pointer": path, "detail": message} for path, message in error.faults]
    count = "one fault" if len(errors) == 1 else f"{len(errors)} faults"
    detail = f"the package has {count}: {errors[0]['pointer']}: {errors[0]['detail']}"
    return Fault(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=errors)


def _answer(problem_id: str, requested: Requested) -> Response:
    if requested.event is not None:
        event = requested.event
        send = partial(verifications.send, event.verification_id)
        beside(lambda: announce([event], verifications.mark_sent, send))
    version = versions.get(problem_id, requested.version)
    response = jsonify(
        problem_id=problem_id,
        version=version.number,
        state=version.state,
        verification_id=requested.verification_id,
    )
    is_answered = version.is_settled and requested.event is None
    response.status_code = HTTPStatus.OK if is_answered else HTTPStatus.ACCEPTED
    response.headers["Location"] = url_for(
        "versions.show_version", problem_id=problem_id, number=version.number
    )
    return response
