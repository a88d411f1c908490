"""Whether a worker can judge at all: one that fails by its own fault takes nothing more until it can again.

A worker that can make no box, or whose disk is full, fails faster than any other judges. It would take
everything there is, and use up the attempts of many a submission that others could judge.
"""

import logging
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from mmap import mmap
from typing import NoReturn

from celery.exceptions import Reject
from sqlalchemy.exc import OperationalError

from judge import metrics, workers
from judge.config import settings
from judge.judging import SandboxError
from judge.tasks.lifecycle import boxes

log = logging.getLogger(__name__)

_PAUSE_S = 1.0
_PROBE_BYTES = 1 << 20

# Shared by all children of a worker, for it is made before they are forked.
_doubtful = mmap(-1, 1)


def doubt() -> None:
    """Something has failed that was no fault of what was judged: look before anything else is taken."""
    _doubtful[0] = 1


@contextmanager
def taking(worker: str) -> Iterator[None]:
    """Around a claim: the message goes back to the broker where this worker, or Postgres, is of no use now.

    It is kept for a moment before that, so that others come first, and so that a queue does not run through
    a worker while Postgres is away. Raises Reject.
    """
    if _doubtful[0]:
        try:
            _probe()
        except (OSError, SandboxError) as error:
            _note(worker, str(error))
            _put_back(f"this worker cannot judge: {error}")
        _note(worker, None)
        _doubtful[0] = 0
    try:
        yield
    except OperationalError as error:
        _put_back(f"Postgres is away: {error.orig}")


def _note(worker: str, unfit: str | None) -> None:
    """Say in the worker's row how it is; to judge it needs none."""
    try:
        workers.note_fitness(worker, unfit)
    except OperationalError as error:
        log.warning("Postgres is away: %s", error.orig)


def _put_back(reason: str) -> NoReturn:
    metrics.put_back.inc()
    log.error("%s", reason)
    time.sleep(_PAUSE_S)
    raise Reject(reason, requeue=True)


def _probe() -> None:
    """Write to every disk that judging writes to, and have a box made. Raises OSError, SandboxError."""
    for folder in (settings().home, tempfile.gettempdir()):
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(os.urandom(_PROBE_BYTES))
            file.flush()
            os.fsync(file.fileno())
    boxes().take().close()
