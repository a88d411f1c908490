"""Runs without a problem over HTTP: ask for one, show it, wait for it, type to it, end it, remove it."""

import base64
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any

from flask import Blueprint, Flask, Response, jsonify, request, url_for
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from judge import line, runs
from judge.config import settings
from judge.errors import Conflict, NotFound, TooManyOpen
from judge.events import RunEvent, publish_cancelled, wake_reader
from judge.execution import Execution
from judge.languages import table
from judge.records import is_id
from judge.runs import inputs
from judge.runs import ledger as run_ledger
from judge.runs.records import Encoding, Run, as_text
from judge.verdict import ENDED, State, Verdict
from judge.web import paging, throttling
from judge.web import run_shapes as shapes
from judge.web.announcements import announce, beside
from judge.web.asking import account
from judge.web.describing import describe, query
from judge.web.faults import Fault, answer, invalid, unprocessable
from judge.web.idempotent import amend, key_of, remember, replayed
from judge.web.run_schemas import InputIn, RunIn, execution_of, input_of
from judge.web.schemas import Id, UserName, check, read_json
from judge.web.sources import Error, proven_language, sent_files
from judge.web.submissions import submitter_of, with_preference
from judge.web.waiting import WaitQuery, asked_wait_s, until_run_ended

_MANY_BYTES = 8 * 1024 * 1024
"""What the runs of one answer may have printed, all together."""

_IDS = "^[0-9a-hjkmnp-tv-z]{26}(,[0-9a-hjkmnp-tv-z]{26})*$"

blueprint = Blueprint("runs", __name__)


class EncodingQuery(BaseModel):
    """How what was printed is shown."""

    model_config = ConfigDict(extra="forbid")

    encoding: Annotated[Encoding, Field(description="base64 gives the bytes untouched")] = "utf-8"


class RunQuery(WaitQuery, EncodingQuery):
    """The query of a run that may be waited for."""


class RunsQuery(paging.IdPage, EncodingQuery):
    """The query of GET /runs."""

    ids: Annotated[
        str | None,
        WithJsonSchema({"type": "string", "pattern": _IDS}),
        Field(description="the runs of these ids, with what they have printed; all else is not heeded then"),
    ] = None
    user_id: Annotated[UserName | None, Field(description="whose; an ordinary user's are their own")] = None
    language: Id | None = None
    state: State | None = None
    verdict: Verdict | None = None


def register(app: Flask) -> None:
    """Serve runs, and tell who has too many."""

    @app.errorhandler(TooManyOpen)
    def too_many(error: TooManyOpen) -> Response:
        return answer(HTTPStatus.TOO_MANY_REQUESTS, str(error), headers={"Retry-After": "10"})


@blueprint.post("/runs")
@describe(
    "Run a program",
    tag="Runs",
    query=RunQuery,
    body=RunIn,
    headers=("Prefer", "Idempotency-Key"),
    answers={200: shapes.Run, 202: shapes.Run},
    sends=("Location", "Preference-Applied", "Idempotent-Replayed"),
    refusals={
        400: "the body is not JSON, or the Idempotency-Key is of no shape that it may have",
        409: "a request with this Idempotency-Key is being answered",
    },
)
def create() -> Response:
    """Have a program run: 202, or 200 if it ended within the wait that was asked for."""
    request.max_content_length = settings().max_batch_bytes
    wait_s, encoding = asked_wait_s(), _encoding()
    body = read_json()
    errors: list[Error] = []
    asked = check(RunIn, body, errors)
    key = key_of(submitter_of(asked.user_id), body) if asked else None
    if before := replayed(key):
        return before
    language = proven_language(body, errors)
    if language and language["id"] not in table():
        errors.append({"pointer": "/language", "detail": "this language is not run any more"})
    most_bytes = settings().max_code_bytes
    files = sent_files(body, language, errors, may_be_many=True, most_bytes=most_bytes)
    known = asked is not None and asked.language in table()
    execution = execution_of(asked, files, errors) if asked and known else None
    if asked is None or execution is None or errors:
        raise unprocessable(errors)
    run = start(
        execution,
        submitter_of(asked.user_id),
        stdin_open=asked.stdin_open,
        also=lambda session, made: remember(session, key, _accepted(made, encoding)),
    )
    if wait_s:
        with suppress(Fault):  # no room to wait in; it is accepted all the same
            run = until_run_ended(run.id, wait_s)
    response = _accepted(run, encoding)
    if wait_s:
        amend(key, response)
    return with_preference(response, wait_s)


