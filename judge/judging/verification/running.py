"""How a run of a problem's own program ended, in words for its author."""

from dataclasses import dataclass

from judge.sandbox import Outcome, Status

_SHOWN_BYTES = 400


@dataclass(frozen=True)
class Ran:
    """exit_code: None where it was stopped. broken: it did not end by itself. complaint: both, for people."""

    exit_code: int | None
    broken: bool
    complaint: str


def ran(outcome: Outcome) -> Ran:
    """What is kept of an outcome."""
    ended = outcome.status is Status.EXITED and outcome.signal is None and not outcome.could_not_start
    ending = f"exit code {outcome.exit_code}" if ended else str(outcome.status)
    if outcome.signal is not None:
        ending = f"signal {outcome.signal}"
    said = (outcome.stderr or outcome.stdout)[-_SHOWN_BYTES:].decode("utf-8", "replace")
    said = " ".join(said.split())
    return Ran(outcome.exit_code if ended else None, not ended, f"{ending}: {said}" if said else ending)
