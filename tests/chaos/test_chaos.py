"""One short run of `make chaos`: of every kind one fault, and nothing is lost, told twice or stuck."""

import subprocess
import sys

RUN_S = 400.0


def test_nothing_is_lost() -> None:
    """A process of its own, for at the end it kills whatever is left below it; it prints its seed."""
    run = [sys.executable, "-m", "tests.chaos", "--short"]
    done = subprocess.run(run, capture_output=True, text=True, timeout=RUN_S, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
