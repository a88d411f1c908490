"""Threads that work off jobs side by side, each with boxes of its own on a processor of its own."""

import os
import queue
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeVar

from judge import log_lines
from judge.judging import headers
from judge.judging.pools import Pool
from judge.sandbox import Box

_Result = TypeVar("_Result")


class Stopped(Exception):
    """The slots are being closed, so that a job must end."""


@dataclass(frozen=True)
class _Ended:
    """How a job ended."""

    number: int
    result: Any = None
    failure: BaseException | None = None


class Slot:
    """What a job is given: boxes, and a way to tell of its progress. Used by the slot's thread alone."""

    def __init__(self, stopping: threading.Event, inbox: "queue.SimpleQueue[Any]") -> None:
        self._stopping = stopping
        self._inbox = inbox
        self._boxes: list[Box] = []
        self._lock = threading.Lock()
        self.pool: Pool | None = None
        self.cpu = 0

    def take(self, hidden: Collection[str]) -> Box:
        """A fresh box, which the caller closes, as ``Pool.take``. Raises Stopped, SandboxError."""
        if self.pool is None:
            # Here, not sooner: a box dies with the thread that opened it.
            self.pool = Pool(cpus={self.cpu}, shelf=headers.folder())
        box = self.pool.take(hidden)
        with self._lock:
            self._boxes.append(box)
        if self._stopping.is_set():
            box.close()
            raise Stopped
        return box

    def tell(self, message: object) -> None:
        """Tell the thread that waits for the slots. Raises Stopped."""
        if self._stopping.is_set():
            raise Stopped
        self._inbox.put(message)

    def let_go(self) -> None:
        """Forget the boxes of a job that has ended."""
        with self._lock:
            self._boxes.clear()

    def kill(self) -> None:
        """End what runs now; from any thread."""
        with self._lock:
            for box in self._boxes:
                box.kill()


class Slots:
    """A context manager; at its end every thread and every box is gone, whatever ended it.

    heard: is told what jobs ``tell``, by the thread that calls ``work``; what it raises ends the work.
    """

    def __init__(self, number: int, heard: Callable[[Any], None]) -> None:
        self._heard = heard
        self._stopping = threading.Event()
        self._inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._jobs: queue.SimpleQueue[tuple[int, Callable[[Slot], Any]] | None] = queue.SimpleQueue()
        self._slots = [Slot(self._stopping, self._inbox) for _ in range(number)]
        cpus = sorted(os.sched_getaffinity(0))
        for index, slot in enumerate(self._slots):
            slot.cpu = cpus[index % len(cpus)]
        self._threads = [
            threading.Thread(
                target=log_lines.carried(partial(self._serve, slot)),
                name=f"slot on CPU {slot.cpu}",
                daemon=True,
            )
            for slot in self._slots
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._stopping.set()
            for slot in self._slots:
                slot.kill()
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()

    def work(self, jobs: Sequence[Callable[[Slot], _Result]]) -> list[_Result]:
        """Have all jobs done and return their results, in order. Raises what the first to fail has raised."""
        for number, job in enumerate(jobs):
            self._jobs.put((number, job))
        results: dict[int, _Result] = {}
        while len(results) < len(jobs):
            message = self._inbox.get()
            if not isinstance(message, _Ended):
                self._heard(message)
            elif message.failure is not None:
                raise message.failure
            else:
                results[message.number] = message.result
        return [results[number] for number in range(len(jobs))]

    def _serve(self, slot: Slot) -> None:
        try:
            while (given := self._jobs.get()) is not None:
                if self._stopping.is_set():
                    continue  # to the end of the queue
                number, job = given
                try:
                    ended = _Ended(number, job(slot))
                except BaseException as failure:  # noqa: BLE001  # raised again where it is waited for
                    ended = _Ended(number, failure=failure)
                slot.let_go()
                self._inbox.put(ended)
        finally:
            if slot.pool is not None:
                slot.pool.close()
