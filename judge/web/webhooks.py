"""Webhooks over HTTP: made, changed and tested by those whose events they hear, and the log of each."""

from http import HTTPStatus
from typing import Annotated, Literal

from flask import Blueprint, Response, jsonify, url_for
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

from judge import webhooks
from judge.accounts import ANONYMOUS
from judge.errors import NotFound
from judge.packages.ids import is_problem_id
from judge.records import is_id
from judge.web import paging
from judge.web import webhook_shapes as shapes
from judge.web.asking import account
from judge.web.describing import describe, query
from judge.web.faults import Fault
from judge.web.schemas import Text, UserId, UserName, read
from judge.webhooks import TYPES, Webhook, deliveries, reach
from judge.webhooks import ledger as delivery_ledger

blueprint = Blueprint("webhooks", __name__)


def _url(url: str) -> str:
    try:
        reach.checked(url)
    except reach.Refused as error:
        raise ValueError(str(error)) from error
    return url


def _type(name: str) -> str:
    if name not in TYPES:
        raise ValueError(f"must be one of {', '.join(TYPES)}")
    return name


def _problem_id(id_: str) -> str:
    if not is_problem_id(id_):
        raise ValueError("must be a problem's id: up to 64 of a-z, 0-9 and inner hyphens")
    return id_


Url = Annotated[
    str, AfterValidator(_url), WithJsonSchema({"type": "string", "format": "uri", "pattern": "^https?://"})
]
Types = Annotated[
    list[Annotated[str, AfterValidator(_type), WithJsonSchema({"enum": list(TYPES)})]],
    Field(min_length=1, max_length=len(TYPES)),
]
ProblemId = Annotated[
    str,
    AfterValidator(_problem_id),
    WithJsonSchema({"type": "string", "pattern": "^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$"}),
]
Description = Annotated[Text, Field(max_length=200)]
Scope = Literal["own", "all"]


class WebhookIn(BaseModel):
    """POST /webhooks; events: None for all types, problem_id: None for all problems."""

    model_config = ConfigDict(extra="forbid")

    url: Url
    events: Types | None = None
    problem_id: ProblemId | None = None
    description: Description | None = None
    scope: Scope = "own"
    user_id: UserId | None = None


