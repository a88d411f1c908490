"""Piston's routes but for its socket: what there is, and a job that is waited for."""

from http import HTTPStatus

from flask import Blueprint, Response, jsonify

from judge.runs import ledger as run_ledger
from judge.verdict import ENDED
from judge.web.faults import Fault
from judge.web.piston.asking import read_job, translated
from judge.web.piston.results import result
from judge.web.piston.runtimes import runtimes
from judge.web.piston.versions import written
from judge.web.runs import start, stop
from judge.web.streams import streams
from judge.web.submissions import submitter_of
from judge.web.waiting import until_run_ended

blueprint = Blueprint("piston", __name__)

_QUEUED_S = 60.0
"""How long a job may wait for a worker, in seconds, before it is given up: nobody can ask for it later."""


@blueprint.get("/runtimes", strict_slashes=False)
def list_runtimes() -> Response:
    """The languages that are here."""
    shown = []
    for each in runtimes():
        entry = {"language": each.language, "version": written(each.version), "aliases": each.aliases}
        shown.append(entry | ({"runtime": each.runtime} if each.runtime else {}))
    return jsonify(shown)


@blueprint.get("/packages", strict_slashes=False)
def list_packages() -> Response:
    """The same as packages, all of them installed; others are installed by whoever operates the workers."""
    return jsonify(
        [
            {"language": each.language, "language_version": written(each.version), "installed": True}
            for each in runtimes()
        ]
    )


@blueprint.post("/execute", strict_slashes=False)
def execute() -> Response:
    """Have a program run, and answer once it has ended."""
    asked = translated(read_job())
    streams().check()
    run = start(asked.execution, submitter_of(None))
    try:
        run = until_run_ended(run.id, asked.execution.longest_s() + _QUEUED_S)
    except Fault:
        stop(run.id)
        raise
    if run.state not in ENDED:
        stop(run.id)
        raise Fault(
            HTTPStatus.SERVICE_UNAVAILABLE, "no worker had time for this", headers={"Retry-After": "5"}
        )
    return jsonify(result(run, asked.runtime, run_ledger.events_after(run.id, 0)))
