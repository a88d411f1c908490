"""The tries of a delivery: who may make one, and what follows from how it went."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from judge import webhooks
from judge.config import settings
from judge.db import take_turns, transaction
from judge.journal import now
from judge.models import DeliveryRow, MessageRow, WebhookRow
from judge.records import instant, storable
from judge.webhooks import PING, backoff

_LEASE_BEYOND_S = 20.0
"""A lease outlives a request by so much: it is never renewed, for no request outlives its time limit."""
_ATTEMPTS_KEPT = 30


@dataclass(frozen=True)
class Claim:
    """What a courier needs for one try, and the number that its answer must name."""

    delivery_id: str
    number: int
    webhook_id: str
    user_id: str
    host: str
    url: str
    message_id: str
    body: str
    secrets: tuple[str, ...]


@dataclass(frozen=True)
class Attempt:
    """How one try went; status: None where no answer came, and then ``error`` says why."""

    at: str
    duration_s: float | None
    status: int | None
    error: str | None
    response: str | None = None

    @property
    def is_success(self) -> bool:
        """2xx and nothing else."""
        return self.status is not None and 200 <= self.status < 300


def claim(delivery_id: str) -> Claim | None:
    """Take a delivery that is due for one try.

    None where it is not due, has ended or is in other hands, as with any message that comes twice; and
    where so many are on their way to its host, or for its user, that it must wait until one has ended.
    """
    lease_s = settings().webhook_timeout_s + _LEASE_BEYOND_S
    with transaction() as session:
        take_turns(session, "couriers")  # they count each other
        found = session.execute(
            select(DeliveryRow, WebhookRow, MessageRow)
            .join(WebhookRow, WebhookRow.id == DeliveryRow.webhook_id)
            .join(MessageRow, MessageRow.id == DeliveryRow.message_id)
            .where(DeliveryRow.id == delivery_id, DeliveryRow.state == "pending")
            .where(DeliveryRow.due_at <= now(), is_free())
            .with_for_update(of=DeliveryRow)
        ).first()
        if found is None:
            return None
        row, webhook, message = found
        if webhook.state != "enabled":  # since it was disabled in the very moment of the event
            row.state, row.finished_at = "failed", now()
            return None
        if _too_many_held(session, webhook):
            row.sent_at = None  # whoever ends first sends it
            return None
        if row.lease_until is not None:
            add_attempt(row, Attempt(_instant(), None, None, "the courier ended before it had the answer"))
            if row.tries > len(settings().webhook_delays_s):  # it may be this one that ends them
                row.state, row.lease_until, row.finished_at = "failed", None, now()
                return None
        row.lease_until = now() + timedelta(seconds=lease_s)
        row.tries, row.claims = row.tries + 1, row.claims + 1
        old = webhook.previous_until is not None and webhook.previous_until > datetime.now(UTC)
        secrets = (webhook.secret, *([webhook.previous_secret] if old and webhook.previous_secret else []))
        return Claim(
            delivery_id=row.id,
            number=row.claims,
            webhook_id=webhook.id,
            user_id=webhook.user_id,
            host=webhook.host,
            url=webhook.url,
            message_id=message.id,
            body=message.body,
            secrets=secrets,
        )


def record(claim: Claim, attempt: Attempt, *, retry_after: str | None = None) -> None:
    """How a try went, and with that whether there is another; nothing where the claim does not hold."""
    at = datetime.now(UTC)
    with transaction() as session:
        webhook = webhooks.lock(session, claim.webhook_id)
        row = session.scalar(
            select(DeliveryRow)
            .where(DeliveryRow.id == claim.delivery_id, DeliveryRow.claims == claim.number)
            .with_for_update()
        )
        if webhook is None or row is None:
            return  # removed meanwhile, or taken for lost
        add_attempt(row, attempt)
        row.lease_until = row.sent_at = None
        if attempt.is_success:
            row.state, row.finished_at = "delivered", now()
            webhooks.succeeded(webhook)
            return
        is_ping = session.scalar(select(MessageRow.type).where(MessageRow.id == row.message_id)) == PING
        again_s = None if is_ping else backoff.delay_s(row.tries, attempt.status, retry_after, at)
        if row.state == "pending" and again_s is not None:
            row.due_at = now() + timedelta(seconds=again_s)
        elif row.state == "pending":
            row.state, row.finished_at = "failed", now()
        session.flush()
        webhooks.failed(session, webhook, attempt.status, at)


def is_free() -> ColumnElement[bool]:
    """The condition that no courier has a delivery in its hands."""
    return or_(DeliveryRow.lease_until.is_(None), DeliveryRow.lease_until < now())


def add_attempt(row: DeliveryRow, attempt: Attempt) -> None:
    """Write to the log of a delivery, of which the latest entries are kept."""
    row.attempts = [*row.attempts, storable(asdict(attempt))][-_ATTEMPTS_KEPT:]


def _instant() -> str:
    return str(instant(datetime.now(UTC)))


def _too_many_held(session: Session, webhook: WebhookRow) -> bool:
    held = (
        select(
            func.count().filter(WebhookRow.host == webhook.host),
            func.count().filter(WebhookRow.user_id == webhook.user_id),
        )
        .join(DeliveryRow, DeliveryRow.webhook_id == WebhookRow.id)
        .where(DeliveryRow.lease_until > now())
    )
    of_host, of_user = session.execute(held).one()
    return bool(of_host >= settings().courier_per_host or of_user >= settings().courier_per_user)
