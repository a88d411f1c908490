"""A process that waits for the death of its `judge up` and then ends whatever does not end by itself.

The kernel signals our programs when we are killed, but a Celery worker that has lost its broker in that
moment may hang in its shutdown for good.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from judge.up.leftovers import end_leftovers, of_run


@contextmanager
def guarded(mark: str) -> Iterator[None]:
    """While this lasts, our death, however it comes, is the end of every program with this mark."""
    guard = subprocess.Popen(
        [sys.executable, "-m", __name__, mark],
        stdin=subprocess.PIPE,  # whose other end is ours alone, and closed by the kernel when we die
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        guard.kill()
        guard.communicate()


if __name__ == "__main__":
    sys.stdin.buffer.read()
    end_leftovers(lambda: of_run(sys.argv[1]))
