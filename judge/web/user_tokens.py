"""Users' tokens over HTTP: make one, which is shown once, list and revoke them."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from flask import Blueprint, Response, jsonify
from pydantic import BaseModel, ConfigDict, Field

from judge.accounts import Account, tokens
from judge.accounts.scopes import Scope, bounded, included, scope_of
from judge.accounts.tokens import TooFar
from judge.web import shapes
from judge.web.asking import credential, require_account
from judge.web.describing import describe
from judge.web.faults import Fault, invalid
from judge.web.schemas import Instant, Text, read
from judge.web.users import seen

blueprint = Blueprint("user_tokens", __name__)


class TokenIn(BaseModel):
    """POST /users/{id}/tokens; scope: by default the furthest that user and asker reach."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[Text, Field(max_length=100)] = ""
    scope: Scope | None = None
    expires_at: Instant | None = None


@blueprint.get("/users/<user_id>/tokens")
@describe("List a user's tokens", tag="Users", answers={200: shapes.TokenList})
def list_tokens(user_id: str) -> Response:
    """A user's tokens, without the tokens themselves; there are never more than a page of them."""
    seen(user_id)
    return jsonify(items=[kept.as_json() for kept in tokens.listed(user_id)], next_cursor=None)


@blueprint.post("/users/<user_id>/tokens")
@describe(
    "Make a token",
    tag="Users",
    body=TokenIn,
    answers={201: shapes.NewToken},
    refusals={409: "the user has as many tokens as anybody may"},
)
def create(user_id: str) -> Response:
    """A new token; ``token`` in the answer is shown this once."""
    profile, asker = seen(user_id), require_account()
    asked = read(TokenIn)
    if asked.expires_at is not None and asked.expires_at <= datetime.now(UTC):
        raise invalid("/expires_at", "is over already")
    scope = asked.scope or bounded(scope_of(profile.role), asker.scope)
    expires_at = asked.expires_at or _own_end(asker)
    _check_reach(asker, scope, expires_at)
    try:
        token, kept = tokens.new(user_id, name=asked.name, scope=scope, expires_at=expires_at)
    except TooFar as error:
        raise invalid("/scope", str(error)) from error
    response = jsonify(kept.as_json() | {"token": token})
    response.status_code = HTTPStatus.CREATED
    return response


@blueprint.delete("/users/<user_id>/tokens/<token_id>")
@describe("Revoke a token", tag="Users", answers={204: None})
def revoke(user_id: str, token_id: str) -> Response:
    """End a token at once."""
    seen(user_id)
    tokens.revoke(user_id, token_id)
    return Response(status=HTTPStatus.NO_CONTENT)


def _own_end(asker: Account) -> datetime | None:
    """When the token that the asker came with comes to its end; a session stands for a password."""
    shown = credential()
    return asker.expires_at if shown and shown.kind == "token" else None


def _check_reach(asker: Account, scope: Scope, expires_at: datetime | None) -> None:
    """A token must not make one that does more than itself, or outlives it."""
    if scope not in included(asker.scope):
        raise Fault(HTTPStatus.FORBIDDEN, f"you ask with the scope {asker.scope}, and cannot give {scope}")
    end = _own_end(asker)
    if end is not None and (expires_at is None or expires_at > end):
        raise Fault(HTTPStatus.FORBIDDEN, "the token that you ask with ends before this one would")
