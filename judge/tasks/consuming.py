"""Which queues a worker takes from: those of the languages that its companion has proven."""

import json
import logging
import os
import subprocess
import sys
import threading
import time
from queue import Empty, SimpleQueue
from typing import Any

from celery import bootsteps
from celery.signals import worker_shutting_down
from kombu import Queue

from judge.queue import VERIFYING, language_queue

log = logging.getLogger(__name__)

_LOOK_EVERY_S = 0.25
_RESTART_AFTER_S = 10.0

_companions: list["_Companion"] = []  # in the parent: the present one


class LanguageQueues(bootsteps.StartStopStep):
    """Consumes the queues of proven languages, as the companion tells of them.

    Nothing is taken before the core languages are through. After a lost connection Celery starts its steps
    again; what is proven by then is consumed at once.
    """

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: Any, **options: Any) -> None:
        super().__init__(consumer, **options)
        self._companion: _Companion | None = None
        self._proven: list[str] = []
        self._timer: Any = None

    def start(self, consumer: Any) -> None:
        """Called with each new connection to the broker."""
        if self._companion is None:
            self._companion = _Companion(consumer.hostname, consumer.pool.num_processes)
            self._proven += self._companion.until_ready()
        for queue in [*map(language_queue, self._proven), VERIFYING]:
            _announce(consumer, queue)
        self._timer = consumer.timer.call_repeatedly(_LOOK_EVERY_S, self._look, (consumer,))

    def stop(self, consumer: Any) -> None:
        """Called when the connection is lost, and at the end."""
        if self._timer is not None:
            self._timer.cancel()

    def terminate(self, consumer: Any) -> None:
        """Called when the worker ends at once."""
        self.stop(consumer)

    def _look(self, consumer: Any) -> None:
        assert self._companion is not None, "start() comes first"
        if self._companion.has_ended() and time.monotonic() - self._companion.started > _RESTART_AFTER_S:
            log.error("the companion has ended with %s; starting another", self._companion.exit_code)
            self._companion = _Companion(consumer.hostname, consumer.pool.num_processes)
        for language in self._companion.news():
            if language not in self._proven:
                self._proven.append(language)
                _consume(consumer, language)


@worker_shutting_down.connect
def tell_companion(**_: Any) -> None:
    """The worker drains, and no longer takes what comes: whoever looks at its row may know."""
    for companion in _companions:
        companion.tell_draining()


def _announce(consumer: Any, queue: Queue) -> None:
    """Have a queue consumed as soon as the worker's loop runs.

    Not at once: RabbitMQ would send messages before anybody is there to take them, which ends the worker.
    """
    consumer.app.amqp.queues.select_add(queue)
    consumer.task_consumer.add_queue(queue)


def _consume(consumer: Any, language: str) -> None:
    queue = language_queue(language)
    consumer.add_task_queue(queue.name, exchange="", routing_key=queue.routing_key)


class _Companion:
    """The process of judge.tasks.companion; it ends when this one does, by the end of its input."""

    def __init__(self, worker: str, slots: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "judge.tasks.companion", worker, str(slots)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is for the worker, which then ends this one in order
        )
        self.started = time.monotonic()
        _companions[:] = [self]
        self._lines: SimpleQueue[dict[str, str]] = SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None, "Popen was asked for a pipe"
        for line in self._process.stdout:
            self._lines.put(json.loads(line))
        self._process.wait()
        self._lines.put({"ended": ""})

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.returncode

    def tell_draining(self) -> None:
        """Called in a signal handler."""
        assert self._process.stdin is not None, "Popen was asked for a pipe"
        try:
            os.write(self._process.stdin.fileno(), b"\n")
        except BrokenPipeError:  # it has ended, too
            log.debug("the companion is gone")

    def has_ended(self) -> bool:
        """Whether it is gone and everything it said has been read."""
        return self.exit_code is not None and self._lines.empty()

    def until_ready(self) -> list[str]:
        """The languages proven by the time that it lets the worker begin.

        Raises SystemExit where it does not, because no box can be made on this machine.
        """
        proven = []
        while "ready" not in (told := self._lines.get()):
            if "language" in told:
                proven.append(told["language"])
            else:
                raise SystemExit(told.get("failed") or f"the companion ended with {self.exit_code}")
        return proven

    def news(self) -> list[str]:
        """Languages proven since the last call."""
        proven: list[str] = []
        while True:
            try:
                told = self._lines.get_nowait()
            except Empty:
                return proven
            if "language" in told:
                proven.append(told["language"])
