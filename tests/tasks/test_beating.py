"""Beat sweeps by itself: where there is no worker at all, nothing waits for one."""

import os
import subprocess
import sys
from pathlib import Path

from judge import queue
from tests.servers import submit, until
from tests.tasks.workers import age


def test_beat_sends_what_was_never_sent(problem: str, tmp_path: Path) -> None:
    """Without a worker; and of its own it leaves no messages that nobody takes."""
    submission = submit()[0]
    age()
    with (tmp_path / "beat.log").open("wb") as log:
        beat = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "judge.tasks", "beat"],
            env={**os.environ, "JUDGE_SWEEP_S": "0.2"}, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            until(lambda: queue.depth("python3") == 1)
            assert queue.depth_of(queue.UPKEEP) == 0
        finally:
            beat.terminate()
            assert beat.wait(20) == 0
    assert submission.id.encode() in (tmp_path / "beat.log").read_bytes()
