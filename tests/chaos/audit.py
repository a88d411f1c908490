"""What must hold after it all, asked of the rows themselves; and the history of whatever does not."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from judge import db
from judge.config import settings
from judge.submissions import ledger
from judge.verdict import ENDED
from tests.chaos.faults import Blow
from tests.chaos.programs import FAILED
from tests.chaos.users import Answer, Posted, User

SLACK_S = 5.0
"""How much later than its lease's end an interrupted submission may be claimable."""

_ENDINGS = ("done", "failed", "cancelled")
_GOING_ON = ("running", "test")
_RECOVERY_S = 5.0
_WEB_BACK_S = 20.0


@dataclass
class Audit:
    """What was found; violations are sentences, each with the history of the submission that it is about."""

    accepted: int = 0
    ended: int = 0
    failed: int = 0
    lost: int = 0
    told_twice: int = 0
    stuck: int = 0
    attempts: int = 0
    longest_recovery_s: float = 0.0
    longest_wait_s: float = 0.0
    longest_post_s: float = 0.0
    answers: dict[str, int] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)


def pending() -> int:
    """How many submissions have not ended."""
    with db.transaction() as session:
        query = text("SELECT count(*) FROM submissions WHERE finished_at IS NULL")
        return int(session.execute(query).scalar_one())


def audit(users: Sequence[User], blows: Sequence[Blow]) -> Audit:
    """Look at everything that was accepted, told and answered."""
    found = Audit()
    logs = _logs()
    by_file = {}
    for user in users:
        found.violations += user.complaints
        found.told_twice += len(user.complaints)
        for posted in user.posted.values():
            found.accepted += 1
            by_file[posted.order.file] = posted.id
            _look_at(posted, logs.get(posted.id, []), found, blows)
            if not user.heard[posted.id].has_ended:
                found.violations.append(f"{posted.id}: its user was never told that it has ended")
        if not user.has_posted_all():
            found.violations.append(f"{user.name} could not post everything")
        for answer in user.answers:
            _look_at_answer(answer, found, blows)
    if unknown := set(logs) - {id_ for user in users for id_ in user.posted}:
        found.violations.append(f"{len(unknown)} rows were made whose 202 nobody got: {sorted(unknown)[:3]}")
    _look_at_recoveries(logs, by_file, found, blows)
    return found


Log = Sequence[tuple[int, str, float]]
"""Number, last word of the type, and instant of every event."""


def _logs() -> dict[str, list[tuple[int, str, float]]]:
    query = """SELECT submission_id, seq, type, extract(epoch FROM at)::float AS at
               FROM events ORDER BY submission_id, seq"""
    logs: dict[str, list[tuple[int, str, float]]] = {}
    with db.transaction() as session:
        for row in session.execute(text(query)):
            word = row.type.removeprefix("submission.")
            logs.setdefault(row.submission_id, []).append((row.seq, word, row.at))
    return logs


def _look_at(posted: Posted, log: Log, found: Audit, blows: Sequence[Blow]) -> None:
    faults = []
    if not log:
        found.lost += 1
        found.violations.append(f"{posted.id} was accepted, and there is nothing of it")
        return
    row = ledger.get(posted.id)
    found.attempts += row.attempt
    endings = [word for _, word, _ in log if word in _ENDINGS]
    if row.state in ENDED:
        found.ended += 1
    else:
        found.stuck += 1
        faults.append(f"is stuck in {row.state}")
    if [seq for seq, _, _ in log] != list(range(1, len(log) + 1)):
        faults.append("has a log with gaps")
    if row.state in ENDED and (len(endings) != 1 or log[-1][1] not in _ENDINGS):
        faults.append(f"has {len(endings)} endings")
    if row.state == "failed":
        found.failed += 1
    ending = FAILED if row.state == "failed" else str(row.verdict)
    if row.state in ENDED and ending != posted.order.wanted:
        faults.append(f"is {ending}, and should be {posted.order.wanted}")
    if posted.order.wanted != FAILED and row.state in ENDED:
        found.longest_wait_s = max(found.longest_wait_s, log[-1][2] - posted.accepted)
    found.violations += [f"{posted.id} {fault}\n{history(posted.order.file, log, blows)}" for fault in faults]


