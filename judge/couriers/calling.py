"""The task that tells of a run's end where whoever asked for it wants it told."""

import json
import logging

from judge import __version__, judge0
from judge.config import settings
from judge.couriers.app import app
from judge.couriers.insisting import insist
from judge.errors import NotFound
from judge.queue import CALL
from judge.runs import callbacks, ledger
from judge.runs.callbacks import Claim
from judge.webhooks import outbound
from judge.webhooks.outbound import Unanswered
from judge.webhooks.reach import Refused

log = logging.getLogger(__name__)

_OUR_FAULT = 500


@app.task(name=CALL)
def call(run_id: str) -> None:
    """Try a callback once, if it is due; a message that comes twice finds nothing to claim."""
    claim = callbacks.claim(run_id)
    if claim is None:
        log.info("run %s: nobody is to be called", run_id)
        return
    again = _is_to_be_tried_again(claim)
    insist(lambda: callbacks.record(claim, again=again))
    callbacks.send(callbacks.next_after(claim))


def _is_to_be_tried_again(claim: Claim) -> bool:
    try:
        body = _body(claim.run_id)
    except NotFound:
        return False  # it was removed meanwhile
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"judge/{__version__}",
        "Connection": "close",
    }
    try:
        reply = outbound.put(claim.url, body, headers, within_s=settings().webhook_timeout_s)
    except Refused as refusal:
        log.info("run %s: not called back: the URL %s", claim.run_id, refusal)
        return False
    except Unanswered as failure:
        log.info("run %s: not called back: %s", claim.run_id, failure)
        return True
    log.info("run %s: called back: %d", claim.run_id, reply.status)
    return reply.status >= _OUR_FAULT


def _body(run_id: str) -> bytes:
    """What Judge0's clients are told. Raises NotFound."""
    run, asked = ledger.get(run_id), ledger.asked(run_id, whole=False)
    return json.dumps(judge0.shown(run, asked, judge0.DEFAULT_FIELDS, encoded=True)).encode()
