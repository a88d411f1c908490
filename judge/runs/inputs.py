"""What is typed to a run, kept as numbered rows of their own, so that a later attempt reads it too."""

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from judge.config import settings
from judge.db import transaction
from judge.errors import Conflict, NotFound
from judge.models import RunInputRow, RunRow
from judge.records import is_id
from judge.verdict import ENDED

_MOST_INPUTS = 20_000


def enter(run_id: str, data: bytes, *, eof: bool) -> int:
    """Keep what was typed to a run, to be read after all that was typed before; its number, from 1.

    eof: nothing comes after it. Raises NotFound, Conflict.
    """
    most = settings().max_run_input_bytes
    with transaction() as session:
        number = session.scalar(
            update(RunRow)
            .where(
                RunRow.id == run_id,
                RunRow.stdin_open,
                ~RunRow.input_ended,
                RunRow.state.not_in(ENDED),
                RunRow.input_bytes + len(data) <= most,
                RunRow.input_seq < _MOST_INPUTS,
            )
            .values(
                input_seq=RunRow.input_seq + 1,
                input_bytes=RunRow.input_bytes + len(data),
                input_ended=eof,
            )
            .returning(RunRow.input_seq)
        )
        if number is None:
            raise _refusal(session, run_id, most)
        session.execute(insert(RunInputRow), [{"run_id": run_id, "seq": number, "content": data, "eof": eof}])
        return int(number)


def _refusal(session: Session, run_id: str, most: int) -> Exception:
    """Why nothing more can be typed to a run."""
    row = session.get(RunRow, run_id) if is_id(run_id) else None
    if row is None:
        return NotFound(f"there is no run {run_id!r}")
    if not row.stdin_open:
        return Conflict("the run was made without stdin_open")
    if row.state in ENDED:
        return Conflict("the run has ended")
    if row.input_ended:
        return Conflict("the end of its input was sent already")
    return Conflict(f"at most {most} bytes, in {_MOST_INPUTS} parts, can be sent to a run")
