"""The task that sends one delivery to its webhook."""

import logging
import time
from datetime import UTC, datetime

from judge import __version__, metrics
from judge.config import settings
from judge.couriers.app import app
from judge.couriers.insisting import insist
from judge.queue import DELIVER
from judge.records import instant
from judge.webhooks import attempts, deliveries, ledger, outbound
from judge.webhooks.attempts import Attempt, Claim
from judge.webhooks.outbound import Unanswered
from judge.webhooks.reach import Refused
from judge.webhooks.signatures import signature

log = logging.getLogger(__name__)

_RESPONSE_BYTES = 1024


@app.task(name=DELIVER)
def deliver(delivery_id: str) -> None:
    """Try a delivery once, if it is due; a message that comes twice finds nothing to claim."""
    claim = attempts.claim(delivery_id)
    if claim is None:
        log.info("delivery %s: nothing to claim", delivery_id)
        return
    attempt, retry_after = _try(claim)
    metrics.webhook_attempts.inc("delivered" if attempt.is_success else "failed")
    log.info("delivery %s: %s", delivery_id, attempt.status or attempt.error)
    insist(lambda: attempts.record(claim, attempt, retry_after=retry_after))
    deliveries.send(ledger.next_after(claim.host, claim.user_id))


def _try(claim: Claim) -> tuple[Attempt, str | None]:
    """How it went, and what the receiver says of the next time."""
    at, began = datetime.now(UTC), time.monotonic()
    reply, error = None, None
    try:
        reply = outbound.post(
            claim.url, claim.body.encode(), _headers(claim, at), within_s=settings().webhook_timeout_s
        )
    except Refused as refusal:
        error = f"the URL {refusal}"
    except Unanswered as failure:
        error = str(failure)
    lasted_s = round(time.monotonic() - began, 3)
    metrics.webhook_s.observe(lasted_s)
    if reply is None:
        return Attempt(str(instant(at)), lasted_s, None, error), None
    if 300 <= reply.status < 400:
        error = "redirects are not followed"
    response = reply.body[:_RESPONSE_BYTES].decode("utf-8", "replace")
    return Attempt(str(instant(at)), lasted_s, reply.status, error, response), reply.retry_after


def _headers(claim: Claim, at: datetime) -> dict[str, str]:
    timestamp = int(at.timestamp())
    return {
        "Content-Type": "application/json",
        "User-Agent": f"judge/{__version__}",
        "Connection": "close",
        "webhook-id": claim.message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(claim.secrets, claim.message_id, timestamp, claim.body.encode()),
    }
