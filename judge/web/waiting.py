"""Long polls: an answer as soon as a submission has ended."""

import threading
import time

from judge import ledger
from judge.events import submission_channel
from judge.records import Submission
from judge.verdict import ENDED
from judge.web.hub import Listener, hub
from judge.web.streams import streams

_LOOK_AGAIN_S = 1.0
"""How often the row is read while Redis, which would tell of its end, is away."""


def until_ended(submission_id: str, wait_s: float) -> Submission:
    """The submission when it has ended, or as it stands after a while, in seconds.

    Raises Fault (503) where too many streams are open, NotFound.
    """
    deadline = time.monotonic() + wait_s
    wake = threading.Event()
    with streams().open(wake), hub().listener(wake, backlog=100) as listener:
        listener.listen(submission_channel(submission_id))
        # Listening comes first, then the look at the row: what ends between the two is seen by one of them.
        while (submission := ledger.get(submission_id)).state not in ENDED:
            if streams().closing or not _something_happened(listener, wake, deadline):
                break
        return submission


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
