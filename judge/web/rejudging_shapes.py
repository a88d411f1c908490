"""What the API answers about rejudgings, as ``judge.web.shapes`` describes the rest."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from judge.verdict import RejudgedState, RejudgingState
from judge.web.schemas import Id, UserName


class RejudgingPreview(BaseModel):
    """How many submissions are meant."""

    matched: int
    by_verdict: dict[str, int]
    not_ended: int


class RejudgingFilter(BaseModel):
    """Which submissions were meant; what is not there restricts nothing."""

    problem_id: str = ""
    user_id: str = ""
    language: str = ""
    verdict: list[str] = []
    version: int = 0
    submitted_after: datetime | None = None
    submitted_before: datetime | None = None
    ids: list[Id] = []


class RejudgingCounts(BaseModel):
    """How many of its submissions are how far."""

    total: int
    waiting: int
    judging: int
    judged: int
    applied: int
    failed: int
    skipped: int
    cancelled: int


class Rejudging(BaseModel):
    """How far a rejudging is; matrix: how many went from one outcome to another."""

    id: Id
    state: RejudgingState
    apply: Literal["at_once", "by_hand"]
    judge_by: Literal["current", "same"]
    reason: str
    user_id: UserName
    filter: RejudgingFilter
    counts: RejudgingCounts
    changed: int
    matrix: dict[str, dict[str, int]]
    created_at: datetime
    finished_at: datetime | None


class RejudgingPage(BaseModel):
    """Rejudgings, the newest first."""

    items: list[Rejudging]
    next_cursor: str | None


class RejudgingItem(BaseModel):
    """One submission of a rejudging; from and to: a verdict, or the state it ended in."""

    submission_id: Id
    problem_id: str
    user_id: UserName
    language: str
    state: RejudgedState
    from_: str | None = Field(alias="from")
    to: str | None
    from_score: float | None
    to_score: float | None
    changed: bool


class RejudgingItemPage(BaseModel):
    """The submissions of a rejudging."""

    items: list[RejudgingItem]
    next_cursor: str | None
