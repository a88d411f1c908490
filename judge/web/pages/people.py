"""The leaderboards, and what one user has solved."""

from flask import Blueprint, Response, request

from judge import changes, leaderboards
from judge.accounts import ANONYMOUS, USER_ID
from judge.errors import NotFound
from judge.leaderboards import places
from judge.leaderboards.standings import Board, Standing
from judge.submissions import ledger
from judge.web import problems as api
from judge.web.asking import may_see
from judge.web.pages import frame

blueprint = Blueprint("people", __name__)

_PAGE, _SOLVED, _RECENT = 50, 500, 20


@blueprint.get("/leaderboard")
def leaderboard() -> Response:
    """Who has solved most."""
    return _board(Board(), None)


@blueprint.get("/problems/<problem_id>/leaderboard")
def of_problem(problem_id: str) -> Response:
    """Who has most points in a problem, or has solved it, and was first."""
    return _board(Board(api.checked_id(problem_id)), frame.body(api.shown(problem_id, "")))


@blueprint.get("/users/<user_id>")
def show(user_id: str) -> Response:
    """Where a user stands and what they have solved; what they have submitted, for whoever may see it."""
    if not USER_ID.fullmatch(user_id):
        raise NotFound(f"there is no user {user_id!r}")
    around = leaderboards.around(Board(), user_id, limit=1, believed=changes.settled()).items
    recent = ledger.page(limit=_RECENT, with_tests=False, user_id=user_id) if may_see(user_id) else None
    ranked = next((each.as_json() for each in around if each.standing.user_id == user_id), None)
    return frame.page(
        "user.html",
        user_id=user_id,
        ranked=ranked,
        solved=ledger.solved(user_id, limit=_SOLVED),
        recent=recent,
        is_anonymous=user_id == ANONYMOUS,
    )


def _board(board: Board, problem: dict[str, object] | None) -> Response:
    found = leaderboards.page(
        board, limit=_PAGE + 1, after=_standing(board, request.args.get("after")), believed=changes.settled()
    ).items
    last = found[_PAGE - 1].standing if len(found) > _PAGE else None
    return frame.page(
        "leaderboard.html",
        rows=[ranked.as_json() for ranked in found[:_PAGE]],
        next_after=last and places.place(board, last),
        problem=problem,
    )


def _standing(board: Board, after: str | None) -> Standing | None:
    """Where to go on; a link that means nothing shows the beginning."""
    try:
        return places.standing_of(board, after) if after else None
    except ValueError:
        return None
