"""Two programs that talk with each other: a contestant's and an interactor, each in a box of its own."""

import contextlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from judge.sandbox.attendance import attend
from judge.sandbox.box import Box
from judge.sandbox.limits import Limits
from judge.sandbox.order import Answer
from judge.sandbox.outcome import STDERR_BYTES, Outcome
from judge.sandbox.relay import Relay
from judge.sandbox.streams import Drain


@dataclass(frozen=True)
class Side:
    """One of the two: what is run in which box, as ``Box.run`` takes it."""

    box: Box
    argv: Sequence[str]
    limits: Limits
    env: Mapping[str, str] | None = None
    keep: bool = False


class Dialogue(NamedTuple):
    """How both ended; their standard output went to each other, so that of the outcomes is empty.

    program_was_first is whether the program's main process ended before the interactor's, by the clock of
    their inits.
    """

    program: Outcome
    interactor: Outcome
    program_was_first: bool


def interact(
    program: Side, interactor: Side, *, stop_when: Callable[[int], bool] = lambda exit_code: False
) -> Dialogue:
    """Run both at once, each one's standard output being the other one's standard input.

    Each meets its own limits; the interactor's wall time is counted on top of the program's, so the program
    is the one that meets its limit when both wait. More than ``output_bytes`` for the other side ends the
    side that wrote it. When one side has ended, the other reads an end of file, and what it writes is thrown
    away; neither dies of a closed pipe. stop_when: whether the program is stopped at once when the
    interactor has left with this exit code; it is then said to be killed.

    One thread has opened both boxes. Raises what ``Box.run`` does, and then both boxes are ended.
    """
    patient = replace(
        interactor.limits, wall_time_s=program.limits.wall_time_s + interactor.limits.wall_time_s
    )
    interactor = replace(interactor, limits=patient)
    with contextlib.ExitStack() as stack:
        one, other = _Speaker(program, stack), _Speaker(interactor, stack)
        stack.enter_context(program.box.runner)
        stack.enter_context(interactor.box.runner)
        other.begin(one)
        one.begin(other)

        def when_interactor_is_over(answer: Answer) -> None:
            other.is_over(one)
            if os.WIFEXITED(answer.wait_status) and stop_when(os.WEXITSTATUS(answer.wait_status)):
                one.run.stop()

        one.attended_by(lambda _: one.is_over(other))
        other.attended_by(when_interactor_is_over)
        attend(one.run, other.run)
        outcomes = one.finish(), other.finish()
        return Dialogue(*outcomes, program_was_first=one.ended_ns <= other.ended_ns)


class _Speaker:
    """A side with its streams."""

    def __init__(self, side: Side, stack: contextlib.ExitStack) -> None:
        self._side = side
        limits = side.limits
        self._program = side.box.runner.order(side.argv, side.env, limits)
        self._out = stack.enter_context(Relay(limits.output_bytes))
        self._err = stack.enter_context(Drain(min(STDERR_BYTES, limits.output_bytes), limits.output_bytes))

    def begin(self, other: "_Speaker") -> None:
        """Have the program started, reading what the other one writes."""
        streams = [other._out.input, self._out.writer, self._err.writer]
        self._side.box.runner.begin(self._program, self._side.limits, streams)
        other._out.close_input()
        self._out.close_writer()
        self._err.close_writer()

    def attended_by(self, when_over: Callable[[Answer], None]) -> None:
        self.run = self._side.box.runner.attended(self._side.limits, [self._out, self._err], when_over)

    def is_over(self, other: "_Speaker") -> None:
        """Have the other one read the rest and then the end, and what it writes thrown away."""
        self._out.writer_is_over()
        other._out.reader_is_over()

    @property
    def ended_ns(self) -> int:
        assert self.run.answer
        return self.run.answer.began_ns + self.run.answer.wall_ns

    def finish(self) -> Outcome:
        return self._side.box.runner.finish(self.run, self._out, self._err, keep=self._side.keep)
