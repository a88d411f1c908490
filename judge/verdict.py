"""The words for how submissions, versions and verifications stand, and how a judging ended."""

from enum import StrEnum


class State(StrEnum):
    """Where a submission is on its way; the arrows are held by the functions of ``judge.submissions``."""

    QUEUED = "queued"
    COMPILING = "compiling"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"  # our own failure after every retry; carries no verdict
    CANCELLED = "cancelled"


HELD = (State.COMPILING, State.RUNNING)
"""States in which a worker holds a lease."""

ENDED = (State.DONE, State.FAILED, State.CANCELLED)
"""States that only a rejudge leaves."""


class Verdict(StrEnum):
    """How a contestant's program did; never used for a failure of ours."""

    ACCEPTED = "accepted"
    WRONG_ANSWER = "wrong_answer"
    TIME_LIMIT_EXCEEDED = "time_limit_exceeded"
    MEMORY_LIMIT_EXCEEDED = "memory_limit_exceeded"
    OUTPUT_LIMIT_EXCEEDED = "output_limit_exceeded"
    RUNTIME_ERROR = "runtime_error"
    COMPILE_ERROR = "compile_error"


class VersionState(StrEnum):
    """How far a version of a problem has been verified; which one is current is another matter."""

    DRAFT = "draft"
    VERIFYING = "verifying"
    VERIFIED = "verified"
    REJECTED = "rejected"


class VerificationState(StrEnum):
    """Where a verification is on its way; the arrows are held by the functions of ``judge.verifications``."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"  # the report says whether the version is good
    FAILED = "failed"  # our own failure after every retry; says nothing of the version


class RejudgingState(StrEnum):
    """Where a rejudging is on its way; the arrows are held by the functions of ``judge.rejudgings``."""

    RUNNING = "running"
    DONE = "done"  # all is judged, and waits for somebody to have it count
    APPLYING = "applying"
    APPLIED = "applied"
    CANCELLED = "cancelled"


class RejudgedState(StrEnum):
    """How far one submission of a rejudging is."""

    WAITING = "waiting"
    JUDGING = "judging"
    JUDGED = "judged"  # but its former judgement counts
    APPLIED = "applied"
    FAILED = "failed"  # our own failure after every retry; the former judgement counts
    SKIPPED = "skipped"  # somebody else has had it judged, or has deleted it, meanwhile
    CANCELLED = "cancelled"
