"""Judge0's submissions: made one by one and in batches, shown, listed, deleted."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, jsonify, request
from sqlalchemy.orm import Session

from judge import judge0, runs
from judge.config import settings
from judge.errors import NotFound
from judge.judge0 import ASKED_FIELDS, DEFAULT_FIELDS, FIELDS, NotText
from judge.runs import callbacks
from judge.runs import ledger as run_ledger
from judge.runs.records import Run
from judge.verdict import ENDED
from judge.web.batches import alone
from judge.web.faults import Fault
from judge.web.judge0.access import authorize
from judge.web.judge0.asking import Invalid, read_fields, translated
from judge.web.judge0.languages import languages
from judge.web.runs import seen, start, whose
from judge.web.submissions import submitter_of
from judge.web.waiting import until_run_ended
from judge.webhooks import reach

blueprint = Blueprint("judge0_submissions", __name__)

MOST_IN_BATCH = 20
_LARGEST_PAGE = 100
_MANY_BYTES = 32 * 1024 * 1024
"""What the submissions of one answer may hold: a whole batch may have printed as much as is allowed."""
_NOT_TEXT = "some attributes for {} cannot be converted to UTF-8, use base64_encoded=true query parameter"
_ONE, _SEVERAL = map(_NOT_TEXT.format, ("this submission", "one or more submissions"))


@blueprint.post("/submissions", strict_slashes=False)
def create() -> Response:
    """Have a program run: its token; with wait=true all of it, once it has ended or we wait no longer."""
    fields = _fields()
    body = read_fields(most_bytes=settings().max_batch_bytes)
    try:
        asked = translated(body, languages(), encoded=_is_encoded(body))
    except Invalid as invalid:
        return _answer(invalid.errors, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        owner = submitter_of(None)
        run = start(asked.execution, owner, asked_as=asked.as_told, also=_callback(asked.as_told, owner))
    except Fault as full:
        if full.status is HTTPStatus.TOO_MANY_REQUESTS:
            raise Fault(HTTPStatus.SERVICE_UNAVAILABLE, "queue is full", headers=full.headers) from full
        raise
    if _parameter("wait", body) != "true":
        return _answer({"token": judge0.token_of(run.id)}, HTTPStatus.CREATED)
    with suppress(Fault):  # no room to wait in; it is accepted all the same
        run = until_run_ended(run.id, settings().max_wait_s)
    try:
        return _answer(_shown(run, fields, encoded=_is_encoded(body)), HTTPStatus.CREATED)
    except NotText:
        return _answer({"error": _ONE, "token": judge0.token_of(run.id)}, HTTPStatus.CREATED)


@blueprint.get("/submissions/<token>", strict_slashes=False)
def show(token: str) -> Response:
    """A submission as it stands."""
    fields = _fields()
    try:
        return _answer(_shown(_seen(token), fields, encoded=_is_encoded({})))
    except NotText as error:
        raise Fault(HTTPStatus.BAD_REQUEST, _ONE) from error


@blueprint.delete("/submissions/<token>", strict_slashes=False)
def delete(token: str) -> Response:
    """Remove one that has ended; its answer is what it was."""
    authorize()
    fields = _fields()
    run = _seen(token)
    status = judge0.status_of(run.state, run.verdict, run.signal)
    if run.state not in ENDED:
        described = f"{status} ({judge0.STATUSES[status]})"
        raise Fault(HTTPStatus.BAD_REQUEST, f"submission cannot be deleted because its status is {described}")
    shown = _shown(run, fields, encoded=True)
    runs.delete_(run.id)
    return _answer(shown)


@blueprint.get("/submissions", strict_slashes=False)
def list_all() -> Response:
    """Everybody's, the newest first, a page at a time."""
    authorize()
    fields = _fields()
    page, per_page = _page("page", 1, least=1), _page("per_page", 20, least=0)
    found, count = run_ledger.asked_otherwise(limit=per_page, offset=(page - 1) * per_page)
    pages = -(-count // per_page) if per_page else 0
    meta = {
        "current_page": page,
        "next_page": page + 1 if page < pages else None,
        "prev_page": page - 1 if page > 1 else None,
        "total_pages": pages,
        "total_count": count,
    }
    return _answer({"submissions": _several(found, fields, None), "meta": meta})


@blueprint.post("/submissions/batch", strict_slashes=False)
def create_batch() -> Response:
    """Several at once, each as if it had come alone."""
    body = read_fields(most_bytes=settings().max_batch_bytes)
    items = body.get("submissions")
    items = items if isinstance(items, list) else []
    _check_batch(len(items))
    encoded = "true" if _is_encoded(body) else "false"
    path = request.path.rstrip("/").removesuffix("/batch")
    answers = [
        alone(_item(item), index, path, f"base64_encoded={encoded}") for index, item in enumerate(items)
    ]
    statuses = [answer.status_code for answer in answers]
    if set(statuses) == {HTTPStatus.SERVICE_UNAVAILABLE}:
        return answers[0]
    # Where none was taken, all are wrong, or there is no room now.
    status = HTTPStatus.CREATED if HTTPStatus.CREATED in statuses else HTTPStatus(max(statuses))
    return _answer([answer.get_json() for answer in answers], status)


@blueprint.get("/submissions/batch", strict_slashes=False)
def show_batch() -> Response:
    """Several, in the order in which they are named; null for what there is not."""
    fields = _fields()
    named = (request.headers.get("tokens") or request.args.get("tokens", "")).strip()
    tokens = named.split(",") if named else []
    _check_batch(len(tokens))
    ids = [judge0.run_id_of(token.strip()) for token in tokens]
    return _answer({"submissions": _several(ids, fields, whose())})


def _callback(as_told: dict[str, Any], owner: str) -> Callable[[Session, Run], None] | None:
    """What writes down, with the run, whom to tell of its end."""
    url = as_told["callback_url"]
    if url is None:
        return None
    host = reach.checked(url).host
    return lambda session, run: callbacks.ask(session, run.id, user_id=owner, url=url, host=host)


def _item(item: Any) -> dict[str, Any]:
    """A submission of a batch, which can neither wait nor say how it is encoded."""
    fields = item if isinstance(item, dict) else {}
    return {name: value for name, value in fields.items() if name not in ("wait", "base64_encoded")}


def _several(ids: Sequence[str | None], fields: Sequence[str], user_id: str | None) -> list[Any]:
    """Each of these, if it is the user's, where one is named; None for what is not, or was asked for in other
    words. Raises Fault.
    """
    named = [id_ for id_ in ids if id_]
    is_whole = not ASKED_FIELDS.isdisjoint(fields)
    size_bytes = run_ledger.printed_bytes(named, user_id=user_id)
    if is_whole:
        size_bytes += run_ledger.asked_bytes(named, user_id=user_id)
    if size_bytes > _MANY_BYTES:
        detail = f"these have {size_bytes} bytes; ask for fewer at once, up to {_MANY_BYTES} bytes"
        raise Fault(HTTPStatus.BAD_REQUEST, detail)
    found = {run.id: run for run in run_ledger.many(named, user_id=user_id)}
    asked = run_ledger.asked_of(list(found), whole=is_whole)
    theirs = {id_: each for id_, each in asked.items() if each.asked_as is not None}
    encoded = _is_encoded({})
    try:
        return [
            judge0.shown(found[id_], theirs[id_], fields, encoded=encoded) if id_ in theirs else None
            for id_ in ids
        ]
    except NotText as error:
        raise Fault(HTTPStatus.BAD_REQUEST, _SEVERAL) from error


def _seen(token: str) -> Run:
    """A run that the asker may see. Raises NotFound."""
    id_ = judge0.run_id_of(token)
    if id_ is None:
        raise NotFound(f"there is no submission {token!r}")
    return seen(id_)


def _shown(run: Run, fields: Sequence[str], *, encoded: bool) -> dict[str, Any]:
    """Raises NotFound for one that was asked for in other words, NotText."""
    asked = run_ledger.asked(run.id, whole=not ASKED_FIELDS.isdisjoint(fields))
    if asked.asked_as is None:
        raise NotFound(f"there is no submission {judge0.token_of(run.id)!r}")
    return judge0.shown(run, asked, fields, encoded=encoded)


def _fields() -> Sequence[str]:
    """Those that are asked for. Raises Fault (400)."""
    asked = [name.strip() for name in request.args.get("fields", "").split(",") if name.strip()]
    if "*" in asked:
        return FIELDS
    if invalid := [name for name in asked if name not in FIELDS]:
        raise Fault(HTTPStatus.BAD_REQUEST, f"invalid fields: [{', '.join(invalid)}]")
    return asked or DEFAULT_FIELDS


def _parameter(name: str, body: dict[str, Any]) -> str | None:
    """A parameter of the query or, as there, of the body."""
    value = request.args.get(name) or body.get(name)
    return value if value is None else str(value).lower()


def _is_encoded(body: dict[str, Any]) -> bool:
    told = _parameter("base64_encoded", body)
    return told != "false" if settings().judge0_implicit_base64 else told == "true"


def _page(name: str, default: int, *, least: int) -> int:
    told = request.args.get(name)
    if told is None:
        return default
    try:
        number = int(told)
    except ValueError:
        number = 0  # as Ruby reads what is no number
    if number < least:
        raise Fault(HTTPStatus.BAD_REQUEST, f"invalid {name}: {number}")
    return min(number, _LARGEST_PAGE if name == "per_page" else 2**31)


def _check_batch(count: int) -> None:
    most = min(MOST_IN_BATCH, settings().max_batch)
    if count > most:
        detail = f"number of submissions in a batch should be less than or equal to {most}"
    elif not count:
        detail = "there should be at least one submission in a batch"
    else:
        return
    raise Fault(HTTPStatus.BAD_REQUEST, detail)


def _answer(body: Any, status: HTTPStatus = HTTPStatus.OK) -> Response:
    response = jsonify(body)
    response.status_code = status
    return response