class WebhookPatch(BaseModel):
    """PATCH /webhooks/{id}: what is not named stays as it is."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[Url, Field(json_schema_extra=lambda schema: schema.pop("default", None))] = ""
    events: Types | None = None
    problem_id: ProblemId | None = None
    description: Description | None = None
    scope: Scope = "own"
    state: Literal["enabled", "disabled"] = "enabled"


class WebhooksQuery(paging.IdPage):
    """The query of GET /webhooks."""

    user_id: Annotated[UserName | None, Field(description="whose; an ordinary user's are their own")] = None


class DeliveriesQuery(paging.IdPage):
    """The query of the log of a webhook."""

    state: shapes.DeliveryState | None = None


@blueprint.post("/webhooks")
@describe(
    "Make a webhook",
    tag="Webhooks",
    body=WebhookIn,
    answers={201: shapes.WebhookWithSecret},
    sends=("Location",),
    refusals={409: "there are as many as one may have"},
)
def create() -> Response:
    """A new webhook, with its secret; this is the only time that anybody sees it."""
    asked = read(WebhookIn)
    asker = account()
    if asker is None:
        owner = asked.user_id or ANONYMOUS
    elif asked.user_id in (None, asker.user_id):
        owner = asker.user_id
    else:
        raise Fault(HTTPStatus.FORBIDDEN, f"the token is {asker.user_id}'s; leave user_id out")
    _check_scope(asked.scope, owner)
    values = asked.model_dump(exclude={"user_id"}) | {"host": _host(asked.url)}
    webhook, secret = webhooks.create(user_id=owner, has_account=asker is not None, **values)
    response = jsonify(webhook.as_json() | {"secret": secret})
    response.status_code = HTTPStatus.CREATED
    response.headers["Location"] = url_for("webhooks.show", webhook_id=webhook.id)
    return response


@blueprint.get("/webhooks")
@describe(
    "List webhooks", tag="Webhooks", query=WebhooksQuery, answers={200: shapes.WebhookPage}, sends=("Link",)
)
def list_webhooks() -> Response:
    """The newest first: one's own, and to admins everybody's."""
    asked, asker = query(WebhooksQuery), account()
    user_id = asked.user_id
    if asker is not None and not asker.is_admin:
        if user_id not in (None, asker.user_id):
            raise Fault(HTTPStatus.FORBIDDEN, "only your own webhooks are listed to you")
        user_id = asker.user_id
    found = webhooks.page(limit=asked.limit + 1, before=asked.cursor, user_id=user_id)
    return paging.page([webhook.as_json() for webhook in found], asked.limit)


@blueprint.get("/webhooks/<webhook_id>")
@describe("Show a webhook", tag="Webhooks", answers={200: shapes.Webhook})
def show(webhook_id: str) -> Response:
    """A webhook, and whether it is enabled or why it is not."""
    return jsonify(_mine(webhook_id).as_json())


@blueprint.patch("/webhooks/<webhook_id>")
@describe("Change a webhook", tag="Webhooks", body=WebhookPatch, answers={200: shapes.Webhook})
def change(webhook_id: str) -> Response:
    """Change what is named; ``state`` enables one again that was disabled."""
    webhook = _mine(webhook_id)
    asked = read(WebhookPatch)
    values = asked.model_dump(exclude_unset=True)
    if "scope" in values:
        _check_scope(asked.scope, webhook.user_id)
    if "url" in values:
        values["host"] = _host(asked.url)
    return jsonify(webhooks.change(webhook_id, **values).as_json())


@blueprint.delete("/webhooks/<webhook_id>")
@describe("Remove a webhook", tag="Webhooks", answers={204: None})
def remove(webhook_id: str) -> Response:
    """Remove a webhook and the log of its deliveries."""
    _mine(webhook_id)
    webhooks.remove(webhook_id)
    return Response(status=HTTPStatus.NO_CONTENT)


@blueprint.post("/webhooks/<webhook_id>/rotate")
@describe("Give a webhook a new secret", tag="Webhooks", answers={200: shapes.WebhookWithSecret})
def rotate(webhook_id: str) -> Response:
    """A new secret, shown this once; the old one signs too for a day."""
    _mine(webhook_id)
    webhook, secret = webhooks.rotate(webhook_id)
    return jsonify(webhook.as_json() | {"secret": secret})


@blueprint.post("/webhooks/<webhook_id>/test")
@describe(
    "Test a webhook",
    tag="Webhooks",
    answers={202: shapes.FullDelivery},
    sends=("Location",),
    refusals={409: "the webhook is disabled, or too much waits for it"},
)
def test(webhook_id: str) -> Response:
    """Send a ping, once; its delivery tells how that went."""
    _mine(webhook_id)
    return _accepted(webhook_id, deliveries.ping(webhook_id))


@blueprint.get("/webhooks/<webhook_id>/deliveries")
@describe(
    "List the deliveries to a webhook",
    tag="Webhooks",
    query=DeliveriesQuery,
    answers={200: shapes.DeliveryPage},
    sends=("Link",),
)
def list_deliveries(webhook_id: str) -> Response:
    """The log of a webhook, the newest first."""
    _mine(webhook_id)
    asked = query(DeliveriesQuery)
    found = delivery_ledger.page(webhook_id, limit=asked.limit + 1, before=asked.cursor, state=asked.state)
    return paging.page([delivery.as_json() for delivery in found], asked.limit)


@blueprint.get("/webhooks/<webhook_id>/deliveries/<delivery_id>")
@describe("Show a delivery", tag="Webhooks", answers={200: shapes.FullDelivery})
def show_delivery(webhook_id: str, delivery_id: str) -> Response:
    """A delivery, with what was sent."""
    _mine(webhook_id)
    return jsonify(_delivery(webhook_id, delivery_id).as_json(full=True))


@blueprint.post("/webhooks/<webhook_id>/deliveries/<delivery_id>/redeliver")
@describe(
    "Deliver again",
    tag="Webhooks",
    answers={202: shapes.FullDelivery},
    sends=("Location",),
    refusals={409: "the webhook is disabled, or the delivery is under way"},
)
def redeliver(webhook_id: str, delivery_id: str) -> Response:
    """Send something once more, under the same webhook-id."""
    _mine(webhook_id)
    _delivery(webhook_id, delivery_id)
    deliveries.redeliver(webhook_id, delivery_id)
    return _accepted(webhook_id, delivery_id)


def _host(url: str) -> str:
    return reach.checked(url).host.rstrip(".")


def _check_scope(scope: str, owner: str) -> None:
    asker = account()
    if scope == "all" and asker is not None and not (asker.is_admin and asker.user_id == owner):
        raise Fault(HTTPStatus.FORBIDDEN, "only a webhook of an admin's own hears of everybody's submissions")


def _mine(webhook_id: str) -> Webhook:
    """A webhook that the asker may use. Raises NotFound, for one that is another's as well."""
    webhook, asker = webhooks.get(webhook_id), account()
    if asker is not None and not asker.is_admin:
        if asker.user_id != webhook.user_id:
            raise NotFound(f"there is no webhook {webhook_id!r}")
        if webhook.scope == "all":  # of somebody who is an admin no more, or not by this token
            raise Fault(HTTPStatus.FORBIDDEN, "only an admin may use what hears of everybody's submissions")
    return webhook


def _delivery(webhook_id: str, delivery_id: str) -> delivery_ledger.Delivery:
    if not is_id(delivery_id):
        raise NotFound(f"webhook {webhook_id!r} has no delivery {delivery_id!r}")
    return delivery_ledger.get(webhook_id, delivery_id)


def _accepted(webhook_id: str, delivery_id: str) -> Response:
    response = jsonify(_delivery(webhook_id, delivery_id).as_json(full=True))
    response.status_code = HTTPStatus.ACCEPTED
    response.headers["Location"] = url_for(
        "webhooks.show_delivery", webhook_id=webhook_id, delivery_id=delivery_id
    )
    return response
