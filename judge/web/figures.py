"""What accepted submissions took, in bars, and which problems somebody has solved."""

import time
from typing import Annotated, Any

from flask import Blueprint, Response, jsonify
from pydantic import BaseModel, ConfigDict, Field

from judge import problems
from judge.accounts import ANONYMOUS
from judge.submissions import ledger
from judge.web import paging, shapes
from judge.web.asking import account
from judge.web.describing import describe, query
from judge.web.problems import checked_id
from judge.web.schemas import Id, UserName

blueprint = Blueprint("figures", __name__)

_AMONG, _MOST, _BARS = 5000, 1000, 20
_KEPT_S, _FEW, _FEW_KEPT_S, _MOST_KEPT = 20.0, 100, 1.0, 500
_kept: dict[tuple[str, str | None], tuple[float, dict[str, Any]]] = {}
"""The latest answers of this process, each with when it was made: many ask as soon as they are accepted."""


class FiguresQuery(BaseModel):
    """Of which submissions."""

    model_config = ConfigDict(extra="forbid")

    language: Annotated[Id | None, Field(description="those in this language alone")] = None


class SolvedQuery(paging.Page):
    """The query of GET /solved."""

    user_id: Annotated[UserName | None, Field(description="whose; otherwise the asker's own")] = None


@blueprint.get("/problems/<problem_id>/figures")
@describe(
    "Show what accepted submissions took",
    tag="Problems",
    query=FiguresQuery,
    answers={200: shapes.AcceptedFigures},
)
def show(problem_id: str) -> Response:
    """CPU time and memory of the latest accepted submissions, in bars of equal width; up to 20 s old."""
    problems.get(checked_id(problem_id))
    response = jsonify(of_accepted(problem_id, query(FiguresQuery).language))
    response.headers["Cache-Control"] = f"private, max-age={_KEPT_S:.0f}"
    return response


@blueprint.get("/solved")
@describe(
    "List what somebody has solved",
    tag="Leaderboards",
    query=SolvedQuery,
    answers={200: shapes.SolvedPage},
    sends=("Link",),
)
def solved() -> Response:
    """The problems that a user has an accepted submission to, as leaderboards count them."""
    asked, asker = query(SolvedQuery), account()
    user_id = asked.user_id or (asker.user_id if asker else ANONYMOUS)
    found = ledger.solved(user_id, limit=asked.limit + 1, after=asked.cursor or "")
    return paging.page([{"problem_id": id_} for id_ in found], asked.limit, key="problem_id")


def of_accepted(problem_id: str, language: str | None) -> dict[str, Any]:
    """How the accepted submissions to a problem lie, in all languages where none is named."""
    now, key = time.monotonic(), (problem_id, language)
    made_at, figures = _kept.pop(key, (0.0, {}))
    # Where there are few, one more is seen.
    kept_s = _KEPT_S if figures and figures["submissions"] >= _FEW else _FEW_KEPT_S
    if not figures or now - made_at > kept_s:
        rows = ledger.accepted_figures(problem_id, language=language, among=_AMONG, limit=_MOST)
        made_at = now
        figures = {
            "submissions": len(rows),
            "cpu_time_s": _bars([cpu_time_s for cpu_time_s, _ in rows]),
            "memory_bytes": _bars([float(memory) for _, memory in rows]),
        }
    _kept[key] = made_at, figures  # the latest are last
    if len(_kept) > _MOST_KEPT:
        del _kept[next(iter(_kept))]
    return figures


def _bars(values: list[float]) -> dict[str, Any] | None:
    """How many values there are between the least and the greatest, in bars of equal width."""
    if not values:
        return None
    least, width = min(values), (max(values) - min(values)) / _BARS
    counts = [0] * _BARS
    for value in values:
        counts[min(_BARS - 1, int((value - least) / width)) if width else 0] += 1
    return {"bounds": [least + width * bar for bar in range(_BARS + 1)], "counts": counts}
