"""What a socket can subscribe to: submissions and runs, each with its channel, its rows and who sees all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from judge.accounts import Account
from judge.events import run_channel, submission_channel
from judge.runs import ledger as run_ledger
from judge.submissions import ledger


@dataclass(frozen=True)
class Topic:
    """A kind of thing that has a log; ``get`` raises NotFound.

    name: frames name one by ``{name}_id``. shown: as a snapshot has it, to whoever sees all of it or not.
    """

    name: str
    channel: Callable[[str], str]
    get: Callable[[str], Any]
    sees_all: Callable[[Account], bool]
    shown: Callable[[Any, bool], dict[str, Any]]


SUBMISSION = Topic(
    "submission",
    submission_channel,
    ledger.get,
    lambda account: account.is_author,
    lambda submission, full: submission.as_json(full=full),
)
RUN = Topic(
    "run",
    run_channel,
    run_ledger.get,
    lambda account: account.is_admin,
    lambda run, full: run.as_json(),
)


def topic_of(frame: dict[str, Any]) -> Topic:
    """What a frame is about; submissions where it does not say."""
    return RUN if "run_id" in frame and "submission_id" not in frame else SUBMISSION
