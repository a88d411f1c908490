"""What the API answers about events, as ``judge.web.shapes`` describes the rest."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from judge.web.schemas import Id, UserName


class Event(BaseModel):
    """Something that has happened to one submission, run or verification."""

    type: str = Field(description="`submission.done`, `run.stdout`, `verification.progress` and others")
    seq: int = Field(description="grows by one within its submission, run or verification")
    submission_id: Id = ""
    run_id: Id = ""
    verification_id: Id = ""
    problem_id: str = ""
    version: int = 0
    user_id: UserName
    at: datetime
    data: dict[str, Any]


class EventList(BaseModel):
    """Events after those that the client has; none where there was nothing new."""

    items: list[Event]
    last_seq: int = Field(description="for after_seq")
    ended: bool = Field(description="whether nothing more comes")


class UserEventList(BaseModel):
    """Events of a user, in the order in which they became known."""

    items: list[Event]
    last_event_id: str = Field(description="for after")