def _look_at_answer(answer: Answer, found: Audit, blows: Sequence[Blow]) -> None:
    """202, or 409 while the first try goes on; 503 while Postgres is away; nothing while web is dead.

    Whoever is not taken is told when to come again.
    """
    status = answer.status
    found.answers[str(status or answer.detail)] = found.answers.get(str(status or answer.detail), 0) + 1

    def struck(after_s: float, *kinds: str) -> bool:
        return any(
            blow.kind.startswith(kinds) and blow.touches(answer.began - after_s, answer.ended)
            for blow in blows
        )

    if not struck(_RECOVERY_S, "postgres", "web"):
        found.longest_post_s = max(found.longest_post_s, answer.ended - answer.began)
    if status == 202:
        return
    if status is None:
        excused = struck(_WEB_BACK_S, "web")
    elif status == 503:
        excused = answer.retry_after is not None and struck(_RECOVERY_S, "postgres")
    else:
        excused = status == 409 and answer.retry_after is not None
    if not excused:
        at = time.strftime("%H:%M:%S", time.gmtime(answer.began))
        found.violations.append(
            f"POST at {at} was answered {status} after {answer.ended - answer.began:.1f} s: {answer.detail}\n"
            + around(answer.began, blows)
        )


def _look_at_recoveries(
    logs: Mapping[str, Log], by_file: Mapping[str, str], found: Audit, blows: Sequence[Blow]
) -> None:
    """Whatever a fault has interrupted is claimable again in time, once that is over."""
    for blow in blows:
        for file in blow.held:
            log = logs.get(by_file.get(file, ""), [])
            before = [word for _, word, at in log if at <= blow.at]
            if not before or before[-1] not in ("compiling", *_GOING_ON):
                continue  # a worker that has stood still past its lease runs what is not its own any more
            again = next((at for _, word, at in log if at > blow.at and word not in _GOING_ON), None)
            if again is None or blow.over is None:
                continue  # what has not ended is told of as stuck
            free = max(blow.over, _free_since(blow, again, blows))
            found.longest_recovery_s = max(found.longest_recovery_s, again - free)
            if again > max(free + settings().lease_s, _beat_struck(again, blows)) + SLACK_S:
                late = f"{file} was claimable {again - free:.1f} s after {blow.kind}"
                found.violations.append(f"{late}\n{history(file, log, blows)}")


def _free_since(blow: Blow, until: float, blows: Iterable[Blow]) -> float:
    """Since when nothing kept a sweeper from its work: Postgres was there."""
    return max(
        (min(other.over or until, until) for other in blows
         if other.kind.startswith("postgres") and other.touches(blow.at, until)),
        default=blow.at,
    )  # fmt: skip


def _beat_struck(until: float, blows: Iterable[Blow]) -> float:
    """When beat was killed last, which sweeps: a fault of its own, to be over soon as well."""
    return max((other.at for other in blows if other.kind == "beat" and other.at < until), default=0.0)


def history(file: str, log: Log, blows: Sequence[Blow]) -> str:
    """What happened to a submission, and the faults in between."""
    if not log:
        return ""
    begin, end = log[0][2], log[-1][2]
    lines: list[tuple[float, str]] = [(at, f"{seq:4} {word}") for seq, word, at in log]
    for blow in blows:
        if blow.touches(begin, end + 30):
            lines += _told(blow, file)
    return "\n".join(f"    {_clock(at)} {line}" for at, line in sorted(lines))


def around(at: float, blows: Sequence[Blow]) -> str:
    """The faults around an instant."""
    lines = [line for blow in blows if blow.touches(at - 30, at + 10) for line in _told(blow)]
    return "\n".join(f"    {_clock(instant)} {line}" for instant, line in sorted(lines))


def _told(blow: Blow, file: str | None = None) -> list[tuple[float, str]]:
    struck = ", which held it" if file in blow.held else ""
    lines: list[Any] = [(blow.at, f"  ** {blow.kind} ({blow.target}{struck})")]
    if blow.over is not None and blow.over > blow.at:
        lines.append((blow.over, f"  ** {blow.kind} is over"))
    return lines


def _clock(at: float) -> str:
    return f"{time.strftime('%H:%M:%S', time.gmtime(at))}.{int(at * 1000) % 1000:03}"
