"""The end of everything that was started, in order, and of whatever that has left behind."""

import os
import signal
import time
from collections.abc import Callable, Sequence

from judge.up.child import Child
from judge.up.kernel import children
from judge.up.stop_requests import StopRequests


def stop_in_order(running: Sequence[Child], requests: StopRequests, say: Callable[[str], None]) -> None:
    """Stop rank after rank; a further request to stop cuts every wait short but the servers'.

    Ends with every child of this process, adopted ones included.
    """
    patience = requests.count
    for rank in sorted({child.program.stop_rank for child in running}):
        stopping = [child for child in running if child.program.stop_rank == rank]
        for child in stopping:
            child.send(child.program.stop_signal)
        began = time.monotonic()
        while stopping := [child for child in stopping if child.collect() is None]:
            for child in stopping:
                hurried = child.program.hurry and requests.count > patience
                if hurried or time.monotonic() - began > child.program.grace_s:
                    say(f"{child.program.name} does not stop, killing it")
                    child.kill()
            requests.sleep(0.5)
    _end_orphans()


def _end_orphans() -> None:
    """Programs whose parents have died became our children: end them, and see them gone."""
    while left := children():
        for pid in left:
            os.kill(pid, signal.SIGKILL)  # a child of ours until we wait for it: the number is safe
        for pid in left:
            os.waitpid(pid, 0)
