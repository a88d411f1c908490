"""Roles of users and scopes of tokens, and how far each reaches."""

from typing import Literal, get_args

Role = Literal["user", "author", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
Scope = Literal["read", "submit", "author", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
"""What a token is for; each scope includes those before it."""


def scope_of(role: Role) -> Scope:
    """The furthest scope that a role reaches."""
    return "submit" if role == "user" else role


def included(scope: Scope) -> tuple[Scope, ...]:
    """A scope and those before it."""
    return SCOPES[: SCOPES.index(scope) + 1]


def bounded(scope: Scope, by: Scope) -> Scope:
    """The lesser of two scopes."""
    return min(scope, by, key=SCOPES.index)
