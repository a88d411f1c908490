"""Things that happen to submissions, of which webhooks are told, and ways to see what became of it."""

from typing import Any

from sqlalchemy import text

from judge import db, submissions
from judge.records import Judgement
from judge.tasks import sweeping
from judge.verdict import Verdict
from judge.webhooks import ledger as delivery_ledger
from judge.webhooks.ledger import Delivery
from tests.servers import submit


def judged(user_id: str = "1", verdict: Verdict = Verdict.ACCEPTED) -> str:
    """A submission of somebody's that has its verdict."""
    created, _ = submit(user_id=user_id)
    assert submissions.claim(created.id, "worker")
    submissions.finish(created.id, 1, Judgement(verdict), published=(0, 0))
    return created.id


def told(webhook_id: str) -> list[Delivery]:
    """The deliveries of a webhook, the oldest first."""
    return delivery_ledger.page(webhook_id, limit=10_000, before=None, state=None)[::-1]


def states(webhook_id: str) -> list[str]:
    return [delivery.state for delivery in told(webhook_id)]


def swept(check: Any) -> Any:
    """A condition that is looked at after another sweep, which leaves alone what has only just happened."""

    def look() -> object:
        age(2.0)
        sweeping.sweep()
        return check()

    return look


def age(by_s: float = 60.0) -> None:
    """Let everything that waits have waited a while longer."""
    change(
        "due_at = due_at - make_interval(secs => :by), sent_at = sent_at - make_interval(secs => :by)",
        by=by_s,
    )


def change(what: str, table: str = "webhook_deliveries", **values: object) -> None:
    """Have something in all rows of a table be otherwise."""
    with db.transaction() as session:
        session.execute(text(f"UPDATE {table} SET {what}"), values)
