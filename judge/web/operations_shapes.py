"""What GET /operations answers, as the OpenAPI document describes it."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from judge.verdict import State
from judge.web.shapes import Worker


class Case(BaseModel):
    """A submission, a run or a verification, as whoever runs the judge looks at it."""

    kind: Literal["submission", "run", "verification"]
    id: str
    problem_id: str | None
    user_id: str
    language: str | None
    state: State
    attempt: int
    lost_attempts: int
    lost_to: str | None = Field(description="the worker that lost the latest of them, and how")
    worker: str | None
    since: datetime = Field(
        description="of what is in hand when its first attempt began; of what is in trouble its latest change"
    )
    test_count: int | None = Field(description="of submissions alone")
    tests_done: int | None


class QueueOfOne(BaseModel):
    """What one queue is to bring to a worker, or to a courier."""

    name: str = Field(description="a language, `verify` or `webhooks`")
    queued: int
    running: int
    oldest_queued_s: float | None
    is_served: bool | None = Field(description="whether a worker is there that takes it; null of `webhooks`")


class WatchedWorker(Worker):
    """A worker with what it has in hand."""

    state: Literal["idle", "working", "draining", "unfit", "silent"]
    unfit: str | None = Field(description="why it takes nothing for the moment")
    seen_at: datetime
    in_hand: list[Case]


class QueueSample(BaseModel):
    """The queue at one moment, and what has ended since the sample before."""

    at: datetime
    queued: int
    running: int
    oldest_queued_s: float | None
    ended: int


class LanguageVerdicts(BaseModel):
    """How the submissions in one language ended."""

    language: str
    submissions: int
    ended: dict[str, int] = Field(description="by verdict; by state of what has none")


class Operations(BaseModel):
    """How the judge does, as it was read at one moment."""

    read_at: datetime
    redis: bool = Field(description="whether Redis answered")
    queued: int = Field(description="submissions and runs")
    running: int
    oldest_queued_s: float | None
    ended_last_minute: int
    desired_workers: int
    queues: list[QueueOfOne] = Field(description="those with something in them")
    workers: list[WatchedWorker] = Field(
        description="those that are there, or have fallen silent within an hour"
    )
    elsewhere: list[Case] = Field(description="in the hands of workers that have left")
    troubles: list[Case] = Field(
        description="failed, or open with lost attempts; the latest first, no more than 50"
    )
    samples: list[QueueSample] = Field(
        description="of the last hour, one each ten seconds where one was taken"
    )
    verdicts: list[LanguageVerdicts] = Field(description="of the last hour")
