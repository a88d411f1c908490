"""Webhooks over HTTP: made, changed and tested by those whose events they hear, and the log of each."""

from http import HTTPStatus
from typing import Annotated, Literal

from flask import Blueprint, Response, jsonify, request, url_for
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from judge import webhooks
from judge.accounts import ANONYMOUS
from judge.errors import NotFound
from judge.packages.ids import is_problem_id
from judge.records import is_id
from judge.web import paging
from judge.web.asking import account
from judge.web.faults import Fault, invalid
from judge.web.schemas import Shape, UserId, check, checked_user_id, read_json
from judge.webhooks import TYPES, Webhook, deliveries, reach
from judge.webhooks import ledger as delivery_ledger
from judge.webhooks.ledger import STATES

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


Url = Annotated[str, AfterValidator(_url)]
Types = Annotated[list[Annotated[str, AfterValidator(_type)]], Field(min_length=1, max_length=len(TYPES))]
ProblemId = Annotated[str, AfterValidator(_problem_id)]
Description = Annotated[str, Field(max_length=200)]
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

    url: Url = ""
    events: Types | None = None
    problem_id: ProblemId | None = None
    description: Description | None = None
    scope: Scope = "own"
    state: Literal["enabled", "disabled"] = "enabled"


@blueprint.post("/webhooks")
def create() -> Response:
    """A new webhook, with its secret; this is the only time that anybody sees it."""
    asked = _read(WebhookIn)
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
    return _unstored(response)


@blueprint.get("/webhooks")
def list_webhooks() -> Response:
    """The newest first: one's own, and to admins everybody's."""
    limit, asker, user_id = paging.limit(), account(), request.args.get("user_id")
    if user_id is not None:
        checked_user_id(user_id)
    if asker is not None and not asker.is_admin:
        if user_id not in (None, asker.user_id):
            raise Fault(HTTPStatus.FORBIDDEN, "only your own webhooks are listed to you")
        user_id = asker.user_id
    found = webhooks.page(limit=limit + 1, before=_cursor(), user_id=user_id)
    return paging.page([webhook.as_json() for webhook in found], limit)


@blueprint.get("/webhooks/<webhook_id>")
def show(webhook_id: str) -> Response:
    """A webhook, and whether it is enabled or why it is not."""
    return jsonify(_mine(webhook_id).as_json())


@blueprint.patch("/webhooks/<webhook_id>")
def change(webhook_id: str) -> Response:
    """Change what is named; ``state`` enables one again that was disabled."""
    webhook = _mine(webhook_id)
    asked = _read(WebhookPatch)
    values = asked.model_dump(exclude_unset=True)
    if "scope" in values:
        _check_scope(asked.scope, webhook.user_id)
    if "url" in values:
        values["host"] = _host(asked.url)
    return jsonify(webhooks.change(webhook_id, **values).as_json())


@blueprint.delete("/webhooks/<webhook_id>")
def remove(webhook_id: str) -> Response:
    """Remove a webhook and the log of its deliveries."""
    _mine(webhook_id)
    webhooks.remove(webhook_id)
    return Response(status=HTTPStatus.NO_CONTENT)


@blueprint.post("/webhooks/<webhook_id>/rotate")
def rotate(webhook_id: str) -> Response:
    """A new secret, shown this once; the old one signs too for a day."""
    _mine(webhook_id)
    webhook, secret = webhooks.rotate(webhook_id)
    return _unstored(jsonify(webhook.as_json() | {"secret": secret}))


@blueprint.post("/webhooks/<webhook_id>/test")
def test(webhook_id: str) -> Response:
    """Send a ping, once; its delivery tells how that went."""
    _mine(webhook_id)
    return _accepted(webhook_id, deliveries.ping(webhook_id))


@blueprint.get("/webhooks/<webhook_id>/deliveries")
def list_deliveries(webhook_id: str) -> Response:
    """The log of a webhook, the newest first."""
    _mine(webhook_id)
    limit, state = paging.limit(), request.args.get("state")
    if state not in (None, *STATES):
        raise invalid("state", f"give one of {', '.join(STATES)}")
    found = delivery_ledger.page(webhook_id, limit=limit + 1, before=_cursor(), state=state)
    return paging.page([delivery.as_json() for delivery in found], limit)


@blueprint.get("/webhooks/<webhook_id>/deliveries/<delivery_id>")
def show_delivery(webhook_id: str, delivery_id: str) -> Response:
    """A delivery, with what was sent."""
    _mine(webhook_id)
    return jsonify(_delivery(webhook_id, delivery_id).as_json(full=True))


@blueprint.post("/webhooks/<webhook_id>/deliveries/<delivery_id>/redeliver")
def redeliver(webhook_id: str, delivery_id: str) -> Response:
    """Send something once more, under the same webhook-id."""
    _mine(webhook_id)
    _delivery(webhook_id, delivery_id)
    deliveries.redeliver(webhook_id, delivery_id)
    return _accepted(webhook_id, delivery_id)


def _read(shape: type[Shape]) -> Shape:
    errors: list[dict[str, str]] = []
    asked = check(shape, read_json(), errors)
    if asked is None:
        detail = "; ".join(f"{error['pointer']}: {error['detail']}" for error in errors)
        raise Fault(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=errors)
    return asked


def _host(url: str) -> str:
    return reach.checked(url).host.rstrip(".")


def _check_scope(scope: str, owner: str) -> None:
    asker = account()
    if scope == "all" and asker is not None and not (asker.is_admin and asker.user_id == owner):
        raise Fault(HTTPStatus.FORBIDDEN, "only a webhook of an admin's own hears of everybody's submissions")


def _mine(webhook_id: str) -> Webhook:
    """A webhook that the asker may use. Raises NotFound, for one that is another's as well."""
    webhook, asker = webhooks.get(webhook_id), account()
    if asker is not None and not asker.is_admin and asker.user_id != webhook.user_id:
        raise NotFound(f"there is no webhook {webhook_id!r}")
    return webhook


def _delivery(webhook_id: str, delivery_id: str) -> delivery_ledger.Delivery:
    if not is_id(delivery_id):
        raise NotFound(f"webhook {webhook_id!r} has no delivery {delivery_id!r}")
    return delivery_ledger.get(webhook_id, delivery_id)


def _cursor() -> str | None:
    cursor = request.args.get("cursor")
    if cursor is not None and not is_id(cursor):
        raise invalid("cursor", "give a next_cursor of this list, or none")
    return cursor


def _accepted(webhook_id: str, delivery_id: str) -> Response:
    response = jsonify(_delivery(webhook_id, delivery_id).as_json(full=True))
    response.status_code = HTTPStatus.ACCEPTED
    response.headers["Location"] = url_for(
        "webhooks.show_delivery", webhook_id=webhook_id, delivery_id=delivery_id
    )
    return response


def _unstored(response: Response) -> Response:
    """An answer with a secret in it is no cache's."""
    response.headers["Cache-Control"] = "no-store"
    return response
