"""What a socket can subscribe to: what has a log, each with its channel, its rows and who sees all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from judge.accounts import Account
from judge.events import run_channel, submission_channel, verification_channel
from judge.runs import ledger as run_ledger
from judge.submissions import ledger
from judge.verifications import ledger as verification_ledger


@dataclass(frozen=True)
class Topic:
    """A kind of thing that has a log; ``get`` raises NotFound.

    name: frames name one by ``{name}_id``. sees_all: whether that account sees everybody's; it is None with
    JUDGE_AUTH=none. shown: as a snapshot has it, to whoever sees all of it or not.
    """

    name: str
    channel: Callable[[str], str]
    get: Callable[[str], Any]
    sees_all: Callable[[Account | None], bool]
    shown: Callable[[Any, bool], dict[str, Any]]


SUBMISSION = Topic(
    "submission",
    submission_channel,
    ledger.get,
    lambda account: account is not None and account.is_author,
    lambda submission, full: submission.as_json(full=full),
)
RUN = Topic(
    "run",
    run_channel,
    run_ledger.get,
    lambda account: account is not None and account.is_admin,
    lambda run, full: run.as_json(),
)

VERIFICATION = Topic(
    "verification",
    verification_channel,
    verification_ledger.get,
    lambda account: account is None or account.is_author,
    lambda found, full: {"problem_id": found.problem_id, "version": found.version, **found.as_json()},
)


def topic_of(frame: dict[str, Any]) -> Topic:
    """What a frame is about; submissions where it does not say."""
    others = (topic for topic in (RUN, VERIFICATION) if f"{topic.name}_id" in frame)
    return SUBMISSION if "submission_id" in frame else next(others, SUBMISSION)