@blueprint.get("/runs/<one:run_id>")
@describe(
    "Show a run",
    tag="Runs",
    query=RunQuery,
    headers=("Prefer",),
    answers={200: shapes.Run},
    sends=("Preference-Applied",),
    has_etag=True,
)
def show(run_id: str) -> Response:
    """A run, at once or when it has ended, whichever the client asked for."""
    run, encoding, wait_s = seen(run_id), _encoding(), asked_wait_s()
    if wait_s and run.state not in ENDED:
        run = until_run_ended(run_id, wait_s)
    response = jsonify(run.as_json(encoding=encoding))
    response.add_etag()
    response.headers["Cache-Control"] = "no-cache"
    return with_preference(response, wait_s).make_conditional(request)  # type: ignore[return-value]  # it returns itself


@blueprint.get("/runs/<run_id>/source")
@describe("Show what was run", tag="Runs", answers={200: shapes.RunSource})
def source(run_id: str) -> Response:
    """What was asked for: the files, the input as far as it was sent with them, and how it is compared."""
    run = seen(run_id)
    asked = run_ledger.asked(run_id)
    return jsonify(
        id=run.id,
        language=run.language,
        files=asked.files,
        entry_point=asked.entry_point,
        stdin=as_text(asked.stdin),
        stdin_base64=base64.b64encode(asked.stdin).decode(),
        args=asked.args,
        expected_output=None if asked.expected_output is None else as_text(asked.expected_output),
        comparison=asked.comparison,
        compile_options=asked.compile_options,
        merge_stderr=asked.merge_stderr,
        archive=None if asked.archive is None else base64.b64encode(asked.archive).decode(),
    )


@blueprint.get("/runs")
@describe("List runs", tag="Runs", query=RunsQuery, answers={200: shapes.RunPage}, sends=("Link",))
def list_runs() -> Response:
    """The asker's own, the newest first and without what they printed; with ``ids``, those whole."""
    asked = query(RunsQuery)
    if asked.ids is not None:
        return _many(asked.ids)
    found = run_ledger.page(
        limit=asked.limit + 1,
        before=asked.cursor,
        user_id=_listed_user(asked.user_id),
        language=asked.language,
        state=asked.state,
        verdict=asked.verdict,
    )
    return paging.page([run.as_json(output=False) for run in found], asked.limit)


@blueprint.post("/runs/<run_id>/stdin")
@describe(
    "Type to a run",
    tag="Runs",
    body=InputIn,
    answers={202: shapes.RunInput},
    refusals={409: "it reads nothing, or nothing more"},
)
def enter(run_id: str) -> Response:
    """Have the program read more; 409 where it reads nothing, or nothing more."""
    require_own(seen(run_id), "type to it")
    request.max_content_length = settings().max_batch_bytes
    errors: list[Error] = []
    asked = check(InputIn, read_json(), errors)
    data = input_of(asked, errors) if asked else b""
    if asked is None or errors:
        raise unprocessable(errors)
    response = jsonify(run_id=run_id, seq=entered(run_id, data, eof=asked.eof))
    response.status_code = HTTPStatus.ACCEPTED
    return response


@blueprint.post("/runs/<run_id>/cancel")
@describe(
    "Cancel a run", tag="Runs", query=EncodingQuery, answers={202: shapes.Run}, refusals={409: "it has ended"}
)
def cancel(run_id: str) -> Response:
    """End it without a verdict and stop its program; 409 where it has ended otherwise."""
    require_own(seen(run_id), "cancel it")
    encoding = _encoding()
    stop(run_id)
    run = run_ledger.get(run_id)
    if run.state != State.CANCELLED:
        raise Conflict(f"the run is {run.state}: there is nothing to cancel")
    response = jsonify(run.as_json(encoding=encoding))
    response.status_code = HTTPStatus.ACCEPTED
    return response


