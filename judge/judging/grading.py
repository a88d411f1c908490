"""From what a box saw of a run to a verdict: pure rules, nothing is read or written here."""

from judge.sandbox import Outcome, Status
from judge.verdict import Verdict

_STOPPED = {
    Status.MEMORY_EXCEEDED: Verdict.MEMORY_LIMIT_EXCEEDED,
    Status.OUTPUT_EXCEEDED: Verdict.OUTPUT_LIMIT_EXCEEDED,
    Status.CPU_TIME_EXCEEDED: Verdict.TIME_LIMIT_EXCEEDED,
    Status.WALL_TIME_EXCEEDED: Verdict.TIME_LIMIT_EXCEEDED,
}

_MESSAGES = {
    Verdict.ACCEPTED: None,
    Verdict.WRONG_ANSWER: "The output is not the expected one.",
    Verdict.RUNTIME_ERROR: "The program ended with an error.",
    Verdict.TIME_LIMIT_EXCEEDED: "The program used more CPU time than the problem allows.",
    Verdict.MEMORY_LIMIT_EXCEEDED: "The program used more memory than the problem allows.",
    Verdict.OUTPUT_LIMIT_EXCEEDED: "The program printed more than the problem allows.",
}


def flaw(outcome: Outcome, time_limit_s: float) -> Verdict | None:
    """What was wrong with a run, whatever it printed; None where nothing was."""
    if outcome.status in _STOPPED:
        return _STOPPED[outcome.status]
    if outcome.cpu_time_s > time_limit_s:
        return Verdict.TIME_LIMIT_EXCEEDED  # but not by enough to be stopped
    if outcome.signal is not None or outcome.exit_code != 0:
        return Verdict.RUNTIME_ERROR
    return None


def message(verdict: Verdict, outcome: Outcome) -> str | None:
    """A sentence for the contestant, which tells nothing that a secret test must not."""
    if outcome.status is Status.WALL_TIME_EXCEEDED and verdict is Verdict.TIME_LIMIT_EXCEEDED:
        return "The program waited for longer than the problem allows."
    return _MESSAGES[verdict]
