"""Worker processes that an autoscaler keeps, where one dies at an awkward moment."""

import os
import subprocess
import time
from pathlib import Path

from judge.autoscale.fleet import Fleet, _Member


def test_who_dies_before_being_told(tmp_path: Path) -> None:
    """A worker that is dead already when it is told to end is collected like any other."""
    fleet = Fleet(tmp_path, 1, ())
    process = subprocess.Popen(["true"], start_new_session=True)
    fleet._members.append(_Member("auto-x@here", 0, process, time.monotonic()))
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    fleet.stop(time.sleep, lambda: False)
    assert not fleet.number
