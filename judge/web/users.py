"""Users over HTTP: admins make, change and remove them; everybody sees and guards their own."""

from http import HTTPStatus
from typing import Annotated

from flask import Blueprint, Response, jsonify, url_for
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from judge import accounts
from judge.accounts import Profile, UserExists, passwords
from judge.accounts.scopes import Role
from judge.config import settings
from judge.errors import NotFound
from judge.web import hashing, paging, shapes, throttling
from judge.web.asking import account, credential, require_account, require_accounts, require_admin
from judge.web.describing import describe, query
from judge.web.faults import Fault, invalid
from judge.web.schemas import Text, UserId, read, text

blueprint = Blueprint("users", __name__)

NewPassword = Annotated[str, AfterValidator(passwords.checked), text(minLength=passwords.LEAST_CHARACTERS)]


class UserIn(BaseModel):
    """POST /users; who registers as a stranger needs a password, and is a plain user."""

    model_config = ConfigDict(extra="forbid")

    user_id: UserId
    password: NewPassword | None = None
    role: Role = "user"


class UserChangeIn(BaseModel):
    """PATCH /users/{id}: what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    role: Role | None = None
    disabled: bool | None = None
    password: NewPassword | None = None


class PasswordIn(BaseModel):
    """PUT /users/{id}/password; current_password: of whoever sets their own and has one."""

    model_config = ConfigDict(extra="forbid")

    password: NewPassword
    current_password: Annotated[Text, Field(max_length=passwords.MOST_BYTES)] | None = None


@blueprint.get("/users")
@describe("List the users", tag="Users", query=paging.Page, answers={200: shapes.UserPage}, sends=("Link",))
def list_users() -> Response:
    """Users in the order of their names, a page at a time."""
    require_accounts()
    require_admin()
    asked = query(paging.Page)
    found = accounts.page(limit=asked.limit + 1, after=asked.cursor or "")
    return paging.page([profile.as_json() for profile in found], asked.limit)


@blueprint.post("/users")
@describe(
    "Make a user",
    tag="Users",
    body=UserIn,
    answers={201: shapes.User},
    sends=("Location",),
    refusals={409: "there is, or was, a user of that name"},
)
def create() -> Response:
    """A new user, by an admin; with JUDGE_REGISTRATION by strangers too."""
    require_accounts()
    registers = settings().registration and account() is None
    if not registers:
        require_admin()
    asked = read(UserIn)
    if registers:
        _check_registration(asked)
    hash_ = hashing.hashed(asked.password) if asked.password is not None else None
    try:
        response = jsonify(accounts.add(asked.user_id, asked.role, hash_).as_json())
    except ValueError as error:
        raise invalid("/user_id", str(error)) from error
    response.status_code = HTTPStatus.CREATED
    response.headers["Location"] = url_for("users.show", user_id=asked.user_id)
    return response


@blueprint.get("/users/<user_id>")
@describe("Show a user", tag="Users", answers={200: shapes.User})
def show(user_id: str) -> Response:
    """A user: oneself, or for admins anybody."""
    return jsonify(seen(user_id).as_json())


@blueprint.patch("/users/<user_id>")
@describe(
    "Change a user",
    tag="Users",
    body=UserChangeIn,
    answers={200: shapes.User},
    refusals={409: "there would be no admin any more"},
)
def change(user_id: str) -> Response:
    """Change role or password, or let them in no more: their tokens and sessions are refused at once."""
    seen(user_id)
    require_admin()
    asked = read(UserChangeIn)
    hash_ = hashing.hashed(asked.password) if asked.password is not None else None
    changed = accounts.change(user_id, role=asked.role, disabled=asked.disabled, password_hash=hash_)
    return jsonify(changed.as_json())


@blueprint.delete("/users/<user_id>")
@describe(
    "Remove a user", tag="Users", answers={204: None}, refusals={409: "there would be no admin any more"}
)
def remove(user_id: str) -> Response:
    """End every way to be this user; what they have submitted stays theirs, and so does the name."""
    seen(user_id)
    require_admin()
    accounts.remove(user_id)
    return Response(status=HTTPStatus.NO_CONTENT)


@blueprint.put("/users/<user_id>/password")
@describe("Set a password", tag="Users", body=PasswordIn, answers={204: None})
def set_password(user_id: str) -> Response:
    """Set one's own password, or as an admin anybody's; all other sessions of theirs end."""
    seen(user_id)
    asker, shown = require_account(), credential()
    asked = read(PasswordIn)
    own = asker.user_id == user_id
    kept = accounts.password_hash(user_id)
    if own and kept is not None:
        with throttling.guess(user_id):
            _check_password(kept, asked.current_password or "")
    elif not asker.is_admin:
        # A token, which may be bounded or come to its end, must not become a password, which does not.
        raise Fault(HTTPStatus.FORBIDDEN, "you have no password yet; an admin sets the first")
    accounts.change(
        user_id,
        password_hash=hashing.hashed(asked.password),
        but_session=shown.digest if own and shown else None,
    )
    return Response(status=HTTPStatus.NO_CONTENT)


def seen(user_id: str) -> Profile:
    """A user that the asker may see. Raises Fault; NotFound, for one that they may not as well."""
    asker = require_account()
    if asker.user_id != user_id and not asker.is_admin:
        raise NotFound(f"there is no user {user_id!r}")
    return accounts.get(user_id)


def _check_password(kept: str, password: str) -> None:
    if not hashing.matches(kept, password):
        raise Fault(
            HTTPStatus.FORBIDDEN,
            "/current_password: is not your password",
            errors=[{"pointer": "/current_password", "detail": "is not your password"}],
        )


def _check_registration(asked: UserIn) -> None:
    if asked.role != "user":
        raise invalid("/role", "who registers is a user; an admin gives other roles")
    if asked.password is None:
        raise invalid("/password", "choose one, for there is no other way to sign in")
    if not accounts.is_unused(asked.user_id):
        raise UserExists(f"somebody was here as {asked.user_id!r} before; take another name")
