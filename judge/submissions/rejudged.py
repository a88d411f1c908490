"""A judgement laid aside while its submission is judged anew, to be put back or to be made to count."""

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from judge.models import RejudgedRow, SubmissionRow
from judge.records import instant
from judge.verdict import RejudgedState, State

_PLAIN = ("state", "verdict", "score", "cpu_time_s", "wall_time_s", "memory_bytes", "groups", "test_count",
          "package_id", "judging_s", "shown_attempt")  # fmt: skip
_INSTANTS = ("started_at", "finished_at")
_SHOWN = ("verdict", "score", "cpu_time_s", "wall_time_s", "memory_bytes", "test_count", "version")


def laid_aside(row: SubmissionRow) -> dict[str, Any]:
    """How a submission that has ended was judged, as JSON that misses nothing of it."""
    kept: dict[str, Any] = {name: getattr(row, name) for name in (*_PLAIN, "version")}
    for name in _INSTANTS:
        when = getattr(row, name)
        kept[name] = when and when.isoformat()
    output = row.compile_output
    kept["compile_output"] = None if output is None else base64.b64encode(output).decode()
    return kept


def columns(kept: Mapping[str, Any]) -> dict[str, Any]:
    """What was laid aside, as the columns of a submission hold it."""
    values = {name: kept[name] for name in _PLAIN}
    for name in _INSTANTS:
        values[name] = kept[name] and datetime.fromisoformat(kept[name])
    output = kept["compile_output"]
    values["compile_output"] = None if output is None else base64.b64decode(output)
    return values


def shown(kept: Mapping[str, Any]) -> dict[str, Any]:
    """What was laid aside, as the field ``former`` of a submission shows it."""
    shown: dict[str, Any] = {name: kept[name] for name in _SHOWN}
    shown["attempt"] = kept["shown_attempt"]
    for name in _INSTANTS:
        shown[name] = instant(columns(kept)[name])
    return shown


def outcome(kept: Mapping[str, Any]) -> str:
    """In one word: the verdict or, where there is none, the state."""
    return str(kept["verdict"] or kept["state"])


def settle(session: Session, row: SubmissionRow) -> None:
    """The present judging of a row has ended: tell the rejudging that asked for it, and say what counts.

    Where the judging came to a verdict, that is the judgement just made, unless it was a trial; otherwise
    the former one, where there is one.
    """
    is_done = row.state == State.DONE
    if row.rejudging_id is not None:
        _tell_rejudging(session, row, is_done=is_done)
    if row.former is not None and (row.is_trial or not is_done):
        for name, value in columns(row.former).items():
            setattr(row, name, value)
    if row.former is not None or row.rejudging_id is not None:
        row.former, row.rejudging_id, row.is_trial = None, None, False
        session.flush()
        session.refresh(row)


def _tell_rejudging(session: Session, row: SubmissionRow, *, is_done: bool) -> None:
    kept = laid_aside(row) | {"shown_attempt": row.attempt}
    values: dict[str, Any] = {"after": outcome(kept), "package_id": row.package_id}
    if not is_done:
        values["state"] = RejudgedState(row.state)  # failed or cancelled, as the submission
    elif row.is_trial:
        values |= {"state": RejudgedState.JUDGED, "score_after": row.score, "judgement": kept}
    else:
        values |= {"state": RejudgedState.APPLIED, "score_after": row.score}
    session.execute(
        update(RejudgedRow)
        .where(RejudgedRow.rejudging_id == row.rejudging_id, RejudgedRow.submission_id == row.id)
        .values(**values)
    )
