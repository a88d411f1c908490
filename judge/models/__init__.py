"""The tables: what each row means, and the states that the database itself refuses."""

from judge.models.accounts import SessionRow, Token, User
from judge.models.changes import PendingChange
from judge.models.idempotency import IdempotencyRow
from judge.models.problems import Blob, BlobChunk, PackageRow, Problem
from judge.models.rejudgings import RejudgedRow, RejudgingRow
from judge.models.runs import RunCallbackRow, RunEventRow, RunInputRow, RunRow
from judge.models.samples import SampleRow
from judge.models.submissions import EventRow, SubmissionRow, TestRow
from judge.models.verifications import VerificationEventRow, VerificationRow
from judge.models.webhooks import DeliveryRow, MessageRow, WebhookRow
from judge.models.workers import LanguageRow, WorkerRow

__all__ = [
    "Blob",
    "BlobChunk",
    "DeliveryRow",
    "EventRow",
    "IdempotencyRow",
    "LanguageRow",
    "MessageRow",
    "PackageRow",
    "PendingChange",
    "Problem",
    "RejudgedRow",
    "RejudgingRow",
    "RunCallbackRow",
    "RunEventRow",
    "RunInputRow",
    "RunRow",
    "SampleRow",
    "SessionRow",
    "SubmissionRow",
    "TestRow",
    "Token",
    "User",
    "VerificationEventRow",
    "VerificationRow",
    "WebhookRow",
    "WorkerRow",
]
