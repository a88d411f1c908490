"""How a worker and its children begin and end: their connections, their CPUs, their names, their drain."""

import logging
import os
import signal
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any, Protocol

from billiard.process import current_process
from celery.exceptions import TimeLimitExceeded
from celery.signals import (
    celeryd_init,
    setup_logging,
    task_failure,
    task_postrun,
    task_prerun,
    worker_init,
    worker_process_init,
    worker_process_shutdown,
    worker_shutting_down,
)

from judge import db, log_lines, metrics, redis_checks
from judge.config import settings
from judge.errors import JudgeError
from judge.judging import Pool, SandboxError, headers
from judge.metrics import shared
from judge.queue import SUBJECTS

log = logging.getLogger(__name__)

DRAIN_S = 18.0
"""How long a worker that is told to end lets its children finish before they give back what they hold."""


class Drained(JudgeError):
    """The worker is about to end, so the attempt is given back; that counts as no lost one."""


class Interruptible(Protocol):
    """Something in progress that can be told to end, from a signal handler."""

    def interrupt(self, reason: Exception) -> None:
        """End soon, for this reason."""


_pools: list[Pool] = []  # of this child: none or one
_killed: deque[str] = deque(maxlen=100)  # in the parent: the latest tasks whose child was killed
_parent: list[Any] = []  # in the parent: the one worker


@celeryd_init.connect
def begin_log(sender: str, instance: Any, **_: Any) -> None:
    """Log as every process does. A banner is for people."""
    log_lines.begin("worker", sender)
    instance.quiet = instance.quiet or settings().log_format == "json"


@setup_logging.connect
def leave_log_alone(**_: Any) -> None:
    """Where nobody listens to this signal Celery sets up a log of its own."""


@task_prerun.connect
def note(task: Any, args: Sequence[Any], **_: Any) -> None:
    """Every line of a task names what it is at, Celery's own of its failure among them."""
    log_lines.forget()
    if task.name in SUBJECTS:
        log_lines.note(**{SUBJECTS[task.name]: args[0]})


@task_postrun.connect
def forget(**_: Any) -> None:
    """The next task is about something else."""
    log_lines.forget()


# In the parent


@worker_init.connect
def remember(sender: Any, **_: Any) -> None:
    """Keep the worker at hand: some signals do not bring it. Children and companion count with it."""
    _parent.append(sender)
    db.give_up_silent_connections()
    redis_checks.check_or_exit()
    shared.share("worker", _place)


def _place() -> object:
    """What this process of the worker is: a child that takes another's place counts on where that ended."""
    return getattr(current_process(), "index", "parent")


@task_failure.connect
def note_hard_limit(
    sender: Any, task_id: str, exception: BaseException, args: Sequence[Any], **_: Any
) -> None:
    """Celery has killed a child, which can say nothing itself. It tells of that twice."""
    if not isinstance(exception, TimeLimitExceeded) or task_id in _killed:
        return
    _killed.append(task_id)
    metrics.hard_limits.inc()
    with log_lines.about(**{SUBJECTS[sender.name]: args[0]} if sender.name in SUBJECTS else {}):
        log.error("%s: killed at the hard time limit", sender.name)


@worker_shutting_down.connect
def drain(**_: Any) -> None:
    """SIGTERM: Celery lets the children finish; those that take long are told to give back."""
    timer = threading.Timer(DRAIN_S, _interrupt_children)
    timer.daemon = True
    timer.start()


def _interrupt_children() -> None:
    for child in _parent[-1].pool.info["processes"]:
        try:
            os.kill(child, signal.SIGTERM)
        except ProcessLookupError:
            continue


# In a child


@worker_process_init.connect
def begin_child(**_: Any) -> None:
    """A child shares no connection with its parent, and has its first box made before a submission comes."""
    db.forget_connections()
    shared.take_room(_place)
    try:
        boxes()
    except SandboxError as error:  # it may pass; ``boxes`` tries again when there is something to judge
        log.warning("no box could be made ahead: %s", error)


@worker_process_shutdown.connect
def end_child(**_: Any) -> None:
    """The boxes made ahead go with the child; if it is killed they go as well, and the next sweeps."""
    while _pools:
        _pools.pop().close()


def boxes() -> Pool:
    """The boxes of this child; opened by its main thread, with which they die. Raises SandboxError."""
    if not _pools:
        _pools.append(Pool(cpus=cpus_of_this_slot(), shelf=headers.folder()))
    return _pools[-1]


class Drain:
    """Whether this child was told to end, and whom that interrupts."""

    def __init__(self) -> None:
        self._asked = False
        self._attempt: Interruptible | None = None

    def ask(self, number: int, frame: FrameType | None) -> None:
        """The handler of SIGTERM."""
        self._asked = True
        if self._attempt is not None:
            self.interrupts(self._attempt)

    def interrupts(self, attempt: Interruptible) -> None:
        """From now on this attempt is interrupted; at once, if the signal has come already."""
        self._attempt = attempt
        if self._asked:
            attempt.interrupt(Drained("the worker is shutting down"))


@contextmanager
def drainable() -> Iterator[Drain]:
    """While the block runs, SIGTERM asks for a drain instead of ending the process."""
    drain = Drain()
    # Not once for all when the child begins: billiard sets a handler of its own after that.
    before = signal.signal(signal.SIGTERM, drain.ask)
    try:
        yield drain
    finally:
        signal.signal(signal.SIGTERM, before)


def cpus_of_this_slot() -> set[int]:
    """The one CPU of this child: neighbours on others change its programs' times less."""
    allowed = sorted(os.sched_getaffinity(0))
    return {allowed[current_process().index % len(allowed)]}


@contextmanager
def on_own_cpu() -> Iterator[None]:
    """While the block runs, this thread and those that it starts stay on this child's CPU."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cpus_of_this_slot())
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
