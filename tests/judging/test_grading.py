"""From what a box saw to a verdict: every ending of a run, and what the contestant is told of it."""

import itertools

import pytest

from judge.judging.grading import flaw, message
from judge.sandbox import Outcome, Status
from judge.verdict import Verdict

LIMIT_S = 1.0


def outcome(
    status: Status, *, code: int | None = 0, signal: int | None = None, cpu_time_s: float = 0.5,
    stdout: bytes = b"secret output",
) -> Outcome:  # fmt: skip
    """A run that ended in some way."""
    return Outcome(status, code, signal, cpu_time_s, 0.6, 2**20, stdout, b"secret error")


STOPPED = {
    Status.MEMORY_EXCEEDED: Verdict.MEMORY_LIMIT_EXCEEDED,
    Status.OUTPUT_EXCEEDED: Verdict.OUTPUT_LIMIT_EXCEEDED,
    Status.CPU_TIME_EXCEEDED: Verdict.TIME_LIMIT_EXCEEDED,
    Status.WALL_TIME_EXCEEDED: Verdict.TIME_LIMIT_EXCEEDED,
}


@pytest.mark.parametrize("status", STOPPED)
@pytest.mark.parametrize("end", [(0, None), (1, None), (None, 9), (None, 11)])
@pytest.mark.parametrize("cpu_time_s", [0.5, 2.0])
def test_a_limit_says_more_than_how_the_program_ended(
    status: Status, end: tuple[int | None, int | None], cpu_time_s: float
) -> None:
    """Whoever met a limit gets that limit's verdict, by whatever code or signal it ended then."""
    seen = outcome(status, code=end[0], signal=end[1], cpu_time_s=cpu_time_s)
    assert flaw(seen, LIMIT_S) is STOPPED[status]


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (outcome(Status.EXITED, cpu_time_s=1.001), Verdict.TIME_LIMIT_EXCEEDED),
        (outcome(Status.EXITED, code=1, cpu_time_s=1.001), Verdict.TIME_LIMIT_EXCEEDED),
        (outcome(Status.SIGNALED, code=None, signal=11, cpu_time_s=1.001), Verdict.TIME_LIMIT_EXCEEDED),
        (outcome(Status.EXITED, code=1), Verdict.RUNTIME_ERROR),
        (outcome(Status.EXITED, code=255, stdout=b""), Verdict.RUNTIME_ERROR),
        (outcome(Status.SIGNALED, code=None, signal=6), Verdict.RUNTIME_ERROR),
        (outcome(Status.SIGNALED, code=None, signal=9), Verdict.RUNTIME_ERROR),
    ],
)
def test_what_is_wrong_whatever_was_printed(seen: Outcome, verdict: Verdict) -> None:
    """A right output of a program that was too slow or crashed is not right."""
    assert flaw(seen, LIMIT_S) is verdict


@pytest.mark.parametrize("cpu_time_s", [0.0, 0.5, 1.0])
def test_otherwise_the_output_decides(cpu_time_s: float) -> None:
    """The limit itself is still allowed."""
    seen = outcome(Status.EXITED, cpu_time_s=cpu_time_s)
    assert flaw(seen, LIMIT_S) is None


def test_every_ending_has_a_verdict_and_a_sentence() -> None:
    """No combination is forgotten, none is a compile error, and no sentence tells anything of the test."""
    ends = [(0, None), (3, None), (None, 11)]
    for status, (code, signal) in itertools.product(Status, ends):
        seen = outcome(status, code=code, signal=signal)
        verdict = flaw(seen, LIMIT_S) or Verdict.ACCEPTED
        assert verdict != Verdict.COMPILE_ERROR
        told = message(verdict, seen)
        if verdict == Verdict.ACCEPTED:
            assert told is None
            continue
        assert told is not None
        assert told.endswith(".")
        assert not any(word in told for word in ("secret", "3", "11", "0.5", "0.6"))


def test_waiting_is_told_from_computing() -> None:
    """Both are too slow, but whoever waits for input that never comes should look elsewhere."""
    slow = message(Verdict.TIME_LIMIT_EXCEEDED, outcome(Status.CPU_TIME_EXCEEDED))
    waiting = message(Verdict.TIME_LIMIT_EXCEEDED, outcome(Status.WALL_TIME_EXCEEDED))
    assert slow != waiting
