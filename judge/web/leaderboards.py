"""Leaderboards over HTTP: of all problems, of one, and a user's place on them."""

from typing import Annotated

from flask import Blueprint, Response
from pydantic import Field

from judge import changes, leaderboards
from judge.accounts import USER_ID
from judge.cache import Read
from judge.leaderboards import places
from judge.leaderboards.standings import Board, Standing
from judge.web import cached, paging, shapes
from judge.web.describing import describe, query
from judge.web.faults import invalid
from judge.web.problems import checked_id
from judge.web.schemas import UserName

blueprint = Blueprint("leaderboards", __name__)


class LeaderboardQuery(paging.Page):
    """The query of a leaderboard."""

    user_id: Annotated[UserName | None, Field(description="the page that has this user in its middle")] = None


@blueprint.get("/leaderboard")
@describe(
    "Show the leaderboard",
    tag="Leaderboards",
    query=LeaderboardQuery,
    answers={200: shapes.Leaderboard},
    sends=("Link", "Cache-Status"),
    has_etag=True,
)
def show_leaderboard() -> Response:
    """Who has solved most."""
    return _show(Board())


@blueprint.get("/problems/<problem_id>/leaderboard")
@describe(
    "Show the leaderboard of a problem",
    tag="Leaderboards",
    query=LeaderboardQuery,
    answers={200: shapes.Leaderboard},
    sends=("Link", "Cache-Status"),
    has_etag=True,
)
def show_leaderboard_of_problem(problem_id: str) -> Response:
    """Who has most points in a problem, or has solved it, and was first."""
    return _show(Board(checked_id(problem_id)))


def _show(board: Board) -> Response:
    """A page from its beginning or a cursor on, or the one in whose middle a user stands."""
    asked = query(LeaderboardQuery)
    limit, cursor, user_id = asked.limit, asked.cursor, asked.user_id
    after = None if cursor is None else _standing(board, cursor)
    believed = changes.settled()
    if user_id is not None and after is None:
        found = leaderboards.around(board, user_id, limit=limit + 1, believed=believed)
    else:
        found = leaderboards.page(board, limit=limit + 1, after=after, believed=believed)
    shown = found.items[:limit]
    is_last = len(found.items) <= limit
    next_cursor = None if is_last else places.place(board, shown[-1].standing)
    response = paging.answer([ranked.as_json() for ranked in shown], next_cursor, {"limit": limit})
    return cached.answer(Read(cached.entry_of(response), found.status))


def _standing(board: Board, cursor: str) -> Standing:
    try:
        standing = places.standing_of(board, cursor)
    except ValueError:
        standing = None
    if standing is None or not USER_ID.fullmatch(standing.user_id):
        raise invalid("cursor", "give a next_cursor of this list, or none")
    return standing
