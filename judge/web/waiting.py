"""Long polls: how long a client wants to wait, and an answer as soon as something has ended."""

import re
import threading
import time
from collections.abc import Callable
from typing import Annotated, Protocol, TypeVar

from flask import request
from pydantic import BaseModel, ConfigDict, Field

from judge.config import settings
from judge.events import run_channel, submission_channel
from judge.records import Submission
from judge.runs import ledger as run_ledger
from judge.runs.records import Run
from judge.submissions import ledger
from judge.verdict import ENDED, State
from judge.web.describing import query
from judge.web.hub import Listener, hub
from judge.web.schemas import DIGITS
from judge.web.streams import streams

_LOOK_AGAIN_S = 1.0
"""How often the row is read while Redis, which would tell of its end, is away."""

_BACKLOG = 1000


class WaitQuery(BaseModel):
    """How long to wait for the end."""

    model_config = ConfigDict(extra="forbid")

    wait: Annotated[
        int | None, Field(ge=0, le=3600, description="seconds to wait for the end, up to a limit"), DIGITS
    ] = None


class Ending(Protocol):
    """What may be waited for."""

    @property
    def state(self) -> State:
        """How it stands."""


Awaited = TypeVar("Awaited", bound=Ending)


def until_ended(submission_id: str, wait_s: float) -> Submission:
    """The submission when it has ended, or as it stands after a while, in seconds.

    Raises Fault (503) where too many streams are open, NotFound.
    """
    return _until_ended(submission_channel(submission_id), lambda: ledger.get(submission_id), wait_s)


def until_run_ended(run_id: str, wait_s: float) -> Run:
    """The same of a run."""
    return _until_ended(run_channel(run_id), lambda: run_ledger.get(run_id), wait_s)


def _until_ended(channel: str, look: Callable[[], Awaited], wait_s: float) -> Awaited:
    deadline = time.monotonic() + wait_s
    wake = threading.Event()
    with streams().open(wake, "poll"), hub().listener(wake, backlog=_BACKLOG) as listener:
        listener.listen(channel)
        # Listening comes first, then the look at the row: what ends between the two is seen by one of them.
        while (found := look()).state not in ENDED:
            if streams().closing or not _something_happened(listener, wake, deadline):
                break
        return found


def _something_happened(listener: Listener, wake: threading.Event, deadline: float) -> bool:
    """Wait for a reason to read the row again; False when the time is over."""
    left_s = deadline - time.monotonic()
    if left_s <= 0:
        return False
    wake.wait(left_s if hub().connected else min(left_s, _LOOK_AGAIN_S))
    wake.clear()
    while listener.take() is not None:
        continue  # whatever it was, the row says it better
    return time.monotonic() < deadline


def asked_wait_s() -> float:
    """How long the client wants to wait, in seconds, from ?wait=N or ``Prefer: wait=N`` (RFC 7240)."""
    asked_s = query(WaitQuery).wait
    return min(float(preferred_wait() or 0) if asked_s is None else asked_s, settings().max_wait_s)


def preferred_wait() -> str | None:
    """The seconds of ``Prefer: wait=N``, as they were sent."""
    preferred = re.search(r'(?:^|[,;\s])wait\s*=\s*"?([0-9]{1,9})', request.headers.get("Prefer", ""), re.I)
    return preferred and preferred.group(1)
