"""The runs of a box, step by step, for whoever has one to attend or two."""

from collections.abc import Callable, Mapping, Sequence
from types import TracebackType

from judge.sandbox import wire
from judge.sandbox.attendance import Attended, Attendee
from judge.sandbox.cgroup import Cgroup
from judge.sandbox.code import Code
from judge.sandbox.ending import outcome_of
from judge.sandbox.limits import Limits
from judge.sandbox.link import RUN, Link
from judge.sandbox.order import Answer, order
from judge.sandbox.outcome import Outcome
from judge.sandbox.scratch import Scratch
from judge.sandbox.streams import Stream


class Runner:
    """Begins a run and says what became of it; a context manager, within which each step is to be taken.

    meanwhile: what there is to do while the box compiles, or else at its end.
    """

    def __init__(
        self, link: Link, cgroup: Cgroup, code: Code, scratch: Scratch, meanwhile: Callable[[], None] | None
    ) -> None:
        self._link = link
        self._cgroup = cgroup
        self._code = code
        self._scratch = scratch
        self._meanwhile = meanwhile
        self._runs = False

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the box when something breaks off what is asked of it, as its state is not known any more."""
        # With a ValueError before a run, something was wrong or too long: the box has heard nothing.
        if error is not None and (self._runs or not isinstance(error, ValueError)):
            self._link.abandon()

    def order(self, argv: Sequence[str], env: Mapping[str, str] | None, limits: Limits) -> bytes:
        """What ``begin`` is to be given; before anything is begun, as it raises ValueError."""
        return order(argv, env or {}, limits, memory_cgroup=self._cgroup.counts_memory)

    def begin(self, program: bytes, limits: Limits, descriptors: Sequence[int]) -> None:
        """Have a program started with these standard streams."""
        is_filled = self._scratch.awaits_files
        if is_filled:
            self._cgroup.lift()
        is_new = self._scratch.prepare(limits)
        self._cgroup.begin(
            limits.memory_bytes,
            limits.processes,
            self._code.written_bytes + self._scratch.held_bytes,
            as_left=not is_new and not is_filled,
        )
        self._link.send(wire.pack(RUN, is_new) + program, descriptors)
        self._runs = True

    def prepare_the_next(self, *, is_end: bool = False) -> None:
        """Do what the pool has to do; not beside a program whose time counts, which it would lengthen."""
        if self._meanwhile and (is_end or not self._code.is_sealed):
            meanwhile, self._meanwhile = self._meanwhile, None
            meanwhile()

    def attended(
        self, limits: Limits, streams: Sequence[Attendee], when_over: Callable[[Answer], None] | None = None
    ) -> Attended:
        """The run that was begun, to be attended until it is over."""
        return Attended(self._link, self._cgroup, limits, streams, when_over)

    def finish(self, run: Attended, out: Stream, err: Stream, *, keep: bool) -> Outcome:
        """Say what became of a run that is over, and have the next one find nothing of it."""
        assert run.answer
        self._runs = False
        out.read_rest()
        err.read_rest()
        self._code.after(run.answer)
        outcome = outcome_of(run.answer, run.limits, self._cgroup, out, err)
        self._scratch.after(run.answer, run.limits, keep=keep)
        return outcome
