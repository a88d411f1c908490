"""What the API answers about webhooks, as ``judge.web.shapes`` describes the rest."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from judge.web.schemas import Id, UserName

DeliveryState = Literal["pending", "delivered", "failed"]


class Webhook(BaseModel):
    """An address that hears how things end."""

    id: Id
    user_id: UserName
    url: str
    scope: Literal["own", "all"]
    events: list[str] | None = Field(description="null: of all types")
    problem_id: str | None = Field(description="null: of all problems")
    description: str | None
    state: Literal["enabled", "disabled"]
    disabled_reason: str | None
    disabled_at: datetime | None
    failures: int = Field(description="in a row")
    failing_since: datetime | None
    previous_secret_until: datetime | None
    created_at: datetime


class WebhookWithSecret(Webhook):
    """A webhook with its new secret."""

    secret: str = Field(description="shown this once")


class WebhookPage(BaseModel):
    """Webhooks, the newest first."""

    items: list[Webhook]
    next_cursor: str | None


class DeliveryAttempt(BaseModel):
    """One try; no status where no answer came."""

    at: datetime
    duration_s: float | None
    status: int | None
    error: str | None
    response: str | None


class Delivery(BaseModel):
    """A message on its way to a webhook, with the latest tries."""

    id: Id
    webhook_id: Id
    message_id: str
    type: str
    state: DeliveryState
    attempts: list[DeliveryAttempt]
    next_attempt_at: datetime | None
    created_at: datetime
    finished_at: datetime | None


class FullDelivery(Delivery):
    """A delivery with what was sent."""

    payload: dict[str, Any]


class DeliveryPage(BaseModel):
    """Deliveries, the newest first."""

    items: list[Delivery]
    next_cursor: str | None