@blueprint.delete("/runs/<one:run_id>")
@describe("Delete a run", tag="Runs", answers={204: None}, refusals={409: "it has not ended"})
def delete(run_id: str) -> Response:
    """Remove it with all that is known of it; 409 before it has ended."""
    require_own(seen(run_id), "remove it")
    runs.delete_(run_id)
    return Response(status=HTTPStatus.NO_CONTENT)


def start(execution: Execution, owner: str, *, stdin_open: bool = False, **more: Any) -> Run:
    """Have a program run in somebody's name; ``more`` is what else ``runs.create`` takes.

    Raises Fault (429), TooManyOpen.
    """
    throttling.check_pending(owner)
    run, event = runs.create(execution, user_id=owner, stdin_open=stdin_open, **more)
    send = partial(line.send_run, run, execution.longest_s(is_fed=stdin_open))
    beside(lambda: announce([event], runs.mark_sent, send))
    return run


def stop(run_id: str) -> None:
    """End a run, and have its program stopped; nothing where it has ended already."""
    if events := runs.cancel(run_id):
        beside(lambda: _tell_of_cancelling(events))


def seen(run_id: str) -> Run:
    """A run that the asker may see. Raises NotFound, for one that they may not as well."""
    run = run_ledger.get(run_id)
    if whose() not in (None, run.user_id):
        raise NotFound(f"there is no run {run_id!r}")
    return run


def whose() -> str | None:
    """Whose runs the asker may see; None for everybody's."""
    asker = account()
    return None if asker is None or asker.is_admin else asker.user_id


def require_own(run: Run, what: str) -> None:
    """Raises Fault (403) for whoever may look at a run that is another's."""
    asker = account()
    is_own = asker is None or asker.user_id == run.user_id
    if not is_own and not (asker and asker.is_admin and what != "type to it"):
        raise Fault(HTTPStatus.FORBIDDEN, f"the run is {run.user_id}'s; only they {what}")


def entered(run_id: str, data: bytes, *, eof: bool) -> int:
    """Keep what was typed and wake whoever reads it; its number. Raises Conflict."""
    number = inputs.enter(run_id, data, eof=eof)
    beside(lambda: wake_reader(run_id, number))
    return number


def _accepted(run: Run, encoding: Encoding) -> Response:
    response = jsonify(run.as_json(encoding=encoding))
    response.status_code = HTTPStatus.OK if run.state in ENDED else HTTPStatus.ACCEPTED
    response.headers["Location"] = url_for("runs.show", run_id=run.id)
    return response


def _tell_of_cancelling(events: Sequence[RunEvent]) -> None:
    """Have the worker stop, then tell; what does not come through is left to the lease and the sweeper."""
    publish_cancelled(event.run_id for event in events)
    announce(events, runs.mark_sent)


def _encoding() -> Encoding:
    return query(EncodingQuery).encoding


def _many(text: str) -> Response:
    """The runs of these ids that the asker may see, in the order they are named in."""
    ids = list(dict.fromkeys(text.split(",")))
    most = settings().max_batch
    if len(ids) > most or not all(map(is_id, ids)):
        raise invalid("ids", f"give the ids of runs, at most {most}, separated by commas")
    encoding = _encoding()
    if (printed := run_ledger.printed_bytes(ids, user_id=whose())) > _MANY_BYTES:
        detail = f"these have printed {printed} bytes; ask for fewer at once, up to {_MANY_BYTES} bytes"
        raise invalid("ids", detail)
    found = {run.id: run for run in run_ledger.many(ids, user_id=whose())}
    items = [found[id_].as_json(encoding=encoding) for id_ in ids if id_ in found]
    return jsonify(items=items, next_cursor=None)


def _listed_user(named: str | None) -> str | None:
    """Whose runs are listed; None where everybody's are."""
    asker = account()
    if asker is None or asker.is_admin:
        return named
    if named not in (None, asker.user_id):
        raise Fault(HTTPStatus.FORBIDDEN, "only your own runs are listed to you")
    return asker.user_id
